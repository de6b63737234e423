//! Copies of the spec in the package of the emulator, which serves them with its own URL.

use super::{GenerateError, OutputFile, source};
use crate::spec::Spec;

const FOLDER: &str = "crates/partner-center-emulator/src/generated";

/// URL that the emulator replaces with its own.
const SERVER: &str = "https://emulator.invalid";

const DESCRIPTION: &str = "This emulator.";

pub(super) fn generate(spec: &Spec) -> Result<[OutputFile; 2], GenerateError> {
    Ok([
        OutputFile::new(format!("{FOLDER}/openapi.json"), json(spec)?),
        OutputFile::new(format!("{FOLDER}/openapi.yaml"), yaml(spec)),
    ])
}

/// Returns the document as JSON, in the order of the file: properties are in the order in which
/// the service sends them.
fn json(spec: &Spec) -> Result<String, GenerateError> {
    let mut document = spec.document.clone();
    document.servers = vec![openapiv3::Server {
        url: SERVER.to_owned(),
        description: Some(DESCRIPTION.to_owned()),
        ..openapiv3::Server::default()
    }];
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| GenerateError::UnexpectedOutput(error.to_string()))?;
    Ok(source::without_deviation_links(&text) + "\n")
}

/// Returns the text of the document, comments of its header and the servers excepted.
fn yaml(spec: &Spec) -> String {
    let mut text = String::with_capacity(spec.source.len());
    let mut section = "";
    // The comments between the version and `info` address maintainers of the file.
    for line in spec.source.lines() {
        if !line.starts_with([' ', '#']) && !line.is_empty() {
            section = line.split(':').next().unwrap_or_default();
            if section == "servers" {
                text += &format!("servers:\n  - url: {SERVER}\n    description: {DESCRIPTION}\n\n");
            }
        }
        let is_comment_of_header = section == "openapi" && line.starts_with('#');
        let is_second_empty_line = line.is_empty() && text.ends_with("\n\n");
        if section != "servers" && !is_comment_of_header && !is_second_empty_line {
            text += line;
            text.push('\n');
        }
    }
    source::without_deviation_links(&text)
}
