//! The documented responses as the generated types decode them.
//!
//! Each documented property is compared with the typed field it was decoded into: name,
//! value and order. An unknown property is in `additional_properties`, so a round trip would not
//! detect it.

use std::collections::BTreeMap;

use contract_tests::generated::cases::{OPERATIONS, TYPES};
use contract_tests::view::{Decoded, joined};
use indexmap::IndexMap;
use serde_json::Value;
use serde_json::value::RawValue;
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

use crate::documented::Documented;

/// Snapshot of every decoded documented response, one line per property.
#[test]
fn decoded_responses() {
    for (documented, decoded) in responses() {
        let name = documented.name.replace('/', "__");
        insta::with_settings!({ omit_expression => true, snapshot_suffix => name }, {
            insta::assert_snapshot!(decoded.to_string());
        });
    }
}

/// Snapshot of the JSON Schema of every operation's row type, without the descriptions.
#[test]
fn row_schemas() {
    for case in OPERATIONS {
        let row = TYPES.iter().find(|known| known.name == case.row).unwrap();
        let schema = without_words((row.schema)());
        insta::with_settings!({ omit_expression => true, snapshot_suffix => case.id }, {
            insta::assert_snapshot!(serde_json::to_string_pretty(&schema).unwrap());
        });
    }
}

