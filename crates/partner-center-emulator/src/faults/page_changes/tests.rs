use super::*;
use crate::faults::fault::Fault;

const VALUE: &str = concat!(
    r#"{"Value": [{"b":1.50,"a":"x"},{"b":2e3}], "@nextLink": "usage?skip=2&top=2","#,
    r#" "TotalCount":5}"#
);

const ITEMS: &str = concat!(
    r#"{"totalCount":2,"items":[{"id":10.0},{"id":20}],"links":{"self":{"uri":"/customers?size=2","#,
    r#""method":"GET","headers":[]},"next":{"uri":"/customers?size=2&seekOperation=Next","#,
    r#""method":"GET","headers":[{"key":"MS-ContinuationToken","value":"abc"}]}},"#,
    r#""attributes":{"objectType":"Collection"}}"#
);

fn changed_with(fault: &Fault, body: &str, previous: &[&str]) -> Option<String> {
    let uri = "/partner/v1/analytics/usage?top=2&skip=0".parse().unwrap();
    let token = HeaderValue::from_static("t0");
    let previous: Vec<_> = previous
        .iter()
        .map(|row| RawValue::from_string((*row).to_owned()).unwrap())
        .collect();
    let request = PageRequest {
        uri: &uri,
        token: Some(&token),
        previous_rows: &previous,
    };
    let body = change(&fault.kind, body.as_bytes(), request)?;
    Some(String::from_utf8(body).unwrap())
}

fn changed(fault: &Fault, body: &str) -> Option<String> {
    changed_with(fault, body, &[])
}

#[test]
fn next_links_are_replaced_in_both_formats() {
    assert_eq!(
        changed(&Fault::repeated_next_link(), VALUE).unwrap(),
        concat!(
            r#"{"Value":[{"b":1.50,"a":"x"},{"b":2e3}],"#,
            r#""@nextLink":"usage?top=2&skip=0","TotalCount":5}"#
        )
    );
    let foreign = Fault::foreign_next_link("https://fabrikam.example/v9/");
    let foreign_value = changed(&foreign, VALUE).unwrap();
    assert!(
        foreign_value.contains(r#""@nextLink":"https://fabrikam.example/v9/usage?skip=2&top=2""#)
    );

    let repeated = changed(&Fault::repeated_next_link(), ITEMS).unwrap();
    assert!(
        repeated.contains(concat!(
            r#""next":{"uri":"/customers?size=2","method":"GET","#,
            r#""headers":[{"key":"MS-ContinuationToken","value":"t0"}]}"#
        )),
        "{repeated}"
    );
    let foreign = changed(&foreign, ITEMS).unwrap();
    assert!(
        foreign.contains(concat!(
            r#""next":{"uri":"https://fabrikam.example/customers?size=2&seekOperation=Next","#,
            r#""method":"GET","headers":[{"key":"MS-ContinuationToken","value":"abc"}]}"#
        )),
        "{foreign}"
    );
}

#[test]
fn rows_are_repeated_or_removed_with_their_digits() {
    let duplicate = Fault::duplicate_rows(1);
    for (body, rows) in [
        (VALUE, r#""Value":[{"p":1.0},{"b":1.50,"a":"x"},{"b":2e3}]"#),
        (ITEMS, r#""items":[{"p":1.0},{"id":10.0},{"id":20}]"#),
    ] {
        let changed = changed_with(&duplicate, body, &[r#"{"o":0}"#, r#"{"p":1.0}"#]).unwrap();
        assert!(changed.contains(rows), "{changed}");
    }
    let unknown = changed(&duplicate, VALUE).unwrap();
    assert!(unknown.contains(r#""Value":[{"b":1.50,"a":"x"},{"b":1.50,"a":"x"},{"b":2e3}]"#));
    let few = changed_with(&Fault::duplicate_rows(9), VALUE, &["{}"]).unwrap();
    assert!(few.contains(r#""Value":[{},{"b":1.50"#), "{few}");

    let missing = changed(&Fault::missing_rows(1), ITEMS).unwrap();
    assert!(
        missing.starts_with(r#"{"totalCount":2,"items":[{"id":20}],"#),
        "{missing}"
    );
    let missing = changed(&Fault::missing_rows(100), VALUE).unwrap();
    assert!(missing.starts_with(r#"{"Value":[],"#), "{missing}");
}

#[test]
fn fields_drift_in_rows_and_in_single_objects() {
    for (fault, expected) in [
        (
            Fault::renamed_field("b", "c"),
            r#"[{"c":1.50,"a":"x"},{"c":2e3}]"#,
        ),
        (Fault::removed_field("a"), r#"[{"b":1.50},{"b":2e3}]"#),
        (
            Fault::added_field("z", "\""),
            r#"[{"b":1.50,"a":"x","z":"\""},{"b":2e3,"z":"\""}]"#,
        ),
        (
            Fault::retyped_field("b"),
            r#"[{"b":"1.50","a":"x"},{"b":"2e3"}]"#,
        ),
        (Fault::retyped_field("a"), r#"[{"b":1.50,"a":0},{"b":2e3}]"#),
        (
            "fieldDrift,change=changeType,field=b,type=object"
                .parse()
                .unwrap(),
            r#"[{"b":{"value":1.50},"a":"x"},{"b":{"value":2e3}}]"#,
        ),
        (
            "fieldDrift,change=rename,field=a".parse().unwrap(),
            r#"[{"b":1.50,"aV2":"x"},{"b":2e3}]"#,
        ),
    ] {
        let changed = changed(&fault, VALUE).unwrap();
        assert!(changed.contains(expected), "{fault}: {changed}");
    }
    let single = changed(&Fault::removed_field("id"), r#"{"id":1,"x":2}"#);
    assert_eq!(single.as_deref(), Some(r#"{"x":2}"#));
    assert_eq!(changed(&Fault::removed_field("y"), VALUE), None);
}

#[test]
fn bodies_without_the_part_are_not_changed() {
    for body in [
        "",
        "[]",
        "{",
        "null",
        r#"{"code":400}"#,
        r#"{"items":3}"#,
        r#"{"items":[],"totalCount":0}"#,
        "\u{feff}",
    ] {
        for fault in [
            Fault::repeated_next_link(),
            Fault::foreign_next_link("https://fabrikam.example/"),
            Fault::duplicate_rows(1),
            Fault::missing_rows(1),
            Fault::removed_field("x"),
        ] {
            assert_eq!(changed(&fault, body), None, "{fault}: {body}");
        }
    }
}

#[test]
fn byte_order_marks_are_kept_added_and_removed() {
    let marked = format!("\u{feff}{VALUE}");
    let changed = changed(&Fault::missing_rows(1), &marked).unwrap();
    assert!(changed.starts_with("\u{feff}{"));
    assert_eq!(with_mark(VALUE.as_bytes(), true), marked.as_bytes());
    assert_eq!(with_mark(marked.as_bytes(), true), marked.as_bytes());
    assert_eq!(with_mark(marked.as_bytes(), false), VALUE.as_bytes());
    assert_eq!(rows(marked.as_bytes()).unwrap().len(), 2);
}
