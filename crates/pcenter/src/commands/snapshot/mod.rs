//! `pcenter snapshot`: history of reports in Delta tables on a disk or an object storage.

mod arguments;
#[cfg(feature = "lake")]
mod clean;
#[cfg(feature = "lake")]
mod completeness;
pub(crate) mod days;
#[cfg(feature = "lake")]
mod diff;
#[cfg(feature = "lake")]
mod failure;
pub(crate) mod fields;
#[cfg(feature = "lake")]
mod list;
#[cfg(feature = "lake")]
mod lock;
pub(crate) mod reports;
#[cfg(feature = "lake")]
mod storage;
#[cfg(feature = "lake")]
mod table;
#[cfg(feature = "lake")]
mod take;
#[cfg(feature = "lake")]
mod trend;
#[cfg(feature = "lake")]
mod verify;

use clap::Subcommand;
use partner_center::Field;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::operations::described;

pub(crate) use arguments::HistoryOptions;
#[cfg(feature = "lake")]
pub(crate) use diff::no_day;
#[cfg(feature = "lake")]
pub(crate) use storage::History;
#[cfg(feature = "lake")]
pub(crate) use table::{Cell, Rows};

const TAKE: &str = "\
Examples:
  pcenter snapshot take --all --emulator --to ./history
  pcenter snapshot take --all --to abfss://licences@contoso.dfs.core.windows.net/history
  pcenter snapshot take commercial deployment --processed-date 2026-10-31
  pcenter snapshot take --all --wait-for-lock 3600 > summary.json

Prints one JSON object with history, partner, exitCode, seconds, and in `reports` for every report:
report, day, rows, bytes, files, version, replaced, incomplete, error, seconds, missingDays.";

const LIST: &str = "\
Examples:
  pcenter snapshot list
  pcenter snapshot list --report \"commercial deployment\" -o csv
  pcenter snapshot list --from s3://contoso-licences/history -o json";

const VERIFY: &str = "\
Examples:
  pcenter snapshot verify
  pcenter snapshot verify --report subscriptions --day 2026-10-31
  pcenter snapshot verify --all-days --from /srv/licences";

const DIFF: &str = "\
Examples:
  pcenter snapshot diff
  pcenter snapshot diff -7d latest --report \"commercial deployment\"
  pcenter snapshot diff 2026-10-31 2026-11-30 -o xlsx --output-file november.xlsx";

const TREND: &str = "\
Examples:
  pcenter snapshot trend
  pcenter snapshot trend --by productName --since 2026-10-01 -o csv
  pcenter snapshot trend --report subscriptions -o html --output-file trend.html";

const CLEAN: &str = "\
Examples:
  pcenter snapshot clean --dry-run
  pcenter snapshot clean --keep 30 --from /srv/licences";

/// Subcommands of `pcenter snapshot`.
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Read reports and store their rows, one Delta table per report
    ///
    /// Every run adds one day to the tables of the reports, in one commit per report, or replaces it.
    /// A report that fails, or whose listing is incomplete, leaves its table as it was and does not
    /// stop the others; the exit code is then 5, or that of the failure if nothing was stored. One
    /// job at a time writes to a history.
    #[command(after_help = TAKE)]
    Take(Box<arguments::Take>),
    /// List the reports and the days of a history, and the missing days
    #[command(after_help = LIST, after_long_help = long_help(LIST, fields::TABLES))]
    List(Box<arguments::List>),
    /// Check the files of snapshots: rows, sums, stated totals, checksums
    ///
    /// The files are read in full and compared with what was recorded when they were written. The
    /// exit code is 5 if a check fails.
    #[command(after_help = VERIFY, after_long_help = long_help(VERIFY, fields::CHECKS))]
    Verify(Box<arguments::Verify>),
    /// Compare two days: customers, products and licences that came, went or changed
    ///
    /// Rows are compared by the ids of their customers, products and subscriptions. Without
    /// --report, the first table has one row per report. A report whose rows have no id, such as
    /// searches, cannot be compared.
    #[command(after_help = DIFF, after_long_help = long_help(DIFF, fields::CHANGES))]
    Diff(Box<arguments::Diff>),
    /// Sums of the counts of a report per day, as a table or a chart
    ///
    /// The columns are the day, the number of rows and the sums of the counts of the report, such as
    /// licensesSold. A product with several services or workloads has several rows in some reports.
    #[command(after_help = TREND)]
    Trend(Box<arguments::Trend>),
    /// Remove files that no snapshot needs: replaced ones, and those of interrupted jobs
    #[command(after_help = CLEAN, after_long_help = long_help(CLEAN, fields::FILES))]
    Clean(Box<arguments::Clean>),
}

/// Returns the part of `--help` after the flags, with the columns of the first table.
fn long_help(examples: &str, fields: &[Field]) -> String {
    format!("{examples}\n\nColumns:\n{}", described(fields))
}

#[cfg(not(feature = "lake"))]
pub(crate) async fn run(
    _command: SnapshotCommand,
    _is_verbose: bool,
    _environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    Err(crate::output::without_feature("`pcenter snapshot`", "lake"))
}

#[cfg(feature = "lake")]
pub(crate) async fn run(
    command: SnapshotCommand,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    match command {
        SnapshotCommand::Take(options) => take::run(*options, is_verbose, environment).await,
        SnapshotCommand::List(options) => list::run(*options, environment).await,
        SnapshotCommand::Verify(options) => verify::run(*options, environment).await,
        SnapshotCommand::Diff(options) => diff::run(*options, environment).await,
        SnapshotCommand::Trend(options) => trend::run(*options, environment).await,
        SnapshotCommand::Clean(options) => clean::run(*options, environment).await,
    }
}

/// Returns the day of the clock, in UTC.
#[cfg(feature = "lake")]
fn today(environment: &Environment<'_>) -> time::Date {
    time::OffsetDateTime::from((environment.now)()).date()
}

/// Returns the failure of a command that a signal has stopped.
#[cfg(feature = "lake")]
fn stopped(signal: crate::signals::Signal) -> Failure {
    Failure::new(signal.exit(), format!("stopped by {}", signal.name()))
}
