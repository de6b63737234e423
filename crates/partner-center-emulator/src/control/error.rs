//! Errors of the control endpoint.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{
    control::input::FieldError, faults::read::FaultError, json, scenario::error::ScenarioError,
};

/// Error response: `{"error":{"code":"unknownFault","message":".."}}`.
#[derive(Debug)]
pub(super) struct ControlError {
    status: StatusCode,
    code: &'static str,
    message: String,
    allow: Option<String>,
}

impl ControlError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            allow: None,
        }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(super) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(super) fn method_not_allowed(allow: String) -> Self {
        Self {
            allow: Some(allow.clone()),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "methodNotAllowed",
                format!("this path does not support the method: use {allow}"),
            )
        }
    }

    pub(super) fn into_response(self) -> Response {
        let body = json!({"error": {"code": self.code, "message": self.message}});
        let mut response = json::response(self.status, &body);
        let headers = response.headers_mut();
        if let Some(Ok(allow)) = self.allow.map(HeaderValue::try_from) {
            headers.insert(header::ALLOW, allow);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("X-Emulator-Secret"),
            );
        }
        response
    }
}

impl From<FieldError> for ControlError {
    fn from(error: FieldError) -> Self {
        Self::bad_request("invalidField", error.message)
    }
}

impl From<FaultError> for ControlError {
    fn from(error: FaultError) -> Self {
        Self::bad_request(error.code(), error.to_string())
    }
}

impl From<ScenarioError> for ControlError {
    fn from(error: ScenarioError) -> Self {
        Self::bad_request("invalidScenario", error.to_string())
    }
}