/// Every property of every documented response is in a typed field with its value, and the
/// fields are in the documented order.
#[test]
fn documented_properties_are_decoded() {
    let aliases = aliases();
    let mut differences = Vec::new();
    for (documented, decoded) in responses() {
        let leaves = leaves(&documented.response.body, &aliases);
        for difference in compare(&leaves, &decoded) {
            differences.push(format!("{}: {difference}", documented.name));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The comparison reports each kind of difference: name, value, order, missing field.
#[test]
fn damaged_responses_are_reported() {
    let (documented, decoded) = responses().remove(0);
    let body = &documented.response.body;
    assert_eq!(documented.name, "azure_usage");
    for (from, to, expected) in [
        (
            "\"meterUnit\": \"10,000s\"",
            "\"meterUnits\": \"10,000s\"",
            "`Value[0].meterUnits` is documented as \"10,000s\", decoded as nothing: no typed field has this property",
        ),
        (
            "\"quantity\": 22.5",
            "\"quantity\": 23",
            "`Value[1].quantity` is documented as 23, decoded as number 22.5",
        ),
        (
            "\"customerName\": \"A\",",
            "",
            "`Value[0].customerName` is not documented, decoded as text \"A\"",
        ),
        (
            "\"TotalCount\": 2",
            "\"TotalCount\": null",
            "`TotalCount` is documented as null, decoded as integer 2",
        ),
    ] {
        let leaves = leaves(&body.replacen(from, to, 1), &BTreeMap::new());
        let differences = compare(&leaves, &decoded);
        assert!(
            differences.iter().any(|text| text == expected),
            "{differences:?}"
        );
    }
    let mut leaves = leaves(body, &BTreeMap::new());
    leaves.swap(1, 2);
    assert_eq!(
        compare(&leaves, &decoded),
        [
            "`Value[0].customerName` is documented after `Value[0].subscriptionId`, decoded before it"
        ]
    );
}

/// Returns every documented response, decoded, sorted by name.
fn responses() -> Vec<(Documented, Decoded)> {
    let all = Documented::all_with_variants().into_iter();
    let responses = all.map(|documented| {
        let id = documented.operation.id;
        let case = OPERATIONS.iter().find(|case| case.id == id).unwrap();
        let decoded = (case.decode)(&documented.wire_body)
            .unwrap_or_else(|error| panic!("{}: {error}", documented.name));
        (documented, decoded)
    });
    responses.collect()
}

/// Documented scalar value with its path.
struct Leaf {
    path: String,
    value: Value,
}

/// Flattens a documented body in its own order, which `Value` would not keep. Properties with
/// another documented name get the path of the name in the spec.
fn collect(at: &str, json: &RawValue, aliases: &BTreeMap<String, String>, into: &mut Vec<Leaf>) {
    let value: Value = serde_json::from_str(json.get()).unwrap();
    match value {
        Value::Object(properties) if !properties.is_empty() => {
            let properties: IndexMap<String, &RawValue> = serde_json::from_str(json.get()).unwrap();
            for (name, value) in properties {
                let name = aliases.get(&name).unwrap_or(&name);
                collect(&joined(at, name), value, aliases, into);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let items: Vec<&RawValue> = serde_json::from_str(json.get()).unwrap();
            for (index, item) in items.into_iter().enumerate() {
                collect(&format!("{at}[{index}]"), item, aliases, into);
            }
        }
        value => into.push(Leaf {
            path: at.to_owned(),
            value,
        }),
    }
}

/// Returns every value of a documented body, in order.
fn leaves(body: &str, aliases: &BTreeMap<String, String>) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    collect(
        "",
        serde_json::from_str(body).unwrap(),
        aliases,
        &mut leaves,
    );
    leaves
}

/// Returns the differences between documented values and decoded properties.
fn compare(documented: &[Leaf], decoded: &Decoded) -> Vec<String> {
    let mut differences = Vec::new();
    let mut last: Option<(usize, &str)> = None;
    for Leaf { path, value } in documented {
        let position = decoded
            .properties
            .iter()
            .position(|property| property.path == *path);
        let Some(position) = position else {
            differences.push(format!(
                "`{path}` is documented as {value}, decoded as nothing: no typed field has this property"
            ));
            continue;
        };
        let property = &decoded.properties[position];
        if property.value != expected(property.kind, value) {
            let found = match &property.value {
                Some(text) => format!("{} {text}", property.kind),
                None => format!("{} without a value", property.kind),
            };
            differences.push(format!(
                "`{path}` is documented as {value}, decoded as {found}"
            ));
        }
        if let Some((before, earlier)) = last
            && position < before
        {
            differences.push(format!(
                "`{path}` is documented after `{earlier}`, decoded before it"
            ));
        }
        last = Some((position, path));
    }
    for property in &decoded.properties {
        let is_documented = documented.iter().any(|leaf| leaf.path == property.path);
        // A missing list is decoded as an empty list.
        let is_absent_list = property.kind == "list" && property.value.as_deref() == Some("[]");
        if let (Some(value), false) = (&property.value, is_documented || is_absent_list) {
            differences.push(format!(
                "`{}` is not documented, decoded as {} {value}",
                property.path, property.kind
            ));
        }
    }
    differences.extend(
        decoded
            .unknown
            .iter()
            .map(|path| format!("`{path}` is in `additional_properties`, in no typed field")),
    );
    differences
}

/// Returns the decoded text of a documented value, by the type of the field. `None` for the four
/// documented representations of no value (T51).
pub(crate) fn expected(kind: &str, value: &Value) -> Option<String> {
    match (kind, value) {
        (_, Value::Null) => None,
        (_, Value::String(text)) if text.trim().is_empty() => None,
        ("timestamp", Value::String(text)) if text.starts_with("0001-01-01") => None,
        ("timestamp" | "integer", Value::String(text)) => Some(text.clone()),
        ("identifier", Value::Number(number)) => Some(format!("\"{number}\"")),
        ("number", Value::Number(number)) => Some(number.to_string()),
        (_, Value::String(text)) => Some(format!("{text:?}")),
        (_, value) => Some(value.to_string()),
    }
}

/// Returns other documented names of properties, each with the name in the spec.
pub(crate) fn aliases() -> BTreeMap<String, String> {
    let spec = Spec::load(&workspace_root().join(SPEC_PATH)).unwrap();
    let schemas = spec.value["components"]["schemas"].as_object().unwrap();
    let properties = schemas
        .values()
        .filter_map(|schema| schema["properties"].as_object())
        .flatten();
    properties
        .filter_map(|(name, property)| {
            let of = property["x-alias-of"].as_str()?;
            Some((name.clone(), of.to_owned()))
        })
        .collect()
}

/// Returns a schema without titles, descriptions and examples, which are reviewed in the spec.
fn without_words(schema: Value) -> Value {
    match schema {
        Value::Object(keywords) => keywords
            .into_iter()
            .filter(|(key, value)| {
                !(matches!(key.as_str(), "description" | "title") && value.is_string())
            })
            .map(|(key, value)| (key, without_words(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_words).collect(),
        value => value,
    }
}
