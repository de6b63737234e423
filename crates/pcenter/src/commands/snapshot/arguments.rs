//! Options of `pcenter snapshot`, and of reports that read the history.

use clap::Args;
use partner_center::credential::profiles::ProfileName;
use partner_center::{Operation, Timestamp};
use time::Date;

use super::days::DayRef;
use super::reports::parse_report;
use crate::arguments::{Connection, OutputOptions, ProgressOptions};

/// Default of `--report` where only one report is shown.
pub(super) const DEFAULT_REPORT: &str = "commercial_licenses_deployment";

/// Source of the access to a storage.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum StorageCredential {
    /// Keys, tokens and identities of the environment variables of the storage
    Environment,
    /// The sign-in of the profile, for Azure storage and OneLake
    Profile,
}

/// Options for the history that a command reads.
#[derive(Args, Debug)]
#[command(next_help_heading = "History")]
pub(crate) struct HistoryOptions {
    /// Folder or URL of the history [default: PCENTER_HISTORY, or pcenter/history in the data directory]
    ///
    /// A local folder, or a URL such as abfss://container@account.dfs.core.windows.net/history,
    /// az://container/history, s3://bucket/history or gs://bucket/history. The keys of a storage come
    /// from its environment variables, such as AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_TOKEN,
    /// AWS_ACCESS_KEY_ID or GOOGLE_SERVICE_ACCOUNT; a URL with a password or a query string is
    /// refused. The data directory of Linux is ~/.local/share. Example: --from /srv/licences
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,

    /// Access to Azure storage: environment variables, or the sign-in of the profile
    ///
    /// The application of the profile needs the delegated permission user_impersonation of Azure
    /// Storage, and its user a role such as Storage Blob Data Reader on the container. Example:
    /// --storage-credential profile
    #[arg(long, value_name = "SOURCE", value_enum, default_value = "environment")]
    pub(crate) storage_credential: StorageCredential,
}

/// Options of the commands that read a history.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    #[command(flatten)]
    pub(crate) output: OutputOptions,

    #[command(flatten)]
    pub(crate) history: HistoryOptions,

    /// Profile for --storage-credential profile
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<ProfileName>,
}

/// Options of `pcenter snapshot take`.
#[derive(Args, Debug)]
pub(crate) struct Take {
    /// Reports: ids such as azure_usage, or words such as commercial deployment
    ///
    /// The ids and words are those of `pcenter docs`. A report of one customer, such as skus, is read
    /// for all customers, with one call each.
    #[arg(value_name = "REPORT", required_unless_present = "all_reports")]
    pub(crate) reports: Vec<String>,

    /// All reports that need no customer
    #[arg(id = "all_reports", long = "all", conflicts_with = "reports")]
    pub(crate) all: bool,

    /// Folder or URL to write to [default: PCENTER_HISTORY, or pcenter/history in the data directory]
    ///
    /// A local folder, or a URL such as abfss://container@account.dfs.core.windows.net/history,
    /// az://container/history, s3://bucket/history or gs://bucket/history. It gets one Delta table
    /// per report, in a folder with the id of the report. The keys of a storage come from its
    /// environment variables, such as AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_TOKEN,
    /// AWS_ACCESS_KEY_ID or GOOGLE_SERVICE_ACCOUNT; a URL with a password or a query string is
    /// refused. The data directory of Linux is ~/.local/share. Example: --to /srv/licences
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,

    /// Access to Azure storage: environment variables, or the sign-in of the profile
    ///
    /// The application of the profile needs the delegated permission user_impersonation of Azure
    /// Storage, and its user a role such as Storage Blob Data Contributor on the container. Example:
    /// --storage-credential profile
    #[arg(long, value_name = "SOURCE", value_enum, default_value = "environment")]
    pub(crate) storage_credential: StorageCredential,

    /// Day of the rows [default: the latest one of the service]
    ///
    /// For reports that the service has for past days, commercial deployment and commercial usage;
    /// --all then stores only these. By default the day of a report is the latest processing time of
    /// its rows or, for reports without one, such as subscriptions, the day of the call in UTC. A
    /// second snapshot of a day replaces the first one. Example: --processed-date 2026-10-31
    #[arg(long, value_name = "DATE")]
    pub(crate) processed_date: Option<Timestamp>,

    /// Store incomplete listings, marked as such; by default they are refused
    ///
    /// The rows of an incomplete listing have isComplete = false. They never replace a complete
    /// snapshot of the day. The exit code is 5 in both cases.
    #[arg(long)]
    pub(crate) allow_incomplete: bool,

    /// Time to wait for another job that writes to the same history, in seconds [default: 0]
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub(crate) wait_for_lock: u64,

    #[command(flatten)]
    pub(crate) progress: ProgressOptions,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Options of `pcenter snapshot list`.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// List every day of this report
    #[arg(long, value_name = "REPORT", value_parser = parse_report)]
    pub(crate) report: Option<&'static Operation>,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Options of `pcenter snapshot verify`.
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// Only this report; repeatable
    #[arg(long = "report", value_name = "REPORT", value_parser = parse_report)]
    pub(crate) reports: Vec<&'static Operation>,

    /// Day to verify: a date, latest, previous or -7d [default: latest]
    #[arg(
        long,
        value_name = "DAY",
        allow_hyphen_values = true,
        conflicts_with = "all_days"
    )]
    pub(crate) day: Option<DayRef>,

    /// Verify all days, which reads the whole history
    #[arg(long)]
    pub(crate) all_days: bool,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Options of `pcenter snapshot diff`.
#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// Earlier day: a date, latest, previous, or -7d for 7 days before the latest one
    #[arg(
        value_name = "BEFORE",
        default_value = "previous",
        allow_hyphen_values = true
    )]
    pub(crate) before: DayRef,

    /// Later day, in the same notation
    #[arg(
        value_name = "AFTER",
        default_value = "latest",
        allow_hyphen_values = true
    )]
    pub(crate) after: DayRef,

    /// List every changed row of this report [default: an overview of all reports]
    #[arg(long, value_name = "REPORT", value_parser = parse_report)]
    pub(crate) report: Option<&'static Operation>,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Options of `pcenter snapshot trend`.
#[derive(Args, Debug)]
pub(crate) struct Trend {
    /// Report whose counts are added up
    #[arg(long, value_name = "REPORT", value_parser = parse_report, default_value = DEFAULT_REPORT)]
    pub(crate) report: &'static Operation,

    /// Column whose values have rows of their own, such as productName
    #[arg(long, value_name = "COLUMN")]
    pub(crate) by: Option<String>,

    /// First day
    #[arg(long, value_name = "DATE", value_parser = super::days::parse_day)]
    pub(crate) since: Option<Date>,

    /// Last day
    #[arg(long, value_name = "DATE", value_parser = super::days::parse_day)]
    pub(crate) until: Option<Date>,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Options of `pcenter snapshot clean`.
#[derive(Args, Debug)]
pub(crate) struct Clean {
    /// Only this report; repeatable
    #[arg(long = "report", value_name = "REPORT", value_parser = parse_report)]
    pub(crate) reports: Vec<&'static Operation>,

    /// List the files, and remove none
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Days for which replaced files are kept [default: 7]
    ///
    /// Files of the current snapshots are never removed. Engines that read an earlier version of a
    /// table, and running jobs, need the replaced files; the rest of an interrupted job is removed
    /// after the same time.
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 7,
        hide_default_value = true
    )]
    pub(crate) keep: u32,

    #[command(flatten)]
    pub(crate) reading: Reading,
}
