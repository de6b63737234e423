//! `cargo xtask regenerate`: generates code from the spec.

use std::io::{self, Write};
use std::path::Path;

use crate::generate::{GenerateError, generate};
use crate::lint;
use crate::output::{self, Change};
use crate::spec::{Spec, SpecError};
use crate::{EXCHANGES_PATH, SPEC_PATH};

/// Result of [`regenerate`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Every generated file matches the spec.
    UpToDate,
    /// Number of files written or deleted.
    Written(usize),
    /// Number of files that do not match the spec (`--check`).
    Stale(usize),
    /// Number of lint errors; nothing was generated.
    Refused(usize),
}

/// Error of [`regenerate`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegenerateError {
    /// The spec cannot be read.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The code could not be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A file could not be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Generates every file; with `check` only compares, and prints the differences.
///
/// # Errors
///
/// See [`RegenerateError`].
pub fn regenerate(
    root: &Path,
    check: bool,
    out: &mut dyn Write,
) -> Result<Outcome, RegenerateError> {
    let spec = Spec::load(&root.join(SPEC_PATH))?;
    let findings = lint::lint_all(&spec, &root.join(EXCHANGES_PATH));
    lint::write_findings(out, SPEC_PATH, &findings)?;
    let (errors, _) = lint::count(&findings);
    if errors > 0 {
        return Ok(Outcome::Refused(errors));
    }
    let changes = output::changes(root, generate(&spec, root)?)?;
    if changes.is_empty() {
        return Ok(Outcome::UpToDate);
    }
    if check {
        output::print_diff(out, &changes)?;
        return Ok(Outcome::Stale(changes.len()));
    }
    output::apply(root, &changes)?;
    for change in &changes {
        match change {
            Change::Write { file, .. } => writeln!(out, "wrote {}", file.path.display())?,
            Change::Delete(path) => writeln!(out, "deleted {}", path.display())?,
        }
    }
    Ok(Outcome::Written(changes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn generated_files_match_the_spec() {
        let mut shown = Vec::new();
        let outcome = regenerate(&workspace_root(), true, &mut shown).unwrap();
        let shown = String::from_utf8_lossy(&shown);
        assert_eq!(
            outcome,
            Outcome::UpToDate,
            "run `cargo xtask regenerate`:\n{shown}"
        );
    }
}
