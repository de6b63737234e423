//! Requests to the control endpoint.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::{
    control::{
        access,
        error::ControlError,
        handlers::Handlers,
        routes::{self, Action, PREFIX},
    },
    scenario::definition::{MAXIMUM_BYTES, Scenario},
    service::Service,
};

/// Maximum length of a body with rows.
const MAXIMUM_ROWS_BYTES: usize = 64 << 20;

/// Returns whether a path belongs to the control endpoint.
pub(crate) fn is_control(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the response to a request of the control endpoint.
pub(crate) async fn respond(service: &Service, request: Request) -> Response {
    let mut response = match handle(service, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

async fn handle(service: &Service, request: Request) -> Result<Response, ControlError> {
    let (parts, body) = request.into_parts();
    let scheme = service.authority().base().scheme();
    let secret = service.settings().secret.as_deref();
    access::check(scheme, &parts.uri, &parts.headers, secret)?;
    let (action, parameter) = routes::find(&parts.method, parts.uri.path())?;
    let limit = match action {
        Action::ReplaceRows => MAXIMUM_ROWS_BYTES,
        _ => MAXIMUM_BYTES,
    };
    let body = to_bytes(body, limit).await.map_err(|_| {
        let limit = limit >> 20;
        ControlError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "bodyTooLarge",
            format!("the body is longer than {limit} MiB or incomplete: send less"),
        )
    })?;
    let handlers = Handlers::new(service);
    let query = parts.uri.query().unwrap_or_default();
    match action {
        Action::Status => handlers.status(),
        Action::Faults => handlers.faults(),
        Action::AddFault => handlers.add_fault(&json(&body)?),
        Action::ClearFaults => handlers.clear_faults(),
        Action::Fault => handlers.fault(&parameter),
        Action::RemoveFault => handlers.remove_fault(&parameter),
        Action::FaultKinds => handlers.fault_kinds(),
        Action::Clock => handlers.clock(),
        Action::Advance => handlers.advance(&json(&body)?),
        Action::Freeze => handlers.freeze(&optional_json(&body)?),
        Action::Resume => handlers.resume(),
        Action::ResetClock => handlers.reset_clock(),
        Action::SignIn => handlers.sign_in(),
        Action::ChangeSignIn => handlers.change_sign_in(&json(&body)?),
        Action::RevokeRefreshTokens => handlers.revoke_refresh_tokens(),
        Action::ExpireSecret => handlers.expire_secret(),
        Action::ExpireCertificates => handlers.expire_certificates(),
        Action::DeviceCodes => handlers.device_codes(),
        Action::ApproveDevice => handlers.decide_device(&parameter, true),
        Action::DenyDevice => handlers.decide_device(&parameter, false),
        Action::RateLimit => handlers.rate_limit(),
        Action::SetRateLimit => handlers.set_rate_limit(&json(&body)?),
        Action::RemoveRateLimit => handlers.remove_rate_limit(),
        Action::Requests => handlers.requests(query),
        Action::Request => handlers.request(&parameter),
        Action::ClearRequests => handlers.clear_requests(),
        Action::Scenario => handlers.scenario(),
        Action::StartScenario => handlers.start_scenario(scenario(&parts.headers, &body)?),
        Action::StopScenario => handlers.stop_scenario(),
        Action::Data => handlers.data(),
        Action::Rows => handlers.rows(&parameter),
        Action::ReplaceRows => handlers.replace_rows(&parameter, &parts.headers, &body),
        Action::RestoreRows => handlers.restore_rows(&parameter),
        Action::Reset => handlers.reset(),
        Action::DocumentJson => Ok(document(
            "application/json",
            include_str!("../generated/emulator-control.json"),
        )),
        Action::DocumentYaml => Ok(document(
            "application/yaml",
            include_str!("../generated/emulator-control.yaml"),
        )),
    }
}

fn json(body: &Bytes) -> Result<Value, ControlError> {
    serde_json::from_slice(body).map_err(|error| {
        ControlError::bad_request(
            "invalidJson",
            format!("the body is not valid JSON: {error}"),
        )
    })
}

/// Reads a body that may be missing, which is the same as an object without fields.
fn optional_json(body: &Bytes) -> Result<Value, ControlError> {
    match body.trim_ascii().is_empty() {
        true => Ok(Value::Object(serde_json::Map::new())),
        false => json(body),
    }
}

/// Reads a scenario in JSON if the content type says so or, without one, the body begins with a
/// brace, which TOML cannot.
fn scenario(headers: &HeaderMap, body: &Bytes) -> Result<Scenario, ControlError> {
    let text = str::from_utf8(body).map_err(|_| {
        ControlError::bad_request(
            "invalidScenario",
            "the scenario is not UTF-8 text: convert it",
        )
    })?;
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let is_json = match content_type.and_then(|value| value.split(';').next()) {
        Some(media_type) if media_type.eq_ignore_ascii_case("application/json") => true,
        Some(media_type) if media_type.eq_ignore_ascii_case("application/toml") => false,
        _ => text.trim_start().starts_with('{'),
    };
    Ok(match is_json {
        true => Scenario::from_json(text)?,
        false => Scenario::from_toml(text)?,
    })
}

fn document(content_type: &'static str, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
