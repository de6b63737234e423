//! Errors of scenarios.

use std::{io, path::PathBuf};

/// Error of reading a [`Scenario`](crate::Scenario).
///
/// ```
/// use partner_center_emulator::Scenario;
///
/// let text = "name = \"night\"\n[[step]]\nat = \"5m\"\nfault = { kind = \"throtle\" }\n";
/// let error = Scenario::from_toml(text).unwrap_err();
/// let message = error.to_string();
/// assert!(message.starts_with("line 4, column 11: step 1: unknown fault kind `throtle`"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("the scenario {} cannot be read: check that the file exists and is text", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The text is not a scenario.
    #[error("{}{message}", place(*.position))]
    Invalid {
        /// Line and column, both from 1; `None` for JSON whose syntax is valid.
        position: Option<(usize, usize)>,
        /// Reason, and how to correct it.
        message: String,
    },
}

fn place(position: Option<(usize, usize)>) -> String {
    position.map_or_else(String::new, |(line, column)| {
        format!("line {line}, column {column}: ")
    })
}
