//! `--continuation-file`: the position from which an interrupted listing resumes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use partner_center::decode::strip_byte_order_mark;
use partner_center::paging::Continuation;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::rows;
use crate::failure::{Exit, Failure};

/// Position from which a listing resumes.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Position {
    /// Page, and number of its rows already written.
    Page(Box<Continuation>),
    /// Customers whose rows have been written, of calls for many customers.
    Customers(CustomersDone),
}

/// Customers whose rows have been written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomersDone {
    pub(crate) operation: String,
    #[serde(rename = "customersDone")]
    pub(crate) done: BTreeSet<Uuid>,
}

impl Position {
    /// Returns whether this is the start of the listing.
    pub(crate) fn is_start(&self) -> bool {
        match self {
            Self::Page(page) => page.pages_read() == 0 && page.rows_read() == 0,
            Self::Customers(customers) => customers.done.is_empty(),
        }
    }

    fn operation_id(&self) -> &str {
        match self {
            Self::Page(page) => page.operation_id(),
            Self::Customers(customers) => &customers.operation,
        }
    }
}

impl From<Continuation> for Position {
    fn from(continuation: Continuation) -> Self {
        Self::Page(Box::new(continuation))
    }
}

/// Values of the options that affect rows and output, by flag.
pub(crate) type Query = BTreeMap<String, String>;

/// Properties of the listing that all of its runs share.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    query: Query,
    begun_at: String,
    /// Tenant of the partner, if known.
    #[serde(default)]
    tenant: Option<String>,
    #[serde(flatten)]
    pub(crate) written: Written,
}

/// Extent of the output so far.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Written {
    /// Number of rows written by all runs.
    #[serde(rename = "rowsWritten")]
    pub(crate) rows: u64,
    /// Columns of the CSV header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) columns: Option<Vec<String>>,
    /// `true` if the document has begun: a CSV header is written once.
    #[serde(default)]
    pub(crate) begun: bool,
    /// Columns of `--columns` that are not documented and that a row had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seen_columns: Vec<String>,
    /// Properties without a column, each with the first row that has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) missed_columns: Vec<(String, u64)>,
    /// Length of the incomplete `--output-file`, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output_bytes: Option<u64>,
}

/// Content of the file.
#[derive(Deserialize, Serialize)]
struct Content<P> {
    #[serde(flatten)]
    position: P,
    run: Record,
}

/// Property that only the position of calls for many customers has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    customers_done: Option<IgnoredAny>,
}

/// Reads the content of the file.
fn read_content(text: &[u8]) -> serde_json::Result<(Position, Record)> {
    // Not by an untagged enum, whose errors do not say what is wrong.
    let kind: Kind = serde_json::from_slice(text)?;
    if kind.customers_done.is_some() {
        let Content { position, run } = serde_json::from_slice(text)?;
        return Ok((Position::Customers(position), run));
    }
    let Content { position, run } = serde_json::from_slice::<Content<Continuation>>(text)?;
    Ok((position.into(), run))
}

/// The continuation file, which may not exist yet.
#[derive(Debug)]
pub(crate) struct ContinuationFile {
    path: PathBuf,
    record: Record,
    /// The file as it was read or written last, locked: two runs that resume from one file
    /// would write the same rows.
    locked: Option<File>,
}

impl ContinuationFile {
    /// Reads the position of this query from the file. `None` if the file does not exist.
    pub(crate) fn open(
        path: PathBuf,
        operation_id: &str,
        query: Query,
    ) -> Result<(Self, Option<Position>), Failure> {
        let mut file = Self::new(path, query);
        file.check()?;
        file.lock()?;
        let position = file.read(operation_id)?;
        Ok((file, position))
    }

