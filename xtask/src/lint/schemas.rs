//! Rules for schemas that the generator does not support or that do not become a type.

use std::collections::HashMap;

use heck::ToPascalCase;
use openapiv3::{Schema, SchemaKind};
use serde_json::Value;

use super::Lint;
use crate::names;
use crate::spec::element::{Element, Kind};
use crate::spec::pointer;

const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];
/// Keywords that do not restrict the valid values.
const ANNOTATIONS: [&str; 9] = [
    "nullable",
    "readOnly",
    "writeOnly",
    "deprecated",
    "externalDocs",
    "example",
    "title",
    "description",
    "default",
];

pub(super) fn check(lint: &mut Lint<'_>) {
    for schema in lint.defined(Kind::Schema) {
        kind(lint, &schema);
        bounds(lint, &schema);
        enumeration(lint, &schema);
        extensible_enumeration(lint, &schema);
        inline_enumeration(lint, &schema);
        inline_object(lint, &schema);
        if lint.response_schemas.contains(&schema.pointer) {
            tolerance(lint, &schema);
        }
    }
}

fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

fn kind(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let at = &schema.pointer;
    match type_of(schema.value) {
        Some(name) if !TYPES.contains(&name) => {
            lint.report(
                "schema-type",
                format!("{at}/type"),
                format!("unknown type `{name}`"),
                "the generator panics",
                format!(
                    "use one of {}; `nullable: true` if null is possible",
                    TYPES.join(", ")
                ),
            );
            return;
        }
        Some("array") if schema.value.get("items").is_none() => lint.report(
            "schema-type",
            at,
            "the array has no `items`",
            "OpenAPI requires it; the generated items are untyped",
            "add `items:`",
        ),
        _ => {}
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let list = schema.value.get(keyword).and_then(Value::as_array);
        if list.is_some_and(Vec::is_empty) {
            lint.report(
                "schema-type",
                format!("{at}/{keyword}"),
                format!("`{keyword}` is empty"),
                "the generator panics, or makes a type without values",
                "list at least one schema, or remove it",
            );
        }
    }
    if schema.value.get("not").is_some() {
        lint.report(
            "schema-not",
            format!("{at}/not"),
            "the schema has `not`",
            "the generator panics on most forms of it",
            "describe the allowed values instead",
        );
        return;
    }
    let speaks = schema.value.as_object().is_some_and(|keywords| {
        keywords
            .keys()
            .any(|key| !ANNOTATIONS.contains(&key.as_str()) && !key.starts_with("x-"))
    });
    let parsed = serde_json::from_value::<Schema>(schema.value.clone());
    let any = matches!(
        parsed,
        Ok(Schema {
            schema_kind: SchemaKind::Any(_),
            ..
        })
    );
    if any && speaks && !extends(schema.value) {
        lint.report(
            "schema-mixed",
            at,
            "the schema has keywords of more than one type, or no keyword that determines its type",
            "the generator guesses: it panics, ignores some of them, or makes a type without values",
            "give `type:` and only its keywords, or only `allOf`, `oneOf` or `anyOf`",
        );
    }
}

/// Returns whether a schema consists of `allOf` and its own properties.
fn extends(schema: &Value) -> bool {
    let known = |key: &str| ["type", "allOf", "properties", "required"].contains(&key);
    let annotation = |key: &str| ANNOTATIONS.contains(&key) || key.starts_with("x-");
    schema.get("allOf").is_some()
        && type_of(schema).is_none_or(|name| name == "object")
        && schema
            .as_object()
            .is_some_and(|keywords| keywords.keys().all(|key| known(key) || annotation(key)))
}

fn bounds(lint: &mut Lint<'_>, schema: &Element<'_>) {
    for (exclusive, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if schema.value.get(exclusive) == Some(&Value::Bool(true))
            && schema.value.get(bound).is_none()
        {
            lint.report(
                "schema-bounds",
                format!("{}/{exclusive}", schema.pointer),
                format!("`{exclusive}` without `{bound}`"),
                "it has no effect; the generator panics or drops it",
                format!("add `{bound}:`, or remove `{exclusive}`"),
            );
        }
    }
    for (low, high) in [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
    ] {
        let bound = |key| schema.value.get(key).and_then(Value::as_f64);
        if let (Some(least), Some(most)) = (bound(low), bound(high))
            && (least > most || least >= most && low == "minimum" && excludes(schema.value))
        {
            lint.report(
                "schema-bounds",
                format!("{}/{low}", schema.pointer),
                format!("there is nothing from `{low}` {least} to `{high}` {most}"),
                "no value is valid",
                "swap or correct the limits",
            );
        }
    }
}

/// Returns whether one of the two limits is exclusive.
fn excludes(schema: &Value) -> bool {
    ["exclusiveMinimum", "exclusiveMaximum"]
        .iter()
        .any(|key| schema.get(key) == Some(&Value::Bool(true)))
}

