//! Data that the operations serve, as the control endpoint shows it.

use axum::body::Body;
use serde_json::Value;

use crate::{faults::page_changes, service::Service};

/// Returns the source of the data and the number of rows of each operation.
pub(crate) fn summary(service: &Service) -> Value {
    service.store().describe()
}

/// Returns all rows of an operation, one in a line; `None` if there is no such operation, or if
/// its rows depend on the customer.
pub(crate) fn rows(service: &Service, operation: &str) -> Option<Body> {
    let responses = service.responses();
    let response = responses
        .iter()
        .find(|response| response.operation.id == operation)?;
    if let Some(lines) = service.store().export(response.operation) {
        return Some(Body::from(lines));
    }
    if !service.store().is_documented(response.operation) {
        return None;
    }
    // The rows of a page, or the only object.
    let rows = match page_changes::rows(response.body.as_bytes()) {
        Some(rows) => rows.iter().map(|row| row.get().to_owned()).collect(),
        None => vec![response.body.to_owned()],
    };
    let lines: String = rows
        .iter()
        .map(|row| row.replace(['\r', '\n'], "") + "\n")
        .collect();
    Some(Body::from(lines))
}
