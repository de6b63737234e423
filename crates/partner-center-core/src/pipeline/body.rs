//! Reading a body, and no more of it than is wanted.

use azure_core::credentials::Secret;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HeaderMap};

/// How much is read of an answer that is not a success.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

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
    match std::str::from_utf8(&body) {
        Ok(text) if !token.secret().is_empty() && text.contains(token.secret()) => {
            text.replace(token.secret(), "(the token)").into()
        }
        _ => body,
    }
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
        let empty = Secret::new("");
        assert_eq!(without(Bytes::from_static(b"x"), &empty), "x");
    }
}