fn enumeration(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let Some(values) = schema.value.get("enum").and_then(Value::as_array) else {
        return;
    };
    let at = format!("{}/enum", schema.pointer);
    let why = "the generator panics or fails: every value becomes a variant of one Rust enum";
    let fix = "list distinct strings, and `type: string`";
    if values.is_empty() {
        lint.report(
            "schema-enum-values",
            &at,
            "the enum has no values",
            why,
            fix,
        );
    }
    let text = type_of(schema.value) == Some("string");
    for (position, value) in values.iter().enumerate() {
        let fits = value.is_string() && text;
        if !fits || values[..position].contains(value) {
            let problem = if fits {
                "is listed twice"
            } else {
                "is not a text, or the schema is not a string"
            };
            let at = format!("{at}/{position}");
            lint.report(
                "schema-enum-values",
                at,
                format!("{value} {problem}"),
                why,
                fix,
            );
        }
    }
    for (one, other) in same_variants(values) {
        let what = format!("`{one}` and `{other}` become the same variant");
        lint.report(
            "schema-enum-values",
            &at,
            what,
            why,
            "make it a plain string and list the values in its description",
        );
    }
}

fn extensible_enumeration(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let Some(value) = schema.value.get("x-extensible-enum") else {
        return;
    };
    let at = format!("{}/x-extensible-enum", schema.pointer);
    let why = "every value becomes a variant of one Rust enum, next to one for unknown text";
    let fix = "list distinct strings, and `type: string` without `enum`";
    let values = value.as_array().map_or(&[][..], Vec::as_slice);
    let texts = !values.is_empty() && values.iter().all(Value::is_string);
    if !texts || type_of(schema.value) != Some("string") || schema.value.get("enum").is_some() {
        let what = "the open enum is not a list of strings on a schema of type string";
        lint.report("schema-extensible-enum", &at, what, why, fix);
    }
    for (position, value) in values.iter().enumerate() {
        if values[..position].contains(value) {
            let what = format!("{value} is listed twice");
            lint.report(
                "schema-extensible-enum",
                format!("{at}/{position}"),
                what,
                why,
                fix,
            );
        }
    }
    for (one, other) in same(values, &names::variant) {
        let what = format!("`{one}` and `{other}` become the same variant");
        lint.report(
            "schema-extensible-enum",
            &at,
            what,
            why,
            "keep one of the two spellings",
        );
    }
}

/// Returns values whose variants are equal even if the generator replaces other characters with
/// `X`.
fn same_variants(values: &[Value]) -> Vec<(&str, &str)> {
    let spelled = |text: &str| {
        let text = text.replace(|c: char| c == '_' || !c.is_alphanumeric(), "X");
        names::pascal(&text.to_pascal_case())
    };
    match same(values, &names::pascal).is_empty() {
        true => Vec::new(),
        false => same(values, &spelled),
    }
}

/// Returns values with the same name.
fn same<'v>(values: &'v [Value], name: &dyn Fn(&str) -> String) -> Vec<(&'v str, &'v str)> {
    let mut seen: HashMap<String, &str> = HashMap::new();
    let mut same = Vec::new();
    for text in values.iter().filter_map(Value::as_str) {
        match seen.insert(name(text), text) {
            Some(other) if other != text => same.push((other, text)),
            _ => {}
        }
    }
    same
}

/// Checks that an enumeration is a named schema, because it becomes a type.
fn inline_enumeration(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let component = pointer::parent(&schema.pointer) == "/components/schemas";
    let parameter = pointer::last(&schema.pointer) == "schema";
    for key in ["enum", "x-extensible-enum"] {
        if schema.value.get(key).is_some() && !component && !parameter {
            lint.report(
                "schema-inline-enum",
                format!("{}/{key}", schema.pointer),
                format!("`{key}` is inside another schema"),
                "it would be a type without a name, so it is read as plain text",
                "move it under /components/schemas and refer to it",
            );
        }
    }
}

fn inline_object(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let above = pointer::parent(&schema.pointer);
    let part_of_another = matches!(pointer::last(above).as_str(), "allOf");
    // Other rules check the schema of a body.
    let body = pointer::last(&schema.pointer) == "schema";
    let component = above == "/components/schemas";
    if schema.value.get("properties").is_some() && !component && !part_of_another && !body {
        lint.report(
            "schema-inline-object",
            &schema.pointer,
            "an object is described inside another schema",
            "its type gets a name derived from its parent, which changes with the parent",
            "move it under /components/schemas and refer to it",
        );
    }
}

/// Reports constructs with which one value would fail the decoding of a whole response.
fn tolerance(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let at = &schema.pointer;
    if schema.value.get("enum").is_some() {
        lint.report(
            "schema-enum-closed",
            format!("{at}/enum"),
            "a response has a closed enum",
            "the first value that the service adds makes the client fail on a whole page",
            "use `x-extensible-enum:` with the known values",
        );
    }
    if schema.value.get("additionalProperties") == Some(&Value::Bool(false)) {
        lint.report(
            "schema-closed-object",
            format!("{at}/additionalProperties"),
            "a response allows no other properties",
            "the first property that the service adds makes the client fail on a whole page",
            "remove `additionalProperties: false`",
        );
    }
}
