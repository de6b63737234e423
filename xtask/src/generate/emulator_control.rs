//! Copies of the document of the emulator's control endpoint, in YAML and JSON, in the package of
//! the emulator, which serves them.

use std::path::Path;

use super::{GenerateError, OutputFile};

const FOLDER: &str = "crates/partner-center-emulator/src/generated";

/// Document of the control endpoint, relative to the workspace root.
const SOURCE: &str = "openapi/emulator-control.yaml";

pub(super) fn generate(root: &Path) -> Result<[OutputFile; 2], GenerateError> {
    let yaml = std::fs::read_to_string(root.join(SOURCE));
    let yaml = yaml.map_err(|error| GenerateError::ControlDocument(error.to_string()))?;
    // Read as the type of a document, which refuses what is not OpenAPI 3.0 and keeps the order.
    let document: openapiv3::OpenAPI = serde_saphyr::from_str(&yaml)
        .map_err(|error| GenerateError::ControlDocument(error.to_string()))?;
    let json = serde_json::to_string_pretty(&document)
        .map_err(|error| GenerateError::ControlDocument(error.to_string()))?;
    Ok([
        OutputFile::new(format!("{FOLDER}/emulator-control.json"), json + "\n"),
        OutputFile::new(format!("{FOLDER}/emulator-control.yaml"), yaml),
    ])
}
