//! Entry points of the fuzz targets that read untrusted text. Not part of the API.

use time::OffsetDateTime;

use crate::profiles::access_token_file::TokenFile;
use crate::store::file_format;
use crate::{StoreError, StoredRefreshToken};

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

/// Access token that is stored between two runs.
#[derive(Debug)]
pub struct AccessTokenFile {
    /// Text of the file that is written for the token.
    pub text: Vec<u8>,
    /// Token.
    pub token: String,
    /// `Debug` text of the parsed file.
    pub debug: String,
    /// Whether the token is used for its purpose at the given time.
    pub is_usable: bool,
    /// Unix times, in seconds, of the issue and of the expiry of the token.
    pub life: (i64, i64),
}

/// Returns the token in a file with this text, and whether it is used at the Unix time `now`, in
/// seconds. `None` if the text is not such a file.
pub fn access_token_file(text: &[u8], now: i64) -> Option<AccessTokenFile> {
    let stored: TokenFile = serde_json::from_slice(text).ok()?;
    let now = OffsetDateTime::from_unix_timestamp(now).ok()?;
    Some(AccessTokenFile {
        text: serde_json::to_vec(&stored).ok()?,
        token: stored.access_token.secret().to_owned(),
        debug: format!("{stored:?}"),
        is_usable: stored.is_usable(&stored.purpose, None, now),
        life: (stored.obtained_at, stored.expires_on),
    })
}
