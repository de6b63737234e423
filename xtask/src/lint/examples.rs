//! Examples and defaults must be what their schema says.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Lint;
use crate::spec::element::{Element, Kind, reference};
use crate::spec::{Spec, pointer};

/// How many errors of one example are reported.
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
                _ => "readers copy it, the emulator answers it, and the generated type cannot read it",
            },
            "correct the value, or the schema when the service really sends this",
        );
    }
}

/// What is wrong with a value, each with a JSON pointer into it.
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
        .should_ignore_unknown_formats(true)
        .with_format("partner-center-timestamp", is_timestamp);
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
                format!("it cannot be checked, its schema is not sound: {error}"),
            )]
        }
    }
}

/// The messages quote the whole value, which may be a page of rows.
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

/// Names of the components that a schema refers to, directly or not.
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

/// A schema of OpenAPI 3.0 in the terms of JSON Schema 2020-12.
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
            "properties" => members(value, keywords.get("required")),
            "items" | "additionalProperties" | "not" => convert(value),
            "allOf" | "oneOf" | "anyOf" => value
                .as_array()
                .into_iter()
                .flatten()
                .map(convert)
                .collect(),
            "required" => {
                converted.insert("allOf".to_owned(), required(value, keywords));
                continue;
            }
            "minimum" if keywords.get("exclusiveMinimum") == Some(&Value::Bool(true)) => {
                converted.insert("exclusiveMinimum".to_owned(), value.clone());
                continue;
            }
            "maximum" if keywords.get("exclusiveMaximum") == Some(&Value::Bool(true)) => {
                converted.insert("exclusiveMaximum".to_owned(), value.clone());
                continue;
            }
            "type" | "format" | "enum" | "minimum" | "maximum" | "multipleOf" | "minLength"
            | "maxLength" | "pattern" | "minItems" | "maxItems" | "uniqueItems"
            | "minProperties" | "maxProperties" => value.clone(),
            _ => continue,
        };
        match converted.get_mut(key).and_then(Value::as_array_mut) {
            Some(list) => list.extend(value.as_array().into_iter().flatten().cloned()),
            None => {
                converted.insert(key.clone(), value);
            }
        }
    }
    tolerant(&mut converted);
    if keywords.get("nullable") == Some(&Value::Bool(true)) {
        return json!({ "anyOf": [{ "type": "null" }, converted] });
    }
    Value::Object(converted)
}

/// Properties, each also under the other names that the client reads it by. One that
/// need not be there may also be `null`: the service has several ways to say "none".
fn members(properties: &Value, required: Option<&Value>) -> Value {
    let mut converted = Map::new();
    for (name, schema) in properties.as_object().into_iter().flatten() {
        let is_required = required
            .and_then(Value::as_array)
            .is_some_and(|names| names.iter().any(|required| required == name));
        let value = match is_required {
            true => convert(schema),
            false => json!({ "anyOf": [convert(schema), { "type": "null" }] }),
        };
        for alias in aliases(schema) {
            converted
                .entry(alias.to_owned())
                .or_insert_with(|| value.clone());
        }
        converted.insert(name.clone(), value);
    }
    Value::Object(converted)
}

