//! Return of the browser to the application.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};
use url::{Url, form_urlencoded};

use super::pages;
use crate::net::loopback::is_loopback;

/// Way in which the parameters reach the application (OAuth 2.0 Multiple Response Types, and
/// Form Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In the fragment, which browsers do not send.
    Fragment,
    /// In a form that the browser posts.
    FormPost,
}

impl ResponseMode {
    pub(super) fn of(text: &str) -> Option<Self> {
        Some(match text {
            "query" => Self::Query,
            "fragment" => Self::Fragment,
            "form_post" => Self::FormPost,
            _ => return None,
        })
    }

    /// Returns the response that brings these parameters to the application.
    pub(super) fn respond(self, mut redirect: Url, fields: &[(&str, &str)]) -> Response {
        match self {
            Self::Query => {
                redirect.query_pairs_mut().extend_pairs(fields);
            }
            Self::Fragment => {
                let mut encoded = form_urlencoded::Serializer::new(String::new());
                encoded.extend_pairs(fields);
                redirect.set_fragment(Some(&encoded.finish()));
            }
            Self::FormPost => return pages::form_post(redirect.as_str(), fields),
        }
        found(redirect.as_str())
    }
}

/// Parses a redirect URI. It must be a plain URL on the loopback interface, so that codes
/// never leave the machine.
pub(super) fn loopback(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    (plain && is_loopback(&url)).then_some(url)
}

/// Returns a redirect to a URL.
pub(super) fn found(url: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(location) = HeaderValue::from_str(url) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_must_be_on_the_loopback_interface() {
        for text in [
            "http://localhost",
            "http://LOCALHOST:8400/",
            "https://localhost:44395/",
            "http://127.0.0.1:1/callback?x=1",
            "http://[::1]:8400/",
        ] {
            assert!(loopback(text).is_some(), "{text}");
        }
        for text in [
            "",
            "localhost",
            "http://example.com/",
            "http://localhost.example.com/",
            "http://localhost@example.com/",
            "http://user@localhost/",
            "http://localhost/#fragment",
            "ftp://localhost/",
            "urn:ietf:wg:oauth:2.0:oob",
            "http://192.168.0.1/",
        ] {
            assert!(loopback(text).is_none(), "{text}");
        }
    }

    #[test]
    fn parameters_are_in_the_requested_part_of_the_url() {
        let location = |mode: ResponseMode| {
            let url = Url::parse("http://localhost:8400/back?from=here").unwrap();
            let response = mode.respond(url, &[("code", "a b"), ("state", "x&y")]);
            let location = response.headers().get(header::LOCATION).cloned();
            location.map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(
            location(ResponseMode::Query).unwrap(),
            "http://localhost:8400/back?from=here&code=a+b&state=x%26y"
        );
        assert_eq!(
            location(ResponseMode::Fragment).unwrap(),
            "http://localhost:8400/back?from=here#code=a+b&state=x%26y"
        );
        assert_eq!(location(ResponseMode::FormPost), None);
    }
}
