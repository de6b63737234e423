//! Schemas: what becomes a type, and what the generator makes nothing of.

use std::collections::{HashMap, HashSet};

use heck::ToPascalCase;
use openapiv3::{Schema, SchemaKind};
use serde_json::Value;

use super::{Lint, names};
use crate::spec::element::{Element, Kind, reference};
use crate::spec::pointer;

const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];
/// Keywords that say nothing about which values are valid.
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
        formats(lint, &schema);
        inline_object(lint, &schema);
        if lint.answered.contains(&schema.pointer) {
            tolerance(lint, &schema);
        }
    }
    all_of_circles(lint);
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
                format!("there is no type `{name}`"),
                "the generator panics",
                format!(
                    "use one of {}; `nullable: true` where null is possible",
                    TYPES.join(", ")
                ),
            );
            return;
        }
        Some("array") if schema.value.get("items").is_none() => lint.report(
            "schema-type",
            at,
            "the array does not say what its items are",
            "OpenAPI asks for it; the generated items are untyped",
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
            "the schema says what a value is `not`",
            "the generator panics on most forms of it",
            "say what the value is",
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
    if any && speaks {
        lint.report(
            "schema-mixed",
            at,
            "the schema has keywords of more than one type, or none that gives its type",
            "the generator guesses: it panics, ignores some of them, or makes a type without values",
            "give `type:` and only its keywords, or `allOf`, `oneOf` or `anyOf` alone",
        );
    }
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
                "it excludes nothing; the generator panics or drops it",
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
            && least > most
        {
            lint.report(
                "schema-bounds",
                format!("{}/{low}", schema.pointer),
                format!("`{low}` {least} is above `{high}` {most}"),
                "no value is valid",
                "exchange or correct them",
            );
        }
    }
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
        let fits = value.is_string() == text && !value.is_null();
        if !fits || values[..position].contains(value) {
            let problem = if fits {
                "is there twice"
            } else {
                "is not of the schema's type"
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
            "make it a plain string, the values in its description",
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
        let what = "the open enum is no list of strings on a schema of type string";
        lint.report("schema-extensible-enum", &at, what, why, fix);
    }
    for (position, value) in values.iter().enumerate() {
        if values[..position].contains(value) {
            let what = format!("{value} is there twice");
            lint.report(
                "schema-extensible-enum",
                format!("{at}/{position}"),
                what,
                why,
                fix,
            );
        }
    }
    for (one, other) in same_variants(values) {
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

/// Values whose variants stay the same even when the generator writes out other characters as `X`.
fn same_variants(values: &[Value]) -> Vec<(&str, &str)> {
    let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    let spelled = |text: &str| {
        let text = text.replace(|c: char| c == '_' || !c.is_alphanumeric(), "X");
        names::pascal(&text.to_pascal_case())
    };
    let pairs = |name: &dyn Fn(&str) -> String| {
        let mut seen: HashMap<String, &str> = HashMap::new();
        let mut same = Vec::new();
        for text in &texts {
            match seen.insert(name(text), text) {
                Some(other) if other != *text => same.push((other, *text)),
                _ => {}
            }
        }
        same
    };
    if pairs(&|text| names::pascal(text)).is_empty() {
        Vec::new()
    } else {
        pairs(&spelled)
    }
}

fn formats(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let format = schema.value.get("format").and_then(Value::as_str);
    if type_of(schema.value) == Some("string") && matches!(format, Some("date" | "date-time")) {
        lint.report(
            "schema-time-format",
            format!("{}/format", schema.pointer),
            format!("the format is `{}`", format.unwrap_or_default()),
            "the generated type is one of chrono, which the client does not depend on; the values \
             of the service are not RFC 3339, and one that is not fails a whole page",
            "use `format: partner-center-timestamp`",
        );
    }
}

fn inline_object(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let above = pointer::parent(&schema.pointer);
    let part_of_another = matches!(pointer::last(above).as_str(), "allOf");
    // The schema of a body has rules of its own.
    let body = pointer::last(&schema.pointer) == "schema";
    let component = above == "/components/schemas";
    if schema.value.get("properties").is_some() && !component && !part_of_another && !body {
        lint.report(
            "schema-inline-object",
            &schema.pointer,
            "an object is described inside another schema",
            "its type gets an invented name, which changes with what is around it",
            "move it under /components/schemas and refer to it",
        );
    }
}

/// What must not fail the reading of a whole answer.
fn tolerance(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let at = &schema.pointer;
    if schema.value.get("enum").is_some() {
        lint.report(
            "schema-enum-closed",
            format!("{at}/enum"),
            "an answer has a closed enum",
            "the first value that the service adds makes the client fail on a whole page",
            "use `x-extensible-enum:` with the known values",
        );
    }
    if schema.value.get("additionalProperties") == Some(&Value::Bool(false)) {
        lint.report(
            "schema-closed-object",
            format!("{at}/additionalProperties"),
            "an answer allows no other properties",
            "the first property that the service adds makes the client fail on a whole page",
            "remove `additionalProperties: false`",
        );
    }
    let fixed = schema.value.get("minItems").is_some()
        && schema.value.get("minItems") == schema.value.get("maxItems");
    let constraints = ["minLength", "maxLength", "multipleOf", "uniqueItems"];
    let constraint = constraints
        .into_iter()
        .find(|key| schema.value.get(key).is_some());
    if let Some(key) = constraint.or(fixed.then_some("minItems")) {
        lint.report(
            "schema-constraint",
            format!("{at}/{key}"),
            format!("an answer is limited by `{key}`"),
            "depending on the limit the generated type refuses a value outside, and with it a whole \
             page, or does not look at it at all",
            "describe the limit in words",
        );
    }
}

/// Schemas that are made of themselves.
fn all_of_circles(lint: &mut Lint<'_>) {
    for name in lint.spec.keys_at("/components/schemas").to_vec() {
        let start = pointer::join("/components/schemas", &name);
        let mut open = parts(lint, &start);
        let mut seen = HashSet::new();
        while let Some(part) = open.pop() {
            if part == start {
                lint.report(
                    "schema-all-of-circle",
                    &start,
                    format!("`{name}` is made of itself"),
                    "the generator overflows its stack, or makes a type that has no smallest value",
                    "refer to it from a property, or remove it from `allOf`, `oneOf`, `anyOf`",
                );
                break;
            }
            if seen.insert(part.clone()) {
                open.extend(parts(lint, &part));
            }
        }
    }
}

/// Pointers of the schemas that the one at `at` is put together from.
fn parts(lint: &Lint<'_>, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(value) = lint.spec.value.pointer(at) else {
        return found;
    };
    if let Some(target) = reference(value) {
        found.extend(pointer::of_reference(target));
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let count = value
            .get(keyword)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        found.extend((0..count).map(|position| format!("{at}/{keyword}/{position}")));
    }
    found
}
