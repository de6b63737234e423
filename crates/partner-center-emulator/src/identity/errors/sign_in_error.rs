//! Sign-in errors in the format of Microsoft's identity platform.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use uuid::Uuid;

use crate::{clock::Clock, json};

/// Error of a sign-in: HTTP status, OAuth error, AADSTS code and description.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignInError {
    pub(crate) status: StatusCode,
    pub(crate) error: &'static str,
    pub(crate) code: u32,
    description: String,
    suberror: Option<&'static str>,
    /// Supported methods, if the request had an unsupported one.
    allow: Option<&'static str>,
}

/// Error body, in wire order.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: String,
    error_codes: [u32; 1],
    timestamp: &'a str,
    trace_id: &'a str,
    correlation_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    suberror: Option<&'a str>,
}

impl SignInError {
    pub(crate) fn new(
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
            suberror: None,
            allow: None,
        }
    }

    pub(crate) fn bad_request(
        error: &'static str,
        code: u32,
        description: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, code, description)
    }

    /// Sets the suberror, a machine-readable hint for the client.
    pub(crate) fn suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    /// Sets the supported methods.
    pub(crate) fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// Returns the text for users: the AADSTS code and the description.
    pub(crate) fn text(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.description)
    }

    /// Returns the response. `correlation_id` is the caller's id, if the caller sent one.
    pub(crate) fn into_response(self, clock: &Clock, correlation_id: Option<&str>) -> Response {
        let timestamp = clock.sign_in_timestamp();
        let trace_id = Uuid::new_v4().to_string();
        let correlation_id =
            correlation_id.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let body = ErrorBody {
            error: self.error,
            error_description: format!(
                "{} Trace ID: {trace_id} Correlation ID: {correlation_id} \
                 Timestamp: {timestamp}",
                self.text()
            ),
            error_codes: [self.code],
            timestamp: &timestamp,
            trace_id: &trace_id,
            correlation_id: &correlation_id,
            suberror: self.suberror,
        };
        let mut response = json::response(self.status, &body);
        if let Some(methods) = self.allow {
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        response
    }
}
