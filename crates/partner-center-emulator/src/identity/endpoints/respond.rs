//! Dispatch of a request to its endpoint.

use axum::{body::to_bytes, extract::Request, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::{authorize, configuration, device, discovery, logout, token};
use crate::{
    api::response::set_header,
    identity::{authority::Authority, endpoint::Endpoint, errors::SignInError, form::SignInForm},
    ids::is_guid,
};

/// Maximum length of a request body, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// Header with the caller's id of a sign-in.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// Request header that asks for the caller's id in the response.
const RETURN_CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("return-client-request-id");

/// Returns the response to a sign-in request.
pub(crate) async fn respond(
    authority: &Authority,
    endpoint: Endpoint<'_>,
    request: Request,
) -> Response {
    let correlation_id = correlation_id(request.headers());
    let echoes = request
        .headers()
        .get(RETURN_CLIENT_REQUEST_ID)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let mut response = match endpoint {
        Endpoint::Authorize { tenant, version } => {
            authorize::respond(authority, tenant, version, request).await
        }
        Endpoint::DeviceLogin => device::respond_to_browser(authority, request).await,
        Endpoint::Logout { tenant } => logout::respond(tenant, &request),
        _ => respond_with_json(authority, endpoint, request)
            .await
            .unwrap_or_else(|error| {
                error.into_response(authority.clock(), correlation_id.as_deref())
            }),
    };
    // The responses contain secrets and must not be cached (RFC 6749, 5.1).
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    if let (true, Some(id)) = (echoes, correlation_id) {
        set_header(headers, CLIENT_REQUEST_ID, &id);
    }
    response
}

/// Responds to a library, not a browser.
async fn respond_with_json(
    authority: &Authority,
    endpoint: Endpoint<'_>,
    request: Request,
) -> Result<Response, SignInError> {
    match endpoint {
        Endpoint::Token { tenant, version } => {
            return token::respond(authority, tenant, version, request).await;
        }
        Endpoint::DeviceCode { tenant, version } => {
            return device::respond_to_device(authority, tenant, version, request).await;
        }
        _ => {}
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(SignInError::method_not_allowed("GET"));
    }
    match endpoint {
        Endpoint::Configuration { tenant, version } => {
            configuration::respond(authority, tenant, version)
        }
        Endpoint::Keys { tenant } => configuration::respond_with_keys(authority, tenant),
        Endpoint::InstanceDiscovery => discovery::respond(authority, request.uri()),
        // The endpoints for browsers and those above have their responses already.
        _ => Err(SignInError::unknown_tenant()),
    }
}

/// Reads the form of a POST request.
pub(super) async fn read_form(request: Request) -> Result<SignInForm, SignInError> {
    if request.method() != Method::POST {
        return Err(SignInError::method_not_allowed("POST"));
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT)
        .await
        .map_err(|_| SignInError::body_too_large(BODY_LIMIT))?;
    SignInForm::read(&parts.headers, &body).map_err(|_| SignInError::repeated_parameter())
}

/// Returns the caller's id of a sign-in, if it is a GUID.
fn correlation_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(CLIENT_REQUEST_ID)?.to_str().ok()?;
    is_guid(id).then(|| id.to_owned())
}
