//! `pcenter report renewals`

use clap::Args;
use partner_center_reports::{RENEWAL_WINDOW, RenewalOptions, RenewalRow, renewals};

use super::arguments::{PriceFile, Scope, Several, parse_days};
use super::{ALL_SOURCES, Common, sections};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::Document;

pub(super) const EXAMPLES: &str = "\
Examples:
  pcenter report renewals --emulator
  pcenter report renewals --within 30 --customer Contoso
  pcenter report renewals --within 90 -o csv --output-file renewals.csv";

/// Options of `pcenter report renewals`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    several: Several,

    /// Number of days in which subscriptions renew
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = RENEWAL_WINDOW,
        allow_negative_numbers = true,
        value_parser = parse_days
    )]
    within: u32,

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
    "autoRenewEnabled",
    "licenseCount",
    "licensesDeployed",
    "licensesActive",
    "licensesUnused",
];

const COLUMNS_WITH_PRICES: &[&str] = &[
    "customerName",
    "productName",
    "renewalDate",
    "autoRenewEnabled",
    "licenseCount",
    "licensesUnused",
    "amountPerYear",
    "currency",
];

/// Returns the columns of a table of renewals.
pub(super) fn columns(has_prices: bool) -> &'static [&'static str] {
    match has_prices {
        true => COLUMNS_WITH_PRICES,
        false => COLUMNS,
    }
}

pub(super) async fn run(
    arguments: Arguments,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let mut options = RenewalOptions::new(arguments.scope.today(environment));
    options.within = arguments.within;
    options.exclusions = arguments.scope.exclusions()?;
    options.prices = arguments.prices.read()?;
    let data = arguments
        .common
        .read(
            ("renewals", RenewalRow::FIELDS),
            arguments.scope.query(ALL_SOURCES),
            &arguments.several.customers,
            is_verbose,
            environment,
        )
        .await?;
    let report = renewals(&data.joined, &options);
    let rest = data.into_rest();
    let document = Document {
        report: "renewals",
        title: format!("Renewals in the next {} days", options.within),
        as_of: options.today.to_string(),
        summary: report.summary,
        sections: vec![
            sections::renewals(
                report.rows,
                report.totals,
                columns(options.prices.is_some()),
            ),
            sections::months(report.months),
        ],
        sources: rest.sources.clone(),
        notes: report.notes,
    };
    rest.write(document, &report.warnings, environment)
}
