use clap::ValueEnum;
use partner_center::Field;

use super::Columns;
use crate::failure::Failure;

/// Output format of rows and reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns, for reading
    Table,
    /// JSON array with one object per row
    Json,
    /// One JSON object per line
    Ndjson,
    /// YAML sequence with one mapping per row
    Yaml,
    /// Comma-separated values with a header line
    Csv,
    /// Tab-separated values with a header line, one line per row
    Tsv,
    /// Markdown table
    Markdown,
    /// Excel workbook; needs --output-file on a terminal
    Xlsx,
    /// Parquet file with typed columns, of rows; needs --output-file on a terminal
    Parquet,
    /// Page with charts, of a report
    Html,
}

impl Format {
    /// Returns whether rows are written page by page instead of at the end.
    pub(crate) fn is_streamed(self) -> bool {
        match self {
            // The widths of the columns depend on all rows; a workbook is a compressed file, and a
            // Parquet file may get another column.
            Self::Table | Self::Xlsx | Self::Parquet | Self::Html => false,
            Self::Json | Self::Ndjson | Self::Yaml | Self::Csv | Self::Tsv | Self::Markdown => true,
        }
    }

    /// Returns the columns `typed` of `--columns`, or else those that the format has without it:
    /// the `usual` ones of the command, those of `grouped` rows, or one for every value. Formats of
    /// objects without `typed` columns have whole rows.
    pub(crate) fn columns(
        self,
        typed: Option<&str>,
        usual: &[&str],
        grouped: Option<&[&str]>,
        fields: &'static [Field],
    ) -> Result<Columns, Failure> {
        match self {
            Self::Csv | Self::Tsv | Self::Xlsx | Self::Parquet => {
                Columns::of_every_value(typed, grouped, fields)
            }
            Self::Table | Self::Markdown | Self::Html | Self::Json | Self::Ndjson | Self::Yaml => {
                Columns::choose(typed, grouped.unwrap_or(usual), fields)
            }
        }
    }

    /// Returns the word of the format in `--output`.
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
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
