//! `POST /{tenant}/oauth2/v2.0/token`.

use axum::{body::to_bytes, extract::Request, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::{
    exchange::{Grant, exchange},
    form::TokenForm,
    issuer::Issuer,
    sign_in_error::SignInError,
};
use crate::{ids::is_guid, json};

/// Longest request body that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The caller's own id of a sign-in.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// The tenant, when a path is that of a token endpoint.
pub(crate) fn tenant_of(path: &str) -> Option<&str> {
    let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
    rest.eq_ignore_ascii_case("oauth2/v2.0/token")
        .then_some(tenant)
}

/// Answers a token request.
pub(crate) async fn answer(issuer: &Issuer, tenant: &str, request: Request) -> Response {
    let correlation_id = correlation_id(request.headers());
    let mut response = match grant(issuer, tenant, request).await {
        Ok(grant) => json::response(StatusCode::OK, &grant),
        Err(error) => error.into_response(issuer.clock(), correlation_id.as_deref()),
    };
    // Answers of this endpoint hold secrets: nobody may keep them (RFC 6749, 5.1).
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

async fn grant(issuer: &Issuer, tenant: &str, request: Request) -> Result<Grant, SignInError> {
    if request.method() != Method::POST {
        return Err(SignInError::method_not_allowed());
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT)
        .await
        .map_err(|_| SignInError::body_too_large(BODY_LIMIT))?;
    let form =
        TokenForm::read(&parts.headers, &body).map_err(|_| SignInError::repeated_parameter())?;
    exchange(issuer, tenant, &form)
}

fn correlation_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(CLIENT_REQUEST_ID)?.to_str().ok()?;
    is_guid(id).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_path_has_a_tenant() {
        assert_eq!(tenant_of("/contoso/oauth2/v2.0/token"), Some("contoso"));
        assert_eq!(tenant_of("/contoso/OAuth2/v2.0/Token"), Some("contoso"));
        for path in [
            "",
            "/",
            "/oauth2/v2.0/token",
            "/contoso/oauth2/token",
            "/contoso/oauth2/v2.0/token/",
            "contoso/oauth2/v2.0/token",
            "/a/b/oauth2/v2.0/token",
        ] {
            assert_eq!(tenant_of(path), None, "{path}");
        }
    }
}
