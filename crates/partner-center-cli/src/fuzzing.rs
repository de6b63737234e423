//! Readers of files, for the fuzz targets. Not part of the API.

use std::path::PathBuf;

use time::OffsetDateTime;

use crate::identity::access_token::Stored;
use crate::listing::{ContinuationFile, Query};

/// Reads the content of `--continuation-file` for a listing without options, and returns the
/// content that would be written next.
///
/// # Errors
///
/// What is printed where the file cannot be resumed from.
pub fn continuation_file(text: &[u8], operation_id: &str) -> Result<Vec<u8>, String> {
    let mut file = ContinuationFile::new(PathBuf::from("rest.json"), Query::new());
    let position = file.take_in(text, operation_id).map_err(|failure| {
        let mut printed = Vec::new();
        // Writing to a buffer cannot fail.
        let _fine = failure.print(&mut printed, false);
        String::from_utf8_lossy(&printed).into_owned()
    })?;
    // The line that is printed when the listing resumes.
    let _line = file.resuming();
    file.content(&position).map_err(|error| error.to_string())
}

/// An access token between two runs.
#[derive(Debug)]
pub struct AccessTokenFile {
    /// The text of the next file with this token.
    pub text: Vec<u8>,
    /// The token.
    pub token: String,
    /// `Debug` of what was read.
    pub debug: String,
    /// Whether it is used at this time, in seconds since 1970, for what it was issued for.
    pub is_usable: bool,
    /// Seconds since 1970: when it was issued, and when it expires.
    pub life: (i64, i64),
}

/// The token in a file with this text.
pub fn access_token_file(text: &[u8], now: i64) -> Option<AccessTokenFile> {
    let stored: Stored = serde_json::from_slice(text).ok()?;
    let now = OffsetDateTime::from_unix_timestamp(now).ok()?;
    Some(AccessTokenFile {
        text: serde_json::to_vec(&stored).ok()?,
        token: stored.access_token.secret().to_owned(),
        debug: format!("{stored:?}"),
        is_usable: stored.is_usable(&stored.purpose, None, now),
        life: (stored.obtained_at, stored.expires_on),
    })
}
