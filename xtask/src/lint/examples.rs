//! Rules that validate examples and defaults against their schemas.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Lint;
use crate::spec::element::{Element, Kind, reference};
use crate::spec::{Spec, pointer};

/// Maximum number of reported errors per example.
const MOST: usize = 5;

pub(super) fn check(lint: &mut Lint<'_>) {
    for element in lint.elements.clone() {
        if element.reference().is_some() {
            continue;
        }
        match element.kind {
            Kind::Schema => {
                for (key, rule) in [("example", "example-valid"), ("default", "default-valid")] {
                    if let Some(value) = element.value.get(key) {
                        let at = pointer::join(&element.pointer, key);
                        validate(lint, rule, element.value, &at, value);
                    }
                }
            }
            Kind::MediaType | Kind::Parameter | Kind::Header => beside_schema(lint, &element),
            _ => {}
        }
    }
}

fn beside_schema(lint: &mut Lint<'_>, element: &Element<'_>) {
    let Some(schema) = element.value.get("schema") else {
        return;
    };
    if let Some(value) = element.value.get("example") {
        let at = pointer::join(&element.pointer, "example");
        validate(lint, "example-valid", schema, &at, value);
    }
    for child in element
        .children()
        .iter()
        .filter(|child| child.kind == Kind::Example)
    {
        let Some((at, example)) = lint.spec.resolve(&child.pointer) else {
            continue;
        };
        if let Some(value) = example.get("value") {
            validate(
                lint,
                "example-valid",
                schema,
                &pointer::join(&at, "value"),
                value,
            );
        }
    }
}

fn validate(lint: &mut Lint<'_>, rule: &'static str, schema: &Value, at: &str, value: &Value) {
    for (inside, what) in errors(lint.spec, schema, value) {
        lint.report(
            rule,
            format!("{at}{inside}"),
            what,
            match rule {
                "default-valid" => "the generator fails, or the generated default does not compile",
                _ => "readers copy it, the emulator returns it, and the generated type cannot decode it",
            },
            "correct the value, or the schema when the service really sends this",
        );
    }
}

/// Returns the problems of a value, each with a JSON pointer into it.
pub(super) fn errors(spec: &Spec, schema: &Value, value: &Value) -> Vec<(String, String)> {
    let mut root = convert(schema);
    let schemas: Map<String, Value> = needed(spec, schema)
        .into_iter()
        .filter_map(|name| {
            let at = pointer::join("/components/schemas", &name);
            Some((name, convert(spec.value.pointer(&at)?)))
        })
        .collect();
    if let Value::Object(root) = &mut root {
        root.insert("components".to_owned(), json!({ "schemas": schemas }));
    }
    let options = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true);
    match options.build(&root) {
        Ok(validator) => validator
            .iter_errors(value)
            .take(MOST)
            .map(|error| {
                (
                    error.instance_path().to_string(),
                    shortened(&error.to_string()),
                )
            })
            .collect(),
        Err(error) => {
            vec![(
                String::new(),
                format!("it cannot be checked, because its schema is invalid: {error}"),
            )]
        }
    }
}

/// Shortens a message, because it quotes the whole value, which may be a page of rows.
fn shortened(message: &str) -> String {
    const START: usize = 120;
    const END: usize = 80;
    let characters: Vec<char> = message.chars().collect();
    if characters.len() <= START + END {
        return message.replace('\n', " ");
    }
    let start = characters[..START].iter();
    let text: String = start
        .chain([' ', '…', ' '].iter())
        .chain(&characters[characters.len() - END..])
        .collect();
    text.replace('\n', " ")
}

/// Returns the names of the components that a schema refers to, directly or indirectly.
fn needed(spec: &Spec, schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let element = |value| Element {
        pointer: String::new(),
        kind: Kind::Schema,
        value,
    };
    let mut open = vec![element(schema)];
    while let Some(schema) = open.pop() {
        open.extend(schema.children());
        let name = schema
            .reference()
            .and_then(|target| target.strip_prefix("#/components/schemas/"));
        if let Some(name) = name
            && names.insert(name.to_owned())
        {
            let at = pointer::join("/components/schemas", name);
            open.extend(spec.value.pointer(&at).map(element));
        }
    }
    names
}

