//! Rules that compare documented exchanges with the document.

use std::path::Path;

use serde_json::Value;

use super::{Finding, Lint, examples, operations};
use crate::exchange::{Exchange, ExchangeFolder, HttpMessage, Source, compact_json};
use crate::spec::{OperationRef, Spec, pointer};

/// Base URL of the service's documentation.
const DOCUMENTATION: &str = "https://learn.microsoft.com/partner-center/developer/";

/// Headers of HTTP, of authentication and of client identification, which need no description.
const COMMON_HEADERS: [&str; 8] = [
    "Accept",
    "Authorization",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Date",
    "Host",
    "MS-PartnerCenter-Client",
];

/// Checks every folder of `dir` against the operation of the same name.
///
/// The findings have the place of the operation and name the file; they are in document order.
pub fn lint_exchanges(spec: &Spec, dir: &Path) -> Vec<Finding> {
    let mut lint = Lint::new(spec);
    match ExchangeFolder::all(dir) {
        Ok(folders) => {
            missing(&mut lint, dir, &folders);
            folders
                .iter()
                .for_each(|folder| exchange(&mut lint, folder));
        }
        Err(error) => lint.report(
            "exchange-file",
            "/paths",
            format!("{}: cannot be read: {error}", dir.display()),
            "the description is not compared with the documentation",
            "create the folder, with one folder per operation",
        ),
    }
    lint.finish()
}

/// Checks that every operation has an exchange.
fn missing(lint: &mut Lint<'_>, dir: &Path, folders: &[ExchangeFolder]) {
    for operation in lint.spec.operations() {
        let id = operation.operation_id;
        if !id.is_empty() && !folders.iter().any(|folder| folder.name == id) {
            lint.report(
                "exchange-present",
                &operation.pointer,
                format!("there is no {}", dir.join(id).display()),
                "the emulator has no response for the operation, and nothing compares its types \
                 with what is documented",
                "add the folder with the documented request.http and response.http, and source.txt",
            );
        }
    }
}

fn exchange(lint: &mut Lint<'_>, folder: &ExchangeFolder) {
    let name = folder.operation_id();
    let operations = lint.spec.operations();
    let Some(operation) = operations
        .iter()
        .find(|operation| operation.operation_id == name)
    else {
        lint.report(
            "exchange-operation",
            "/paths",
            format!("{}: no operation is called `{name}`", folder.path.display()),
            "the exchange is never used",
            "rename the folder to the operationId, or remove it",
        );
        return;
    };
    let folder = &folder.path;
    match Exchange::load(folder) {
        Ok(exchange) => {
            source(lint, operation, folder, &exchange);
            request(lint, operation, folder, &exchange);
            response(lint, operation, folder, &exchange);
        }
        Err(error) => lint.report(
            "exchange-file",
            &operation.pointer,
            error.to_string(),
            "the exchange cannot be compared",
            "write request.http and response.http as the documentation prints them (start line, \
             headers, empty line, body), and the lines `Page:` and `Departure:` of source.txt",
        ),
    }
}

/// Checks that the page is part of the service's documentation, and that a departure names its
/// deviation.
fn source(lint: &mut Lint<'_>, operation: &OperationRef<'_>, folder: &Path, exchange: &Exchange) {
    let file = folder.join("source.txt");
    let Source { page, departure } = &exchange.source;
    if !page.starts_with(DOCUMENTATION) {
        lint.report(
            "exchange-source",
            &operation.pointer,
            format!(
                "{}:1: `{page}` is not a page of the documentation",
                file.display()
            ),
            "the documented exchange cannot be looked up",
            format!("name the page, {DOCUMENTATION}..."),
        );
    }
    if departure
        .as_deref()
        .is_some_and(|text| !names_deviation(text))
    {
        lint.report(
            "exchange-source",
            &operation.pointer,
            format!("{}:2: the departure names no deviation", file.display()),
            "readers assume that the page prints the exchange",
            "name the entry of deviations.md in parentheses, such as (T4)",
        );
    }
}

