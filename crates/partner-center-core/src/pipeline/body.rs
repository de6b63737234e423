//! The body of a response, and what must not be in it.

use azure_core::credentials::Secret;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

use super::redact::Redactor;

/// How much is read of a response that is not a success.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// In place of the token.
const THE_TOKEN: &str = "(the token)";

/// The text of a response that is not a success, as far as it arrives: the status counts, and
/// a body that is too long or is interrupted must not hide it.
pub(super) async fn read_some(answer: &mut reqwest::Response) -> Bytes {
    let mut body = BytesMut::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        let room = ERROR_BODY_LIMIT - body.len();
        body.extend_from_slice(&piece[..piece.len().min(room)]);
        if body.len() == ERROR_BODY_LIMIT {
            break;
        }
    }
    body.freeze()
}

/// The encoding of a body that nobody has decoded.
pub(super) fn unknown_encoding(headers: &HeaderMap) -> Option<String> {
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    let mut unknown = encodings
        .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
        .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
    unknown
        .next()
        .map(|name| crate::excerpt::one_line(&name, 40))
}

/// The same body without the token of the call, which some gateways repeat: in a refusal, or
/// in a page that shows the request. A body of `is_error` is short, and people read it: the token
/// is taken out of it in base64, too.
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

/// Takes the token out of header values, which traces and programs print.
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
    fn a_refusal_that_repeats_the_token_is_read_without_it() {
        let token = Secret::new("planted");
        let read = |body: &'static str| without(Bytes::from_static(body.as_bytes()), &token, true);
        assert_eq!(
            read("no Bearer planted, planted"),
            "no Bearer (the token), (the token)"
        );
        assert_eq!(read("no such user"), "no such user");
        // Neither another encoding nor a cut hides it.
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
    fn headers_are_read_without_the_token() {
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
    fn only_unknown_encodings_are_named() {
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
