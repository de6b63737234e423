//! Errors of this crate.

use std::error::Error;
use std::path::PathBuf;

use time::{Date, OffsetDateTime};

use crate::storage::{Cause, StorageFailure};

/// Error of a storage, a table or a file.
///
/// Messages, debug output and sources contain no query string, key or token, so that they can be
/// logged. [`LakeError::help`] returns what the user can do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The address of a storage contains a password, a query string or another secret.
    #[error(
        "the address of the storage contains {part}, which would be visible in process lists and \
         logs"
    )]
    SecretInAddress {
        /// Part of the address, for example "a query string".
        part: &'static str,
    },
    /// The address of a storage cannot be used.
    #[error("the storage address {address} is not usable: {reason}")]
    InvalidAddress {
        /// Address without user name, password and query string.
        address: String,
        /// Reason.
        reason: String,
    },
    /// The storage has no option of this name.
    #[error("the storage has no option {option}")]
    UnknownOption {
        /// Name of the option.
        option: String,
    },
    /// A request to the storage failed.
    #[error("cannot {action} at {location}: {}", kind.describe())]
    Storage {
        /// Action, for example "write the commit".
        action: &'static str,
        /// Location of the object or table.
        location: String,
        /// Kind of the failure.
        kind: StorageFailure,
        /// Error of the storage, without secrets.
        source: Cause,
    },
    /// A folder contains files, but no Delta table.
    #[error("{location} contains files, but no Delta table")]
    NotATable {
        /// Location of the folder.
        location: String,
    },
    /// A Delta table was not created by this crate.
    #[error(
        "the table at {location} was created by another program: it has no property {property}"
    )]
    ForeignTable {
        /// Location of the table.
        location: String,
        /// Missing table property.
        property: &'static str,
    },
    /// The table is of another report.
    #[error("the table at {location} contains the report {found}, not {expected}")]
    OtherReport {
        /// Location of the table.
        location: String,
        /// Report of the table.
        found: String,
        /// Requested report.
        expected: String,
    },
    /// The table is of another partner.
    #[error("the table at {location} contains data of the partner {found}, not of {expected}")]
    OtherPartner {
        /// Location of the table.
        location: String,
        /// Partner of the table (tenant id).
        found: String,
        /// Partner of this history (tenant id).
        expected: String,
    },
    /// The table has a format that this version does not support.
    #[error(
        "the table at {location} has format {found}, and this version supports up to {supported}"
    )]
    NewerFormat {
        /// Location of the table.
        location: String,
        /// Format of the table.
        found: String,
        /// Latest supported format.
        supported: u32,
    },
    /// The Delta protocol of the table needs features that this version does not support.
    #[error("the table at {location} needs features of Delta that this version does not support")]
    NewerProtocol {
        /// Location of the table.
        location: String,
        /// Error of the Delta library.
        source: Cause,
    },
    /// The transaction log or a data file cannot be read.
    #[error("cannot {action}: the table at {location} is damaged")]
    DamagedTable {
        /// Action, for example "open the table".
        action: &'static str,
        /// Location of the table.
        location: String,
        /// Error of the Delta or Parquet library.
        source: Cause,
    },
    /// A column has a type other than the column of the table.
    #[error("the column `{column}` has the type {in_table}, but a value is now {now}")]
    ChangedType {
        /// Name of the column.
        column: String,
        /// Type in the table.
        in_table: String,
        /// Type of the new data.
        now: String,
    },
    /// The report has no column of this name.
    #[error("the report has no column `{column}`")]
    UnknownColumn {
        /// Name of the column.
        column: String,
    },
    /// The rows have more undocumented properties than a table gets columns for.
    #[error(
        "the rows have more than {} undocumented properties: `{property}` would be the next column",
        crate::MAX_DISCOVERED
    )]
    TooManyProperties {
        /// Property that has no column.
        property: String,
    },
    /// The footer of a Parquet file has facts that cannot be read.
    #[error("the footer of the Parquet file has an invalid value of `{key}`")]
    Footer {
        /// Key of the footer.
        key: String,
    },
    /// Arrow columns could not be created, or a Parquet file could not be written or read.
    #[error("the Parquet file could not be {action}")]
    Parquet {
        /// What failed, such as `written`.
        action: &'static str,
        /// Cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A local file could not be written or read.
    #[error("the file could not be written or read")]
    Io {
        /// Cause.
        #[from]
        source: std::io::Error,
    },
    /// The table has no snapshot of this day.
    #[error("the table at {location} has no snapshot of {day}")]
    UnknownDay {
        /// Location of the table.
        location: String,
        /// Day of the snapshot.
        day: Date,
    },
    /// An incomplete listing was not accepted.
    #[error("the listing of {report} is incomplete")]
    Incomplete {
        /// Name of the report.
        report: String,
    },
    /// An incomplete listing would replace a complete snapshot.
    #[error("the table at {location} already has a complete snapshot of {day}")]
    CompleteDayExists {
        /// Location of the table.
        location: String,
        /// Day of the snapshot.
        day: Date,
    },
    /// Other programs wrote to the table at each attempt to commit.
    #[error(
        "other programs wrote to the table at {location} at each of {attempts} attempts to commit"
    )]
    Contended {
        /// Location of the table.
        location: String,
        /// Number of attempts.
        attempts: u32,
    },
    /// The outcome of a commit is unknown.
    #[error("the outcome of the commit to {location} is unknown")]
    UnknownOutcome {
        /// Location of the table.
        location: String,
        /// Error of the storage.
        source: Box<LakeError>,
    },
    /// Another program holds the lock.
    #[error("{location} is locked by {holder}{}", until(*.expires))]
    Locked {
        /// Location of the lock.
        location: String,
        /// Description of the holder.
        holder: String,
        /// Time at which the lock expires; locks of local folders end with their process.
        expires: Option<OffsetDateTime>,
    },
    /// A local folder or file cannot be created or opened.
    #[error("cannot {action} {}", path.display())]
    LocalFile {
        /// Action, for example "create the folder".
        action: &'static str,
        /// Path of the folder or file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// A writer was used after an earlier failure.
    #[error("the writer of {location} has failed earlier and cannot be used again")]
    FailedWriter {
        /// Location of the table.
        location: String,
    },
    /// A library reported an error that this crate does not expect.
    #[error("cannot {action}: unexpected error of a library")]
    Unexpected {
        /// Action, for example "plan the commit".
        action: &'static str,
        /// Error of the library, without secrets.
        source: Cause,
    },
}

