//! Documented exchanges must be what the document describes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Finding, Lint, examples, operations};
use crate::exchange::{Exchange, compact_json};
use crate::spec::{OperationRef, Spec, pointer};

/// Checks every folder of `dir` against the operation that it is named after.
///
/// The findings stand at the operation and name the file; they are in document order.
pub fn lint_exchanges(spec: &Spec, dir: &Path) -> Vec<Finding> {
    let mut lint = Lint::new(spec);
    match folders(dir) {
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
            "nothing holds the description against what is documented",
            "make the folder, with one folder per operation in it",
        ),
    }
    lint.finish()
}

/// Every operation has its exchange.
fn missing(lint: &mut Lint<'_>, dir: &Path, folders: &[PathBuf]) {
    for operation in lint.spec.operations() {
        let folder = dir.join(operation.operation_id);
        if !operation.operation_id.is_empty() && !folders.contains(&folder) {
            lint.report(
                "exchange-present",
                &operation.pointer,
                format!("there is no {}", folder.display()),
                "the emulator has nothing to answer, and nothing holds the types against what is \
                 documented",
                "add the folder with the documented request.http and response.http",
            );
        }
    }
}

fn folders(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn exchange(lint: &mut Lint<'_>, folder: &Path) {
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let operations = lint.spec.operations();
    let Some(operation) = operations
        .iter()
        .find(|operation| operation.operation_id == name)
    else {
        lint.report(
            "exchange-operation",
            "/paths",
            format!("{}: no operation is called `{name}`", folder.display()),
            "the exchange is never looked at",
            "rename the folder to the operationId, or remove it",
        );
        return;
    };
    match Exchange::load(folder) {
        Ok(exchange) => {
            request(lint, operation, folder, &exchange);
            response(lint, operation, folder, &exchange);
        }
        Err(error) => lint.report(
            "exchange-file",
            &operation.pointer,
            error.to_string(),
            "the exchange cannot be compared",
            "write both files as the documentation prints them: start line, headers, empty line, body",
        ),
    }
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
                "the documented call cannot be made with the client",
                "add the parameter",
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
            "the client takes the documented answer for an unexpected one",
            "add the response",
        );
        return;
    };
    let body = &exchange.response.body;
    let at = format!("{}/content/application~1json/schema", response.definition);
    let schema = response.value.pointer("/content/application~1json/schema");
    let why = "the generated type cannot read the documented answer";
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

/// The documented length is that of the compact body, with or without a byte-order mark.
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
            "nothing tells whether the service puts a byte-order mark before the body",
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
            "the emulator cannot answer the documented bytes",
            "restore the body as documented, or remove the header and note the deviation",
        );
    }
}
