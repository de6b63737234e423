//! Removal of secrets from what is recorded.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::percent_decode_str;

/// Text recorded instead of a secret.
pub(super) const REDACTED: &str = "<redacted>";

/// Headers whose values are never kept.
const SECRET_HEADERS: [HeaderName; 5] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    header::SET_COOKIE,
    HeaderName::from_static("x-emulator-secret"),
];

/// Headers whose values are URLs.
const URL_HEADERS: [HeaderName; 3] = [header::LOCATION, header::CONTENT_LOCATION, header::REFERER];

/// Parameters of a query or fragment whose values are never kept.
const SECRET_PARAMETERS: [&str; 11] = [
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "id_token",
    "password",
    "refresh_token",
    "token",
];

/// Returns the headers with lower-case names and without secrets.
pub(super) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), header_value(name, value)))
        .collect()
}

fn header_value(name: &HeaderName, value: &HeaderValue) -> String {
    if SECRET_HEADERS.contains(name) {
        return REDACTED.to_owned();
    }
    let text = String::from_utf8_lossy(value.as_bytes());
    match URL_HEADERS.contains(name) {
        true => url(&text),
        false => text.into_owned(),
    }
}

/// Returns a URL, or a path with a query, without the values of secret parameters.
pub(super) fn url(text: &str) -> String {
    let Some(start) = text.find(['?', '#']) else {
        return text.to_owned();
    };
    let (path, parameters) = text.split_at(start);
    let mut kept = path.to_owned();
    for part in parameters.split_inclusive(['?', '#', '&']) {
        let (pair, end) = match part.char_indices().next_back() {
            Some((end, '?' | '#' | '&')) => part.split_at(end),
            _ => (part, ""),
        };
        match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => {
                kept.push_str(name);
                kept.push('=');
                kept.push_str(REDACTED);
            }
            _ => kept.push_str(pair),
        }
        kept.push_str(end);
    }
    kept
}

fn is_secret(name: &str) -> bool {
    let name = percent_decode_str(name).decode_utf8_lossy();
    SECRET_PARAMETERS
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_urls_are_replaced() {
        for (text, expected) in [
            ("/v1?a=%20b&code=x", "/v1?a=%20b&code=<redacted>"),
            (
                "/v1?CODE=x&c%6fde=y",
                "/v1?CODE=<redacted>&c%6fde=<redacted>",
            ),
            (
                "http://localhost:1/?state=s#id_token=ey.J&access_token=",
                "http://localhost:1/?state=s#id_token=<redacted>&access_token=<redacted>",
            ),
            ("/a?code", "/a?code"),
            ("/a??code=x=y&&", "/a??code=<redacted>&&"),
            ("/code=x", "/code=x"),
            ("é?é=é", "é?é=é"),
            ("", ""),
        ] {
            assert_eq!(url(text), expected);
        }
    }

    #[test]
    fn secrets_in_headers_are_replaced() {
        let mut sent = HeaderMap::new();
        for name in [
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "Set-Cookie",
            "X-Emulator-Secret",
        ] {
            sent.append(
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_static("hunter2"),
            );
        }
        sent.append("location", HeaderValue::from_static("/?code=hunter2"));
        sent.append("x-locale", HeaderValue::from_static("en-US"));
        let kept = headers(&sent);
        assert_eq!(kept.len(), 7);
        assert!(!format!("{kept:?}").contains("hunter2"));
        assert!(kept.contains(&("x-locale".to_owned(), "en-US".to_owned())));
    }
}
