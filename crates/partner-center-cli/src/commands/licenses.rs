//! `pcenter licenses`

use partner_center::{Collection, Operation};
use serde::Serialize;

use crate::arguments::{Licenses, Report};
use crate::failure::{Exit, Failure};
use crate::output::{self, Rows};
use crate::run::Environment;

pub(crate) async fn run(
    command: Licenses,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    match command {
        Licenses::Deployment(report) => deployment(&report, environment).await,
    }
}

async fn deployment(report: &Report, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let connected = report.connection.connect(environment).await?;
    let mut request = connected.client.partner_licenses_deployment();
    if let Some(id) = report.connection.correlation_id {
        request = request.ms_correlation_id(id);
    }
    let answer = request.send().await?;
    write_collection(
        "partner_licenses_deployment",
        answer.into_inner(),
        report,
        environment,
    )
}

/// Writes the rows, then says if the service stated another number of them.
fn write_collection<T: Serialize>(
    operation_id: &str,
    collection: Collection<T>,
    report: &Report,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let mismatch = collection.count_mismatch();
    let fields = Operation::find(operation_id).map_or(&[][..], |operation| operation.fields);
    let rows = Rows::new(fields, &collection.items)
        .map_err(|error| Failure::new(Exit::Other, format!("a row cannot be written: {error}")))?;
    let colour = environment.colour();
    output::write(&rows, report.output, colour, environment.stdout)?;
    match mismatch {
        Some(mismatch) => {
            writeln!(environment.stderr, "warning: {mismatch}")?;
            Ok(if mismatch.is_short() {
                Exit::Incomplete
            } else {
                Exit::Fine
            })
        }
        None => Ok(Exit::Fine),
    }
}
