//! Configuration documents of the sign-in (OpenID Connect Discovery 1.0), and its keys.

use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use crate::{
    identity::{
        authority::Authority,
        endpoint::Version,
        errors::SignInError,
        seed::TENANT_ID,
        tenant::Tenant,
        tokens::{id_token_key::IdTokenKey, issuer::issuer_of},
    },
    json,
};

/// Responds to `GET /{tenant}/v2.0/.well-known/openid-configuration`, or without `v2.0` in
/// version 1.0.
///
/// The endpoints are those of the requested tenant, with the id if the request has the
/// domain. The issuer is always the partner's tenant, as in the tokens.
pub(crate) fn respond(
    authority: &Authority,
    tenant: &str,
    version: Version,
) -> Result<Response, SignInError> {
    let tenant = canonical(tenant)?;
    let base = authority.base();
    let root = format!("{base}{tenant}");
    let (oauth2, keys) = match version {
        Version::V1 => ("oauth2", "discovery/keys"),
        Version::V2 => ("oauth2/v2.0", "discovery/v2.0/keys"),
    };
    let oauth2 = format!("{root}/{oauth2}");
    Ok(json::response(
        StatusCode::OK,
        &json!({
            "token_endpoint": format!("{oauth2}/token"),
            "token_endpoint_auth_methods_supported": [
                "client_secret_post", "private_key_jwt", "client_secret_basic",
            ],
            "jwks_uri": format!("{root}/{keys}"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": [IdTokenKey::ALGORITHM],
            "response_types_supported": ["code", "code id_token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer_of(base, version),
            "authorization_endpoint": format!("{oauth2}/authorize"),
            "device_authorization_endpoint": format!("{oauth2}/devicecode"),
            "end_session_endpoint": format!("{oauth2}/logout"),
            "http_logout_supported": true,
            "grant_types_supported": [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "nbf", "nonce", "c_hash", "name",
                "preferred_username", "unique_name", "upn", "oid", "tid", "ver",
            ],
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }),
    ))
}

/// Responds to `GET /{tenant}/discovery/v2.0/keys` with the key that verifies id tokens. Access
/// tokens are signed with a secret: they are for the API, not for the application.
pub(crate) fn respond_with_keys(
    authority: &Authority,
    tenant: &str,
) -> Result<Response, SignInError> {
    canonical(tenant)?;
    let key = authority.issuer().id_token_key().public_jwk();
    Ok(json::response(StatusCode::OK, &json!({"keys": [key]})))
}

/// Returns the tenant in its canonical spelling.
fn canonical(tenant: &str) -> Result<String, SignInError> {
    Ok(match Tenant::of(tenant)? {
        Tenant::Partner => TENANT_ID.to_owned(),
        Tenant::Shared => tenant.to_ascii_lowercase(),
    })
}
