//! Readers of untrusted text that are not public, for the fuzz targets. Not part of the API.

use azure_core::credentials::Secret;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::credential::store::file_format;
use crate::credential::{StoreError, StoredRefreshToken};
use crate::{CallIds, Envelope, Error, PartialList, Response};

pub use crate::paging::fuzzing::{Following, follow, resume};

/// A response with the status 200 and this body.
pub fn response(body: &[u8]) -> Response {
    let headers = HeaderMap::new();
    let ids = CallIds::new("fuzzed", &headers);
    Response::new(ids, StatusCode::OK, headers, Bytes::copy_from_slice(body))
}

/// The rows in front of the first one that cannot be read.
pub fn rows_before<E: Envelope + DeserializeOwned>(error: &Error) -> Option<PartialList<E>> {
    crate::partial::partial(error, false)
}

/// The body of a response without the token of the call.
pub fn without_token(body: &[u8], token: &str) -> Bytes {
    let body = Bytes::copy_from_slice(body);
    crate::pipeline::body::without(body, &Secret::new(token.to_owned()))
}

/// The content of a token file, of an entry in a keyring or of a secret in a vault.
///
/// # Errors
///
/// When it is not the content of one.
pub fn read_token_file(bytes: &[u8]) -> Result<StoredRefreshToken, StoreError> {
    file_format::decode("`token.json`", bytes)
}

/// Content of the token file for this token.
///
/// # Errors
///
/// When the token cannot be written as JSON.
pub fn write_token_file(token: &StoredRefreshToken) -> Result<Vec<u8>, StoreError> {
    file_format::encode(token)
}
