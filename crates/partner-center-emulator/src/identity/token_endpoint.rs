//! `POST /{tenant}/oauth2/v2.0/token`.

use axum::{extract::Request, response::Response};
use http::StatusCode;

use super::{
    authority::Authority, endpoint::posted, exchange::exchange, sign_in_error::SignInError,
};
use crate::json;

/// Answers a token request.
pub(super) async fn answer(
    authority: &Authority,
    tenant: &str,
    request: Request,
) -> Result<Response, SignInError> {
    let form = posted(request).await?;
    let grant = exchange(authority, tenant, &form)?;
    Ok(json::response(StatusCode::OK, &grant))
}
