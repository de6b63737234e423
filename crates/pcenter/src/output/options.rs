//! Options of the output.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use partner_center::Bounded;

use super::jq::Expression;
use super::table::Look;
use super::{Format, OutputFile};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::printable::printable;
use crate::reference::OUTPUT;

/// Width of a terminal that does not state its width.
const DEFAULT_WIDTH: usize = 80;

fn parse_limit(text: &str) -> Result<Bounded<1, { u64::MAX }>, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// Options for the output of rows.
#[derive(Args, Debug)]
pub(crate) struct OutputOptions {
    /// Output format of the rows [default: that of PCENTER_OUTPUT or the profile, or table]
    #[arg(id = "output", short, long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<Format>,

    /// Columns to print, in this order, separated by commas; see the list below
    ///
    /// By default CSV, TSV, Excel, Parquet, JSON and YAML have every property of a row, including
    /// undocumented ones; the columns of CSV are those of the first page. A name that is not in the
    /// list can be an undocumented property. Example: --columns customerName,licensesSold
    #[arg(long, value_name = "NAMES")]
    pub(crate) columns: Option<String>,

    /// Write only rows that meet a condition, for example "licensesSold gt 5"
    ///
    /// The language is that of --filter, evaluated on this computer for any column, also counts and
    /// parts such as companyProfile.domain: `field operator value` with eq, ne, gt, ge, lt, le or
    /// contains(field,'text'), combined with `and`, `or` and parentheses. Numbers are compared
    /// exactly, dates as moments, text without regard to case; a missing value only meets `ne`. All
    /// rows are still read, so use --filter first where it can express the condition. Example:
    /// --where "licensesSold gt 100 and contains(customerName,'school')"
    #[arg(id = "where", long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,

    /// Sort rows by columns, separated by commas; -column for descending order
    ///
    /// All rows are read into memory before the first one is written. Numbers are sorted by value,
    /// dates as moments, text without regard to case; rows without a value come last. With --limit,
    /// the first rows after sorting are written. Example: --sort -licensesSold,customerName
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,

    /// Maximum number of rows to write [default: all]
    ///
    /// With --where, only matching rows count; with --sort, rows are sorted first. In a resumed
    /// listing, the number is that of this run.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_limit)]
    pub(crate) limit: Option<Bounded<1, { u64::MAX }>>,

    /// Apply an expression of jq to the JSON output and print the results
    ///
    /// Strings are printed without quotes, other results as JSON, one per line. The expression is
    /// applied to the whole document once all rows are read, so `.[]` is a row of a listing and
    /// `.rows[]` one of a report; with -o ndjson it is applied to each row as it arrives. Example:
    /// --jq '.[] | select(.licensesSold > 100) | .customerName'
    #[arg(long, value_name = "EXPRESSION")]
    pub(crate) jq: Option<String>,

    /// File to write the rows to instead of stdout; replaced once the output is complete
    ///
    /// Until then the rows are in PATH.partial, and a run that fails or is interrupted leaves the
    /// file unchanged. With --continuation-file, PATH.partial collects the rows of all runs until
    /// the listing is complete. Example: --output-file deployment.csv
    #[arg(long, value_name = "PATH")]
    pub(crate) output_file: Option<PathBuf>,

    /// Print the values of a table in full, whatever the width of the terminal
    #[arg(long)]
    pub(crate) wide: bool,

    /// Omit the header line of CSV and TSV, for example to append to a file
    #[arg(long)]
    pub(crate) no_header: bool,

    /// Write CSV that Excel opens correctly with a double click
    ///
    /// Adds a byte-order mark, so that Excel reads umlauts, and an apostrophe before text that
    /// begins with = + - @ or a tab, which Excel would run as a formula; numbers are unchanged.
    /// Without this flag CSV is exact: each value as sent, GUIDs in lower case, quoted as in RFC 4180,
    /// lines ending in a line feed. Example: -o csv --excel --output-file deployment.csv
    #[arg(long)]
    pub(crate) excel: bool,
}

