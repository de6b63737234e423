//! Entry points of the fuzz targets that read untrusted text. Not part of the API.

use azure_core::credentials::Secret;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::credential::store::file_format;
use crate::credential::{StoreError, StoredRefreshToken};
use crate::{CallIds, Envelope, Error, PartialList, Response};

pub use crate::paging::fuzzing::{Following, follow, resume};

/// Returns a response with status 200 and this body.
pub fn response(body: &[u8]) -> Response {
    let headers = HeaderMap::new();
    let ids = CallIds::new("fuzzed", &headers);
    Response::new(ids, StatusCode::OK, headers, Bytes::copy_from_slice(body))
}

/// Returns the rows before the first unreadable row.
pub fn rows_before<E: Envelope + DeserializeOwned>(error: &Error) -> Option<PartialList<E>> {
    crate::partial::partial(error, false)
}

/// Returns the body of a response without the token of the call.
pub fn without_token(body: &[u8], token: &str) -> Bytes {
    let body = Bytes::copy_from_slice(body);
    crate::pipeline::body::without(body, &Secret::new(token.to_owned()), false)
}

/// Parses the content of a token file, of a keyring entry or of a key vault secret.
///
/// # Errors
///
/// If the content is malformed.
pub fn read_token_file(bytes: &[u8]) -> Result<StoredRefreshToken, StoreError> {
    file_format::decode("`token.json`", bytes)
}

/// Returns the content of a token file with this token.
///
/// # Errors
///
/// If the token cannot be written as JSON.
pub fn write_token_file(token: &StoredRefreshToken) -> Result<Vec<u8>, StoreError> {
    file_format::encode(token)
}
