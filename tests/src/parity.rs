//! Comparison of schemas derived from types with those of the spec.
//!
//! It compares structure, names, types, formats, closed values and required properties. It
//! ignores text (titles, descriptions, examples), private extensions, limits and patterns, which
//! decoding does not enforce, and `null`, which decoding accepts for every optional property.

use serde_json::{Map, Value, json};

use crate::cases::TypeCase;

/// Returns the types whose derived schema differs from that in `schemas`, with both schemas.
pub fn differences(types: &[TypeCase], schemas: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    for case in types {
        let derived = (case.schema)();
        let derived = normal(&derived, &derived["components"]["schemas"], &[case.name]);
        let described = normal(&schemas[case.name], schemas, &[case.name]);
        if derived != described {
            differences.push(format!(
                "`{}`: derived from the type is {derived:#}, the spec has {described:#}",
                case.name
            ));
        }
    }
    differences
}

/// Returns the comparable part of a schema with resolved references; a recursive type becomes its
/// name. `within` are the enclosing types.
fn normal(schema: &Value, definitions: &Value, within: &[&str]) -> Value {
    let Value::Object(schema) = schema else {
        return schema.clone();
    };
    if let Some(Value::String(reference)) = schema.get("$ref") {
        // The root of a derived schema is the type itself.
        let name = match reference.as_str() {
            "#" => within[0],
            reference => reference.rsplit('/').next().unwrap(),
        };
        if within.contains(&name) {
            return json!({ "$ref": name });
        }
        return normal(&definitions[name], definitions, &[within, &[name]].concat());
    }
    if let Some(Value::Array(all)) = schema.get("allOf")
        && let [only] = all.as_slice()
    {
        return normal(only, definitions, within);
    }
    let mut kept = Map::new();
    for (key, value) in schema {
        let value = match key.as_str() {
            "type" => not_null(value),
            "format" | "enum" => value.clone(),
            "required" => required(value, schema.get("properties")),
            "properties" => {
                let properties = value.as_object().unwrap().iter();
                properties
                    // An alias of a property has no separate field.
                    .filter(|(_, value)| value.get("x-alias-of").is_none())
                    .map(|(name, value)| (name.clone(), normal(value, definitions, within)))
                    .collect()
            }
            "items" => normal(value, definitions, within),
            "oneOf" | "anyOf" => match only_not_null(value) {
                Some(only) => return normal(only, definitions, within),
                None if is_either(value, "integer", "string") => return text_or_number(value),
                None => Value::Array(
                    value
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|one| normal(one, definitions, within))
                        .collect(),
                ),
            },
            _ => continue,
        };
        kept.insert(key.clone(), value);
    }
    // Every number with a fraction has the same type.
    if kept.get("type") == Some(&json!("number")) {
        kept.remove("format");
    }
    // Every object is open, because decoding keeps unknown properties.
    if kept.get("type") == Some(&json!("object")) {
        kept.insert("additionalProperties".to_owned(), json!(true));
    }
    Value::Object(kept)
}

/// Returns the type of "this or null", which is derived for an optional reference.
fn only_not_null(alternatives: &Value) -> Option<&Value> {
    let mut rest = alternatives.as_array()?.iter().filter(|one| {
        one.get("type") != Some(&json!("null")) && one.get("enum") != Some(&json!([null]))
    });
    let only = rest.next()?;
    rest.next().is_none().then_some(only)
}

/// Returns whether there are two alternatives, of these types.
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

/// Distinguishes counts (numbers also sent as text) from ids (text also sent as numbers): in a
/// count, the text has a pattern.
fn text_or_number(alternatives: &Value) -> Value {
    let mut alternatives = alternatives.as_array().into_iter().flatten();
    match alternatives.any(|alternative| alternative.get("pattern").is_some()) {
        true => json!({ "type": "integer", "format": "int64" }),
        false => json!({ "type": "string", "format": "partner-center-id" }),
    }
}

/// Returns the type of "text or null", which is derived for an optional property.
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

/// Returns the required properties, sorted. A property that may be `null` is derived as optional.
fn required(names: &Value, properties: Option<&Value>) -> Value {
    let is_nullable = |name: &String| {
        let property = properties.and_then(|properties| properties.get(name));
        property.and_then(|property| property.get("nullable")) == Some(&json!(true))
    };
    let mut names: Vec<String> = serde_json::from_value(names.clone()).unwrap();
    names.retain(|name| !is_nullable(name));
    names.sort();
    json!(names)
}