impl OutputOptions {
    /// Returns the format: that of the flag, of the environment variable, of the `profile`, or a
    /// table. Refuses options that the format would ignore.
    pub(crate) fn checked_format(
        &self,
        profile: Option<String>,
        environment: &Environment<'_>,
    ) -> Result<Format, Failure> {
        let variable = environment.set(OUTPUT).map(|name| (name, OUTPUT));
        let default = || variable.or(profile.map(|name| (name, "the key `output` of the profile")));
        let format = match (self.format, self.jq.is_some().then_some(Format::Json)) {
            // The results of the expression are those of JSON.
            (Some(format), _) | (None, Some(format)) => format,
            (None, None) => match default() {
                Some((name, source)) => Format::from_str(name.trim(), true).map_err(|_| {
                    let names = Format::value_variants().iter().map(|known| known.name());
                    let names: Vec<_> = names.collect();
                    let name = printable(&name);
                    Failure::new(Exit::Usage, format!("{source}: unknown format `{name}`"))
                        .help(format!("set it to one of: {}", names.join(", ")))
                })?,
                None => Format::Table,
            },
        };
        if format == Format::Xlsx && !cfg!(feature = "xlsx") {
            return Err(without_feature("the format `xlsx`", "xlsx"));
        }
        if format == Format::Parquet && !cfg!(feature = "lake") {
            return Err(without_feature("the format `parquet`", "lake"));
        }
        let is_json = matches!(format, Format::Json | Format::Ndjson);
        let flags = [
            ("--jq", self.jq.is_some(), is_json, "JSON", "json"),
            ("--excel", self.excel, format == Format::Csv, "CSV", "csv"),
            (
                "--no-header",
                self.no_header,
                matches!(format, Format::Csv | Format::Tsv),
                "CSV or TSV",
                "csv",
            ),
        ];
        match flags.iter().find(|(_, given, fits, _, _)| *given && !fits) {
            Some((flag, _, _, needed, example)) => {
                let message = format!("{flag} needs {needed} output");
                let help = format!("add -o {example}, or remove the flag");
                Err(Failure::new(Exit::Usage, message).help(help))
            }
            None => Ok(format),
        }
    }

    /// Parses the expression of `--jq`.
    pub(crate) fn expression(&self) -> Result<Option<Expression>, Failure> {
        self.jq.as_deref().map(Expression::new).transpose()
    }

    /// Checks that the output has a place to go to.
    pub(crate) fn check_destination(
        &self,
        format: Format,
        environment: &Environment<'_>,
    ) -> Result<(), Failure> {
        match &self.output_file {
            Some(path) => OutputFile::check(path),
            None if format == Format::Xlsx && environment.stdout_is_terminal => Err(Failure::new(
                Exit::Usage,
                "a workbook cannot be shown on a terminal",
            )
            .help("add --output-file report.xlsx, or redirect stdout to a file")),
            None if format == Format::Parquet && environment.stdout_is_terminal => {
                let message = "a Parquet file cannot be shown on a terminal";
                Err(Failure::new(Exit::Usage, message)
                    .help("add --output-file rows.parquet, or redirect stdout to a file"))
            }
            None if environment.stdout_is_lost => {
                let message = "stdout is closed, or a null device that is also open for reading: \
                               the rows would be lost";
                Err(Failure::new(Exit::Other, message)
                    .help("redirect the rows with `> FILE`, `> /dev/null` or --output-file FILE"))
            }
            None => Ok(()),
        }
    }

    /// Returns the appearance of text at the destination.
    pub(crate) fn look(&self, environment: &Environment<'_>) -> Look {
        let terminal = environment.stdout_is_terminal && self.output_file.is_none();
        let width = environment.terminal_width.unwrap_or(DEFAULT_WIDTH);
        Look {
            terminal,
            colour: terminal && environment.colour(),
            width: (terminal && !self.wide).then_some(width),
        }
    }
}

/// Returns the failure of an option that this program was built without.
pub(crate) fn without_feature(option: &str, feature: &str) -> Failure {
    let message =
        format!("{option} is not in this build of pcenter: it needs the feature `{feature}`");
    Failure::new(Exit::Usage, message)
        .help("install a build with all features: cargo install pcenter --features full")
}
