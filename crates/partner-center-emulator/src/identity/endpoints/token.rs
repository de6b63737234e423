//! Token endpoint `POST /{tenant}/oauth2/v2.0/token`, and `/{tenant}/oauth2/token` of version
//! 1.0.

use axum::{extract::Request, response::Response};
use http::StatusCode;

use crate::{
    identity::{
        authority::Authority, endpoint::Version, endpoints::respond::read_form,
        errors::SignInError, grants::exchange::exchange,
    },
    json,
};

/// Responds to a token request.
pub(crate) async fn respond(
    authority: &Authority,
    tenant: &str,
    version: Version,
    request: Request,
) -> Result<Response, SignInError> {
    let form = read_form(request).await?;
    let grant = exchange(authority, tenant, version, &form)?;
    Ok(json::response(StatusCode::OK, &grant))
}
