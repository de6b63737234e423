//! Entry points of the fuzz targets that read files, and of the tests in a browser. Not part of the API.

use std::path::PathBuf;

use crate::listing::{ContinuationFile, Query};
use crate::output::html;

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

/// Returns the HTML page of a report with this number of rows, of which the first has this customer
/// and this product.
///
/// # Errors
///
/// The error of writing the page.
pub fn html_page(customer: &str, product: &str, rows: usize) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    html::write(&html::sample::many(customer, product, rows), &mut page)?;
    Ok(page)
}
