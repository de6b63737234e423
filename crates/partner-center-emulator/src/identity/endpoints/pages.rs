//! HTML pages for users: plain forms. Only the page that returns to an application has a script,
//! and works without it, too.

use axum::{body::Body, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::{
    api::response::set_header,
    identity::{
        errors::SignInError,
        seed::{CLIENT_ID, USER_NAME, USER_PRINCIPAL_NAME},
    },
};

/// Content security policy of every page: only its own style is allowed. It does not limit where
/// forms are posted to, because applications have any address on the loopback interface.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Script that posts the form of [`form_post`]. The policy names its digest.
const SUBMIT: &str = "document.forms[0].submit()";

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}\
     button,input{font:inherit;padding:.4rem 1rem}li{overflow-wrap:anywhere}";

/// Returns the page for sign-in and consent. Its form posts to the page's own URL, query
/// included.
pub(crate) fn sign_in(scope: &str) -> Response {
    let scopes: String = scope
        .split_whitespace()
        .map(|scope| format!("<li>{}</li>", escaped(scope)))
        .collect();
    page(
        StatusCode::OK,
        "Sign in",
        &format!(
            "<p>The application {CLIENT_ID} wants to act for <b>{USER_NAME}</b> \
             ({USER_PRINCIPAL_NAME}):</p><ul>{scopes}</ul>\
             <form method=\"post\"><button name=\"decision\" value=\"approve\" autofocus>\
             Sign in</button> <button name=\"decision\" value=\"deny\">Cancel</button></form>"
        ),
    )
}

/// Returns the page for a device's user code.
pub(crate) fn device(status: StatusCode, code: &str, fault: Option<&str>) -> Response {
    let fault = fault
        .map(|fault| format!("<p role=\"alert\">{}</p>", escaped(fault)))
        .unwrap_or_default();
    page(
        status,
        "Sign in on a device",
        &format!(
            "{fault}<p>Enter the code that your device shows, to sign it in as \
             <b>{USER_NAME}</b> ({USER_PRINCIPAL_NAME}).</p>\
             <form method=\"post\"><p><label>Code <input name=\"user_code\" value=\"{}\" \
             autocomplete=\"off\" autofocus required></label></p>\
             <button name=\"decision\" value=\"approve\">Sign in</button> \
             <button name=\"decision\" value=\"deny\">Decline</button></form>",
            escaped(code)
        ),
    )
}

/// Returns the page that posts these fields to the application. A script submits the form;
/// without scripts, the user presses the button.
pub(crate) fn form_post(action: &str, fields: &[(&str, &str)]) -> Response {
    let inputs: String = fields
        .iter()
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
                escaped(name),
                escaped(value)
            )
        })
        .collect();
    let mut response = page(
        StatusCode::OK,
        "Return to the application",
        &format!(
            "<p>If the application does not continue by itself, press the button.</p>\
             <form method=\"post\" action=\"{}\">{inputs}\
             <button autofocus>Continue</button></form><script>{SUBMIT}</script>",
            escaped(action)
        ),
    );
    let digest = STANDARD.encode(Sha256::digest(SUBMIT));
    set_header(
        response.headers_mut(),
        header::CONTENT_SECURITY_POLICY,
        &format!("{POLICY}; script-src 'sha256-{digest}'"),
    );
    response
}

/// Returns a page with a message.
pub(crate) fn message(text: &str) -> Response {
    page(
        StatusCode::OK,
        "Sign-in",
        &format!("<p>{}</p>", escaped(text)),
    )
}

/// Returns the page of an error that cannot be sent to the application.
pub(crate) fn error(error: &SignInError) -> Response {
    page(
        error.status,
        "Sorry, but we\u{2019}re having trouble signing you in",
        &format!("<p role=\"alert\">{}</p>", escaped(&error.text())),
    )
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <title>{title} - Partner Center emulator</title><style>{STYLE}</style></head>\
         <body><h1>{title}</h1>{body}</body></html>\n"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Escapes a text for HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_escaped() {
        assert_eq!(
            escaped("\"><script>'&'</script>"),
            "&quot;&gt;&lt;script&gt;&#39;&amp;&#39;&lt;/script&gt;"
        );
    }
}
