//! `pcenter report unused`

use clap::Args;
use partner_center_reports::{
    Source, Spare, UnmatchedRow, UnpricedRow, UnusedCustomerRow, UnusedOptions, UnusedRow, unused,
};

use super::arguments::{PriceFile, Scope};
use super::listing::Query;
use super::{sources, write};
use crate::arguments::{Connection, OutputOptions};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Chart, Document, Section};

pub(super) const EXAMPLES: &str = "\
Examples:
  pcenter report unused --emulator
  pcenter report unused --renewing-within 60 --spare 5%
  pcenter report unused --customer contoso.onmicrosoft.com --prices prices.csv
  pcenter report unused -o csv --output-file unused.csv";

/// Options of `pcenter report unused`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Customer of the report: GUID, domain or the beginning of a name; repeatable
    #[arg(long = "customer", value_name = "CUSTOMER")]
    customers: Vec<String>,

    /// Smallest number of reclaimable licences of a row; 0 shows all products
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_unused: u32,

    /// Unused licences that a customer keeps, per product: a number, or a share of those sold
    ///
    /// Reclaimable licences are the unused ones beyond this reserve. Example: --spare 10%
    #[arg(long, value_name = "N|%", default_value = "0")]
    spare: Spare,

    /// Only products that renew within so many days; without it, 60 days are marked
    #[arg(long, value_name = "DAYS")]
    renewing_within: Option<u32>,

    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    prices: PriceFile,

    #[command(flatten)]
    output: OutputOptions,

    #[command(flatten)]
    connection: Connection,
}

const COLUMNS: &[&str] = &[
    "customerName",
    "productName",
    "renewalDate",
    "licensesSold",
    "licensesDeployed",
    "licensesActive",
    "licensesUnused",
];

const COLUMNS_WITH_PRICES: &[&str] = &[
    "customerName",
    "productName",
    "renewalDate",
    "licensesSold",
    "licensesDeployed",
    "licensesActive",
    "licensesUnused",
    "amountPerYear",
    "currency",
];

const CUSTOMER_COLUMNS: &[&str] = &[
    "customerName",
    "productCount",
    "renewalDate",
    "licensesSold",
    "licensesUnused",
    "licensesReclaimable",
];

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
    write::check(&arguments.output, environment)?;

    let query = Query {
        sources: &[Source::Deployment, Source::Usage, Source::Subscriptions],
        customers: Vec::new(),
        processed_date_time: arguments.scope.processed_date.clone(),
        correlation_id: None,
    };
    let data = super::read(
        &arguments.connection,
        query,
        &arguments.customers,
        "pcenter report unused",
        is_verbose,
        environment,
    )
    .await?;
    let report = unused(&data.joined, &options);
    let has_prices = options.prices.is_some();
    let mut sections = vec![
        Section {
            name: "products",
            title: "Unused licences by customer and product".to_owned(),
            fields: UnusedRow::FIELDS,
            columns: match has_prices {
                true => COLUMNS_WITH_PRICES,
                false => COLUMNS,
            },
            rows: write::boxed(report.rows),
            totals: write::boxed(report.totals),
            chart: None,
        },
        Section {
            name: "customers",
            title: "Unused licences by customer".to_owned(),
            fields: UnusedCustomerRow::FIELDS,
            columns: match has_prices {
                true => &[],
                false => CUSTOMER_COLUMNS,
            },
            rows: write::boxed(report.customers),
            totals: Vec::new(),
            chart: Some(Chart {
                title: "Unused licences of those sold, by customer",
                labels: &["customerName"],
                value: "licensesUnused",
                whole: Some("licensesSold"),
            }),
        },
    ];
    if !report.unmatched.is_empty() {
        sections.push(Section {
            name: "unmatched",
            title: "Not joined".to_owned(),
            fields: UnmatchedRow::FIELDS,
            columns: &[],
            rows: write::boxed(report.unmatched),
            totals: Vec::new(),
            chart: None,
        });
    }
    if !report.unpriced.is_empty() {
        sections.push(Section {
            name: "unpriced",
            title: "Products without a price".to_owned(),
            fields: UnpricedRow::FIELDS,
            columns: &[],
            rows: write::boxed(report.unpriced),
            totals: Vec::new(),
            chart: None,
        });
    }
    let document = Document {
        report: "unused",
        title: "Unused licences".to_owned(),
        as_of: options.today.to_string(),
        summary: report.summary,
        sections,
        sources: sources::lines(&data.joined, &data.reads),
        notes: report.notes,
    };
    write::write(document, &arguments.output, environment)?;
    Ok(data.exit)
}
