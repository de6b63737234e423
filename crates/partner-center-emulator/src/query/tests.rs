//! Queries over stored rows with known results.

use partner_center_catalog::{Field, FieldKind, Operation};
use serde_json::{Value, json};

use super::*;
use crate::data::stored::StoredTable;

static OPERATION: Operation = Operation::new("sales", "GET", "/sales")
    .with_response(
        partner_center_catalog::ResponseShape::Page,
        &[
            Field::new("name", FieldKind::Text, ""),
            Field::new("id", FieldKind::Guid, ""),
            Field::new("date", FieldKind::Timestamp, ""),
            Field::new("paid", FieldKind::Boolean, ""),
            Field::new("count", FieldKind::Count, ""),
            Field::new("amount", FieldKind::Number, ""),
        ],
    )
    .with_measures(&["count", "amount"]);

fn table() -> StoredTable {
    let id = |last: u8| format!("0112A436-B14E-4888-967B-CA4BB2CF12{last:02X}");
    let rows = json!([
        { "name": "a", "id": id(1), "date": "2018-01-01T00:00:00", "paid": true, "count": 1, "amount": 0.5 },
        { "name": "B", "id": id(2), "date": "2018-01-08T12:30:00.5", "paid": false, "count": 2, "amount": 2 },
        { "name": "a", "id": id(3), "date": "2018-02-01", "paid": true, "count": 4, "amount": "0.25" },
        { "name": null, "id": id(4), "date": null, "paid": null, "count": 8 },
        { "name": "it's \"b\"", "id": id(5), "date": "2018-01-09T00:00:00", "paid": false, "count": 16, "amount": 0.000_001 },
    ]);
    let mut table = StoredTable::new(&OPERATION);
    for row in rows.as_array().unwrap() {
        table.push(&OPERATION, row.as_object().unwrap()).unwrap();
    }
    table.finish();
    table
}

fn counts(filter: &str, rules: Rules) -> Vec<i64> {
    let filter: FilterExpression = filter.parse().unwrap();
    let query = Query {
        filter: Some(&filter),
        top: usize::MAX,
        ..Query::default()
    };
    let rows = run(&table(), &query, rules);
    let read = read(&rows);
    assert_eq!((rows.count, rows.total), (read.len(), read.len()));
    read.iter()
        .map(|row| row["count"].as_i64().unwrap())
        .collect()
}

fn read(rows: &Rows) -> Vec<Value> {
    serde_json::from_str(&format!("[{}]", rows.json)).unwrap()
}

#[test]
fn filters_select_rows() {
    for (filter, expected) in [
        ("name eq 'a'", &[1, 4][..]),
        ("name eq 'A'", &[]),
        ("name ne 'a'", &[2, 8, 16]),
        ("NAME eq 'it''s \"b\"'", &[16]),
        ("contains(name,'b')", &[16]),
        ("contains(name,'')", &[1, 2, 4, 16]),
        ("id eq '0112a436-b14e-4888-967b-ca4bb2cf1202'", &[2]),
        ("date eq '2018-01-01'", &[1]),
        (
            "date ge cast('2018-01-08T12:30:00.5',Edm.DateTimeOffset)",
            &[2, 4, 16],
        ),
        ("date gt '2018-01-08T12:30:00.5'", &[4, 16]),
        ("date lt '2018-01-08T14:30:00.5+02:00'", &[1]),
        ("date le '2018-01-08T14:30:00.5+02:00'", &[1, 2]),
        ("date ne '2018-01-01'", &[2, 4, 8, 16]),
        ("paid eq true", &[1, 4]),
        ("paid ne true", &[2, 8, 16]),
        ("count gt 2", &[4, 8, 16]),
        ("count le 2", &[1, 2]),
        ("amount eq 0.5", &[1]),
        ("amount lt 0.25", &[8, 16]),
        ("name eq 'a' and paid eq true and count lt 3", &[1]),
        ("name eq 'a' or count eq 2 and paid eq true", &[1, 4]),
        ("(name eq 'a' or count eq 2) and paid eq false", &[2]),
    ] {
        assert_eq!(counts(filter, Rules::default()), expected, "{filter}");
    }
}

#[test]
fn text_is_case_insensitive_where_the_operation_says_so() {
    let rules = Rules {
        ignores_case: true,
        ..Rules::default()
    };
    assert_eq!(counts("name eq 'A'", rules), [1, 4]);
    assert_eq!(counts("name ne 'b'", rules), [1, 4, 8, 16]);
    assert_eq!(counts("contains(name,'B')", rules), [2, 16]);
}

