//! Documented responses with their schemas in the spec.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::exchange::{ExchangeError, HttpMessage};
use crate::spec::{OperationRef, Spec, pointer};

/// Media type of every response body.
const JSON: &str = "application/json";

/// JSON body of a `response.http`, and its place in the spec.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DocumentedResponse {
    /// Path of the file, relative to the folder of the exchanges, with `/` as separator.
    pub(super) file: String,
    /// Operation id, which is the name of the topmost folder.
    pub(super) operation: String,
    /// Key of the response in the spec: `200`, `4XX` or `default`.
    pub(super) status: String,
    /// JSON pointer of the schema of the body.
    pub(super) schema: String,
    /// JSON pointer of the operation's own example, which may be absent.
    pub(super) example: String,
    /// JSON body.
    pub(super) body: Value,
}

/// Error of collecting the documented responses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentedError {
    /// A file or folder cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// A file is not an HTTP message.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The spec does not describe a response.
    #[error("{}: {what}", path.display())]
    Undescribed {
        /// The file.
        path: PathBuf,
        /// Missing description and fix.
        what: String,
    },
}

/// Collects every `response.http` under `folder` that has a body, at any depth, in the order of
/// the paths. `folder/<operationId>/..` belongs to that operation.
pub(super) fn documented_responses(
    spec: &Spec,
    folder: &Path,
) -> Result<Vec<DocumentedResponse>, DocumentedError> {
    let mut files = Vec::new();
    response_files(folder, &mut files)?;
    files.sort();
    let operations = spec.operations();
    let mut responses = Vec::new();
    for path in files {
        responses.extend(documented(spec, &operations, folder, path)?);
    }
    Ok(responses)
}

fn response_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), DocumentedError> {
    let unreadable = |source| DocumentedError::Read {
        path: folder.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_type().map_err(unreadable)?.is_dir() {
            response_files(&entry.path(), found)?;
        } else if entry.file_name() == "response.http" {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn documented(
    spec: &Spec,
    operations: &[OperationRef<'_>],
    folder: &Path,
    path: PathBuf,
) -> Result<Option<DocumentedResponse>, DocumentedError> {
    let text = std::fs::read_to_string(&path).map_err(|source| DocumentedError::Read {
        path: path.clone(),
        source,
    })?;
    let undescribed = |what: String| DocumentedError::Undescribed {
        path: path.clone(),
        what,
    };
    let message = HttpMessage::parse(&text).map_err(|(line, what)| ExchangeError::Syntax {
        path: path.clone(),
        line,
        what,
    })?;
    let body = message.body.trim_start_matches('\u{feff}');
    if body.trim().is_empty() {
        return Ok(None);
    }
    let body = serde_json::from_str(body)
        .map_err(|error| undescribed(format!("the body is not valid JSON: {error}")))?;
    let parts: Vec<_> = path
        .strip_prefix(folder)
        .unwrap_or(&path)
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let name = parts.first().cloned().unwrap_or_default();
    let operation = operations
        .iter()
        .find(|operation| operation.operation_id == name)
        .ok_or_else(|| {
            undescribed(format!(
                "no operation is called `{name}`; rename the folder to the operationId"
            ))
        })?;
    let status = message
        .status()
        .ok_or_else(|| undescribed("no status line; write it like `HTTP/1.1 200 OK`".to_owned()))?;
    let described = |key: &str| {
        let response = operation
            .responses
            .iter()
            .find(|response| response.status.eq_ignore_ascii_case(key))?;
        let content = pointer::join(&pointer::join(&response.definition, "content"), JSON);
        let schema = format!("{content}/schema");
        spec.value.pointer(&schema)?;
        Some((
            response.status.clone(),
            schema,
            format!("{content}/example"),
        ))
    };
    let (status, schema, example) = described(&status.to_string())
        .or_else(|| described(&format!("{}XX", status / 100)))
        .or_else(|| described("default"))
        .ok_or_else(|| {
            undescribed(format!(
                "`{name}` has no {JSON} response for status {status}; describe it in the spec"
            ))
        })?;
    Ok(Some(DocumentedResponse {
        file: parts.join("/"),
        operation: name,
        status,
        schema,
        example,
        body,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> Spec {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Spec::load(&root.join("testdata/exchanges.yaml")).unwrap()
    }

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn responses_are_found_at_every_depth() {
        let spec = spec();
        let operation = spec.operations()[0].operation_id.to_owned();
        let folder = tempfile::tempdir().unwrap();
        let ok = "HTTP/1.1 200 OK\n\n\u{feff}{\"a\": 1}\n";
        write(folder.path(), &format!("{operation}/response.http"), ok);
        write(
            folder.path(),
            &format!("{operation}/variants/second/response.http"),
            ok,
        );
        write(
            folder.path(),
            &format!("{operation}/empty/response.http"),
            "HTTP/1.1 200 OK\n\n",
        );
        write(
            folder.path(),
            &format!("{operation}/request.http"),
            "not looked at",
        );
        let found = documented_responses(&spec, folder.path()).unwrap();
        let files: Vec<_> = found
            .iter()
            .map(|response| response.file.as_str())
            .collect();
        assert_eq!(
            files,
            [
                format!("{operation}/response.http"),
                format!("{operation}/variants/second/response.http"),
            ]
        );
        assert_eq!(found[1].operation, operation);
        assert_eq!(found[1].status, "200");
        assert_eq!(found[1].body, serde_json::json!({"a": 1}));
        assert!(spec.value.pointer(&found[1].schema).is_some());
    }

    #[test]
    fn responses_that_the_spec_does_not_describe_are_errors() {
        let spec = spec();
        let operation = spec.operations()[0].operation_id.to_owned();
        for (name, text, what) in [
            ("unknown", "HTTP/1.1 200 OK\n\n{}", "no operation is called"),
            (
                operation.as_str(),
                "HTTP/1.1 204 No Content\n\n{}",
                "no application/json response for status 204",
            ),
            (operation.as_str(), "HTTP/1.1 200 OK\n\n{", "not valid JSON"),
            (operation.as_str(), "200 OK\n\n{}", "no status line"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), &format!("{name}/response.http"), text);
            let error = documented_responses(&spec, folder.path()).unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
        }
    }
}
