//! Token endpoint `POST /{tenant}/oauth2/v2.0/token`.

use axum::{extract::Request, response::Response};
use http::StatusCode;

use crate::{
    identity::{
        authority::Authority, endpoints::respond::read_form, errors::SignInError,
        grants::exchange::exchange,
    },
    json,
};

/// Responds to a token request.
pub(crate) async fn respond(
    authority: &Authority,
    tenant: &str,
    request: Request,
) -> Result<Response, SignInError> {
    let form = read_form(request).await?;
    let grant = exchange(authority, tenant, &form)?;
    Ok(json::response(StatusCode::OK, &grant))
}
