//! Rules for compositions: `allOf`, `oneOf`, `anyOf`.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Lint;
use crate::spec::element::{Element, Kind, reference, wrapped_reference};
use crate::spec::pointer;

/// Types that the parts of a union may have.
const PLAIN: [&str; 4] = ["string", "integer", "number", "boolean"];

pub(super) fn check(lint: &mut Lint<'_>) {
    for schema in lint.defined(Kind::Schema) {
        union(lint, &schema);
        inheritance(lint, &schema);
        required(lint, &schema);
    }
    circles(lint);
}

fn parts_of<'v>(schema: &'v Value, keyword: &str) -> &'v [Value] {
    schema
        .get(keyword)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Checks unions: a value of several plain types is decoded as a type that holds all of them.
fn union(lint: &mut Lint<'_>, schema: &Element<'_>) {
    for keyword in ["oneOf", "anyOf"] {
        let parts = parts_of(schema.value, keyword);
        if parts.len() < 2 {
            continue;
        }
        for (position, part) in parts.iter().enumerate() {
            let kind = lint.follow(part).get("type").and_then(Value::as_str);
            if !kind.is_some_and(|kind| PLAIN.contains(&kind)) {
                lint.report(
                    "schema-union",
                    format!("{}/{keyword}/{position}", schema.pointer),
                    format!("a part of `{keyword}` is not a string, number or boolean"),
                    "the client would have to guess which of several objects was sent, and a \
                     wrong guess fails a whole page",
                    "describe one object with the properties of all of them, none required; or \
                     give no type at all, which reads JSON of any form",
                );
            }
        }
    }
}

fn inheritance(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let parts = parts_of(schema.value, "allOf");
    if parts.is_empty() || (parts.len() == 1 && wrapped_reference(schema.value).is_some()) {
        return;
    }
    let at = format!("{}/allOf", schema.pointer);
    let above = pointer::parent(&schema.pointer);
    if above != "/components/schemas" && pointer::last(above) != "allOf" {
        lint.report(
            "schema-all-of",
            at,
            "a composition is inside another schema",
            "its type has no name",
            "move it under /components/schemas and refer to it",
        );
        return;
    }
    let mut seen: HashMap<&str, &Value> = HashMap::new();
    for (position, part) in parts.iter().chain([schema.value]).enumerate() {
        let at = match position < parts.len() {
            true => format!("{at}/{position}"),
            false => schema.pointer.clone(),
        };
        let own = position == parts.len();
        let part = lint.follow(part);
        if !own && !is_object(part) {
            lint.report(
                "schema-all-of",
                &at,
                "a part of `allOf` is not an object with properties",
                "it has no properties to inherit, and the generator makes a type without values",
                "give every part `type: object` and `properties:`, or a reference to such a schema",
            );
        }
        let properties = part.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if seen
                .insert(name, property)
                .is_some_and(|other| other != property)
            {
                lint.report(
                    "schema-all-of",
                    &at,
                    format!("`{name}` is described twice with differences"),
                    "one of the two descriptions is silently used",
                    "describe the property in one of the parts",
                );
            }
        }
    }
}

/// Checks that required properties are described.
fn required(lint: &mut Lint<'_>, schema: &Element<'_>) {
    // A part of `allOf` may require a property that another part describes.
    let part = pointer::last(pointer::parent(&schema.pointer)) == "allOf";
    if part || schema.value.get("allOf").is_some() {
        return;
    }
    for (position, name) in parts_of(schema.value, "required").iter().enumerate() {
        let described = name
            .as_str()
            .and_then(|name| schema.value.get("properties")?.get(name));
        if described.is_none() {
            lint.report(
                "schema-required",
                format!("{}/required/{position}", schema.pointer),
                format!("{name} is required but not described"),
                "a misspelt name leaves the property optional",
                "use the spelling under `properties`, or describe it there",
            );
        }
    }
}

fn is_object(schema: &Value) -> bool {
    let has = |key| schema.get(key).is_some();
    has("properties") || has("allOf") || has("required")
}

/// Reports schemas that contain themselves.
fn circles(lint: &mut Lint<'_>) {
    for name in lint.spec.keys_at("/components/schemas").to_vec() {
        let start = pointer::join("/components/schemas", &name);
        let mut open = parts(lint, &start);
        let mut seen = HashSet::new();
        while let Some(part) = open.pop() {
            if part == start {
                lint.report(
                    "schema-all-of-circle",
                    &start,
                    format!("`{name}` contains itself"),
                    "the generator overflows its stack, or makes a type of infinite size",
                    "refer to it from a property, or remove it from `allOf`, `oneOf`, `anyOf`, `items`",
                );
                break;
            }
            if seen.insert(part.clone()) {
                open.extend(parts(lint, &part));
            }
        }
    }
}

/// Returns the pointers of the schemas that the schema at `at` is composed of.
fn parts(lint: &Lint<'_>, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(value) = lint.spec.value.pointer(at) else {
        return found;
    };
    if let Some(target) = reference(value) {
        found.extend(pointer::of_reference(target));
    }
    // Properties are optional, so a value can end there.
    if value.get("properties").is_none() {
        for keyword in ["items", "additionalProperties"] {
            if value.get(keyword).is_some_and(Value::is_object) {
                found.push(format!("{at}/{keyword}"));
            }
        }
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
