//! Cross-origin requests of pages on the loopback interface (WHATWG Fetch, 3.2).
//!
//! A page of another host gets no such header, so its browser keeps responses from it; neither
//! does any page for the control endpoint.

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use url::Url;

use super::response::set_header;
use crate::net::loopback::is_loopback;

/// Path below which no request of another origin is allowed.
const CONTROL_PATH: &str = "/_emulator";

/// Headers that a page may read, besides those that browsers always show.
const EXPOSED: &str = "MS-RequestId, MS-CorrelationId, MS-CV, MS-ServerId, isMfaCompliant, \
                       Retry-After, WWW-Authenticate, Date";

/// Methods of the API and of the sign-in.
const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// Seconds for which a browser may reuse the result of a preflight request.
const MAX_AGE: &str = "600";

/// Returns the origin of a request if it is a page on the loopback interface.
pub(crate) fn origin<B>(request: &Request<B>) -> Option<HeaderValue> {
    let path = request.uri().path();
    let is_control = path
        .get(..CONTROL_PATH.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(CONTROL_PATH));
    let origin = request.headers().get(header::ORIGIN)?;
    let url = Url::parse(origin.to_str().ok()?).ok()?;
    let is_page = matches!(url.scheme(), "http" | "https");
    (!is_control && is_page && is_loopback(&url)).then(|| origin.clone())
}

/// Returns the response to a preflight request, by which a browser asks whether it may send the
/// request that follows.
pub(crate) fn preflight<B>(request: &Request<B>) -> Option<Response> {
    origin(request)?;
    let headers = request.headers();
    let is_preflight = request.method() == Method::OPTIONS
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight {
        return None;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answer = response.headers_mut();
    set_header(answer, header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    set_header(answer, header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    if let Some(requested) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, requested.clone());
    }
    Some(response)
}

/// Allows the page with this origin to read a response.
pub(crate) fn allow(origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    let Some(origin) = origin else {
        return;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    set_header(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    // The response depends on the page, so caches must not give it to another one.
    const ORIGIN: HeaderName = header::ORIGIN;
    headers.append(header::VARY, HeaderValue::from(ORIGIN));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_on_the_loopback_interface_are_allowed() {
        let origin_of = |path: &str, origin: &str| {
            let request = Request::builder().uri(path).header("Origin", origin);
            origin_allowed(&request.body(()).unwrap())
        };
        for allowed in [
            "http://localhost:3000",
            "https://localhost",
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://[::1]:5173",
        ] {
            assert!(origin_of("/v1/customers", allowed), "{allowed}");
            assert!(!origin_of("/_emulator/faults", allowed), "{allowed}");
            assert!(!origin_of("/_Emulator", allowed), "{allowed}");
        }
        for refused in [
            "",
            "null",
            "localhost",
            "http://example.com",
            "http://localhost.example.com",
            "http://192.168.0.1",
            "file://localhost",
            "chrome-extension://localhost",
        ] {
            assert!(!origin_of("/v1/customers", refused), "{refused}");
        }
    }

    fn origin_allowed(request: &Request<()>) -> bool {
        origin(request).is_some()
    }
}
