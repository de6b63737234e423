use clap::ValueEnum;

/// Output format of rows.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns, for reading
    Table,
    /// JSON array with one object per row
    Json,
    /// One JSON object per line
    Ndjson,
    /// Comma-separated values with a header line
    Csv,
}

impl Format {
    /// Returns whether rows are written page by page instead of at the end.
    pub(crate) fn is_streamed(self) -> bool {
        match self {
            // The widths of the columns depend on all rows.
            Self::Table => false,
            Self::Json | Self::Ndjson | Self::Csv => true,
        }
    }
}

/// Output format of `auth status` and `auth doctor`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// Lines of text
    Text,
    /// A single JSON document
    Json,
}
