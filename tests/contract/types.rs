//! Every generated type reads and writes the documented answers without loss.

use contract_tests::generated::cases::OPERATIONS;

use crate::documented::Documented;

#[test]
fn every_documented_answer_survives_its_type() {
    for (documented, case) in Documented::all().zip(OPERATIONS) {
        let id = documented.operation.id;
        assert_eq!(case.id, id);
        let written = (case.round_trip)(&documented.wire_body)
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        let mut differences = Vec::new();
        let [documented, written] =
            [&documented.response.body, &written].map(|text| serde_json::from_str(text).unwrap());
        compare("", &documented, &written, &mut differences);
        assert!(
            differences.is_empty(),
            "{id} came back changed at {differences:?}"
        );
    }
}

/// The answer of the first operation comes back byte for byte: order, numbers, dates.
#[test]
fn the_first_documented_answer_survives_byte_for_byte() {
    let documented = Documented::of(&partner_center::OPERATIONS[0]);
    let written = (OPERATIONS[0].round_trip)(&documented.wire_body).unwrap();
    assert_eq!(written.as_bytes(), &documented.wire_body[3..]);
}

/// Says at which key two values differ.
fn compare(
    path: &str,
    left: &serde_json::Value,
    right: &serde_json::Value,
    differences: &mut Vec<String>,
) {
    use serde_json::Value::{Array, Object};

    match (left, right) {
        (Object(left), Object(right)) => {
            for key in left
                .keys()
                .chain(right.keys().filter(|key| !left.contains_key(*key)))
            {
                match (left.get(key), right.get(key)) {
                    (Some(left), Some(right)) => {
                        compare(&format!("{path}.{key}"), left, right, differences);
                    }
                    (Some(_), None) => differences.push(format!("{path}.{key} is lost")),
                    (None, _) => differences.push(format!("{path}.{key} is new")),
                }
            }
        }
        (Array(left), Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                compare(&format!("{path}[{index}]"), left, right, differences);
            }
        }
        (left, right) if left == right => {}
        (left, right) => differences.push(format!("{path}: {left} became {right}")),
    }
}
