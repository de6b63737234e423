//! Entry points of the fuzz targets that read untrusted text. Not part of the API.

use azure_core::credentials::Secret;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::{Envelope, Error, PartialList, RequestIds, Response};

pub use crate::paging::fuzzing::{Following, follow, resume};

/// Returns a response with status 200 and this body.
pub fn response(body: &[u8]) -> Response {
    let headers = HeaderMap::new();
    let ids = RequestIds::new("fuzzed", &headers);
    Response::new(ids, StatusCode::OK, headers, Bytes::copy_from_slice(body))
}

/// Returns the rows before the first unreadable row.
pub fn rows_before<E: Envelope + DeserializeOwned>(error: &Error) -> Option<PartialList<E>> {
    crate::paging::partial(error, false)
}

/// Returns the body of a response without the token of the call.
pub fn without_token(body: &[u8], token: &str) -> Bytes {
    let body = Bytes::copy_from_slice(body);
    crate::pipeline::body::without(body, &Secret::new(token.to_owned()), false)
}
