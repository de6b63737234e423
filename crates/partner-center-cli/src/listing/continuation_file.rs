//! `--continuation-file`: where a listing that broke off goes on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use partner_center::paging::Continuation;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::failure::{Exit, Failure};

/// Where a listing goes on.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Position {
    /// The page to go on with.
    #[serde(flatten)]
    pub(crate) continuation: Continuation,
    /// Rows of this page that were written already, where `--limit` ended within it.
    #[serde(default, rename = "rowsToSkip", skip_serializing_if = "is_zero")]
    pub(crate) skip: usize,
}

fn is_zero(rows: &usize) -> bool {
    *rows == 0
}

impl Position {
    /// Whether nothing was read before it.
    pub(crate) fn is_start(&self) -> bool {
        self.continuation.pages_read() == 0 && self.skip == 0
    }
}

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

    /// Checks that it could be written, before a long listing relies on it.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.new_beside().map(|_removed_again| ()).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("{} could not be written: {error}", self.path.display()),
            )
            .help("name a file in a folder that exists and that you may write to")
        })
    }

    /// An empty file in the same folder. On Unix, only its owner may read it: a filter
    /// can hold names of customers.
    fn new_beside(&self) -> io::Result<NamedTempFile> {
        let folder = self.path.parent();
        // A bare file name has an empty parent.
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
    }

    /// What it holds, for this operation; none where there is no file.
    pub(crate) fn read(&self, operation_id: &str) -> Result<Option<Position>, Failure> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unusable(&error)),
        };
        let position: Position =
            serde_json::from_slice(&text).map_err(|error| self.unusable(&error))?;
        match position.continuation.operation_id() {
            id if id == operation_id => Ok(Some(position)),
            _ => Err(self.unusable(&format_args!("it is not of a `{operation_id}` listing"))),
        }
    }

    /// Writes it: the whole of it or nothing.
    pub(crate) fn write(&self, position: &Position) -> Result<(), Failure> {
        self.new_beside()
            .and_then(|mut new| {
                serde_json::to_writer(&mut new, position)?;
                new.persist(&self.path)?;
                Ok(())
            })
            .map_err(|error| {
                Failure::new(
                    Exit::Other,
                    format!("{} could not be written: {error}", self.path.display()),
                )
            })
    }

    /// Removes it, and tells whether it was there.
    pub(crate) fn remove(&self) -> Result<bool, Failure> {
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::new(
                Exit::Other,
                format!(
                    "{} is used up and could not be removed: {error}",
                    self.path.display()
                ),
            )),
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
