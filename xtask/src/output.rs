//! Generated files against the ones on disk.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::generate::{GENERATED_FOLDERS, OutputFile};

/// How a file on disk differs from what the spec says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// Missing, or another content.
    Write {
        /// The file as it should be.
        file: OutputFile,
        /// The content on disk; empty where the file is missing.
        old: String,
    },
    /// In a generated folder, but not generated any more.
    Delete(PathBuf),
}

/// Everything that would change, in the order of the files, deletions last.
///
/// # Errors
///
/// When a file or folder cannot be read.
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

/// Carries the changes out. Each file is replaced as a whole or not at all.
///
/// # Errors
///
/// When a file cannot be written; those before it are.
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
                    // Temporary files are private; a source file is not.
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

/// Shows the changes the way a reviewer reads them.
///
/// # Errors
///
/// When `out` cannot be written to.
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
                    diff.context_radius(2).header(&name, "as the spec says")
                )?;
            }
            Change::Delete(path) => {
                writeln!(
                    out,
                    "--- {}: generated no more, to be deleted",
                    path.display()
                )?;
            }
        }
    }
    Ok(())
}
