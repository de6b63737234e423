//! Round trips of the documented responses through the generated types.

use std::collections::BTreeMap;

use contract_tests::generated::cases::{OPERATIONS, TYPES};
use partner_center::{ApiError, Operation};
use serde_json::Value;
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

use crate::decoded::aliases;
use crate::documented::Documented;

#[test]
fn every_documented_response_survives_a_round_trip() {
    for (documented, case) in Documented::all().zip(OPERATIONS) {
        let id = documented.operation.id;
        assert_eq!(case.id, id);
        let written = (case.round_trip)(&documented.wire_body)
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        let mut differences = Vec::new();
        let [documented, written] =
            [&documented.response.body, &written].map(|text| serde_json::from_str(text).unwrap());
        let documented = with_names_of_the_spec(without_none(documented), &aliases());
        compare("", &documented, &written, &mut differences);
        assert!(
            differences.is_empty(),
            "{id} came back changed at {differences:?}"
        );
    }
}

/// The response of the first operation survives byte for byte: order, numbers, dates.
#[test]
fn the_first_documented_response_survives_byte_for_byte() {
    let id = "partner_licenses_deployment";
    let documented = Documented::of(Operation::find(id).unwrap());
    let case = OPERATIONS.iter().find(|case| case.id == id).unwrap();
    let written = (case.round_trip)(&documented.wire_body).unwrap();
    assert_eq!(written.as_bytes(), &documented.wire_body[3..]);
}

/// Every type decodes and encodes the examples of its properties in the spec.
#[test]
fn the_examples_of_every_type_survive_a_round_trip() {
    let spec = Spec::load(&workspace_root().join(SPEC_PATH)).unwrap();
    let schemas = &spec.value["components"]["schemas"];
    for case in TYPES {
        let Some(round_trip) = case.round_trip else {
            continue;
        };
        let example = example(&schemas[case.name], schemas, 0);
        let written = round_trip(example.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error} in {example}", case.name));
        let mut differences = Vec::new();
        let written = serde_json::from_str(&written).unwrap();
        compare("", &without_none(example), &written, &mut differences);
        assert!(
            differences.is_empty(),
            "{} came back changed at {differences:?}",
            case.name
        );
    }
}

/// Returns an object with the examples of all its properties.
fn example(schema: &Value, schemas: &Value, depth: usize) -> Value {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return example(
            &schemas[reference.rsplit('/').next().unwrap()],
            schemas,
            depth + 1,
        );
    }
    assert!(depth < 20, "a schema that contains itself");
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    // A reference with its own description, or a union.
    for parts in ["allOf", "oneOf"] {
        if let Some(first) = schema.get(parts).and_then(|parts| parts.get(0)) {
            return example(first, schemas, depth + 1);
        }
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => {
            let properties = schema["properties"].as_object().unwrap().iter();
            properties
                // An alias would be a second value of the same field.
                .filter(|(_, schema)| schema.get("x-alias-of").is_none())
                .map(|(name, schema)| (name.clone(), example(schema, schemas, depth + 1)))
                .collect()
        }
        Some("array") => Value::Array(vec![example(&schema["items"], schemas, depth + 1)]),
        Some("integer") => 7.into(),
        Some("number") => 0.5.into(),
        Some("boolean") => true.into(),
        _ if schema.get("format") == Some(&Value::from("partner-center-timestamp")) => {
            "2018-10-14T00:00:00".into()
        }
        _ => "text".into(),
    }
}

/// Every error example of the spec is decoded with its code and text.
#[test]
fn error_examples_are_decoded() {
    let spec = Spec::load(&workspace_root().join(SPEC_PATH)).unwrap();
    let mut seen = 0;
    for (name, response) in spec.value["components"]["responses"].as_object().unwrap() {
        let media = &response["content"]["application/json"];
        let named = media["examples"].as_object().into_iter().flatten();
        let examples = named.map(|(_, example)| &example["value"]);
        for example in examples.chain(media.get("example")) {
            let read = ApiError::from_body(example.to_string().as_bytes()).unwrap();
            let said = [&example["description"], &example["message"]];
            assert!(
                said.iter()
                    .any(|text| text.as_str() == read.description.as_deref()),
                "{name}: {example}"
            );
            let code = example.get("code").map(ToString::to_string);
            assert_eq!(read.code, code, "{name}: {example}");
            seen += 1;
        }
    }
    assert_eq!(seen, 14);
}

/// Removes the service's representations of no value, which are not encoded again (T51).
fn without_none(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value::{Array, Null, Object, String};

    let is_none = |value: &serde_json::Value| match value {
        Null => true,
        String(text) => text.trim().is_empty() || text.starts_with("0001-01-01"),
        _ => false,
    };
    match value {
        Object(object) => object
            .into_iter()
            .filter(|(name, value)| name == "@nextLink" || !is_none(value))
            .map(|(name, value)| (name, without_none(value)))
            .collect(),
        Array(items) => items.into_iter().map(without_none).collect(),
        value => value,
    }
}

/// Renames properties with another documented name to the name in the spec.
fn with_names_of_the_spec(value: Value, aliases: &BTreeMap<String, String>) -> Value {
    match value {
        Value::Object(properties) => properties
            .into_iter()
            .map(|(name, value)| {
                let name = aliases.get(&name).cloned().unwrap_or(name);
                (name, with_names_of_the_spec(value, aliases))
            })
            .collect(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| with_names_of_the_spec(item, aliases))
            .collect(),
        value => value,
    }
}

/// Asserts that two values are equal, and names the key of a difference.
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
        // `20` and `20.0` are the same number.
        (left, right) if left.is_number() && left.as_f64() == right.as_f64() => {}
        (left, right) => differences.push(format!("{path}: {left} became {right}")),
    }
}
