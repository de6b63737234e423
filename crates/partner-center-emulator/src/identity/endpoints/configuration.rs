//! Configuration document of the sign-in (OpenID Connect Discovery 1.0).

use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::json;

use crate::{
    identity::{
        authority::Authority, errors::SignInError, seed::TENANT_ID, tenant::Tenant,
        tokens::issuer::issuer_of,
    },
    json,
};

/// Responds to `GET /{tenant}/v2.0/.well-known/openid-configuration`.
///
/// The endpoints are those of the requested tenant, with the id if the request has the
/// domain. The issuer is always the partner's tenant, as in the tokens.
pub(crate) fn respond(
    authority: &Authority,
    tenant: &str,
    method: &Method,
) -> Result<Response, SignInError> {
    let tenant = checked(tenant, method)?;
    let root = format!("{}{tenant}", authority.base());
    let oauth2 = format!("{root}/oauth2/v2.0");
    Ok(json::response(
        StatusCode::OK,
        &json!({
            "token_endpoint": format!("{oauth2}/token"),
            "token_endpoint_auth_methods_supported": [
                "client_secret_post", "private_key_jwt", "client_secret_basic",
            ],
            "jwks_uri": format!("{root}/discovery/v2.0/keys"),
            "response_modes_supported": ["query"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["HS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer_of(authority.base()),
            "authorization_endpoint": format!("{oauth2}/authorize"),
            "device_authorization_endpoint": format!("{oauth2}/devicecode"),
            "grant_types_supported": [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "nbf", "nonce", "name",
                "preferred_username", "oid", "tid", "ver",
            ],
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }),
    ))
}

/// Responds to `GET /{tenant}/discovery/v2.0/keys` with an empty list, because tokens are
/// signed with a secret.
pub(crate) fn respond_with_keys(tenant: &str, method: &Method) -> Result<Response, SignInError> {
    checked(tenant, method)?;
    Ok(json::response(StatusCode::OK, &json!({"keys": []})))
}

/// Checks the method and returns the tenant in its canonical spelling.
fn checked(tenant: &str, method: &Method) -> Result<String, SignInError> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Err(SignInError::method_not_allowed("GET"));
    }
    Ok(match Tenant::of(tenant)? {
        Tenant::Partner => TENANT_ID.to_owned(),
        Tenant::Shared => tenant.to_ascii_lowercase(),
    })
}
