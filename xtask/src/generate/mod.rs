//! Generation of all files from the spec, in memory.

pub(crate) mod catalog;
mod client;
mod commands;
mod contract;
mod deviations;
mod emulator;
mod emulator_control;
mod emulator_page;
mod error_codes;
mod fields;
pub(crate) mod guard;
mod mocks;
pub(crate) mod plain;
mod readme;
pub(crate) mod runtime_types;
mod source;
mod views;

use std::path::{Path, PathBuf};

use crate::KITCHEN_SINK_PATH;
use crate::spec::{Spec, SpecError};

pub use source::GENERATOR_VERSION;

/// Generated file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutputFile {
    /// Path relative to the workspace root, with `/`.
    pub path: PathBuf,
    /// Complete content.
    pub content: String,
}

impl OutputFile {
    fn new(path: impl Into<PathBuf>, content: String) -> Self {
        let path = path.into();
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        Self {
            content: match is_rust {
                // Only the client's documentation can refer to the catalog by this path.
                true if path.starts_with(CLIENT) => source::with_deviation_links(&content),
                true => source::without_deviation_links(&content),
                false => content,
            },
            path,
        }
    }
}

/// Folders with generated files only; other files in them are stale.
pub const GENERATED_FOLDERS: [&str; 8] = [
    "crates/partner-center-catalog/src/generated",
    "crates/pcenter/src/generated",
    "crates/partner-center-core/src/generated",
    "crates/partner-center/src/generated",
    "crates/partner-center-httpmock/src/generated",
    "crates/partner-center-emulator/src/generated",
    CONTRACT,
    KITCHEN_SINK,
];

/// Folder of the code for the document with every supported construct.
const KITCHEN_SINK: &str = "tests/kitchen-sink/src/generated";

const CLIENT: &str = "crates/partner-center/src/generated";
/// Folder of the contract tests' tables.
const CONTRACT: &str = "tests/src/generated";

/// Error of [`generate`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// progenitor rejects the spec.
    #[error(
        "the generator rejects the spec: {0}; `cargo xtask lint` may say where and how to fix it"
    )]
    Progenitor(#[from] progenitor_impl::Error),
    /// The generator panicked; a lint rule is missing for the construct.
    #[error(
        "the generator panicked at {place}: {message}; `cargo xtask lint` should have caught \
         this: please add a rule"
    )]
    Panic {
        /// Operation or component being generated.
        place: String,
        /// Message of the panic.
        message: String,
    },
    /// progenitor's output does not have the structure that the post-pass expects.
    #[error("the generator's output is not as expected: {0}; was progenitor updated?")]
    UnexpectedOutput(String),
    /// The document with every supported construct cannot be read.
    #[error(transparent)]
    Spec(#[from] Box<SpecError>),
    /// An exchange file is missing or unreadable.
    #[error("{0}")]
    Exchange(String),
    /// `openapi/deviations.md` cannot be read.
    #[error("openapi/deviations.md: {0}")]
    Deviations(std::io::Error),
    /// `openapi/emulator-control.yaml` cannot be read.
    #[error("openapi/emulator-control.yaml: {0}")]
    ControlDocument(String),
    /// The table of error codes has an error.
    #[error("{0}")]
    ErrorCodes(String),
    /// The emulator cannot check a parameter.
    #[error("{0}")]
    Parameter(String),
    /// README.md lacks the markers of the support matrix.
    #[error("README.md: {0}")]
    Readme(String),
}

impl From<syn::Error> for GenerateError {
    fn from(error: syn::Error) -> Self {
        Self::UnexpectedOutput(error.to_string())
    }
}

/// Generates every file, in a fixed order.
///
/// `root` is the workspace root, from which exchanges and README.md are read.
///
/// # Errors
///
/// See [`GenerateError`]. A panic of the generator becomes an error.
pub fn generate(spec: &Spec, root: &Path) -> Result<Vec<OutputFile>, GenerateError> {
    let everything = Spec::load(&root.join(KITCHEN_SINK_PATH)).map_err(Box::new)?;
    let (files, more) = std::thread::scope(|scope| {
        let more = scope.spawn(|| generate_apart(&everything));
        let files = generate_client(spec, root);
        let more = more.join().unwrap_or_else(|_| {
            Err(GenerateError::Panic {
                place: KITCHEN_SINK_PATH.to_owned(),
                message: "without a message".to_owned(),
            })
        });
        (files, more)
    });
    let mut files = files?;
    files.extend(more?);
    Ok(files)
}

fn generate_client(spec: &Spec, root: &Path) -> Result<Vec<OutputFile>, GenerateError> {
    guard::guarded(|| {
        let plain = &plain::plain(spec);
        let prepared = runtime_types::prepare(plain);
        let mut files = catalog::generate(spec, plain)?;
        files.extend(client::generate(plain, &prepared, CLIENT)?);
        files.push(fields::generate(plain, CLIENT));
        files.extend(mocks::generate(plain, &prepared)?);
        files.extend(commands::generate(spec, plain)?);
        files.extend(emulator::generate(spec, root)?);
        files.extend(emulator_page::generate(spec)?);
        files.extend(emulator_control::generate(root)?);
        files.extend(error_codes::generate(root)?);
        files.push(views::generate(&files, CONTRACT)?);
        files.extend(contract::generate(plain, CONTRACT, Some(root))?);
        files.push(deviations::generate(root)?);
        files.push(readme::generate(spec, root)?);
        Ok(files)
    })
}

/// Returns the schemas of the components that become types, in plain terms.
pub fn plain_schemas(spec: &Spec) -> serde_json::Value {
    let components = plain::plain(spec).document.components;
    let schemas = components.map(|components| components.schemas);
    // Serialisation cannot fail, because the document was read from JSON.
    serde_json::to_value(schemas).unwrap_or_default()
}

/// Generates client, mocks and contract cases of a document without exchanges, in one folder.
///
/// # Errors
///
/// See [`GenerateError`].
pub fn generate_apart(document: &Spec) -> Result<Vec<OutputFile>, GenerateError> {
    guard::guarded(|| {
        let spec = &plain::plain(document);
        let prepared = runtime_types::prepare(spec);
        let client = client::generate(spec, &prepared, KITCHEN_SINK)?;
        let views = views::generate(&client, KITCHEN_SINK)?;
        let files = client
            .into_iter()
            .chain([
                views,
                catalog::table(document, spec, KITCHEN_SINK)?,
                fields::generate(spec, KITCHEN_SINK),
            ])
            .chain(mocks::generate(spec, &prepared)?)
            .chain(contract::generate(spec, KITCHEN_SINK, None)?);
        // The module declarations beside the folder are hand-written.
        let files = files.filter_map(|mut file| {
            let name = file.path.file_name()?.to_owned();
            file.path = Path::new(KITCHEN_SINK).join(&name);
            (name != "mod.rs").then_some(file)
        });
        Ok(files.collect())
    })
}

#[cfg(test)]
mod grammar;
