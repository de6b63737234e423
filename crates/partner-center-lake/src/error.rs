use std::error::Error;

/// Error of columns, Parquet files and tables.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// A value, or a documented column, has another type than the column of the table.
    #[error("the column `{column}` has the type {in_table}, but a value is now {now}")]
    #[non_exhaustive]
    ChangedType {
        /// Name of the column.
        column: String,
        /// Type of the column.
        in_table: String,
        /// Type of the value, or of the column that is documented now.
        now: String,
    },
    /// The rows have more undocumented properties than a table gets columns for.
    #[error(
        "the rows have more than {} undocumented properties: `{property}` would be the next column",
        crate::MAX_DISCOVERED
    )]
    #[non_exhaustive]
    TooManyProperties {
        /// Property that has no column.
        property: String,
    },
    /// A column that was selected, and that the report cannot have.
    #[error("the report has no column `{column}`")]
    #[non_exhaustive]
    UnknownColumn {
        /// Name that was selected.
        column: String,
    },
    /// The footer of a Parquet file has facts that cannot be read.
    #[error("the footer of the Parquet file has an invalid value of `{key}`")]
    #[non_exhaustive]
    Footer {
        /// Key of the footer.
        key: String,
    },
    /// Arrow columns could not be created, or a Parquet file could not be written or read.
    #[error("the Parquet file could not be {action}")]
    #[non_exhaustive]
    Parquet {
        /// What failed, such as `written`.
        action: &'static str,
        /// Cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A local file could not be written or read.
    #[error("the file could not be written or read")]
    #[non_exhaustive]
    Io {
        /// Cause.
        #[from]
        source: std::io::Error,
    },
}

impl LakeError {
    /// Returns a sentence that says what to do about the error.
    ///
    /// ```
    /// use partner_center_catalog::Operation;
    /// use partner_center_lake::{LakeError, TableSchema};
    ///
    /// let schema = TableSchema::of(Operation::find("azure_usage").unwrap());
    /// let error = schema.select(&["processedDate"]).unwrap_err();
    /// assert!(matches!(error, LakeError::UnknownColumn { .. }));
    /// assert!(error.help().unwrap().contains("columns of the report"));
    /// ```
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::ChangedType { column, .. } => format!(
                "the service has changed `{column}`: leave the column out, or keep the table as it \
                 is under another name and begin a new one"
            ),
            Self::TooManyProperties { .. } => {
                "so many new properties are probably data and not columns: select the columns that \
                 you need"
                    .to_owned()
            }
            Self::UnknownColumn { .. } => {
                "the columns of the report are in its schema reference".to_owned()
            }
            Self::Footer { .. } => "the file was not written by this program".to_owned(),
            Self::Parquet { .. } | Self::Io { .. } => return None,
        };
        Some(help)
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
