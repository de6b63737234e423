//! Reading a body, and no more of it than is wanted.

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
