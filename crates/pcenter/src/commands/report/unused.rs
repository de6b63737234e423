//! `pcenter report unused`

use clap::Args;
use partner_center_reports::{Spare, UnusedOptions, UnusedRow, unused};

use super::arguments::{PriceFile, Scope, Several, parse_days, parse_licenses};
use super::{ALL_SOURCES, Common, sections};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::Document;

pub(super) const EXAMPLES: &str = "\
Examples:
  pcenter report unused --emulator
  pcenter report unused --renewing-within 60 --spare 5%
  pcenter report unused --customer contoso.onmicrosoft.com --prices prices.csv
  pcenter report unused -o csv --output-file unused.csv";

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

    #[command(flatten)]
    prices: PriceFile,

    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    common: Common,
}

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
    let report = unused(&data.joined, &options);
    let rest = data.into_rest();
    let mut sections = vec![
        sections::products(report.rows, report.totals, columns(&options)),
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
        sources: rest.sources.clone(),
        notes: report.notes,
    };
    rest.write(document, &report.warnings, environment)
}
