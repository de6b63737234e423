//! Rules for the documentation of operations, parameters, schemas and properties.

use serde_json::Value;

use super::Lint;
use crate::spec::OperationRef;
use crate::spec::element::{Kind, METHODS, wrapped_reference};
use crate::spec::pointer;

/// Authentication modes of `x-auth-modes`.
const AUTH_MODES: [&str; 2] = ["app-and-user", "app-only"];
/// Clouds of `x-clouds`.
const CLOUDS: [&str; 3] = ["global", "china-21vianet", "us-government"];

pub(super) fn check(lint: &mut Lint<'_>) {
    for operation in lint.spec.operations() {
        texts(lint, &operation);
        tag(lint, &operation);
        documentation_link(lint, &operation);
        choices(
            lint,
            &operation,
            "operation-auth-modes",
            "x-auth-modes",
            &AUTH_MODES,
        );
        choices(lint, &operation, "operation-clouds", "x-clouds", &CLOUDS);
        superseded_by(lint, &operation);
    }
    parameter_descriptions(lint);
    schema_descriptions(lint);
}

fn has_text(value: &Value, key: &str) -> bool {
    value
        .get(key)
        .and_then(Value::as_str)
        .is_some_and(|text| !text.trim().is_empty())
}

/// Returns the pointer of a key of the operation, or of the operation if it lacks the key.
fn place(operation: &OperationRef<'_>, key: &str) -> String {
    match operation.value().get(key) {
        Some(_) => pointer::join(&operation.pointer, key),
        None => operation.pointer.clone(),
    }
}

fn texts(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    if !has_text(operation.value(), "summary") {
        lint.report(
            "operation-summary",
            &operation.pointer,
            "the operation has no summary",
            "the generated method has no first line of documentation, and the support matrix an \
             empty cell",
            "add `summary:`, one line without a full stop",
        );
    }
    if !has_text(operation.value(), "description") {
        lint.report(
            "operation-description",
            &operation.pointer,
            "the operation has no description",
            "readers of the generated method cannot see what one row is and what the limits are",
            "add `description:` with what it returns, its limits and its defaults",
        );
    }
}

fn tag(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let why = "the tag is the heading under which the operation is listed";
    let at = place(operation, "tags");
    let [tag] = operation.operation.tags.as_slice() else {
        let what = format!("the operation has {} tags", operation.operation.tags.len());
        lint.report(
            "operation-tag",
            at,
            what,
            why,
            "give exactly one, for example `tags: [licenses]`",
        );
        return;
    };
    if !lint
        .spec
        .document
        .tags
        .iter()
        .any(|declared| declared.name == *tag)
    {
        let what = format!("the tag `{tag}` is not declared");
        let fix = format!("add `- name: {tag}` with a description to the document's `tags:`");
        lint.report("operation-tag", at, what, why, fix);
    }
}

fn documentation_link(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let secure = |url: &str| {
        url.strip_prefix("https://")
            .is_some_and(|rest| rest.contains('.'))
    };
    if operation.documentation().is_some_and(secure) {
        return;
    }
    let (at, what) = match operation.documentation() {
        Some(url) => (
            format!("{}/externalDocs/url", operation.pointer),
            format!("`{url}` is not an https URL"),
        ),
        None => (
            operation.pointer.clone(),
            "the operation names no documentation page".to_owned(),
        ),
    };
    lint.report(
        "operation-docs-link",
        at,
        what,
        "the operation cannot be compared with the documentation of the service",
        "add `externalDocs:` with the `https://learn.microsoft.com/..` page as `url:`",
    );
}

fn choices(
    lint: &mut Lint<'_>,
    operation: &OperationRef<'_>,
    rule: &'static str,
    extension: &str,
    allowed: &[&str],
) {
    let why = "the operation table, the support matrix and the emulator's refusals are made of it";
    let list = allowed
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let at = place(operation, extension);
    let entries = operation.extension(extension).and_then(Value::as_array);
    let Some(entries) = entries.filter(|entries| !entries.is_empty()) else {
        let what = format!("`{extension}` is missing, empty or not a list");
        lint.report(rule, at, what, why, format!("add a list of some of {list}"));
        return;
    };
    for (position, entry) in entries.iter().enumerate() {
        let known = entry.as_str().is_some_and(|name| allowed.contains(&name));
        if !known || entries[..position].contains(entry) {
            let problem = if known {
                "is listed twice"
            } else {
                "is not one of the known values"
            };
            let what = format!("{entry} in `{extension}` {problem}");
            lint.report(
                rule,
                format!("{at}/{position}"),
                what,
                why,
                format!("use each of {list} at most once"),
            );
        }
    }
}

fn superseded_by(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let Some(value) = operation.extension("x-superseded-by") else {
        return;
    };
    let why = "the hint in the documentation and in the command line would lead nowhere";
    let at = pointer::join(&operation.pointer, "x-superseded-by");
    let parts = value.as_str().and_then(|text| text.split_once(' '));
    let sound = parts.is_some_and(|(method, path)| {
        METHODS
            .iter()
            .any(|known| known.to_ascii_uppercase() == method)
            && path.starts_with('/')
            && !path.contains(char::is_whitespace)
    });
    if !sound {
        lint.report(
            "operation-superseded-by",
            at,
            format!("{value} does not have the format `METHOD /path`"),
            why,
            "write it like `GET /partner/v1/analytics/commercial/usage/license`",
        );
        return;
    }
    let is_there = |(method, path): (&str, &str)| {
        let operations = lint.spec.operations();
        operations
            .iter()
            .any(|other| other.path == path && other.method.eq_ignore_ascii_case(method))
    };
    if !parts.is_some_and(is_there) {
        lint.report(
            "operation-superseded-by",
            at,
            format!("the document has no operation {value}"),
            why,
            "name an operation of this document, as it is spelt under `paths`",
        );
    }
}

fn parameter_descriptions(lint: &mut Lint<'_>) {
    for parameter in lint.defined(Kind::Parameter) {
        if !has_text(parameter.value, "description") {
            let name = parameter
                .value
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            lint.report(
                "parameter-description",
                &parameter.pointer,
                format!("the parameter `{name}` has no description"),
                "its setter is generated without documentation",
                "add `description:` with its meaning, unit, limits and default",
            );
        }
    }
}

fn schema_descriptions(lint: &mut Lint<'_>) {
    for schema in lint.defined(Kind::Schema) {
        if has_text(schema.value, "description") {
            continue;
        }
        let name = pointer::last(&schema.pointer);
        let above = pointer::parent(&schema.pointer);
        if above == "/components/schemas" {
            lint.report(
                "schema-description",
                &schema.pointer,
                format!("the schema `{name}` has no description"),
                "its type is generated without documentation",
                "add `description:`, first what one value of it is",
            );
        } else if pointer::last(above) == "properties" && wrapped_reference(schema.value).is_none()
        {
            lint.report(
                "property-description",
                &schema.pointer,
                format!("the property `{name}` has no description"),
                "its field is generated without documentation",
                "add `description:` with its meaning and unit",
            );
        }
    }
}