/// Converts a schema of OpenAPI 3.0 to JSON Schema 2020-12.
fn convert(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else {
        return schema.clone();
    };
    if let Some(target) = reference(schema) {
        return json!({ "$ref": target });
    }
    let mut converted = Map::new();
    for (key, value) in keywords {
        let value = match key.as_str() {
            "properties" => value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), convert(schema)))
                .collect(),
            "items" | "additionalProperties" | "not" => convert(value),
            "allOf" | "oneOf" | "anyOf" => value
                .as_array()
                .into_iter()
                .flatten()
                .map(convert)
                .collect(),
            "minimum" if keywords.get("exclusiveMinimum") == Some(&Value::Bool(true)) => {
                converted.insert("exclusiveMinimum".to_owned(), value.clone());
                continue;
            }
            "maximum" if keywords.get("exclusiveMaximum") == Some(&Value::Bool(true)) => {
                converted.insert("exclusiveMaximum".to_owned(), value.clone());
                continue;
            }
            "type" | "format" | "enum" | "required" | "minimum" | "maximum" | "multipleOf"
            | "minLength" | "maxLength" | "pattern" | "minItems" | "maxItems" | "uniqueItems"
            | "minProperties" | "maxProperties" => value.clone(),
            _ => continue,
        };
        converted.insert(key.clone(), value);
    }
    integer_range(&mut converted);
    if keywords.get("nullable") == Some(&Value::Bool(true)) {
        return json!({ "anyOf": [{ "type": "null" }, converted] });
    }
    Value::Object(converted)
}

/// Adds the range of an integer format.
fn integer_range(schema: &mut Map<String, Value>) {
    let (least, most) = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("int64") => (i64::MIN.into(), i64::MAX.into()),
        _ => return,
    };
    schema.entry("minimum").or_insert(least);
    schema.entry("maximum").or_insert(most);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors_of(schema: Value, value: Value) -> usize {
        let text = "openapi: 3.0.3\ninfo: { title: t, version: v1 }\npaths: {}\n";
        let spec = Spec::parse("t.yaml", text).unwrap();
        errors(&spec, &schema, &value).len()
    }

    #[test]
    fn keywords_of_openapi_3_0_are_converted() {
        let nullable = json!({ "type": "string", "nullable": true, "format": "uuid" });
        assert_eq!(errors_of(nullable.clone(), json!(null)), 0);
        assert_eq!(errors_of(nullable, json!("no uuid")), 1);
        let above = json!({ "type": "integer", "minimum": 0, "exclusiveMinimum": true });
        assert_eq!(errors_of(above.clone(), json!(0)), 1);
        assert_eq!(errors_of(above, json!(1)), 0);
        assert_eq!(
            errors_of(
                json!({ "type": "integer", "format": "int32" }),
                json!(1u64 << 40)
            ),
            1
        );
    }

    /// The check uses the schema as written, not the more tolerant decoding of the client.
    #[test]
    fn schemas_are_applied_as_they_are_written() {
        for (schema, value) in [
            (json!({ "type": "integer" }), json!("12")),
            (
                json!({ "type": "string", "format": "partner-center-id" }),
                json!(4711),
            ),
            (
                json!({ "type": "string", "pattern": "^[0-9-]+$" }),
                json!("yesterday"),
            ),
            (
                json!({ "type": "object", "properties": { "a": { "type": "string" } } }),
                json!({ "a": null }),
            ),
            (
                json!({
                    "type": "object",
                    "required": ["totalCount"],
                    "properties": { "totalCount": { "type": "integer", "x-aliases": ["TotalCount"] } },
                }),
                json!({ "TotalCount": 1 }),
            ),
        ] {
            assert_eq!(
                errors_of(schema.clone(), value.clone()),
                1,
                "{schema}: {value}"
            );
        }
    }

    #[test]
    fn messages_stay_short() {
        assert_eq!(shortened("1\n2"), "1 2");
        let long = shortened(&format!("{} is not of type \"array\"", "x".repeat(10_000)));
        assert_eq!(long.chars().count(), 203);
        assert!(long.ends_with("is not of type \"array\""), "{long}");
    }
}
