//! Tests a function of a program against typed mocks of the service.
//!
//! In a program, the lines of `main` are the body of a test.
//! `cargo run -p partner-center-httpmock --example mocked_test` prints:
//!
//! ```text
//! CONTOSO: 4 of 9 licences are not deployed
//! called 1 time, with the filter of the function
//! the service refuses: no access to the report (403)
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::sync::Arc;

use httpmock::MockServer;
use partner_center::credential::StaticTokenCredential;
use partner_center::types::CommercialLicensesDeployment;
use partner_center::{ApiError, Client, Page};
use partner_center_httpmock::MockServerExt;

/// The function under test: it takes the client as an argument, so that a test can pass its own.
async fn not_deployed(client: &Client, customer: &str) -> Result<(i64, i64), String> {
    let all = client
        .commercial_licenses_deployment()
        .filter(format!("customerName eq '{customer}'").as_str())
        .collect_all()
        .await
        .map_err(|failed| {
            let status = failed.error().call().and_then(|error| error.status());
            format!(
                "no access to the report ({})",
                status.map_or(0, |it| it.as_u16())
            )
        })?;
    Ok(all.into_iter().fold((0, 0), |(idle, sold), row| {
        let of_row = row.licenses_sold.unwrap_or(0);
        (
            idle + of_row - row.licenses_deployed.unwrap_or(0),
            sold + of_row,
        )
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start_async().await;
    let client = Client::builder()
        .base_url(server.base_url().parse()?)
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()?;

    // The row has the type of the operation, so a property that is renamed does not compile.
    let row: CommercialLicensesDeployment = CommercialLicensesDeployment::builder()
        .customer_name("CONTOSO".to_owned())
        .licenses_sold(9)
        .licenses_deployed(5)
        .try_into()?;
    let mut report = server.commercial_licenses_deployment(|when, then| {
        when.filter("customerName eq 'CONTOSO'");
        then.ok(&Page::new(vec![row]));
    });
    let (idle, sold) = not_deployed(&client, "CONTOSO").await?;
    println!("CONTOSO: {idle} of {sold} licences are not deployed");
    println!(
        "called {} time, with the filter of the function",
        report.calls()
    );

    // Errors have the documented body, and the statuses that the operation documents.
    report.delete();
    server.commercial_licenses_deployment(|_, then| {
        then.forbidden(&ApiError::new("2032", "the user has no role"));
    });
    if let Err(message) = not_deployed(&client, "CONTOSO").await {
        println!("the service refuses: {message}");
    }
    Ok(())
}
