//! Logout endpoint `/{tenant}/oauth2/v2.0/logout`.

use axum::{extract::Request, response::Response};
use http::Method;

use super::{pages, redirect};
use crate::identity::{errors::SignInError, form::SignInForm, tenant::Tenant};

/// Responds to a browser that signs out: redirects it to `post_logout_redirect_uri`, or shows a
/// page. The emulator keeps no sessions.
pub(crate) fn respond(tenant: &str, request: &Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        return pages::error(&SignInError::method_not_allowed("GET, POST"));
    }
    let query = request.uri().query().unwrap_or_default();
    let destination = Tenant::of(tenant).and_then(|_| {
        let form = SignInForm::of_query(query).map_err(|_| SignInError::repeated_parameter())?;
        let destination = form
            .get("post_logout_redirect_uri")
            .map(|text| redirect::loopback(text).ok_or_else(SignInError::redirect_uri));
        let mut destination = destination.transpose()?;
        if let (Some(url), Some(state)) = (&mut destination, form.get("state")) {
            url.query_pairs_mut().append_pair("state", state);
        }
        Ok(destination)
    });
    match destination {
        Ok(Some(url)) => redirect::found(url.as_str()),
        Ok(None) => pages::message("You have signed out. You may close this window."),
        Err(error) => pages::error(&error),
    }
}
