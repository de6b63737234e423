//! `pcenter report adoption`

use clap::Args;
use partner_center_reports::{AdoptionRow, Source, adoption};

use super::arguments::{Scope, Several};
use super::{Common, sections};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::Document;

pub(super) const EXAMPLES: &str = "\
Examples:
  pcenter report adoption --emulator
  pcenter report adoption --customer Contoso
  pcenter report adoption --processed-date 2026-10-31 -o csv --output-file october.csv";

/// Options of `pcenter report adoption`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    several: Several,

    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    common: Common,
}

pub(super) const COLUMNS: &[&str] = &[
    "customerName",
    "workloadName",
    "serviceName",
    "licensesActive",
    "licensesQualified",
    "usagePercent",
];

pub(super) async fn run(
    arguments: Arguments,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let today = arguments.scope.today(environment);
    let exclusions = arguments.scope.exclusions()?;
    let data = arguments
        .common
        .read(
            ("adoption", AdoptionRow::FIELDS),
            arguments.scope.query(&[Source::Usage]),
            &arguments.several.customers,
            is_verbose,
            environment,
        )
        .await?;
    let report = adoption(&data.joined, &exclusions);
    let rest = data.into_rest();
    let document = Document {
        report: "adoption",
        title: "Usage of workloads".to_owned(),
        as_of: today.to_string(),
        summary: report.summary,
        sections: vec![
            sections::adoption(report.rows, COLUMNS, None),
            sections::workloads(report.workloads),
        ],
        sources: rest.sources.clone(),
        notes: report.notes,
    };
    rest.write(document, &report.warnings, environment)
}