#[test]
fn pages_have_the_total_of_all_pages() {
    let filter: FilterExpression = "count gt 1".parse().unwrap();
    for (filter, top, skip, expected, total) in [
        (None, 2, 0, &[1, 2][..], 5),
        (None, 2, 4, &[16], 5),
        (None, 2, 5, &[], 5),
        (None, usize::MAX, usize::MAX, &[], 5),
        (Some(&filter), 2, 1, &[4, 8], 4),
        (Some(&filter), 10, 3, &[16], 4),
    ] {
        let query = Query {
            filter,
            top,
            skip,
            ..Query::default()
        };
        let rows = run(&table(), &query, Rules::default());
        let counts: Vec<i64> = read(&rows)
            .iter()
            .map(|row| row["count"].as_i64().unwrap())
            .collect();
        assert_eq!((counts.as_slice(), rows.total), (expected, total));
    }
}

#[test]
fn rows_are_ordered_by_several_fields_and_stay_stable() {
    let ordered = |order_by: Vec<(&'static str, bool)>, top, skip| {
        let query = Query {
            order_by,
            top,
            skip,
            ..Query::default()
        };
        let rows = run(&table(), &query, Rules::default());
        assert_eq!(rows.total, 5);
        read(&rows)
            .iter()
            .map(|row| row["count"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(ordered(vec![("name", false)], 10, 0), [8, 2, 1, 4, 16]);
    assert_eq!(ordered(vec![("name", true)], 10, 0), [16, 1, 4, 2, 8]);
    assert_eq!(
        ordered(vec![("name", false), ("date", true)], 10, 0),
        [8, 2, 4, 1, 16]
    );
    assert_eq!(ordered(vec![("count", true)], 2, 1), [8, 4]);
    assert_eq!(ordered(vec![("amount", false)], 1, 0), [8]);
}

#[test]
fn groups_have_sums_and_merge_equal_values() {
    let grouped = |group_by: Vec<&'static str>, level, order_by, rules| {
        let query = Query {
            group_by,
            measures: OPERATION.measures,
            level,
            order_by,
            top: usize::MAX,
            ..Query::default()
        };
        run(&table(), &query, rules).json
    };
    assert_eq!(
        grouped(vec!["paid"], Level::Day, vec![], Rules::default()),
        r#"{"paid":null,"count":8,"amount":0},{"paid":false,"count":18,"amount":2.000001},{"paid":true,"count":5,"amount":0.75}"#
    );
    assert_eq!(
        grouped(
            vec!["date"],
            Level::Month,
            vec![("date", true)],
            Rules::default()
        ),
        r#"{"date":"2018-02-01","count":4,"amount":0.25},{"date":"2018-01-01T00:00:00","count":19,"amount":2.500001},{"date":null,"count":8,"amount":0}"#
    );
    let as_text = Rules {
        group_counts_are_text: true,
        ..Rules::default()
    };
    assert_eq!(
        grouped(
            vec!["name", "paid"],
            Level::Day,
            vec![("count", true)],
            as_text
        ),
        r#"{"name":"it's \"b\"","paid":false,"count":"16","amount":0.000001},{"name":null,"paid":null,"count":"8","amount":0},{"name":"a","paid":true,"count":"5","amount":0.75},{"name":"B","paid":false,"count":"2","amount":2}"#
    );
}

#[test]
fn bad_rows_are_refused_whole() {
    let mut table = StoredTable::new(&OPERATION);
    for (row, problem) in [
        (
            json!({ "nme": "a" }),
            "sales has no property `nme`; did you mean `name`?",
        ),
        (
            json!({ "date": "yesterday" }),
            "the value of `date` is \"yesterday\", not a date such as 2018-05-30 or 2018-05-30T00:00:00",
        ),
        (
            json!({ "count": 1.5 }),
            "the value of `count` is 1.5, not a whole number",
        ),
        (
            json!({ "amount": "0.0000001" }),
            "the value of `amount` is \"0.0000001\", not a number with at most six decimals",
        ),
        (
            json!({ "paid": "maybe" }),
            "the value of `paid` is \"maybe\", not true or false",
        ),
        (
            json!({ "id": "1" }),
            "the value of `id` is \"1\", not a GUID",
        ),
        (
            json!({ "name": [1] }),
            "the value of `name` is [1], not text",
        ),
    ] {
        assert_eq!(
            table.push(&OPERATION, row.as_object().unwrap()),
            Err(problem.to_owned())
        );
    }
    assert_eq!(table.row_count(), 0);
}
