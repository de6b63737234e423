//! Endpoints of the device code flow: device authorization, and the page for user codes.

use axum::{extract::Request, response::Response};
use http::{Method, StatusCode};
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    identity::{
        authority::Authority,
        endpoint::DEVICE_LOGIN_PATH,
        endpoints::{pages, respond::read_form},
        errors::SignInError,
        grants::{client::check_client_id, scope::delegated_audience},
        tenant::Tenant,
    },
    json,
};

/// Device authorization response, in wire order.
#[derive(Serialize)]
struct DeviceCodeBody {
    user_code: String,
    device_code: String,
    verification_uri: String,
    expires_in: u64,
    interval: u64,
    message: String,
}

/// Responds to `POST /{tenant}/oauth2/v2.0/devicecode`.
pub(crate) async fn respond_to_device(
    authority: &Authority,
    tenant: &str,
    request: Request,
) -> Result<Response, SignInError> {
    let form = read_form(request).await?;
    Tenant::of(tenant)?;
    check_client_id(&form)?;
    let scope = form.required("scope")?;
    delegated_audience(Some(scope)).ok_or_else(SignInError::invalid_scope)?;
    let new = authority.device_codes.begin(scope);
    let verification_uri = format!("{}{DEVICE_LOGIN_PATH}", authority.base());
    let message = format!(
        "To sign in, use a web browser to open the page {verification_uri} and enter the code {} \
         to authenticate.",
        new.user_code
    );
    Ok(json::response(
        StatusCode::OK,
        &DeviceCodeBody {
            user_code: new.user_code,
            device_code: new.device_code,
            verification_uri,
            expires_in: authority.settings().device_code_lifetime.as_secs(),
            interval: authority.settings().device_code_interval.as_secs(),
            message,
        },
    ))
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
