//! Documented responses and error responses of the API.

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use uuid::Uuid;

use super::{api_error::ApiError, documented::DocumentedResponse};

pub(crate) const CORRELATION_VECTOR: HeaderName = HeaderName::from_static("ms-cv");
pub(crate) const SERVER_ID: HeaderName = HeaderName::from_static("ms-serverid");

/// `MS-ServerId` of errors, and of responses whose documentation has none
/// ([T69](partner_center_catalog::deviations#t69)).
const ANY_SERVER: &str = "102030524";

/// Returns the response to a rejected call, without the echoed ids.
pub(crate) fn api_error(error: ApiError) -> Response {
    let mut response = error.into_response();
    let headers = response.headers_mut();
    set_header(headers, CORRELATION_VECTOR, &new_correlation_vector());
    set_header(headers, SERVER_ID, ANY_SERVER);
    response
}

/// Returns a response with this body and the documented headers of an operation.
pub(crate) fn documented(documented: &DocumentedResponse, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    // The table has documented statuses only.
    *response.status_mut() = StatusCode::from_u16(documented.status).unwrap_or_default();
    let headers = response.headers_mut();
    if !documented.content_type.is_empty() {
        set_header(headers, header::CONTENT_TYPE, documented.content_type);
    }
    let server = match documented.server_id {
        "" => ANY_SERVER,
        server => server,
    };
    set_header(headers, CORRELATION_VECTOR, &new_correlation_vector());
    set_header(headers, SERVER_ID, server);
    response
}

/// Returns a new correlation vector in the service's format: 16 base64 characters, then
/// `.0` ([T69](partner_center_catalog::deviations#t69)).
fn new_correlation_vector() -> String {
    let random = Uuid::new_v4();
    let (twelve, _) = random.as_bytes().split_at(12);
    format!("{}.0", STANDARD.encode(twelve))
}

pub(crate) fn set_header(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Returns the response to `OPTIONS`: the methods of the resource.
pub(crate) fn options(allow: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    set_header(headers, header::ALLOW, allow);
    set_header(headers, CORRELATION_VECTOR, &new_correlation_vector());
    set_header(headers, SERVER_ID, ANY_SERVER);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_vectors_have_the_format_of_the_service() {
        let vector = new_correlation_vector();
        assert_eq!(vector.len(), 18);
        assert!(vector.ends_with(".0") && !vector.contains('='));
    }
}
