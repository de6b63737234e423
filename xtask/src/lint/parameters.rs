//! Rules for parameters and request bodies, which become setters.

use std::collections::HashMap;

use serde_json::Value;

use super::{Lint, operations};
use crate::names;
use crate::spec::OperationRef;
use crate::spec::element::{Element, Kind, reference};
use crate::spec::pointer;

/// Setters and methods that generated builders and mocks already have.
const TAKEN: [&str; 4] = ["new", "send", "into_inner", "header_map"];

pub(super) fn check(lint: &mut Lint<'_>) {
    for parameter in lint.defined(Kind::Parameter) {
        location(lint, &parameter);
        serialization(lint, &parameter);
        shape(lint, &parameter);
    }
    for operation in lint.spec.operations() {
        unique_names(lint, &operation);
        path_parameters(lint, &operation);
    }
    for body in lint.defined(Kind::RequestBody) {
        request_body(lint, &body);
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn location(lint: &mut Lint<'_>, parameter: &Element<'_>) {
    let name = text(parameter.value, "name");
    match text(parameter.value, "in") {
        "cookie" => lint.report(
            "parameter-cookie",
            &parameter.pointer,
            format!("`{name}` is a cookie"),
            "the generator rejects the document",
            "remove it; the service does not use cookies",
        ),
        "path" if parameter.value.get("required") != Some(&Value::Bool(true)) => lint.report(
            "path-parameter-required",
            &parameter.pointer,
            format!("the path parameter `{name}` is not required"),
            "the generator panics, because the URL cannot be built without it",
            "add `required: true`",
        ),
        _ => {}
    }
}

fn serialization(lint: &mut Lint<'_>, parameter: &Element<'_>) {
    let name = text(parameter.value, "name");
    if parameter.value.get("content").is_some() {
        lint.report(
            "parameter-content",
            format!("{}/content", parameter.pointer),
            format!("`{name}` is described by `content`"),
            "the generator rejects the document",
            "describe it with `schema:`",
        );
    }
    let style = match text(parameter.value, "in") {
        "query" | "cookie" => "form",
        _ => "simple",
    };
    let explode = style == "form";
    let fix = "remove it; a list is an array in the query, or one string with commas";
    if let Some(given) = parameter
        .value
        .get("style")
        .filter(|given| **given != *style)
    {
        let what = format!("`{name}` has the style {given}");
        let why = "the generator refuses every style but the default one";
        lint.report(
            "parameter-style",
            format!("{}/style", parameter.pointer),
            what,
            why,
            fix,
        );
    }
    for (key, default) in [("explode", explode), ("allowReserved", false)] {
        let given = parameter.value.get(key);
        if let Some(given) = given.filter(|given| **given != Value::Bool(default)) {
            let what = format!("`{name}` has `{key}: {given}`");
            let why = "the generator ignores it, so the client sends something else than described";
            lint.report(
                "parameter-style",
                pointer::join(&parameter.pointer, key),
                what,
                why,
                fix,
            );
        }
    }
}

fn shape(lint: &mut Lint<'_>, parameter: &Element<'_>) {
    let name = text(parameter.value, "name");
    let at = format!("{}/schema", parameter.pointer);
    let Some(declared) = parameter.value.get("schema") else {
        return;
    };
    let schema = lint.follow(declared);
    let why = "such a value has no single representation in a URL or a header";
    match text(schema, "type") {
        "array" => array(lint, parameter, schema),
        "string" | "integer" | "number" | "boolean" => {}
        other => lint.report(
            "parameter-object",
            &at,
            format!(
                "`{name}` is {}",
                if other.is_empty() {
                    "of no single type"
                } else {
                    "an object"
                }
            ),
            why,
            "make it a string, number or boolean",
        ),
    }
    if is_inline_enum(declared) {
        lint.report(
            "parameter-type",
            &at,
            format!("`{name}` is an enumeration without a name"),
            "its type gets a name derived from the operation, which changes with the operation id",
            "put the `enum` into a named schema and refer to it",
        );
    }
    let least = schema.get("minimum").and_then(Value::as_f64);
    let most = schema.get("maximum").and_then(Value::as_f64);
    if text(schema, "type") == "integer" && least.into_iter().chain(most).any(|limit| limit < 0.0) {
        lint.report(
            "parameter-limits",
            &at,
            format!("`{name}` may be negative"),
            "the type of sent integers is unsigned, so valid values would be rejected",
            "make it a string and state the allowed numbers in its description",
        );
    }
    if parameter.value.get("example").is_none() {
        lint.report(
            "parameter-example",
            &parameter.pointer,
            format!("`{name}` has no example"),
            "the generated contract test of every operation sets each parameter to its example",
            "add `example:` with a documented value",
        );
    }
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        lint.report(
            "parameter-nullable",
            &at,
            format!("`{name}` is nullable"),
            "URLs and headers have no null, and the generated code does not compile",
            "remove `nullable`; leave out `required` when it may be absent",
        );
    }
}

/// Checks that a list is in the query, where it is sent as a repeated name.
fn array(lint: &mut Lint<'_>, parameter: &Element<'_>, schema: &Value) {
    let name = text(parameter.value, "name");
    let declared = schema.get("items").unwrap_or(&Value::Null);
    let items = lint.follow(declared);
    let problem = if text(parameter.value, "in") != "query" {
        "is a list outside of the query"
    } else if text(items, "type") != "string" || is_inline_enum(declared) {
        "is a list of something else than strings and named enumerations"
    } else {
        return;
    };
    lint.report(
        "parameter-array",
        format!("{}/schema", parameter.pointer),
        format!("`{name}` {problem}"),
        "only strings are sent as a repeated name, `name=a&name=b`",
        "make it a string and state in its description that it is a comma-separated list",
    );
}

fn is_inline_enum(schema: &Value) -> bool {
    ["enum", "x-extensible-enum"]
        .iter()
        .any(|key| schema.get(key).is_some())
}

/// Reports parameters of an operation that become the same setter.
fn unique_names(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let mut setters: HashMap<String, &str> = HashMap::new();
    for parameter in &operation.parameters {
        let name = text(parameter.value, "name");
        let setter = names::snake(name);
        let why = "the generated builder does not compile, or silently loses one of them";
        let fix = "rename one of them, or leave out the one that the pipeline sends by itself";
        let body = operation.operation.request_body.is_some();
        if TAKEN.contains(&setter.as_str())
            || body && ["body", "body_map"].contains(&setter.as_str())
        {
            let what = format!("the setter `{setter}` of `{name}` already has another meaning");
            lint.report("parameter-name-unique", &parameter.pointer, what, why, fix);
        }
        if let Some(other) = setters.insert(setter.clone(), name) {
            let what = format!("`{name}` and `{other}` both become the setter `{setter}`");
            lint.report("parameter-name-unique", &parameter.pointer, what, why, fix);
        }
    }
}

fn path_parameters(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let (in_path, _) = operations::template(operation.path);
    let declared: Vec<_> = operation
        .parameters
        .iter()
        .filter(|p| text(p.value, "in") == "path")
        .collect();
    for parameter in &declared {
        let name = text(parameter.value, "name");
        if !in_path.contains(&name) {
            lint.report(
                "path-parameter-declared",
                &parameter.pointer,
                format!("there is no `{{{name}}}` in the path `{}`", operation.path),
                "the generator panics when there are two path parameters, or ignores this one",
                "write it into the path, or remove the parameter",
            );
        }
    }
    for name in in_path {
        if !declared
            .iter()
            .any(|parameter| text(parameter.value, "name") == name)
        {
            lint.report(
                "path-parameter-declared",
                &operation.pointer,
                format!("`{{{name}}}` of the path is not among the parameters"),
                "the generator panics, because the placeholder has no value",
                format!("add a parameter `name: {name}`, `in: path`, `required: true`"),
            );
        }
    }
}

fn request_body(lint: &mut Lint<'_>, body: &Element<'_>) {
    let content = body.value.get("content").and_then(Value::as_object);
    let at = format!("{}/content", body.pointer);
    let fix = "give exactly `application/json:` with a `schema:` that refers to a component";
    let mut examples = Vec::new();
    let mut problem = |at: String, what: String, why: &str| {
        lint.report("request-body-json", at, what, why, fix);
    };
    let Some(content) = content.filter(|content| content.len() == 1) else {
        let what = format!(
            "the body has {} media types",
            content.map_or(0, |all| all.len())
        );
        problem(
            at,
            what,
            "the generator panics on more than one, and ignores a body without one",
        );
        return;
    };
    for (media_type, media) in content {
        let at = pointer::join(&at, media_type);
        if media_type != "application/json" {
            let what = format!("the body is `{media_type}`");
            problem(
                at.clone(),
                what,
                "the service accepts JSON, and the generator supports few other types",
            );
        }
        match media.get("schema") {
            None => {
                let what = "the body has no schema".to_owned();
                problem(at.clone(), what, "the generator rejects the document");
            }
            Some(schema) if reference(schema).is_none() => {
                let what = "the body's schema has no name".to_owned();
                problem(at.clone(), what, "its type gets an invented name");
            }
            Some(_) => {}
        }
        if media.get("example").is_none() {
            examples.push(at.clone());
        }
        if media.get("encoding").is_some() {
            problem(
                at,
                "the body has an `encoding`".to_owned(),
                "the generator panics",
            );
        }
    }
    for at in examples {
        lint.report(
            "request-body-example",
            at,
            "the body has no example",
            "the generated contract test of the operation sends it",
            "add a documented body as `example:` beside `schema:`",
        );
    }
}
