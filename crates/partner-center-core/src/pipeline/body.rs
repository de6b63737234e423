//! Reading a body, and no more of it than is wanted.

use azure_core::credentials::Secret;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HeaderMap};

/// How much is read of an answer that is not a success.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// A beginning of a token that is shorter tells nothing.
const SHORTEST: usize = 16;

/// What an answer that is no success says, as far as it arrives: the status counts, and a
/// body that is too long or breaks off must not hide it.
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

/// The same without the token of the call, which some gateways repeat in their refusal.
pub(super) fn without(body: Bytes, token: &Secret) -> Bytes {
    let token = token.secret().as_bytes();
    let begins_at = |from: usize| {
        let rest = body.get(from..).unwrap_or_default();
        // It may be cut off where reading ended.
        (0..rest.len()).find(|&at| {
            let rest = rest.get(at..).unwrap_or_default();
            rest.starts_with(token) || (rest.len() >= SHORTEST && token.starts_with(rest))
        })
    };
    if token.is_empty() || begins_at(0).is_none() {
        return body;
    }
    let (mut clean, mut from) = (BytesMut::new(), 0);
    while let Some(at) = begins_at(from) {
        clean.extend_from_slice(body.get(from..from + at).unwrap_or_default());
        clean.extend_from_slice(b"(the token)");
        from += at + token.len();
    }
    clean.extend_from_slice(body.get(from..).unwrap_or_default());
    clean.freeze()
}

/// Reads the whole body, or `None` as soon as it is known to exceed the limit.
pub(super) async fn read_all(
    answer: &mut reqwest::Response,
    headers: &HeaderMap,
    limit: usize,
) -> Result<Option<Bytes>, reqwest::Error> {
    let stated = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    if stated > limit {
        return Ok(None);
    }
    let Some(first) = answer.chunk().await? else {
        return Ok(Some(Bytes::new()));
    };
    if first.len() >= stated.max(1) && stated > 0 {
        // The usual small answer: one piece, no copy.
        return Ok(Some(first));
    }
    let mut body = BytesMut::with_capacity(stated);
    body.extend_from_slice(&first);
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok((body.len() <= limit).then(|| body.freeze()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_that_repeats_the_token_is_read_without_it() {
        let token = Secret::new("planted");
        let read = |body: &'static str| without(Bytes::from_static(body.as_bytes()), &token);
        assert_eq!(
            read("no Bearer planted, planted"),
            "no Bearer (the token), (the token)"
        );
        assert_eq!(read("no such user"), "no such user");
        // Neither another encoding nor a cut hides it.
        assert_eq!(
            without(Bytes::from_static(b"\xe9 planted \xe9"), &token),
            &b"\xe9 (the token) \xe9"[..]
        );
        let long = Secret::new("planted-token-of-some-length");
        let cut = Bytes::from_static(b"no Bearer planted-token-of-som");
        assert_eq!(without(cut, &long), "no Bearer (the token)");
        assert_eq!(without(Bytes::from_static(b"no plan"), &long), "no plan");
        let empty = Secret::new("");
        assert_eq!(without(Bytes::from_static(b"x"), &empty), "x");
    }
}
