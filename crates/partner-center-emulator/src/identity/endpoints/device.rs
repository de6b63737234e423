//! Endpoints of the device code flow: device authorization, and the page for user codes.

use axum::{extract::Request, response::Response};
use http::{Method, StatusCode};
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    identity::{
        authority::Authority,
        endpoint::{DEVICE_LOGIN_PATH, Version},
        endpoints::{pages, respond::read_form},
        errors::SignInError,
        grants::{client::check_client_id, scope::RequestedTokens},
        tenant::Tenant,
    },
    json,
};

/// Device authorization response of version 2.0, in wire order.
#[derive(Serialize)]
struct DeviceCodeBody<'a> {
    user_code: &'a str,
    device_code: &'a str,
    verification_uri: &'a str,
    expires_in: u64,
    interval: u64,
    message: &'a str,
}

/// Device authorization response of version 1.0, in wire order: all fields are text.
#[derive(Serialize)]
struct DeviceCodeBodyV1<'a> {
    user_code: &'a str,
    device_code: &'a str,
    verification_url: &'a str,
    expires_in: String,
    interval: String,
    message: &'a str,
}

/// Responds to `POST /{tenant}/oauth2/v2.0/devicecode`, or `/{tenant}/oauth2/devicecode` of
/// version 1.0.
pub(crate) async fn respond_to_device(
    authority: &Authority,
    tenant: &str,
    version: Version,
    request: Request,
) -> Result<Response, SignInError> {
    let form = read_form(request).await?;
    Tenant::of(tenant)?;
    check_client_id(&form)?;
    let requested = RequestedTokens::begin(&form, version)?;
    let new = authority.device_codes.begin(requested);
    let page = format!("{}{DEVICE_LOGIN_PATH}", authority.base());
    let message = format!(
        "To sign in, use a web browser to open the page {page} and enter the code {} to \
         authenticate.",
        new.user_code
    );
    let expires_in = authority.settings().device_code_lifetime.as_secs();
    let interval = authority.settings().device_code_interval.as_secs();
    Ok(match version {
        Version::V1 => json::response(
            StatusCode::OK,
            &DeviceCodeBodyV1 {
                user_code: &new.user_code,
                device_code: &new.device_code,
                verification_url: &page,
                expires_in: expires_in.to_string(),
                interval: interval.to_string(),
                message: &message,
            },
        ),
        Version::V2 => json::response(
            StatusCode::OK,
            &DeviceCodeBody {
                user_code: &new.user_code,
                device_code: &new.device_code,
                verification_uri: &page,
                expires_in,
                interval,
                message: &message,
            },
        ),
    })
}

/// Responds to `/devicelogin`: shows the page, or takes the user's decision.
pub(crate) async fn respond_to_browser(authority: &Authority, request: Request) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let query = request.uri().query().unwrap_or_default();
        let code = form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "user_code")
            .map(|(_, code)| code.into_owned());
        return pages::device(StatusCode::OK, code.as_deref().unwrap_or_default(), None);
    }
    if request.method() != Method::POST {
        return pages::error(&SignInError::method_not_allowed("GET, POST"));
    }
    let form = match read_form(request).await {
        Ok(form) => form,
        Err(error) => return pages::error(&error),
    };
    let code = form.get("user_code").unwrap_or_default();
    let approved = form.get("decision") == Some("approve");
    if !authority.decide_device(code, approved) {
        return pages::device(
            StatusCode::BAD_REQUEST,
            code,
            Some("No sign-in waits for this code. Check the code, or start again on your device."),
        );
    }
    pages::message(if approved {
        "You have signed in. You may close this window."
    } else {
        "The sign-in was declined. You may close this window."
    })
}
