//! Dispatch of a request to its endpoint.

use axum::{body::to_bytes, extract::Request, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::{authorize, configuration, device, token};
use crate::{
    identity::{authority::Authority, endpoint::Endpoint, errors::SignInError, form::SignInForm},
    ids::is_guid,
};

/// Maximum length of a request body, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// Header with the caller's id of a sign-in.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// Returns the response to a sign-in request.
pub(crate) async fn respond(
    authority: &Authority,
    endpoint: Endpoint<'_>,
    request: Request,
) -> Response {
    let mut response = match endpoint {
        Endpoint::Authorize { tenant } => authorize::respond(authority, tenant, request).await,
        Endpoint::DeviceLogin => device::respond_to_browser(authority, request).await,
        _ => {
            let correlation_id = correlation_id(request.headers());
            let outcome = match endpoint {
                Endpoint::DeviceCode { tenant } => {
                    device::respond_to_device(authority, tenant, request).await
                }
                Endpoint::Configuration { tenant } => {
                    configuration::respond(authority, tenant, request.method())
                }
                Endpoint::Keys { tenant } => {
                    configuration::respond_with_keys(tenant, request.method())
                }
                Endpoint::Token { tenant } => token::respond(authority, tenant, request).await,
                Endpoint::Authorize { .. } | Endpoint::DeviceLogin => {
                    Err(SignInError::unknown_tenant())
                }
            };
            outcome.unwrap_or_else(|error| {
                error.into_response(authority.clock(), correlation_id.as_deref())
            })
        }
    };
    // The responses contain secrets and must not be cached (RFC 6749, 5.1).
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
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

fn correlation_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(CLIENT_REQUEST_ID)?.to_str().ok()?;
    is_guid(id).then(|| id.to_owned())
}
