use partner_center::Operation;
use partner_center::types::Customer;

use super::*;

fn fields() -> &'static [Field] {
    Operation::find("customer").unwrap().fields
}

fn rows() -> Vec<Box<dyn Row>> {
    let rows = [
        r#"{"id":"1","companyProfile":{"domain":"B.example"},"seats":9007199254740993,"since":"2026-01-31T23:00:00-02:00"}"#,
        r#"{"id":"2","companyProfile":{"domain":"a.example"},"seats":9007199254740992,"ok":true}"#,
        r#"{"id":"3","companyProfile":{"domain":"É"},"seats":-1.5}"#,
        r#"{"id":"4","seats":null,"note":"say \"5\""}"#,
    ];
    let rows = rows.map(|row| {
        let row: Customer = serde_json::from_str(row).unwrap();
        Box::new(row) as Box<dyn Row>
    });
    rows.into()
}

fn ids(rows: &[Box<dyn Row>]) -> String {
    let ids = rows.iter().map(|row| {
        let position = row.names().iter().position(|name| *name == "id").unwrap();
        row.value(position)
            .text(&mut Vec::new())
            .unwrap()
            .to_owned()
    });
    ids.collect::<Vec<_>>().concat()
}

fn matching(condition: &str) -> String {
    let mut selection = Selection {
        condition: Some(Condition::new(condition, fields(), false).unwrap()),
        ..Selection::default()
    };
    ids(&selection.apply(rows()).unwrap())
}

#[test]
fn conditions_compare_values_by_their_type() {
    for (condition, expected) in [
        ("companyProfile.domain eq 'b.EXAMPLE'", "1"),
        ("COMPANYPROFILE.DOMAIN eq 'é'", "3"),
        ("contains(companyProfile.domain,'EXAMPLE')", "12"),
        ("companyProfile.domain lt 'b'", "2"),
        // A missing value is different from every value.
        ("companyProfile.domain ne 'a.example'", "134"),
        ("companyProfile.domain ge ''", "123"),
        ("seats gt 9007199254740992", "1"),
        ("seats eq 9007199254740992.0", "2"),
        ("seats lt -1 or seats eq 9007199254740993", "13"),
        ("seats ge '-1.5'", "123"),
        ("seats ne 5", "1234"),
        ("seats eq 'five'", ""),
        ("contains(seats,'99')", "12"),
        (
            "since eq cast('2026-02-01T01:00:00Z',Edm.DateTimeOffset)",
            "1",
        ),
        ("ok eq true", "2"),
        ("ok ne true", "134"),
        ("ok eq 'true'", ""),
        ("contains(note,'\"5')", "4"),
        ("id eq 1 and (seats gt 1 or ok eq true)", "1"),
        ("links.self.uri eq 'x'", ""),
    ] {
        assert_eq!(matching(condition), expected, "{condition}");
    }
}

#[test]
fn wrong_conditions_are_refused() {
    let fields = Operation::find("commercial_licenses_deployment")
        .unwrap()
        .fields;
    for (condition, text) in [
        ("licensesSold", "--where is invalid at column 13: "),
        ("licenseSold gt 5", "unknown column `licenseSold`"),
        ("licensesSold gt 'many'", "expected a number such as 5"),
        ("processedDateTime gt 5", "expected a date such as"),
        ("customerName eq true", "expected text in single quotes"),
        ("customerName.x eq 'a'", "has no parts"),
    ] {
        let failure = Condition::new(condition, fields, false).unwrap_err();
        assert_eq!(failure.exit, crate::failure::Exit::Usage);
        assert!(failure.summary().contains(text), "{condition}: {failure:?}");
    }
    for condition in [
        "licensesSold gt '5'",
        "processedDateTime ge '2026-01-31'",
        "contains(processedDateTime,'2026-01')",
        "newProperty eq 5 or newProperty eq true",
    ] {
        Condition::new(condition, fields, false).unwrap();
    }
    assert!(Condition::new("newProperty eq 5", fields, true).is_err());
}

#[test]
fn rows_are_sorted_by_several_columns_and_missing_values_come_last() {
    for (sort, limit, expected) in [
        ("seats", None, "3214"),
        ("-seats", None, "1234"),
        ("companyProfile.domain", None, "2134"),
        ("-ok,-id", None, "2431"),
        ("-seats", Some(2), "12"),
        ("+id", None, "1234"),
    ] {
        let mut selection = Selection {
            order: Some(Order::new(sort, fields(), false).unwrap()),
            limit: limit.map(|limit: u64| limit),
            ..Selection::default()
        };
        assert_eq!(ids(&selection.apply(rows()).unwrap()), expected, "{sort}");
    }
    for sort in ["", "id,", "-", "id,-id", "idd"] {
        assert!(Order::new(sort, fields(), false).is_err(), "{sort}");
    }
}
