//! `--output-file`: replaces a file once its new content is complete.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure};
use crate::listing::folder_of;

/// Output file that is replaced once the output is complete. Until then the rows are in
/// `PATH.partial`.
#[derive(Debug)]
pub(crate) struct OutputFile {
    path: PathBuf,
    partial: PathBuf,
    file: File,
    bytes: u64,
}

impl OutputFile {
    /// Checks that the file can be replaced, before the first request.
    pub(crate) fn check(path: &Path) -> Result<(), Failure> {
        let refused = |problem: String| {
            Failure::new(
                Exit::Usage,
                format!("--output-file {}: {problem}", path.display()),
            )
        };
        match fs::metadata(path) {
            // Renaming would replace a device or pipe by a regular file.
            Ok(metadata) if !metadata.is_file() => Err(refused("not a regular file".to_owned())
                .help("name a regular file; for a device or a pipe, redirect stdout instead")),
            _ if path.file_name().is_none() => Err(refused("not the name of a file".to_owned())),
            _ => match tempfile::NamedTempFile::new_in(folder_of(path)) {
                Ok(_removed_again) => Ok(()),
                // The text of the error has the path of the temporary file.
                Err(error) => Err(refused(format!(
                    "folder {} could not be written: {}",
                    folder_of(path).display(),
                    error.kind()
                ))
                .help("name a file in a folder that exists and that you may write to")),
            },
        }
    }

    /// Returns whether an output to `path` would write the file `other`.
    pub(crate) fn uses(path: &Path, other: &Path) -> bool {
        let other = resolved(other);
        paths(path).contains(&other)
    }

    /// Opens `PATH.partial` for the rows of this run: after the first `resume` bytes, which earlier
    /// runs have written, or at the start.
    pub(crate) fn open(path: &Path, resume: Option<u64>) -> Result<Self, Failure> {
        let [path, partial] = paths(path);
        // Its target would be overwritten.
        if partial.is_symlink() {
            return Err(unusable(&partial, &"it is a symbolic link")
                .help("remove it, or name another file"));
        }
        let file = loop {
            let file = OpenOptions::new()
                .write(true)
                .create(resume.is_none())
                .truncate(false)
                .open(&partial)
                .map_err(|error| match (error.kind(), resume) {
                    (io::ErrorKind::NotFound, Some(_)) => lost(&partial, "it is not there"),
                    _ => unusable(&partial, &error),
                })?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let other = "another process is writing it";
                    return Err(unusable(&partial, &other)
                        .help("wait for that process, or name another file"));
                }
                // Some network file systems do not support locks: continues without one.
                Err(TryLockError::Error(_)) => {}
            }
            // Between opening and locking, another process may have published the file by
            // renaming it. Then this handle is the published file, so the loop opens a new one.
            if partial.exists() {
                break file;
            }
        };
        let mut opened = Self {
            path,
            partial,
            file,
            bytes: resume.unwrap_or(0),
        };
        let length = opened.file.metadata().map(|metadata| metadata.len());
        match length {
            Ok(length) if length < opened.bytes => {
                return Err(lost(&opened.partial, "it is shorter than it was"));
            }
            Err(error) => return Err(unusable(&opened.partial, &error)),
            Ok(_) => {}
        }
        opened
            .file
            .set_len(opened.bytes)
            .and_then(|()| opened.file.seek(SeekFrom::End(0)))
            .map_err(|error| unusable(&opened.partial, &error))?;
        Ok(opened)
    }

    /// Returns the number of bytes written, including earlier runs.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the path of the file with the rows until the output is complete.
    pub(crate) fn partial(&self) -> &Path {
        &self.partial
    }

    /// Replaces the file. On failure both files are unchanged.
    pub(crate) fn publish(&self) -> Result<(), Failure> {
        let replace = || {
            // The new file gets the permissions of the old one.
            if let Ok(old) = fs::metadata(&self.path) {
                self.file.set_permissions(old.permissions())?;
            }
            // Without syncing first, a power failure after the rename could leave an empty file.
            self.file.sync_all()?;
            fs::rename(&self.partial, &self.path)
        };
        replace().map_err(|error| {
            let failure = Failure::new(
                Exit::Other,
                format!("{} could not be replaced: {error}", self.path.display()),
            );
            failure.help(format!(
                "the complete output is in {}",
                self.partial.display()
            ))
        })
    }

    /// Returns a message about the file after a run that did not replace it.
    pub(crate) fn unchanged(&self) -> String {
        match self.path.exists() {
            true => format!("{} is unchanged", self.path.display()),
            false => format!("{} was not written", self.path.display()),
        }
    }

    /// Removes the incomplete output if nothing was written to it.
    pub(crate) fn discard_empty(&self) {
        if self.bytes == 0 {
            // A file that cannot be removed is overwritten by the next run.
            let _leftover = fs::remove_file(&self.partial);
        }
    }
}

/// The file, and the one with the rows until they are complete.
fn paths(path: &Path) -> [PathBuf; 2] {
    let path = resolved(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    [path, partial]
}

/// The path without symbolic links: the file that a link leads to is replaced, not the
/// link. Also of a file that does not exist yet.
fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| {
        let folder = fs::canonicalize(folder_of(path));
        let name = path.file_name().unwrap_or_default();
        folder.map_or_else(|_| path.to_owned(), |folder| folder.join(name))
    })
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += u64::try_from(written).unwrap_or(u64::MAX);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn unusable(partial: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("{} could not be opened: {error}", partial.display()),
    )
}

/// Returns the failure for missing rows of earlier runs, without which a listing cannot resume.
fn lost(partial: &Path, problem: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        format!(
            "the rows of earlier runs are missing from {}: {problem}",
            partial.display()
        ),
    )
    .help("remove the continuation file to start again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, resume: Option<u64>, text: &str) -> OutputFile {
        let mut file = OutputFile::open(path, resume).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn keeps_the_old_file_until_the_new_one_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        fs::write(&path, "yesterday").unwrap();
        let file = written(&path, None, "today");
        assert_eq!(fs::read_to_string(&path).unwrap(), "yesterday");
        assert_eq!(fs::read_to_string(file.partial()).unwrap(), "today");
        file.publish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "today");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn resuming_removes_rows_after_the_continuation() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        drop(written(&path, None, "one,two,thr"));
        written(&path, Some(8), "three").publish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one,two,three");
    }

    #[test]
    fn refuses_to_resume_a_file_that_lost_rows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let failure = OutputFile::open(&path, Some(3)).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        drop(written(&path, None, "12"));
        let failure = OutputFile::open(&path, Some(3)).unwrap_err();
        assert!(failure.summary().contains("shorter"), "{failure:?}");
    }

    #[test]
    fn refuses_a_file_that_another_run_is_writing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let first = written(&path, None, "1");
        let failure = OutputFile::open(&path, None).unwrap_err();
        assert!(failure.summary().contains("another process"), "{failure:?}");
        drop(first);
        OutputFile::open(&path, None).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn replaces_the_target_of_a_link_and_refuses_devices() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        written(&link, None, "new").publish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        for path in [Path::new("/dev/null"), folder.path(), Path::new("/")] {
            let failure = OutputFile::check(path).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{}", path.display());
        }
        OutputFile::check(&path).unwrap();
    }
}
