//! What schemars derives from a generated type is what the spec says of it.
//!
//! Compared are structure, names, types, formats, closed values and required properties.
//! Left out on both sides: words (titles, descriptions, examples), our own extensions,
//! limits and patterns, which no reader of a response enforces, and `null`, since a reader
//! accepts it for whatever is optional.

use contract_tests::generated::cases::TYPES;
use serde_json::{Map, Value, json};
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

#[test]
fn derived_schemas_equal_the_spec() {
    let spec = Spec::load(&workspace_root().join(SPEC_PATH)).unwrap();
    let schemas = &spec.value["components"]["schemas"];
    assert!(!TYPES.is_empty());
    for case in TYPES {
        let derived = (case.schema)();
        let derived = normal(&derived, &derived["components"]["schemas"]);
        let described = normal(&schemas[case.name], schemas);
        assert_eq!(
            serde_json::to_string_pretty(&derived).unwrap(),
            serde_json::to_string_pretty(&described).unwrap(),
            "`{}`: left is derived from the type, right is the spec",
            case.name
        );
    }
}

/// The comparable part of a schema, references resolved.
fn normal(schema: &Value, definitions: &Value) -> Value {
    let Value::Object(schema) = schema else {
        return schema.clone();
    };
    if let Some(Value::String(reference)) = schema.get("$ref") {
        let name = reference.rsplit('/').next().unwrap();
        return normal(&definitions[name], definitions);
    }
    if let Some(Value::Array(all)) = schema.get("allOf")
        && let [only] = all.as_slice()
    {
        return normal(only, definitions);
    }
    let mut kept = Map::new();
    for (key, value) in schema {
        let value = match key.as_str() {
            "type" => not_null(value),
            "format" | "enum" => value.clone(),
            "required" => sorted(value),
            "properties" => {
                let properties = value.as_object().unwrap().iter();
                properties
                    .map(|(name, value)| (name.clone(), normal(value, definitions)))
                    .collect()
            }
            "items" => normal(value, definitions),
            "oneOf" | "anyOf" => match only_not_null(value) {
                Some(only) => return normal(only, definitions),
                None if is_either(value, "integer", "string") => return text_or_number(value),
                None => Value::Array(
                    value
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|one| normal(one, definitions))
                        .collect(),
                ),
            },
            _ => continue,
        };
        kept.insert(key.clone(), value);
    }
    // Every object is open: the reader keeps what the spec does not name.
    if kept.get("type") == Some(&json!("object")) {
        kept.insert("additionalProperties".to_owned(), json!(true));
    }
    Value::Object(kept)
}

/// An optional reference is derived as "this or null".
fn only_not_null(alternatives: &Value) -> Option<&Value> {
    let mut rest = alternatives.as_array()?.iter().filter(|one| {
        one.get("type") != Some(&json!("null")) && one.get("enum") != Some(&json!([null]))
    });
    let only = rest.next()?;
    rest.next().is_none().then_some(only)
}

/// Whether there are two alternatives, of these types.
fn is_either(alternatives: &Value, one: &str, other: &str) -> bool {
    let mut kinds: Vec<&str> = alternatives
        .as_array()
        .into_iter()
        .flatten()
        .map(|alternative| alternative["type"].as_str().unwrap_or_default())
        .collect();
    kinds.sort_unstable();
    kinds == [one, other]
}

/// A number that may come as text is a count, text that may come as a number is an id: text
/// with a pattern holds a number.
fn text_or_number(alternatives: &Value) -> Value {
    let mut alternatives = alternatives.as_array().into_iter().flatten();
    match alternatives.any(|alternative| alternative.get("pattern").is_some()) {
        true => json!({ "type": "integer", "format": "int64" }),
        false => json!({ "type": "string", "format": "partner-center-id" }),
    }
}

/// An optional property is derived as "text or null".
fn not_null(kind: &Value) -> Value {
    match kind.as_array().map(|kinds| {
        kinds
            .iter()
            .filter(|kind| **kind != json!("null"))
            .collect::<Vec<_>>()
    }) {
        Some(kinds) if kinds.len() == 1 => kinds[0].clone(),
        _ => kind.clone(),
    }
}

fn sorted(names: &Value) -> Value {
    let mut names: Vec<String> = serde_json::from_value(names.clone()).unwrap();
    names.sort();
    json!(names)
}