    /// Creates the file of a listing that begins now.
    pub(crate) fn new(path: PathBuf, query: Query) -> Self {
        let begun_at = OffsetDateTime::now_utc().replace_nanosecond(0);
        let begun_at = begun_at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Self {
            path,
            record: Record {
                query,
                begun_at: begun_at.format(&Rfc3339).unwrap_or_default(),
                tenant: None,
                written: Written::default(),
            },
            locked: None,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// Checks that the file can be written, before the first request.
    fn check(&self) -> Result<(), Failure> {
        self.new_beside().map(|_removed_again| ()).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("{} could not be written: {error}", self.path.display()),
            )
            .help("name a file in a folder that exists and that you may write to")
        })
    }

    /// Locks the file if it exists and this run has not locked it yet.
    fn lock(&mut self) -> Result<(), Failure> {
        if self.locked.is_some() {
            return Ok(());
        }
        let file = match File::open(&self.path) {
            Ok(file) => file,
            // `read` reports the error.
            Err(_) => return Ok(()),
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let path = self.path.display();
                Err(
                    Failure::new(Exit::Usage, format!("{path} is used by another process"))
                        .help("wait for it to end, or name another file"),
                )
            }
            // Some network file systems have no locks.
            Ok(()) | Err(TryLockError::Error(_)) => {
                self.locked = Some(file);
                Ok(())
            }
        }
    }

    /// Creates a temporary file in the same folder. On Unix, only its owner can read it: a filter
    /// can contain names of customers.
    fn new_beside(&self) -> io::Result<NamedTempFile> {
        NamedTempFile::new_in(folder_of(&self.path))
    }

    /// Reads the position and checks its operation and query. Returns `None` without a file.
    fn read(&mut self, operation_id: &str) -> Result<Option<Position>, Failure> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unusable(&error)),
        };
        self.parse(&text, operation_id).map(Some)
    }

    /// Parses the content of the file.
    pub(crate) fn parse(&mut self, text: &[u8], operation_id: &str) -> Result<Position, Failure> {
        // Editors on Windows add a byte-order mark.
        let (position, run) =
            read_content(strip_byte_order_mark(text)).map_err(|error| self.unusable(&error))?;
        if position.operation_id() != operation_id {
            return Err(self.unusable(&format_args!(
                "it does not belong to a `{operation_id}` listing"
            )));
        }
        let difference = differences(&run.query, &self.record.query);
        if !difference.is_empty() {
            return Err(self.of_another_query(&run, &difference));
        }
        self.record = run;
        Ok(position)
    }

    fn of_another_query(&self, stored: &Record, difference: &str) -> Failure {
        let path = self.path.display();
        Failure::new(
            Exit::Usage,
            format!(
                "{path} belongs to another listing, started {}: {difference}",
                stored.begun_at
            ),
        )
        .help(format!(
            "to resume that listing, use its options; to start this one, remove {path} or name \
             another file"
        ))
    }

    /// Refuses a listing of another tenant, whose remaining pages would have rows of this tenant.
    pub(crate) fn check_tenant(&mut self, tenant: Option<String>) -> Result<(), Failure> {
        match (&self.record.tenant, tenant) {
            (Some(stored), Some(tenant)) if !stored.eq_ignore_ascii_case(&tenant) => Err(self
                .of_another_query(
                    &self.record,
                    &format!("the tenant was {stored} and is {tenant}"),
                )),
            (None, tenant) => {
                self.record.tenant = tenant;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Returns the message about the resumed listing.
    pub(crate) fn resuming(&self) -> String {
        let count = self.record.written.rows;
        format!(
            "resuming from {}: the listing started {}, {} {} already written",
            self.path.display(),
            self.record.begun_at,
            rows(count),
            if count == 1 { "was" } else { "were" }
        )
    }

    /// Replaces the file atomically.
    pub(crate) fn write(&mut self, position: &Position, written: Written) -> Result<(), Failure> {
        self.record.written = written;
        // Another run may have begun at the same time.
        self.lock()?;
        self.new_beside()
            .and_then(|mut new| {
                let content = self.content(position)?;
                // Fails only on some network file systems. No other process uses the new file.
                let _no_locks = new.as_file().try_lock();
                new.write_all(&content)?;
                self.locked = Some(new.persist(&self.path)?);
                Ok(())
            })
            .map_err(|error| {
                Failure::new(
                    Exit::Other,
                    format!("{} could not be written: {error}", self.path.display()),
                )
            })
    }

    /// Returns the content of the file for this position.
    pub(crate) fn content(&self, position: &Position) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Content {
            position: position.clone(),
            run: self.record.clone(),
        })
    }

    /// Removes the file and returns whether it existed.
    pub(crate) fn remove(&self) -> Result<bool, Failure> {
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::new(
                Exit::Other,
                format!(
                    "{} is no longer needed, but could not be removed: {error}",
                    self.path.display()
                ),
            )),
        }
    }

    fn unusable(&self, reason: &dyn std::fmt::Display) -> Failure {
        Failure::new(
            Exit::Usage,
            format!("cannot resume from {}: {reason}", self.path.display()),
        )
        .help("remove the file to start again")
    }
}

/// Returns the folder of a file: `.` for a bare file name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    let folder = path.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Describes the options that differ; empty if none does.
fn differences(stored: &Query, typed: &Query) -> String {
    let mut text = String::new();
    let mut flags: Vec<_> = stored.keys().chain(typed.keys()).collect();
    flags.sort();
    flags.dedup();
    for flag in flags {
        let words = |query: &Query| match query.get(flag) {
            Some(value) => format!("\"{value}\""),
            None => "not given".to_owned(),
        };
        let (was, is) = (words(stored), words(typed));
        if was != is {
            let comma = if text.is_empty() { "" } else { "; " };
            // Writing to a `String` cannot fail.
            let _infallible = write!(text, "{comma}{flag} was {was} and is {is}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differences_by_flag() {
        let query = |options: &[(&str, &str)]| -> Query {
            let options = options.iter();
            options
                .map(|(flag, value)| ((*flag).to_owned(), (*value).to_owned()))
                .collect()
        };
        let stored = query(&[("--filter", "a"), ("--skip", "1"), ("--output", "csv")]);
        let typed = query(&[("--filter", "b"), ("--group-by", "c"), ("--output", "csv")]);
        assert_eq!(differences(&stored, &stored), "");
        assert_eq!(
            differences(&stored, &typed),
            "--filter was \"a\" and is \"b\"; --group-by was not given and is \"c\"; --skip was \
             \"1\" and is not given"
        );
    }
}
