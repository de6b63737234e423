//! Paths and methods of the control endpoint.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::control::error::ControlError;

/// Beginning of all paths.
pub(super) const PREFIX: &str = "/_emulator";

/// Effect of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Status,
    Faults,
    AddFault,
    ClearFaults,
    Fault,
    RemoveFault,
    FaultKinds,
    Clock,
    Advance,
    Freeze,
    Resume,
    ResetClock,
    SignIn,
    ChangeSignIn,
    RevokeRefreshTokens,
    ExpireSecret,
    ExpireCertificates,
    DeviceCodes,
    ApproveDevice,
    DenyDevice,
    RateLimit,
    SetRateLimit,
    RemoveRateLimit,
    Requests,
    Request,
    ClearRequests,
    Scenario,
    StartScenario,
    StopScenario,
    Data,
    Rows,
    ReplaceRows,
    RestoreRows,
    Reset,
    DocumentJson,
    DocumentYaml,
}

/// All routes: method, path below the prefix, and effect.
pub(super) const ROUTES: &[(&str, &str, Action)] = &[
    ("GET", "/status", Action::Status),
    ("GET", "/faults", Action::Faults),
    ("POST", "/faults", Action::AddFault),
    ("DELETE", "/faults", Action::ClearFaults),
    ("GET", "/faults/{id}", Action::Fault),
    ("DELETE", "/faults/{id}", Action::RemoveFault),
    ("GET", "/fault-kinds", Action::FaultKinds),
    ("GET", "/clock", Action::Clock),
    ("POST", "/clock/advance", Action::Advance),
    ("POST", "/clock/freeze", Action::Freeze),
    ("POST", "/clock/resume", Action::Resume),
    ("POST", "/clock/reset", Action::ResetClock),
    ("GET", "/sign-in", Action::SignIn),
    ("PATCH", "/sign-in", Action::ChangeSignIn),
    (
        "POST",
        "/sign-in/revoke-refresh-tokens",
        Action::RevokeRefreshTokens,
    ),
    ("POST", "/sign-in/expire-secret", Action::ExpireSecret),
    (
        "POST",
        "/sign-in/expire-certificates",
        Action::ExpireCertificates,
    ),
    ("GET", "/device-codes", Action::DeviceCodes),
    (
        "POST",
        "/device-codes/{code}/approve",
        Action::ApproveDevice,
    ),
    ("POST", "/device-codes/{code}/deny", Action::DenyDevice),
    ("GET", "/rate-limit", Action::RateLimit),
    ("PUT", "/rate-limit", Action::SetRateLimit),
    ("DELETE", "/rate-limit", Action::RemoveRateLimit),
    ("GET", "/requests", Action::Requests),
    ("DELETE", "/requests", Action::ClearRequests),
    ("GET", "/requests/{number}", Action::Request),
    ("GET", "/scenario", Action::Scenario),
    ("PUT", "/scenario", Action::StartScenario),
    ("DELETE", "/scenario", Action::StopScenario),
    ("GET", "/data", Action::Data),
    ("GET", "/data/{operation}", Action::Rows),
    ("PUT", "/data/{operation}", Action::ReplaceRows),
    ("DELETE", "/data/{operation}", Action::RestoreRows),
    ("POST", "/reset", Action::Reset),
    ("GET", "/openapi.json", Action::DocumentJson),
    ("GET", "/openapi.yaml", Action::DocumentYaml),
];

/// Finds the route of a request, and the value of its path parameter; without one it is empty.
pub(super) fn find<'a>(
    method: &Method,
    path: &'a str,
) -> Result<(Action, Cow<'a, str>), ControlError> {
    // The server removes the body of a response to HEAD.
    let method = match method.as_str() {
        "HEAD" => "GET",
        method => method,
    };
    let path = path.get(PREFIX.len()..).unwrap_or_default();
    let mut allow = Vec::new();
    for (supported, template, action) in ROUTES {
        if let Some(parameter) = parameter(template, path) {
            if *supported == method {
                let parameter = percent_decode_str(parameter).decode_utf8_lossy();
                return Ok((*action, parameter));
            }
            allow.push(*supported);
        }
    }
    Err(match allow.is_empty() {
        true => ControlError::not_found(
            "unknownPath",
            "the control endpoint has no such path: /_emulator/openapi.json lists the paths",
        ),
        false => ControlError::method_not_allowed(allow.join(", ")),
    })
}

/// Returns the value of the template's parameter if the path matches the template.
fn parameter<'a>(template: &str, path: &'a str) -> Option<&'a str> {
    let mut value = "";
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') {
            value = segment;
            if segment.is_empty() {
                return None;
            }
        } else if segment != expected {
            return None;
        }
    }
    segments.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests;
