//! Pages for people: dashboard, browsable reference and the spec as a document.
//!
//! The pages are static files without a build step. They read everything from the control
//! endpoint, from `connection.json` and from `openapi.json`, so they never affect a
//! response of the API.

mod assets;

use axum::{body::Body, response::Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use partner_center_catalog::OPERATIONS;
use serde_json::json;
use url::Url;

use self::assets::{ASSETS, Asset, Content};
use crate::identity::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_DOMAIN, TENANT_ID};

/// Content security policy of every page: scripts, styles and requests of this origin only,
/// and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// URL in the generated documents that is replaced by the emulator's own.
const SERVER: &str = "https://emulator.invalid";

/// Returns whether the path belongs to a page. None of these paths exists in the API.
pub(crate) fn is_page(path: &str) -> bool {
    find(path).is_some()
}

/// Returns the response to a request for a page; `base` is the emulator's URL.
pub(crate) fn respond(base: &Url, method: &Method, path: &str) -> Response {
    let Some(asset) = find(path) else {
        return response(
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            "Not found.\n",
        );
    };
    if method != Method::GET && method != Method::HEAD {
        let mut response = response(
            StatusCode::METHOD_NOT_ALLOWED,
            "text/plain; charset=utf-8",
            "Pages accept GET and HEAD only.\n",
        );
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(header::ALLOW, allowed);
        return response;
    }
    match asset.content {
        Content::Static(text) => response(StatusCode::OK, asset.content_type, text),
        Content::Document(text) => {
            let text = text.replacen(SERVER, base.as_str().trim_end_matches('/'), 1);
            response(StatusCode::OK, asset.content_type, text)
        }
        Content::Connection => response(
            StatusCode::OK,
            asset.content_type,
            connection(base).to_string(),
        ),
    }
}

fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Returns what a program needs to connect. The values are public: only emulators accept
/// them.
fn connection(base: &Url) -> serde_json::Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "url": base.as_str(),
        "tenantId": TENANT_ID,
        "tenantDomain": TENANT_DOMAIN,
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "refreshToken": REFRESH_TOKEN,
        "operations": OPERATIONS.iter().map(|operation| operation.id).collect::<Vec<_>>(),
    })
}

fn response(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Another emulator may listen on the same port next time.
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
