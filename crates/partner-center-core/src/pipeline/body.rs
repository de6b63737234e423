//! The body of an answer that is not a success.

use azure_core::credentials::Secret;
use bytes::{Bytes, BytesMut};

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
    if token.is_empty() {
        return body;
    }
    let (mut clean, mut rest) = (BytesMut::new(), &body[..]);
    while let Some(at) = (0..rest.len()).find(|&at| begins_with(&rest[at..], token)) {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(b"(the token)");
        rest = rest.get(at + token.len()..).unwrap_or_default();
    }
    if clean.is_empty() {
        return body;
    }
    clean.extend_from_slice(rest);
    clean.freeze()
}

/// Whether the token stands here, or as much of it as fits before reading ended.
fn begins_with(rest: &[u8], token: &[u8]) -> bool {
    rest.starts_with(token) || (rest.len() >= SHORTEST && token.starts_with(rest))
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