fn aliases(schema: &Value) -> impl Iterator<Item = &str> {
    let list = schema.get("x-aliases").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// `required`, satisfied by any of the names of a property.
fn required(names: &Value, keywords: &Map<String, Value>) -> Value {
    let one = |name: &str| {
        let property = keywords
            .get("properties")
            .and_then(|properties| properties.get(name));
        let mut spellings: Vec<&str> = property.into_iter().flat_map(aliases).collect();
        if spellings.is_empty() {
            return json!({ "required": [name] });
        }
        spellings.insert(0, name);
        let any: Vec<_> = spellings
            .iter()
            .map(|name| json!({ "required": [name] }))
            .collect();
        json!({ "anyOf": any })
    };
    names
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(one)
        .collect()
}

/// Formats that the client reads in more than one form, and ranges that only a format tells.
fn tolerant(schema: &mut Map<String, Value>) {
    let format = schema
        .get("format")
        .and_then(Value::as_str)
        .map(str::to_owned);
    match format.as_deref() {
        Some("partner-center-count") => {
            *schema = Map::from_iter([(
                "anyOf".to_owned(),
                json!([{ "type": "integer" }, { "type": "string", "pattern": "^[+-]?[0-9]+$" }]),
            )]);
        }
        Some("partner-center-id") => {
            *schema = Map::from_iter([("type".to_owned(), json!(["string", "integer"]))]);
        }
        Some("int32") => {
            schema.entry("minimum").or_insert(i32::MIN.into());
            schema.entry("maximum").or_insert(i32::MAX.into());
        }
        Some("int64") => {
            schema.entry("minimum").or_insert(i64::MIN.into());
            schema.entry("maximum").or_insert(i64::MAX.into());
        }
        _ => {}
    }
}

/// `2017-03-14`, or with `T` and a time of 0 to 7 fraction digits, without or with `Z` or offset.
fn is_timestamp(text: &str) -> bool {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let numbers = |text: &str, separator: char, lengths: &[usize]| -> Option<Vec<u32>> {
        let parts: Vec<&str> = text.split(separator).collect();
        let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = parts.len() == lengths.len()
            && parts
                .iter()
                .zip(lengths)
                .all(|(part, length)| part.len() == *length)
            && parts.iter().all(digits);
        fits.then(|| parts.iter().filter_map(|part| part.parse().ok()).collect())
    };
    let sound_date = numbers(date, '-', &[4, 2, 2])
        .is_some_and(|n| n[0] >= 1 && (1..=12).contains(&n[1]) && (1..=31).contains(&n[2]));
    let Some(time) = time else { return sound_date };
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let sound_zone = match zone {
        "" | "Z" => true,
        offset => numbers(&offset[1..], ':', &[2, 2]).is_some_and(|n| n[0] <= 23 && n[1] <= 59),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let sound_fraction =
        (1..=7).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let sound_clock =
        numbers(clock, ':', &[2, 2, 2]).is_some_and(|n| n[0] <= 23 && n[1] <= 59 && n[2] <= 60);
    sound_date && sound_clock && sound_fraction && sound_zone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_timestamps_are_valid_and_others_are_not() {
        for text in [
            "2017-03-10T00:00:00+00:00",
            "2017-03-14T03:25:16.36+00:00",
            "2017-03-14T03:25:16.1234567Z",
            "2017-03-14T03:25:16",
            "2017-03-14",
            "0001-01-01T00:00:00Z",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2017-13-01",
            "2017-03-14T3:25:16",
            "2017-03-14T03:25",
            "14.03.2017",
            "2017-03-14T03:25:16.12345678Z",
            "2017-03-14T03:25:16+0",
            "2017-03-14T",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
    }

    fn errors_of(schema: Value, value: Value) -> usize {
        let text = "openapi: 3.0.3\ninfo: { title: t, version: v1 }\npaths: {}\n";
        let spec = Spec::parse("t.yaml", text).unwrap();
        errors(&spec, &schema, &value).len()
    }

    #[test]
    fn terms_of_openapi_3_0_are_understood() {
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

    #[test]
    fn tolerant_formats_take_every_form_the_client_reads() {
        let count = json!({ "type": "integer", "format": "partner-center-count" });
        assert_eq!(errors_of(count.clone(), json!("12")), 0);
        assert_eq!(errors_of(count.clone(), json!(12)), 0);
        assert_eq!(errors_of(count, json!("twelve")), 1);
        let id = json!({ "type": "string", "format": "partner-center-id" });
        assert_eq!(errors_of(id.clone(), json!(4711)), 0);
        assert_eq!(errors_of(id, json!([])), 1);
    }

    #[test]
    fn messages_stay_short() {
        assert_eq!(shortened("1\n2"), "1 2");
        let long = shortened(&format!("{} is not of type \"array\"", "x".repeat(10_000)));
        assert_eq!(long.chars().count(), 203);
        assert!(long.ends_with("is not of type \"array\""), "{long}");
    }

    #[test]
    fn an_alias_satisfies_required() {
        let schema = json!({
            "type": "object",
            "required": ["totalCount"],
            "properties": { "totalCount": { "type": "integer", "x-aliases": ["TotalCount"] } },
        });
        assert_eq!(errors_of(schema.clone(), json!({ "TotalCount": 1 })), 0);
        assert_eq!(errors_of(schema.clone(), json!({ "TotalCount": "x" })), 1);
        assert_eq!(errors_of(schema, json!({})), 1);
    }
}
