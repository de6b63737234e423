//! Entry points of the fuzz targets that read files. Not part of the API.

use std::path::PathBuf;

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
