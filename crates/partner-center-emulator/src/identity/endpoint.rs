//! The addresses of the sign-in, and what they share.

use axum::{body::to_bytes, extract::Request, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::{
    authority::Authority, authorize_endpoint, configuration, device_endpoint, form::SignInForm,
    sign_in_error::SignInError, token_endpoint,
};
use crate::ids::is_guid;

/// Longest request body that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The caller's own id of a sign-in.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// Path of the page where people enter the code of a device.
pub(super) const DEVICE_LOGIN_PATH: &str = "devicelogin";

/// An address of the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint<'a> {
    Token { tenant: &'a str },
    DeviceCode { tenant: &'a str },
    Authorize { tenant: &'a str },
    Configuration { tenant: &'a str },
    Keys { tenant: &'a str },
    DeviceLogin,
}

impl<'a> Endpoint<'a> {
    /// The address of the sign-in that a path is, if any. Letter case does not matter.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        if path.eq_ignore_ascii_case(DEVICE_LOGIN_PATH) {
            return Some(Self::DeviceLogin);
        }
        let (tenant, rest) = path.split_once('/')?;
        Some(match rest.to_ascii_lowercase().as_str() {
            "oauth2/v2.0/token" => Self::Token { tenant },
            "oauth2/v2.0/devicecode" => Self::DeviceCode { tenant },
            "oauth2/v2.0/authorize" => Self::Authorize { tenant },
            "v2.0/.well-known/openid-configuration" => Self::Configuration { tenant },
            "discovery/v2.0/keys" => Self::Keys { tenant },
            _ => return None,
        })
    }

    /// Whether programs get tokens here, not people their pages.
    pub(crate) fn is_token(self) -> bool {
        matches!(self, Self::Token { .. })
    }
}

/// Answers a request of the sign-in.
pub(crate) async fn answer(
    authority: &Authority,
    endpoint: Endpoint<'_>,
    request: Request,
) -> Response {
    let mut response = match endpoint {
        Endpoint::Authorize { tenant } => {
            authorize_endpoint::answer(authority, tenant, request).await
        }
        Endpoint::DeviceLogin => device_endpoint::answer_person(authority, request).await,
        _ => {
            let correlation_id = correlation_id(request.headers());
            let outcome = match endpoint {
                Endpoint::DeviceCode { tenant } => {
                    device_endpoint::answer_device(authority, tenant, request).await
                }
                Endpoint::Configuration { tenant } => {
                    configuration::answer(authority, tenant, request.method())
                }
                Endpoint::Keys { tenant } => configuration::answer_keys(tenant, request.method()),
                Endpoint::Token { tenant } => {
                    token_endpoint::answer(authority, tenant, request).await
                }
                Endpoint::Authorize { .. } | Endpoint::DeviceLogin => {
                    Err(SignInError::unknown_tenant())
                }
            };
            outcome.unwrap_or_else(|error| {
                error.into_response(authority.clock(), correlation_id.as_deref())
            })
        }
    };
    // These answers hold secrets: nobody may keep them (RFC 6749, 5.1).
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// Reads the form of a POST request.
pub(super) async fn posted(request: Request) -> Result<SignInForm, SignInError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_endpoint() {
        let tenant = "contoso";
        for (path, expected) in [
            ("/contoso/oauth2/v2.0/token", Endpoint::Token { tenant }),
            ("/contoso/OAuth2/v2.0/Token", Endpoint::Token { tenant }),
            (
                "/contoso/oauth2/v2.0/authorize",
                Endpoint::Authorize { tenant },
            ),
            (
                "/contoso/oauth2/v2.0/devicecode",
                Endpoint::DeviceCode { tenant },
            ),
            (
                "/contoso/v2.0/.well-known/openid-configuration",
                Endpoint::Configuration { tenant },
            ),
            ("/contoso/discovery/v2.0/keys", Endpoint::Keys { tenant }),
            ("/devicelogin", Endpoint::DeviceLogin),
        ] {
            assert_eq!(Endpoint::of(path), Some(expected), "{path}");
        }
        for path in [
            "",
            "/",
            "/oauth2/v2.0/token",
            "/contoso/oauth2/token",
            "/contoso/oauth2/v2.0/token/",
            "contoso/oauth2/v2.0/token",
            "/a/b/oauth2/v2.0/token",
            "/devicelogin/",
        ] {
            assert_eq!(Endpoint::of(path), None, "{path}");
        }
    }
}
