//! From the spec to every generated file, in memory.

mod client;
mod contract;
mod emulator;
mod error_codes;
pub(crate) mod fields;
mod mocks;
mod operations;
pub(crate) mod plain;
mod readme;
pub(crate) mod runtime_types;
mod source;
mod views;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::spec::Spec;

pub use source::GENERATOR_VERSION;

/// A file as it should be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutputFile {
    /// Path relative to the workspace root, with `/`.
    pub path: PathBuf,
    /// The whole content.
    pub content: String,
}

impl OutputFile {
    fn new(path: impl Into<PathBuf>, content: String) -> Self {
        let path = path.into();
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        Self {
            content: match is_rust {
                true => source::without_deviation_links(&content),
                false => content,
            },
            path,
        }
    }
}

/// Folders that hold nothing but generated files: what else lies there is stale.
pub const GENERATED_FOLDERS: [&str; 5] = [
    "crates/partner-center-core/src/generated",
    "crates/partner-center/src/generated",
    "crates/partner-center-httpmock/src/generated",
    "crates/partner-center-emulator/src/generated",
    "tests/src/generated",
];

/// Why nothing could be generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// progenitor refuses the spec.
    #[error(
        "the generator refuses the spec: {0}; `cargo xtask lint` may say where and how to fix it"
    )]
    Progenitor(#[from] progenitor_impl::Error),
    /// progenitor panicked: a lint rule is missing for what it met.
    #[error(
        "the generator panicked: {0}; `cargo xtask lint` should have caught this: please add a rule"
    )]
    Panic(String),
    /// progenitor's output is not what the post-pass knows.
    #[error("the generator's output is not as expected: {0}; was progenitor updated?")]
    UnexpectedOutput(String),
    /// An exchange file is missing or unreadable.
    #[error("{0}")]
    Exchange(String),
    /// The table of error codes is wrong.
    #[error("{0}")]
    ErrorCodes(String),
    /// The emulator has no check for a parameter.
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

/// Every generated file, in a fixed order.
///
/// `root` is the workspace: exchanges and README.md are read from there.
///
/// # Errors
///
/// See [`GenerateError`]. A panic of the generator is caught and reported.
pub fn generate(spec: &Spec, root: &Path) -> Result<Vec<OutputFile>, GenerateError> {
    let spec = &plain::plain(spec);
    let prepared = runtime_types::prepare(spec);
    let mut files = client::generate(spec, &prepared)?;
    files.push(operations::generate(spec));
    files.push(fields::generate(spec));
    files.extend(mocks::generate(&prepared)?);
    files.extend(emulator::generate(spec, root)?);
    files.extend(error_codes::generate(root)?);
    files.extend(contract::generate(spec, root)?);
    files.push(views::generate(&files)?);
    files.push(readme::generate(spec, root)?);
    Ok(files)
}

/// Runs progenitor; a panic becomes an error.
fn run_progenitor<T>(
    work: impl FnOnce() -> progenitor_impl::Result<T> + std::panic::UnwindSafe,
) -> Result<T, GenerateError> {
    // The hook belongs to the process: one at a time.
    static QUIET: Mutex<()> = Mutex::new(());
    let quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(work);
    std::panic::set_hook(hook);
    drop(quiet);
    match result {
        Ok(result) => Ok(result?),
        Err(panic) => Err(GenerateError::Panic(
            panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("without a message")
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        )),
    }
}
