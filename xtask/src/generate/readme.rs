//! Support matrix in README.md, between two markers.

use std::path::Path;

use super::{GenerateError, OutputFile};
use crate::spec::Spec;

const BEGIN: &str = "<!-- support-matrix:begin (written by `cargo xtask regenerate`) -->";
const END: &str = "<!-- support-matrix:end -->";

pub(super) fn generate(spec: &Spec, root: &Path) -> Result<OutputFile, GenerateError> {
    let readme = std::fs::read_to_string(root.join("README.md"))
        .map_err(|error| GenerateError::Readme(error.to_string()))?;
    let (before, rest) = readme
        .split_once(BEGIN)
        .ok_or_else(|| GenerateError::Readme(format!("the line `{BEGIN}` is missing")))?;
    let (_, after) = rest
        .split_once(END)
        .ok_or_else(|| GenerateError::Readme(format!("the line `{END}` is missing")))?;
    Ok(OutputFile::new(
        "README.md",
        format!("{before}{BEGIN}\n{}{END}{after}", matrix(spec)),
    ))
}

fn matrix(spec: &Spec) -> String {
    let mut table = String::from(
        "| operation | request | credentials | clouds | documentation |\n|---|---|---|---|---|\n",
    );
    for operation in spec.operations() {
        let docs = operation.operation.external_docs.as_ref();
        let page = docs.map_or_else(String::new, |docs| {
            format!(
                "[{}]({})",
                docs.description.as_deref().unwrap_or("page"),
                docs.url
            )
        });
        table.push_str(&format!(
            "| `{}` | `{} {}` | {} | {} | {page} |\n",
            operation.operation_id,
            operation.method.to_uppercase(),
            operation.path,
            operation.auth_modes().join(" or "),
            operation.clouds().join(", "),
        ));
    }
    table
}
