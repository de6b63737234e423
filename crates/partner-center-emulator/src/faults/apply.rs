//! Application of faults to responses.

use std::future::pending;

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};

use crate::{
    api::{api_error::ApiError, response::api_error},
    clock::Clock,
    faults::{
        fault::{Effect, FaultBody},
        partial_body::{interrupted, truncated},
        queue::PendingFault,
        rate_limit,
        slow_body::slowed,
    },
    identity::SignInError,
    ids::Ids,
    net::connection::Connection,
};

/// Applies a fault to a request. `response` is the normal response; it is not awaited if
/// the fault replaces it.
pub(crate) async fn apply(
    fault: PendingFault,
    clock: &Clock,
    ids: &Ids,
    connection: Option<Connection>,
    response: impl Future<Output = Response>,
) -> Response {
    let mut response = match fault.effect {
        Effect::Response { status, body } => replacement(status, body, clock, ids),
        Effect::Truncated => truncated(response.await).await,
        Effect::IncompleteBody => interrupted(response.await, None).await,
        Effect::Reset => interrupted(response.await, connection).await,
        Effect::SlowBody { interval } => slowed(response.await, interval).await,
        Effect::NoResponse => pending().await,
    };
    for (name, value) in fault.headers {
        response.headers_mut().insert(name, value);
    }
    response
}

fn replacement(status: StatusCode, body: FaultBody, clock: &Clock, ids: &Ids) -> Response {
    let (content_type, body) = match body {
        FaultBody::Empty => (None, Vec::new()),
        FaultBody::Html => (Some("text/html; charset=utf-8".to_owned()), page(status)),
        FaultBody::Documented { code, description } => {
            let mut response = api_error(ApiError::injected(status, code, description));
            ids.echo(response.headers_mut());
            return response;
        }
        FaultBody::SignIn {
            error,
            code,
            description,
        } => {
            return SignInError::injected(status, error, code, description)
                .into_response(clock, None);
        }
        FaultBody::Gateway { seconds } => return rate_limit::rejection(seconds),
        FaultBody::Other { content_type, body } => (Some(content_type), body),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if let Some(Ok(value)) = content_type.map(HeaderValue::try_from) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

/// Returns an HTML error page like that of a gateway.
fn page(status: StatusCode) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or("Unknown");
    let status = status.as_u16();
    format!(
        "<!DOCTYPE html>\r\n<html><head><title>{status} {reason}</title></head>\
         <body><center><h1>{status} {reason}</h1></center><hr></body></html>\r\n"
    )
    .into_bytes()
}
