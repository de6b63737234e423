//! Copy of `openapi/deviations.md` in the package of the catalog, for its documentation.

use std::path::Path;

use super::{GenerateError, OutputFile};

const FILE: &str = "crates/partner-center-catalog/src/generated/deviations.md";

pub(super) fn generate(root: &Path) -> Result<OutputFile, GenerateError> {
    let text = std::fs::read_to_string(root.join("openapi/deviations.md"));
    let text = text.map_err(GenerateError::Deviations)?;
    // The module has a heading of its own.
    let body = text.split_once("\n\n").map_or("", |(_, body)| body);
    Ok(OutputFile::new(FILE, body.to_owned()))
}
