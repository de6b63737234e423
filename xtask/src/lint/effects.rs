//! Rules for constructs without effect, and for unsupported defaults.

use std::collections::HashSet;

use serde_json::Value;

use super::Lint;
use crate::spec::element::{Element, Kind};
use crate::spec::pointer;

/// Limits that are never checked.
const LIMITS: [&str; 10] = [
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

pub(super) fn check(lint: &mut Lint<'_>) {
    let parameters = parameter_schemas(lint);
    for schema in lint.defined(Kind::Schema) {
        limits(lint, &schema, parameters.contains(&schema.pointer));
        access(lint, &schema);
        additional_types(lint, &schema);
        default(lint, &schema);
    }
    unused_components(lint);
}

/// Returns the pointers of the schemas of parameters.
fn parameter_schemas(lint: &Lint<'_>) -> HashSet<String> {
    let schemas = lint.defined(Kind::Parameter).into_iter();
    schemas
        .map(|parameter| format!("{}/schema", parameter.pointer))
        .collect()
}

fn limits(lint: &mut Lint<'_>, schema: &Element<'_>, parameter: bool) {
    let kind = schema.value.get("type").and_then(Value::as_str);
    for key in LIMITS.into_iter().chain(["minimum", "maximum"]) {
        let given = schema.value.get(key);
        if given.is_none_or(|given| *given == Value::Bool(false)) {
            continue;
        }
        // The limits of sent integers are checked by their type. Limits of responses are allowed
        // as information for those who make test data.
        let kept = matches!(
            key,
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum"
        ) && parameter
            && kind == Some("integer");
        if kept || (!LIMITS.contains(&key) && !parameter) {
            continue;
        }
        lint.report(
            "schema-constraint",
            format!("{}/{key}", schema.pointer),
            format!("nothing checks `{key}`"),
            "the client accepts any value in a response and sends any value in a request",
            "state the limit in the description, or keep it as information for readers",
        );
    }
}

fn access(lint: &mut Lint<'_>, schema: &Element<'_>) {
    for key in ["readOnly", "writeOnly"] {
        if schema.value.get(key) == Some(&Value::Bool(true)) {
            lint.report(
                "schema-access",
                format!("{}/{key}", schema.pointer),
                format!("nothing uses `{key}`"),
                "requests and responses have the same type, with all properties",
                "state it in the description, or describe two schemas",
            );
        }
    }
}

fn additional_types(lint: &mut Lint<'_>, schema: &Element<'_>) {
    let typed = schema.value.get("additionalProperties");
    if schema.value.get("properties").is_some() && typed.is_some_and(Value::is_object) {
        lint.report(
            "schema-additional-type",
            format!("{}/additionalProperties", schema.pointer),
            "the type of further properties is ignored",
            "with named properties, all other properties are kept unchanged",
            "describe the map as a separate property, or remove it",
        );
    }
}

/// Checks that a default of a property is a plain value, which replaces an absent property.
fn default(lint: &mut Lint<'_>, schema: &Element<'_>) {
    if schema.value.get("default").is_none() {
        return;
    }
    let above = pointer::parent(&schema.pointer);
    if above != "/components/schemas" && pointer::last(above) != "properties" {
        return;
    }
    let kind = schema.value.get("type").and_then(Value::as_str);
    let format = schema.value.get("format").and_then(Value::as_str);
    let own_type = matches!(
        format,
        Some("partner-center-timestamp" | "partner-center-id" | "date" | "date-time")
    );
    let plain = matches!(kind, Some("string" | "integer" | "number" | "boolean"));
    let is_enum = ["enum", "x-extensible-enum"]
        .iter()
        .any(|key| schema.value.get(key).is_some());
    if !plain || own_type || is_enum {
        lint.report(
            "schema-default",
            format!("{}/default", schema.pointer),
            "the default is not a plain text, number or boolean",
            "an absent value is decoded as `None`, not as this default",
            "state the meaning of an absent value in the description",
        );
    }
}

/// Reports components that no operation uses.
fn unused_components(lint: &mut Lint<'_>) {
    let mut used: HashSet<String> = HashSet::new();
    let mut open: Vec<Element<'_>> = lint
        .elements
        .iter()
        .filter(|element| element.kind == Kind::PathItem)
        .cloned()
        .collect();
    while let Some(element) = open.pop() {
        open.extend(element.children());
        let Some(target) = element.reference().and_then(pointer::of_reference) else {
            continue;
        };
        if let Some(value) = lint.spec.value.pointer(&target)
            && used.insert(target.clone())
        {
            open.push(Element {
                pointer: target,
                kind: element.kind,
                value,
            });
        }
    }
    for element in lint.elements.clone() {
        let component = pointer::parent(pointer::parent(&element.pointer)) == "/components";
        if component && !used.contains(&element.pointer) {
            let name = pointer::last(&element.pointer);
            lint.report(
                "component-unused",
                &element.pointer,
                format!("no operation needs `{name}`"),
                "an unused component is not compared with any documented exchange",
                "refer to it, or remove it",
            );
        }
    }
}
