//! Reading of response bodies, and removal of the access token from them.

use std::io;

use azure_core::credentials::Secret;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

use super::redact::Redactor;
use crate::error::TransportError;
use crate::model::sanitize::one_line;

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

/// Content encoding of a response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    Identity,
    /// Requested and decoded with the feature `gzip`.
    #[cfg(feature = "gzip")]
    Gzip,
    /// Name of an encoding that the client does not decode.
    Unknown(String),
}

impl Encoding {
    /// Returns the content encoding of a response.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let encodings = headers.get_all(CONTENT_ENCODING).iter();
        let mut encodings = encodings
            .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
        match (encodings.next(), encodings.next()) {
            (None, _) => Self::Identity,
            #[cfg(feature = "gzip")]
            (Some(name), None) if name.eq_ignore_ascii_case("gzip") => Self::Gzip,
            (Some(name), _) => Self::Unknown(one_line(&name, 40)),
        }
    }

    /// Returns whether the client decodes the body.
    pub(super) fn is_decoded(&self) -> bool {
        !matches!(self, Self::Identity | Self::Unknown(_))
    }

    /// Decodes the complete body of a success; `None` if it decodes to more than `limit` bytes.
    ///
    /// # Errors
    ///
    /// Of a body that is cut off or damaged.
    pub(super) fn decode(
        &self,
        body: Bytes,
        limit: usize,
    ) -> Result<Option<Bytes>, TransportError> {
        if !self.is_decoded() {
            return Ok(Some(body));
        }
        let (decoded, result) = gunzip(&body, limit.saturating_add(1));
        result.map_err(TransportError::encoding)?;
        Ok((decoded.len() <= limit).then_some(decoded))
    }

    /// Decodes the body of an error as far as possible.
    pub(super) fn decode_some(&self, body: Bytes) -> Bytes {
        match self.is_decoded() {
            true => gunzip(&body, ERROR_BODY_LIMIT).0,
            false => body,
        }
    }
}

/// Decompresses at most this number of bytes. An error comes with the bytes before it.
#[cfg(feature = "gzip")]
fn gunzip(body: &[u8], most: usize) -> (Bytes, io::Result<()>) {
    use std::io::Read;

    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let mut decoded = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(body).take(most);
    let result = decoder.read_to_end(&mut decoded).map(drop);
    (decoded.into(), result)
}

#[cfg(not(feature = "gzip"))]
fn gunzip(_body: &[u8], _most: usize) -> (Bytes, io::Result<()>) {
    (Bytes::new(), Err(io::ErrorKind::Unsupported.into()))
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
    fn encodings_are_distinguished() {
        let unknown = |name: &str| Encoding::Unknown(name.to_owned());
        #[cfg(feature = "gzip")]
        let gzip = Encoding::Gzip;
        #[cfg(not(feature = "gzip"))]
        let gzip = unknown("gzip");
        for (values, expected) in [
            (&[][..], Encoding::Identity),
            (&["identity"], Encoding::Identity),
            (&["", "Identity"], Encoding::Identity),
            (&["br"], unknown("br")),
            (&["gzip, br"], unknown("gzip, br")),
            (&["identity", " zstd "], unknown("zstd")),
            (&["gzip"], gzip.clone()),
            (&["identity", "gzip"], gzip),
            (&["gzip", "gzip"], unknown("gzip")),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, value.parse().unwrap());
            }
            assert_eq!(Encoding::of(&headers), expected, "{values:?}");
        }
    }
}