/// Returns whether the text has an id of a deviation in parentheses, such as `(T4)`.
fn names_deviation(text: &str) -> bool {
    text.split("(T").skip(1).any(|rest| {
        let id = rest.split_once(')').map_or("", |(id, _)| id);
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn request(lint: &mut Lint<'_>, operation: &OperationRef<'_>, folder: &Path, exchange: &Exchange) {
    let file = folder.join("request.http");
    let why = "the client calls another address than the documented one";
    let method = exchange.request.method().unwrap_or_default();
    let path = exchange.request.path().unwrap_or_default();
    if method != operation.method.to_ascii_uppercase() || !matches(operation.path, path) {
        lint.report(
            "exchange-request",
            &operation.pointer,
            format!(
                "{}:1: `{method} {path}` is not a call of this operation",
                file.display()
            ),
            why,
            "correct the path or the method of the operation, or name the folder after another",
        );
    }
    for pair in exchange
        .request
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let name = pair.split('=').next().unwrap_or(pair);
        let known = operation.parameters.iter().any(|parameter| {
            let text = |key| parameter.value.get(key).and_then(Value::as_str);
            text("in") == Some("query") && text("name") == Some(name)
        });
        if !known {
            lint.report(
                "exchange-request",
                &operation.pointer,
                format!(
                    "{}:1: the operation has no query parameter `{name}`",
                    file.display()
                ),
                "the client cannot make the documented call",
                "add the parameter",
            );
        }
    }
    let described: Vec<&str> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.value.get("in").and_then(Value::as_str) == Some("header"))
        .filter_map(|parameter| parameter.value.get("name").and_then(Value::as_str))
        .collect();
    headers(
        lint,
        &operation.pointer,
        &file,
        &exchange.request,
        &described,
    );
}

/// Checks that every header of a message is described or needs no description.
fn headers(lint: &mut Lint<'_>, at: &str, file: &Path, message: &HttpMessage, described: &[&str]) {
    for (name, _) in &message.headers {
        let mut known = COMMON_HEADERS.iter().chain(described);
        if !known.any(|known| known.eq_ignore_ascii_case(name)) {
            lint.report(
                "exchange-header",
                at,
                format!("{}: the header `{name}` is not described", file.display()),
                "the client can neither set nor read the documented header",
                "describe the header",
            );
        }
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(wanted, given)| {
            let (names, _) = operations::template(wanted);
            if names.is_empty() {
                wanted == given
            } else {
                !given.is_empty()
            }
        })
}

fn response(lint: &mut Lint<'_>, operation: &OperationRef<'_>, folder: &Path, exchange: &Exchange) {
    let file = folder.join("response.http");
    let status = exchange.response.status().unwrap_or_default();
    let described = |status: &str| operation.responses.iter().find(|r| r.status == status);
    let range = format!("{}XX", status / 100);
    let Some(response) = described(&status.to_string()).or_else(|| described(&range)) else {
        lint.report(
            "exchange-response",
            format!("{}/responses", operation.pointer),
            format!(
                "{}:1: the operation has no response {status}",
                file.display()
            ),
            "the client takes the documented response for an unexpected one",
            "add the response",
        );
        return;
    };
    let described: Vec<&str> = response
        .value
        .get("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|headers| headers.keys().map(String::as_str))
        .collect();
    headers(
        lint,
        &response.pointer,
        &file,
        &exchange.response,
        &described,
    );
    let body = &exchange.response.body;
    let at = format!("{}/content/application~1json/schema", response.definition);
    let schema = response.value.pointer("/content/application~1json/schema");
    let why = "the generated type cannot decode the documented response";
    let Some(schema) = schema else {
        if !body.trim().is_empty() {
            let what = format!(
                "{}: there is a body, but the response describes none",
                file.display()
            );
            lint.report(
                "exchange-body",
                &response.pointer,
                what,
                why,
                "describe the body",
            );
        }
        return;
    };
    let compact = match compact_json(body) {
        Ok(compact) => compact,
        Err(error) => {
            let what = format!("{}: the body is {error}", file.display());
            lint.report("exchange-body", at, what, why, "correct the body");
            return;
        }
    };
    let value: Value = serde_json::from_str(&compact).unwrap_or_default();
    for (inside, what) in examples::errors(lint.spec, schema, &value) {
        let inside = if inside.is_empty() {
            "/".to_owned()
        } else {
            inside
        };
        let what = format!("{}: {inside} of the body: {what}", file.display());
        lint.report(
            "exchange-body",
            &at,
            what,
            why,
            "correct the schema, or note the deviation and the body",
        );
    }
    length(lint, operation, &file, exchange, compact.len());
}

/// Checks that the documented length is that of the compact body, with or without a byte-order
/// mark.
fn length(
    lint: &mut Lint<'_>,
    operation: &OperationRef<'_>,
    file: &Path,
    exchange: &Exchange,
    compact: usize,
) {
    let at = pointer::join(&operation.pointer, "responses");
    let Some(documented) = exchange.response.header("Content-Length") else {
        lint.report(
            "exchange-body",
            at,
            format!("{}: there is no Content-Length", file.display()),
            "it is unknown whether the service sends a byte-order mark before the body",
            "add the header as documented; else the length of the compact body, with a mark or not \
             as in the operations of its family",
        );
        return;
    };
    let marked = compact + '\u{feff}'.len_utf8();
    if ![compact.to_string(), marked.to_string()]
        .iter()
        .any(|length| length == documented)
    {
        lint.report(
            "exchange-body",
            at,
            format!(
                "{}: Content-Length is {documented}, but the compact body has {compact} bytes, \
                 {marked} with a byte-order mark",
                file.display()
            ),
            "the emulator cannot return the documented bytes",
            "restore the body as documented, or remove the header and note the deviation",
        );
    }
}
