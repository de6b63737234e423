//! Entry points of the fuzz targets that read files. Not part of the API.

use std::path::PathBuf;

use time::OffsetDateTime;

use crate::identity::access_token::TokenFile;
use crate::listing::{ContinuationFile, Query};

/// Reads the text of a `--continuation-file` of a listing without options, and returns the text
/// that is written next.
///
/// # Errors
///
/// The message that is printed if the listing cannot resume from the file.
pub fn continuation_file(text: &[u8], operation_id: &str) -> Result<Vec<u8>, String> {
    let mut file = ContinuationFile::new(PathBuf::from("rest.json"), Query::new());
    let position = file.parse(text, operation_id).map_err(|failure| {
        let mut printed = Vec::new();
        // Writing to a buffer cannot fail.
        let _fine = failure.print(&mut printed, false);
        String::from_utf8_lossy(&printed).into_owned()
    })?;
    // The message that is printed when the listing resumes.
    let _line = file.resuming();
    file.content(&position).map_err(|error| error.to_string())
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
