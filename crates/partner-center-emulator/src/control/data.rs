//! Data that the operations serve, as the control endpoint shows and replaces it.

use axum::body::{Body, Bytes};
use http::{HeaderMap, header};
use partner_center_catalog::Operation;
use serde_json::{Value, json};

use crate::{
    api::documented::DocumentedResponse,
    control::error::ControlError,
    data::{files::Format, store::Store},
    faults::page_changes,
};

/// Returns the source of the data and the number of rows of each operation.
pub(super) fn summary(store: &Store, responses: &[DocumentedResponse]) -> Value {
    let mut summary = store.describe();
    for response in responses {
        let operation = response.operation;
        if store.is_documented(operation) {
            summary["rows"][operation.id] = documented_rows(response).len().into();
        }
    }
    summary
}

/// Returns all rows of an operation, one in a line.
pub(super) fn rows(
    store: &Store,
    responses: &[DocumentedResponse],
    operation: &str,
) -> Result<Body, ControlError> {
    let operation = known(operation)?;
    let documented = responses
        .iter()
        .find(|response| response.operation.id == operation.id);
    if let Some(response) = documented.filter(|_| store.is_documented(operation)) {
        let lines = documented_rows(response);
        let lines = lines.iter().map(|row| row.replace(['\r', '\n'], "") + "\n");
        return Ok(Body::from(lines.collect::<String>()));
    }
    let rows = store.export(operation).ok_or_else(|| {
        ControlError::bad_request(
            "rowsOfOneCustomer",
            "the operation has rows of one customer only: call it with the id of a customer",
        )
    })?;
    Ok(Body::from(rows))
}

/// Replaces the rows of an operation by those of a body.
pub(super) fn replace(
    store: &Store,
    operation: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Value, ControlError> {
    let operation = known(operation)?;
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = media_type
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    let format = match media_type.trim().to_ascii_lowercase().as_str() {
        "text/csv" => Format::Csv,
        "application/x-ndjson" => Format::Lines,
        _ => Format::Json,
    };
    let rows = store
        .replace(operation, format, body)
        .map_err(|(line, problem)| {
            ControlError::bad_request("invalidRows", format!("line {line}: {problem}"))
        })?;
    let unknown = store.unknown_customers(operation);
    Ok(json!({ "operation": operation.id, "rows": rows, "unknownCustomers": unknown }))
}

/// Restores the rows of an operation.
pub(super) fn restore(store: &Store, operation: &str) -> Result<(), ControlError> {
    store.restore(Some(known(operation)?));
    Ok(())
}

fn known(operation: &str) -> Result<&'static Operation, ControlError> {
    Operation::find(operation).ok_or_else(|| {
        ControlError::not_found(
            "unknownOperation",
            "there is no operation with this id: /_emulator/data lists the operations",
        )
    })
}

/// Returns the rows of a page, or the only object.
fn documented_rows(response: &DocumentedResponse) -> Vec<String> {
    match page_changes::rows(response.body.as_bytes()) {
        Some(rows) => rows.iter().map(|row| row.get().to_owned()).collect(),
        None => vec![response.body.to_owned()],
    }
}
