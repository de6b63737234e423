//! Reading of response bodies, and removal of the access token from them.

use azure_core::credentials::Secret;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

use super::redact::Redactor;

/// Maximum number of bytes read from the body of an error response.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// Replacement for the token.
const THE_TOKEN: &str = "(the token)";

/// Reads the body of an error response as far as it arrives. A body that is too long or is
/// interrupted must not hide the status, so there is no error.
pub(super) async fn read_some(response: &mut reqwest::Response) -> Bytes {
    let mut body = BytesMut::new();
    while let Ok(Some(piece)) = response.chunk().await {
        let room = ERROR_BODY_LIMIT - body.len();
        body.extend_from_slice(&piece[..piece.len().min(room)]);
        if body.len() == ERROR_BODY_LIMIT {
            break;
        }
    }
    body.freeze()
}

/// Returns the name of a content encoding that the client does not decode.
pub(super) fn unknown_encoding(headers: &HeaderMap) -> Option<String> {
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    let mut unknown = encodings
        .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
        .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
    unknown
        .next()
        .map(|name| crate::model::sanitize::one_line(&name, 40))
}

/// Removes the token of the call from a body. Some gateways repeat it in an error, or in a page
/// that shows the request. From the body of an error (`is_error`), which is short and shown to the
/// user, the token is also removed in base64.
pub(crate) fn without(body: Bytes, token: &Secret, is_error: bool) -> Bytes {
    let token = token.secret().as_bytes();
    let redactor = match is_error {
        true => Redactor::with_base64(token),
        false => Redactor::new(token),
    };
    let places = redactor.find(&body);
    if places.is_empty() {
        return body;
    }
    let (mut clean, mut behind) = (BytesMut::new(), 0);
    for place in places {
        clean.extend_from_slice(&body[behind..place.start]);
        clean.extend_from_slice(THE_TOKEN.as_bytes());
        behind = place.end;
    }
    clean.extend_from_slice(&body[behind..]);
    clean.freeze()
}

/// Removes the token from header values, because traces and programs print them.
pub(super) fn remove_from_headers(headers: &mut HeaderMap, token: &Secret) {
    let redactor = Redactor::new(token.secret().as_bytes());
    for value in headers.values_mut() {
        if !redactor.find(value.as_bytes()).is_empty() {
            *value = HeaderValue::from_static(THE_TOKEN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_removed_from_a_body_that_repeats_it() {
        let token = Secret::new("planted");
        let read = |body: &'static str| without(Bytes::from_static(body.as_bytes()), &token, true);
        assert_eq!(
            read("no Bearer planted, planted"),
            "no Bearer (the token), (the token)"
        );
        assert_eq!(read("no such user"), "no such user");
        // The token is found in bytes that are not UTF-8 and in a cut body, too.
        assert_eq!(
            without(Bytes::from_static(b"\xe9 planted \xe9"), &token, true),
            &b"\xe9 (the token) \xe9"[..]
        );
        let long = Secret::new("planted-token-of-some-length");
        let cut = Bytes::from_static(b"no Bearer planted-token-of-som");
        assert_eq!(without(cut, &long, false), "no Bearer (the token)");
        assert_eq!(
            without(Bytes::from_static(b"no plan"), &long, false),
            "no plan"
        );
        assert_eq!(
            without(Bytes::from_static(b"planted-token-of-som"), &long, false),
            "(the token)"
        );
        let empty = Secret::new("");
        assert_eq!(without(Bytes::from_static(b"x"), &empty, true), "x");
    }

    #[test]
    fn the_token_is_removed_from_headers() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("www-authenticate", "Bearer planted, x"), ("date", "today")] {
            headers.insert(name, value.parse().unwrap());
        }
        remove_from_headers(&mut headers, &Secret::new(""));
        remove_from_headers(&mut headers, &Secret::new("planted"));
        assert_eq!(headers["www-authenticate"], THE_TOKEN);
        assert_eq!(headers["date"], "today");
    }

    #[test]
    fn only_unknown_encodings_are_reported() {
        for (values, expected) in [
            (&[][..], None),
            (&["identity"], None),
            (&["", "Identity"], None),
            (&["br"], Some("br")),
            (&["gzip, br"], Some("gzip, br")),
            (&["identity", " zstd "], Some("zstd")),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, value.parse().unwrap());
            }
            assert_eq!(
                unknown_encoding(&headers).as_deref(),
                expected,
                "{values:?}"
            );
        }
    }
}
