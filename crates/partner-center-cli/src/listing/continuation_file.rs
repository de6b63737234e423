//! `--continuation-file`: where a listing that broke off goes on.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use partner_center::paging::Continuation;

use crate::failure::{Exit, Failure};

/// The file, whether it exists yet or not.
#[derive(Debug)]
pub(crate) struct ContinuationFile {
    path: PathBuf,
}

impl ContinuationFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds, for this operation; none where there is no file.
    pub(crate) fn read(&self, operation_id: &str) -> Result<Option<Continuation>, Failure> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unusable(&error)),
        };
        let continuation: Continuation =
            serde_json::from_slice(&text).map_err(|error| self.unusable(&error))?;
        match continuation.operation_id() {
            id if id == operation_id => Ok(Some(continuation)),
            _ => Err(self.unusable(&format_args!("it is not of a `{operation_id}` listing"))),
        }
    }

    /// Writes it: the whole of it or nothing.
    pub(crate) fn write(&self, continuation: &Continuation) -> Result<(), Failure> {
        let mut name = OsString::from(self.path.file_name().unwrap_or_default());
        name.push(".new");
        let new = self.path.with_file_name(name);
        serde_json::to_vec(continuation)
            .map_err(io::Error::from)
            .and_then(|json| fs::write(&new, json))
            .and_then(|()| fs::rename(&new, &self.path))
            .map_err(|error| {
                Failure::new(
                    Exit::Other,
                    format!("{} could not be written: {error}", self.path.display()),
                )
            })
    }

    /// Removes it once the listing is complete.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::new(
                Exit::Other,
                format!(
                    "{} is used up and could not be removed: {error}",
                    self.path.display()
                ),
            )),
            _ => Ok(()),
        }
    }

    fn unusable(&self, reason: &dyn std::fmt::Display) -> Failure {
        Failure::new(
            Exit::Usage,
            format!("{} cannot be gone on from: {reason}", self.path.display()),
        )
        .help("remove the file to begin anew")
    }
}
