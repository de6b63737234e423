//! `pcenter report unused`

#[cfg(feature = "lake")]
mod over_history;

use clap::Args;
use partner_center_reports::{Spare, UnusedOptions, UnusedRow, unused};

use super::arguments::{PriceFile, Scope, Several, parse_days, parse_licenses};
use super::{ALL_SOURCES, Common, Data, sections};
use crate::commands::snapshot::HistoryOptions;
use crate::commands::snapshot::days::DayRef;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::Document;

pub(super) const EXAMPLES: &str = "\
Examples:
  pcenter report unused --emulator
  pcenter report unused --renewing-within 60 --spare 5%
  pcenter report unused --customer contoso.onmicrosoft.com --prices prices.csv
  pcenter report unused -o csv --output-file unused.csv
  pcenter report unused --at 2026-10-31          from `pcenter snapshot`, without a sign-in
  pcenter report unused --trend -o html --output-file trend.html";

/// Options of `pcenter report unused`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    several: Several,

    /// Smallest number of reclaimable licences of a row
    ///
    /// 0 shows all products.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        allow_negative_numbers = true,
        value_parser = parse_licenses
    )]
    min_unused: u32,

    /// Reserve per product: a number of licences, or a share such as 5%
    ///
    /// Unused licences that a customer keeps; the share is of the licences sold. Reclaimable licences
    /// are the unused ones beyond this reserve. Example: --spare 10%
    #[arg(
        long,
        value_name = "N|%",
        default_value = "0",
        allow_hyphen_values = true
    )]
    spare: Spare,

    /// Only products that renew within so many days
    ///
    /// Without it, the report has all products and marks renewals of the next 60 days.
    #[arg(
        long,
        value_name = "DAYS",
        allow_negative_numbers = true,
        value_parser = parse_days
    )]
    renewing_within: Option<u32>,

    /// Make the report from the snapshots of this day; see `pcenter snapshot`
    ///
    /// A date, latest, previous, or -7d for 7 days before the latest one. Sends no request to the
    /// service and needs no sign-in. Renewals are counted from that day. Subscriptions have the day on
    /// which they were read: their nearest snapshot within 3 days is used. Exit code 5 if a snapshot
    /// is missing or incomplete. Example: --at 2026-10-31
    #[arg(
        long,
        value_name = "DAY",
        allow_hyphen_values = true,
        conflicts_with_all = SERVICE_OPTIONS
    )]
    at: Option<DayRef>,

    /// Unused licences per day of the history, in one row per day
    ///
    /// The first table has the sums of the report of each day. Example: --trend -o csv
    #[arg(
        long,
        conflicts_with_all = SERVICE_OPTIONS,
        conflicts_with_all = ["at", "prices", "today"]
    )]
    trend: bool,

    #[command(flatten)]
    prices: PriceFile,

    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    common: Common,

    #[command(flatten)]
    history: HistoryOptions,
}

/// Options that choose rows of the service.
const SERVICE_OPTIONS: [&str; 5] = [
    "base_url",
    "cloud",
    "emulator",
    "emulator_url",
    "processed_date",
];

pub(super) const COLUMNS: &[&str] = &[
    "customerName",
    "productName",
    "renewalDate",
    "renewsSoon",
    "licensesSold",
    "licensesDeployed",
    "licensesActive",
    "licensesUnused",
];

const COLUMNS_WITH_RESERVE: &[&str] = &[
    "customerName",
    "productName",
    "renewalDate",
    "renewsSoon",
    "licensesSold",
    "licensesDeployed",
    "licensesActive",
    "licensesUnused",
    "licensesReclaimable",
];

const COLUMNS_WITH_PRICES: &[&str] = &[
    "customerName",
    "productName",
    "renewalDate",
    "renewsSoon",
    "licensesSold",
    "licensesUnused",
    "licensesReclaimable",
    "amountPerYear",
    "currency",
];

/// Returns the columns of a table of products.
pub(super) fn columns(options: &UnusedOptions) -> &'static [&'static str] {
    match (&options.prices, options.spare) {
        (Some(_), _) => COLUMNS_WITH_PRICES,
        (None, Spare::Licenses(0)) => COLUMNS,
        (None, _) => COLUMNS_WITH_RESERVE,
    }
}

pub(super) async fn run(
    arguments: Arguments,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let mut options = UnusedOptions::new(arguments.scope.today(environment));
    options.min_unused = arguments.min_unused;
    options.spare = arguments.spare;
    options.renewing_within = arguments.renewing_within;
    options.exclusions = arguments.scope.exclusions()?;
    options.prices = arguments.prices.read()?;
    if arguments.at.is_some() || arguments.trend {
        #[cfg(feature = "lake")]
        return over_history::run(arguments, options, environment).await;
        #[cfg(not(feature = "lake"))]
        return Err(crate::output::without_feature("--at or --trend", "lake"));
    }
    if arguments.history.from.is_some() {
        return Err(Failure::new(Exit::Usage, "--from needs --at or --trend")
            .help("add --at latest for the report of the latest snapshots"));
    }
    let data = arguments
        .common
        .read(
            ("unused", UnusedRow::FIELDS),
            arguments.scope.query(ALL_SOURCES),
            &arguments.several.customers,
            is_verbose,
            environment,
        )
        .await?;
    write(data, &options, Vec::new(), environment)
}

/// Makes the report and writes it. `places` are further sources.
fn write(
    data: Data,
    options: &UnusedOptions,
    places: Vec<String>,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let report = unused(&data.joined, options);
    let rest = data.into_rest();
    let mut sections = vec![
        sections::products(report.rows, report.totals, columns(options)),
        sections::customers(report.customers, options.prices.is_some()),
    ];
    sections.extend(sections::unmatched(report.unmatched));
    sections.extend(sections::unpriced(report.unpriced));
    let document = Document {
        report: "unused",
        title: "Unused licences".to_owned(),
        as_of: options.today.to_string(),
        summary: report.summary,
        sections,
        sources: rest.sources.iter().cloned().chain(places).collect(),
        notes: report.notes,
    };
    rest.write(document, &report.warnings, environment)
}
