//! Common request headers, and the display of headers in traces.

use std::fmt;

#[cfg(feature = "gzip")]
use http::header::ACCEPT_ENCODING;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Request;
use uuid::Uuid;

use super::PipelineOptions;
use crate::error::Error;
use crate::http::response::{CORRELATION_ID, REQUEST_ID};

const CONTRACT_VERSION: HeaderName = HeaderName::from_static("ms-contract-version");
const APPLICATION: HeaderName = HeaderName::from_static("ms-partnercenter-application");
const LOCALE: HeaderName = HeaderName::from_static("x-locale");
const VALIDATE_MFA: HeaderName = HeaderName::from_static("validatemfa");

/// Headers whose values are safe to log.
const SHOWN: &[&str] = &[
    "accept",
    "accept-encoding",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "ismfacompliant",
    "ms-contract-version",
    "ms-correlationid",
    "ms-cv",
    "ms-partnercenter-application",
    "ms-requestid",
    "ms-serverid",
    "request-context",
    "retry-after",
    "retry-after-ms",
    "server",
    "transfer-encoding",
    "user-agent",
    "validatemfa",
    "www-authenticate",
    "x-locale",
    "x-ms-retry-after-ms",
];

/// Adds the ids and the common headers to a request.
pub(super) fn complete(request: &mut Request, options: &PipelineOptions) -> Result<(), Error> {
    let headers = request.headers_mut();
    for name in [REQUEST_ID, CORRELATION_ID] {
        if !headers.contains_key(name) {
            headers.insert(
                name,
                HeaderValue::try_from(Uuid::new_v4().to_string()).map_err(Error::not_a_header)?,
            );
        }
    }
    headers.insert(CONTRACT_VERSION, HeaderValue::from_static("v1"));
    #[cfg(feature = "gzip")]
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    if !headers.contains_key(LOCALE) {
        headers.insert(
            LOCALE,
            HeaderValue::from_str(options.locale.as_str()).map_err(Error::not_a_header)?,
        );
    }
    if let Some(application) = &options.application {
        headers.insert(APPLICATION, application.clone());
    }
    if options.validate_mfa {
        headers.insert(VALIDATE_MFA, HeaderValue::from_static("true"));
    }
    Ok(())
}

/// Displays headers in a trace: all names, but only the values of headers in [`SHOWN`].
pub(super) struct Shown<'h>(pub(super) &'h HeaderMap);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let value = match value.to_str() {
                Ok(value)
                    if SHOWN.contains(&name.as_str()) && !value.contains(char::is_control) =>
                {
                    value
                }
                _ => "(not shown)",
            };
            write!(f, "{separator}{name}: {value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_header_values_are_shown() {
        assert!(SHOWN.is_sorted());
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("Authorization", "Bearer planted"),
            ("Retry-After", "57"),
            ("Set-Cookie", "planted"),
            ("MS-ContinuationToken", "planted"),
            ("Location", "https://contoso.example/?planted"),
            ("Retry-After", "a\tb"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        headers.append("date", HeaderValue::from_bytes(b"\xff").unwrap());
        let shown = Shown(&headers).to_string();
        assert!(!shown.contains("planted"), "{shown}");
        assert!(shown.contains("retry-after: 57"), "{shown}");
        assert_eq!(shown.matches("(not shown)").count(), 6, "{shown}");
    }
}
