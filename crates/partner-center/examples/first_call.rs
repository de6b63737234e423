//! Reads one report and prints its rows.
//!
//! `cargo run -p partner-center --example first_call` starts an emulator of the service, so that no
//! account is needed, and prints:
//!
//! ```text
//! crm      343 licences sold, deployed share 0.0, processed on 2017-03-10T00:00:00+00:00
//! o365    4464 licences sold, deployed share 1.0, processed on 2017-03-14T03:25:16.36+00:00
//! status 200, server 102030524
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::sync::Arc;

use partner_center::Client;
use partner_center::credential::StaticTokenCredential;
use partner_center_emulator::{DataSet, Emulator, TokenOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Against Partner Center, these lines are
    //
    //     let client = Client::from_environment()?;
    //
    // which uses the sign-in that `pcenter auth login` stored, or `PCENTER_..` variables.
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await?;
    let token = emulator.mint_token(TokenOptions::new());
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(Arc::new(StaticTokenCredential::new(token)))
        .build()?;

    // One method per operation returns a request builder; `send` makes the call, with retries.
    let response = client.partner_licenses_deployment().send().await?;

    // The response dereferences to its body.
    for row in &response.items {
        // The service omits codes that are not known, so most texts are optional.
        let service = row.service_name.as_ref().map_or("?", |code| code.as_str());
        println!(
            "{service:6} {:5} licences sold, deployed share {}, processed on {}",
            row.licenses_sold, row.prorated_deployment_percent, row.processed_date_time
        );
    }

    // Details of the response that Microsoft's support asks for.
    println!(
        "status {}, server {}",
        response.status().as_u16(),
        response.server_id().unwrap_or("unknown")
    );
    Ok(())
}
