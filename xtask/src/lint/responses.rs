//! Rules for responses, which become return types and errors of methods.

use openapiv3::StatusCode;
use serde_json::Value;

use super::Lint;
use crate::spec::element::{Kind, reference, wrapped_reference};
use crate::spec::{OperationRef, ResponseRef, pointer};

/// Schema of every error body.
const ERROR_SCHEMA: &str = "#/components/schemas/ApiError";
/// Status codes with a name, after which a method of the mock is named.
const NAMED: [u16; 46] = [
    200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400,
    401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 422, 423,
    424, 428, 429, 431, 500, 501, 502, 503,
];
const ALSO_NAMED: [u16; 11] = [418, 421, 425, 426, 451, 504, 505, 506, 507, 508, 511];

pub(super) fn check(lint: &mut Lint<'_>) {
    for operation in lint.spec.operations() {
        statuses(lint, &operation);
        success(lint, &operation);
        errors(lint, &operation);
    }
    for response in lint.defined(Kind::Response) {
        content(lint, &response.pointer, response.value);
    }
}

fn is_success(response: &ResponseRef<'_>) -> bool {
    response.status.starts_with('2')
}

/// Returns the schema of the JSON body; `None` for a response without a body.
fn json_schema<'a>(response: &ResponseRef<'a>) -> Option<&'a Value> {
    response.value.pointer("/content/application~1json/schema")
}

fn statuses(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let under = format!("{}/responses", operation.pointer);
    for key in lint.spec.keys_at(&under).to_vec() {
        let at = pointer::join(&under, &key);
        if key == "default" {
            lint.report(
                "response-default",
                at,
                "there is a `default` response",
                "it counts as success and as error; the generator panics when its body differs from \
                 that of the 200",
                "replace it by `4XX` and `5XX`",
            );
            continue;
        }
        let why = "the response is ignored, or the generator of the mocks panics: it names a method \
                   after the code";
        let fix = "use a registered code from 200 on, or `4XX`, `5XX`";
        let status = serde_json::from_value::<StatusCode>(Value::String(key.clone()));
        let sound = match status {
            Ok(StatusCode::Code(code)) => NAMED.contains(&code) || ALSO_NAMED.contains(&code),
            Ok(StatusCode::Range(first)) => (2..=5).contains(&first) && key.ends_with("XX"),
            Err(_) => key.starts_with("x-"),
        };
        if !sound {
            lint.report(
                "response-status",
                at,
                format!("`{key}` is not a status code"),
                why,
                fix,
            );
        }
    }
}

fn success(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let under = format!("{}/responses", operation.pointer);
    let successes: Vec<_> = operation
        .responses
        .iter()
        .filter(|r| is_success(r))
        .collect();
    let Some(first) = successes.first() else {
        lint.report(
            "response-success",
            under,
            "there is no success response",
            "the generator adds one that returns undecoded bytes",
            "add `'200':` with its schema and an example",
        );
        return;
    };
    let described = |response: &ResponseRef<'_>| match json_schema(response) {
        Some(schema) => schema.to_string(),
        None => response
            .response
            .content
            .keys()
            .next()
            .cloned()
            .unwrap_or_default(),
    };
    for other in &successes[1..] {
        if described(other) != described(first) {
            lint.report(
                "response-success-types",
                &other.pointer,
                format!(
                    "the body of {} is not that of {}",
                    other.status, first.status
                ),
                "the generator panics: a method returns one type",
                "give all success responses of an operation the same schema, or describe only one",
            );
        }
    }
    for response in &successes {
        let Some(media) = response.value.pointer("/content/application~1json") else {
            continue;
        };
        if media.get("example").is_none() && media.get("examples").is_none() {
            lint.report(
                "response-example",
                &response.pointer,
                format!("the {} response has no example", response.status),
                "the generated type is not checked against the documented response",
                "add the documented response as `example:` beside `schema:`",
            );
        }
    }
}

fn errors(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let under = format!("{}/responses", operation.pointer);
    for (rule, range, who) in [
        ("response-client-error", "4XX", "a refusal"),
        ("response-server-error", "5XX", "a failure"),
    ] {
        if !operation
            .responses
            .iter()
            .any(|response| response.status == range)
        {
            lint.report(
                rule,
                &under,
                format!("there is no `{range}` response"),
                format!(
                    "{who} of the service becomes an unexpected response, without code and text"
                ),
                format!("add `{range}: {{ $ref: '#/components/responses/..' }}`"),
            );
        }
    }
    let failures = operation
        .responses
        .iter()
        .filter(|response| response.status.starts_with('4') || response.status.starts_with('5'));
    for response in failures {
        if json_schema(response).and_then(reference) != Some(ERROR_SCHEMA) {
            lint.report(
                "response-error-type",
                &response.pointer,
                format!("the body of {} is not `{ERROR_SCHEMA}`", response.status),
                "the generator panics when an operation has two error types; the client reads all \
                 documented forms by this one",
                format!("refer to `{ERROR_SCHEMA}` under `application/json`"),
            );
        }
    }
}

fn content(lint: &mut Lint<'_>, at: &str, response: &Value) {
    let Some(content) = response.get("content").and_then(Value::as_object) else {
        return;
    };
    let under = format!("{at}/content");
    for (media_type, media) in content {
        let at = pointer::join(&under, media_type);
        if media_type != "application/json" {
            lint.report(
                "response-json",
                &at,
                format!("the response is `{media_type}`"),
                "the generator reads only `application/json`: next to it this one is ignored, alone \
                 it becomes a stream of bytes",
                "describe the JSON response as `application/json`",
            );
            continue;
        }
        if media.get("encoding").is_some() {
            lint.report(
                "response-encoding",
                format!("{at}/encoding"),
                "the response has an `encoding`",
                "the generator panics",
                "remove it",
            );
        }
        match media.get("schema") {
            None => lint.report(
                "response-schema",
                &at,
                "the response has no schema",
                "the generator panics",
                "add `schema: { $ref: '#/components/schemas/..' }`",
            ),
            Some(schema) if needs_name(schema) => lint.report(
                "response-named-schema",
                format!("{at}/schema"),
                "the schema of the response has no name",
                "its type gets a name derived from the operation, which changes with the operation id",
                "move it under /components/schemas and refer to it",
            ),
            Some(_) => {}
        }
    }
}

/// Returns whether a schema becomes a separate type; lists and maps of named types and of plain
/// values do not.
pub(super) fn needs_name(schema: &Value) -> bool {
    let is_named =
        |schema: &Value| reference(schema).is_some() || wrapped_reference(schema).is_some();
    let becomes_a_type = ["properties", "allOf", "enum", "x-extensible-enum"]
        .iter()
        .any(|key| schema.get(key).is_some());
    let inside = ["items", "additionalProperties"]
        .iter()
        .filter_map(|key| schema.get(key));
    !is_named(schema) && (becomes_a_type || inside.into_iter().any(needs_name))
}