fn until(expires: Option<OffsetDateTime>) -> String {
    expires.map_or_else(String::new, |at| {
        let at = at.to_offset(time::UtcOffset::UTC);
        format!(
            " until {} {:02}:{:02}:{:02} UTC",
            at.date(),
            at.hour(),
            at.minute(),
            at.second()
        )
    })
}

impl LakeError {
    /// Returns what the user can do, if this is known.
    ///
    /// ```
    /// use partner_center_lake::Storage;
    ///
    /// let error = Storage::builder("az://reports/history?sig=abc").build().unwrap_err();
    /// assert!(!error.to_string().contains("abc"));
    /// assert!(error.help().unwrap().contains("AZURE_STORAGE_SAS_TOKEN"));
    /// ```
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let text = match self {
            Self::SecretInAddress { .. } => {
                "remove it from the address and set the options of the storage in the environment, \
                 for example AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_ACCOUNT_KEY, \
                 AWS_SECRET_ACCESS_KEY or GOOGLE_SERVICE_ACCOUNT"
            }
            Self::InvalidAddress { .. } => {
                "use a folder, or an address like abfss://container@account.dfs.core.windows.net/path, \
                 az://container/path, s3://bucket/path or gs://bucket/path"
            }
            Self::UnknownOption { .. } => {
                "use the names of object_store, for example azure_storage_account_name, aws_region \
                 or google_service_account"
            }
            Self::Storage { kind, .. } => return kind.help().map(str::to_owned),
            Self::NotATable { .. } => {
                "use an empty folder, or the folder that contains the tables of earlier snapshots"
            }
            Self::ForeignTable { .. } => "use another folder",
            Self::OtherReport { .. } => {
                "the folder of a table has the name of its report; undo the renaming or use another \
                 folder"
            }
            Self::OtherPartner { .. } => {
                "use one folder for each partner, or sign in as this partner"
            }
            Self::NewerFormat { .. } => "update the program",
            Self::NewerProtocol { .. } => {
                "update the program, or undo the upgrade of the table in the engine that enabled the \
                 features"
            }
            Self::DamagedTable { .. } => {
                "if files of one day are missing, take a new snapshot of this day, which replaces it, or \
                 delete its rows with an engine; if the log is damaged, restore the folder from a backup, \
                 or move it away: the next snapshot creates a new table"
            }
            Self::ChangedType { .. } => {
                "leave the column out of an exported file; move a table to another folder and keep \
                 it for its history: the next snapshot creates one with the new type"
            }
            Self::Incomplete { .. } => {
                "take the snapshot again later, or allow incomplete snapshots, which are marked"
            }
            Self::CompleteDayExists { .. } => {
                "no action is needed: the complete snapshot is kept; take a complete snapshot to \
                 replace it"
            }
            Self::Contended { .. } => {
                "run the command again when fewer programs write to the table"
            }
            Self::UnknownOutcome { .. } => {
                "list the snapshots to see whether the commit succeeded, or take the snapshot again, \
                 which replaces the day"
            }
            Self::Locked { .. } => "wait until the other program has finished",
            Self::UnknownDay { .. } => "list the snapshots to see the days of the table",
            Self::TooManyProperties { .. } => {
                "so many new properties are probably data and not columns: select the columns that \
                 you need"
            }
            Self::UnknownColumn { .. } => "the columns of the report are in its schema reference",
            Self::Footer { .. } => "the file was not written by this program",
            Self::Parquet { .. }
            | Self::Io { .. }
            | Self::LocalFile { .. }
            | Self::FailedWriter { .. }
            | Self::Unexpected { .. } => return None,
        };
        Some(text.to_owned())
    }

    pub(crate) fn writing(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Parquet {
            action: "written",
            source: source.into(),
        }
    }

    pub(crate) fn reading(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Parquet {
            action: "read",
            source: source.into(),
        }
    }
}
