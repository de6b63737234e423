//! `pcenter report customer`

use clap::Args;
use partner_center_reports::{CustomerOptions, Spare, UnusedOptions, UnusedRow, customer};

use super::arguments::{PriceFile, Scope};
use super::{ALL_SOURCES, Common, renewals, sections, unused};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::Document;

pub(super) const EXAMPLES: &str = "\
Examples:
  pcenter report customer Contoso --emulator
  pcenter report customer contoso.onmicrosoft.com --prices prices.csv
  pcenter report customer 0112a436-b14e-4888-967b-ca4bb2cf1234 -o json";

/// Options of `pcenter report customer`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Customer: GUID, domain or the beginning of a name
    #[arg(value_name = "CUSTOMER")]
    customer: String,

    /// Reserve per product: a number of licences, or a share such as 5%
    ///
    /// Unused licences that the customer keeps; the share is of the licences sold. Reclaimable
    /// licences are the unused ones beyond this reserve. Example: --spare 10%
    #[arg(
        long,
        value_name = "N|%",
        default_value = "0",
        allow_hyphen_values = true
    )]
    spare: Spare,

    #[command(flatten)]
    prices: PriceFile,

    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    common: Common,
}

const ADOPTION_COLUMNS: &[&str] = &[
    "workloadName",
    "serviceName",
    "productCount",
    "licensesActive",
    "licensesQualified",
    "usagePercent",
];

pub(super) async fn run(
    arguments: Arguments,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let mut options = CustomerOptions::new(arguments.scope.today(environment));
    options.spare = arguments.spare;
    options.exclusions = arguments.scope.exclusions()?;
    options.prices = arguments.prices.read()?;
    let data = arguments
        .common
        .read(
            ("customer", UnusedRow::FIELDS),
            arguments.scope.query(ALL_SOURCES),
            std::slice::from_ref(&arguments.customer),
            is_verbose,
            environment,
        )
        .await?;
    let report = customer(&data.joined, &options);
    let has_prices = options.prices.is_some();
    let columns = {
        let mut of_products = UnusedOptions::new(options.today);
        of_products.spare = options.spare;
        of_products.prices = options.prices;
        // The customer is in the title.
        &unused::columns(&of_products)[1..]
    };
    // Without rows, the name is known only if the customer was found by name or domain.
    let named = data.customers.first();
    let title = match (&report.name, named.and_then(|it| it.name.as_ref()), named) {
        (Some(name), ..) => name.to_string(),
        (None, Some(name), _) => name.clone(),
        (None, None, Some(customer)) => customer.id.to_string(),
        (None, None, None) => arguments.customer.clone(),
    };
    let rest = data.into_rest();
    let mut sections = vec![
        sections::of_one_customer(
            sections::products(report.products.rows, report.products.totals, columns),
            "Licences by product",
        ),
        sections::renewals(
            report.renewals.rows,
            report.renewals.totals,
            &renewals::columns(has_prices)[1..],
        ),
        sections::of_one_customer(
            sections::adoption(
                report.adoption.rows,
                ADOPTION_COLUMNS,
                Some(sections::ADOPTION_CHART),
            ),
            "Usage by workload",
        ),
    ];
    sections.extend(sections::unmatched(report.products.unmatched));
    sections.extend(sections::unpriced(report.products.unpriced));
    let document = Document {
        report: "customer",
        title,
        as_of: options.today.to_string(),
        summary: report.summary,
        sections,
        sources: rest.sources.clone(),
        notes: report.notes,
    };
    rest.write(document, &report.warnings, environment)
}
