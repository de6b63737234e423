//! Instance discovery: `GET /common/discovery/instance`.
//!
//! Microsoft's libraries request it from the authority, or from the one that the application
//! names, to learn where a tenant's configuration is and which hosts are the same service.

use axum::response::Response;
use http::{StatusCode, Uri};
use serde_json::json;
use url::Url;

use crate::{
    identity::{
        authority::Authority,
        endpoint::{Endpoint, Version},
        errors::SignInError,
        form::SignInForm,
        tenant::Tenant,
    },
    json,
    net::loopback::is_loopback,
};

/// Host of the public cloud, whose endpoint libraries name when they ask for aliases only.
const PUBLIC_CLOUD: &str = "login.microsoftonline.com";

/// Responds to a discovery request. Its authorization endpoint is the emulator's, with or
/// without the port, because MSAL for Python omits it.
pub(crate) fn respond(authority: &Authority, uri: &Uri) -> Result<Response, SignInError> {
    let query = uri.query().unwrap_or_default();
    let query = SignInForm::of_query(query).map_err(|_| SignInError::repeated_parameter())?;
    let required = |name| {
        query
            .get(name)
            .ok_or_else(|| SignInError::discovery_parameter(name))
    };
    required("api-version")?;
    let endpoint = Url::parse(required("authorization_endpoint")?)
        .map_err(|_| SignInError::unknown_instance())?;
    let is_known = is_loopback(&endpoint) || endpoint.host_str() == Some(PUBLIC_CLOUD);
    let (tenant, version) = match Endpoint::of(endpoint.path()) {
        Some(Endpoint::Authorize { tenant, version }) if is_known => (tenant, version),
        _ => return Err(SignInError::unknown_instance()),
    };
    Tenant::of(tenant)?;
    let base = authority.base();
    let document = match version {
        Version::V1 => ".well-known/openid-configuration",
        Version::V2 => "v2.0/.well-known/openid-configuration",
    };
    let host = base.host_str().unwrap_or_default();
    let port = base.port_or_known_default().unwrap_or_default();
    let network = format!("{host}:{port}");
    Ok(json::response(
        StatusCode::OK,
        &json!({
            "tenant_discovery_endpoint": format!("{base}{tenant}/{document}"),
            "api-version": "1.1",
            "metadata": [{
                "preferred_network": network,
                "preferred_cache": network,
                "aliases": [network, format!("localhost:{port}"), host, "localhost"],
            }],
        }),
    ))
}
