//! Errors of the token endpoint, in the form of Microsoft's identity platform.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use uuid::Uuid;

use super::seed::TENANT_ID;
use crate::{clock::Clock, json};

/// Why no token is given: HTTP status, OAuth error, AADSTS code and text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignInError {
    pub(crate) status: StatusCode,
    pub(crate) error: &'static str,
    pub(crate) code: u32,
    description: String,
}

/// The error body, in wire order.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: String,
    error_codes: [u32; 1],
    timestamp: &'a str,
    trace_id: &'a str,
    correlation_id: &'a str,
}

impl SignInError {
    fn new(
        status: StatusCode,
        error: &'static str,
        code: u32,
        description: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error,
            code,
            description: description.into(),
        }
    }

    fn bad_request(error: &'static str, code: u32, description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, code, description)
    }

    pub(crate) fn unknown_tenant() -> Self {
        Self::bad_request(
            "invalid_request",
            90002,
            "The tenant of the address was not found. Check that it is the id of the right tenant.",
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "invalid_request",
            900_561,
            "The endpoint only accepts POST requests.",
        )
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "invalid_request",
            90013,
            format!("The request body could not be read or is longer than {limit} bytes."),
        )
    }

    pub(crate) fn missing_parameter(name: &'static str) -> Self {
        Self::bad_request(
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    }

    pub(crate) fn repeated_parameter() -> Self {
        Self::bad_request(
            "invalid_request",
            9_000_411,
            "The request is not properly formatted. A parameter is duplicated.",
        )
    }

    pub(crate) fn unsupported_grant() -> Self {
        Self::bad_request(
            "unsupported_grant_type",
            70003,
            "The grant type is not supported. Supported are refresh_token and client_credentials.",
        )
    }

    pub(crate) fn unknown_client() -> Self {
        Self::bad_request(
            "unauthorized_client",
            700_016,
            format!("The application was not found in the tenant '{TENANT_ID}'."),
        )
    }

    pub(crate) fn missing_secret() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: \
             'client_assertion' or 'client_secret'.",
        )
    }

    pub(crate) fn wrong_secret() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided.",
        )
    }

    pub(crate) fn unknown_refresh_token() -> Self {
        Self::bad_request(
            "invalid_grant",
            70000,
            "The provided value for the input parameter 'refresh_token' is not valid.",
        )
    }

    pub(crate) fn invalid_scope() -> Self {
        Self::bad_request(
            "invalid_scope",
            70011,
            "The provided value for the input parameter 'scope' is not valid.",
        )
    }

    /// The answer. `correlation_id` is the caller's, if it sent one.
    pub(crate) fn into_response(self, clock: &Clock, correlation_id: Option<&str>) -> Response {
        let timestamp = clock.sign_in_timestamp();
        let trace_id = Uuid::new_v4().to_string();
        let correlation_id =
            correlation_id.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let body = ErrorBody {
            error: self.error,
            error_description: format!(
                "AADSTS{}: {} Trace ID: {trace_id} Correlation ID: {correlation_id} \
                 Timestamp: {timestamp}",
                self.code, self.description
            ),
            error_codes: [self.code],
            timestamp: &timestamp,
            trace_id: &trace_id,
            correlation_id: &correlation_id,
        };
        let mut response = json::response(self.status, &body);
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}
