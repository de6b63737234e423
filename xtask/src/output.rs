//! Comparison of generated files with the files on disk.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::generate::{GENERATED_FOLDERS, OutputFile};

/// Change that makes a file on disk match the spec.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// The file is missing or has other content.
    Write {
        /// Generated file.
        file: OutputFile,
        /// Content on disk; empty if the file is missing.
        old: String,
    },
    /// The file is in a generated folder, but no longer generated.
    Delete(PathBuf),
}

/// Returns all changes, in the order of the files, deletions last.
///
/// # Errors
///
/// Returns an error if a file or folder cannot be read.
pub fn changes(root: &Path, files: Vec<OutputFile>) -> io::Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut stale = Vec::new();
    for folder in GENERATED_FOLDERS {
        let entries = match std::fs::read_dir(root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            stale.push(Path::new(folder).join(entry?.file_name()));
        }
    }
    stale.sort();
    stale.retain(|path| files.iter().all(|file| file.path != *path));
    for file in files {
        let old = match std::fs::read_to_string(root.join(&file.path)) {
            Ok(old) => old,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        if old != file.content {
            changes.push(Change::Write { file, old });
        }
    }
    changes.extend(stale.into_iter().map(Change::Delete));
    Ok(changes)
}

/// Applies the changes. Each file is replaced atomically.
///
/// # Errors
///
/// Returns an error if a file cannot be written; the files before it are already written.
pub fn apply(root: &Path, changes: &[Change]) -> io::Result<()> {
    for change in changes {
        match change {
            Change::Write { file, .. } => {
                let path = root.join(&file.path);
                let folder = path.parent().unwrap_or(root);
                std::fs::create_dir_all(folder)?;
                let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
                temporary.write_all(file.content.as_bytes())?;
                #[cfg(unix)]
                {
                    // Temporary files are private (0600); source files must be readable.
                    use std::os::unix::fs::PermissionsExt;
                    let readable = std::fs::Permissions::from_mode(0o644);
                    temporary.as_file().set_permissions(readable)?;
                }
                temporary.persist(&path)?;
            }
            Change::Delete(path) => std::fs::remove_file(root.join(path))?,
        }
    }
    Ok(())
}

/// Prints the changes as a unified diff.
///
/// # Errors
///
/// Returns an error if `out` cannot be written to.
pub fn print_diff(out: &mut dyn Write, changes: &[Change]) -> io::Result<()> {
    for change in changes {
        match change {
            Change::Write { file, old } => {
                let name = file.path.display().to_string();
                let diff = similar::TextDiff::from_lines(old.as_str(), file.content.as_str());
                let mut diff = diff.unified_diff();
                write!(
                    out,
                    "{}",
                    diff.context_radius(2)
                        .header(&name, "generated from the spec")
                )?;
            }
            Change::Delete(path) => {
                writeln!(
                    out,
                    "--- {}: no longer generated, to be deleted",
                    path.display()
                )?;
            }
        }
    }
    Ok(())
}
