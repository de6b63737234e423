//! Data that the operations serve, as the control endpoint shows it.

use axum::body::Body;
use serde_json::{Map, Value, json};

use crate::{api::documented::DocumentedResponse, faults::page_changes};

/// Returns the source of the data and the number of rows of each operation.
pub(crate) fn summary(responses: &[DocumentedResponse]) -> Value {
    let rows: Map<_, _> = responses
        .iter()
        .map(|response| {
            (
                response.operation.id.to_owned(),
                documented_rows(response).len().into(),
            )
        })
        .collect();
    json!({"source": "documented", "rows": rows})
}

/// Returns all rows of an operation, one in a line; `None` if there is no such operation.
pub(crate) fn rows(responses: &[DocumentedResponse], operation: &str) -> Option<Body> {
    let response = responses
        .iter()
        .find(|response| response.operation.id == operation)?;
    let lines: String = documented_rows(response)
        .iter()
        .map(|row| row.replace(['\r', '\n'], "") + "\n")
        .collect();
    Some(Body::from(lines))
}

/// Returns the rows of a page, or the only object.
fn documented_rows(response: &DocumentedResponse) -> Vec<String> {
    match page_changes::rows(response.body.as_bytes()) {
        Some(rows) => rows.iter().map(|row| row.get().to_owned()).collect(),
        None => vec![response.body.to_owned()],
    }
}
