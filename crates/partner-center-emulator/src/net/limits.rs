//! Limits of the size of requests.

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    response::Response,
};
use http::StatusCode;

use crate::faults::rate_limit::gateway_error;

/// Largest head of a request that is read, in bytes. A longer one gets 431. It is much larger than
/// what is accepted, so that a long URL gets 414.
pub(super) const HEAD: usize = 1280 * 1024;

/// Largest accepted headers of a request, in bytes.
const HEADERS: usize = 64 * 1024;

/// Largest accepted body of an API call, in bytes. No operation has one.
const API_BODY: u64 = 64 * 1024;

/// Largest body of a sign-in that is read, in bytes.
const SIGN_IN_BODY: usize = 1024 * 1024;

/// Returns the response to a request with long headers. Long URLs get 414 earlier, when the head
/// is parsed.
pub(super) fn rejection(request: &Request) -> Option<Response> {
    let size: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum();
    (size > HEADERS).then(|| {
        gateway_error(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "The headers of the request are longer than 64 KiB.",
        )
    })
}

/// Returns the response to a request that announces a long body.
pub(crate) fn long_body(request: &Request) -> Option<Response> {
    let length = request.body().size_hint().lower();
    (length > API_BODY).then(too_long)
}

/// Reads the body of a sign-in, because a connection is busy only after its request is complete.
/// Returns 413 if the body is too long, and 400 if it is incomplete.
pub(crate) async fn read_body(request: Request) -> Result<Request, Box<Response>> {
    let (parts, body) = request.into_parts();
    match to_bytes(body, SIGN_IN_BODY).await {
        Ok(bytes) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Err(error) if is_too_long(&error) => Err(Box::new(too_long())),
        Err(_) => Err(Box::new(gateway_error(
            StatusCode::BAD_REQUEST,
            "The body of the request is incomplete or malformed.",
        ))),
    }
}

fn too_long() -> Response {
    gateway_error(
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body of the request is too long.",
    )
}

/// Returns whether a body was longer than the limit, which the error of the library has as its
/// source.
fn is_too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}
