//! Calls an operation for every customer of the partner, several customers at a time.
//!
//! `cargo run -p partner-center --example fan_out` starts an emulator of the service and prints:
//!
//! ```text
//! first run:  3 customers, 2 read: 6 products, 16 licences sold
//! first run:  1 failed with status 500, complete: false
//! second run: 1 customer read, 2 skipped, complete: true
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;

use partner_center::credential::StaticTokenCredential;
use partner_center::fan_out::fan_out;
use partner_center::{Client, ErrorKind, RetryOptions};
use partner_center_emulator::{DataSet, Emulator, Fault, TokenOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Against Partner Center: `let client = Client::from_environment()?;`
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await?;
    let token = emulator.mint_token(TokenOptions::new());
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(Arc::new(StaticTokenCredential::new(token)))
        // Without retries, so that the fault below is the result of one customer.
        .retry(RetryOptions::none())
        .build()?;

    let customers = client.customers().send().await?.into_inner();
    let ids: Vec<String> = customers
        .into_iter()
        .filter_map(|customer| customer.id)
        .collect();

    // Throttling applies to the whole tenant, so many calls at a time are not faster than a few.
    let concurrency = NonZeroUsize::new(4).ok_or("at least one call at a time")?;
    let call = |id: String| {
        let client = client.clone();
        async move { client.customer_licenses_deployment(id).send().await }
    };

    // One call fails. The calls for the other customers are not affected.
    emulator.inject(Fault::status(500).after(2));
    let first = fan_out(ids.clone(), concurrency, call)
        // A rejected sign-in fails for every customer: one such error is enough.
        .stop_on(|error| error.kind() == ErrorKind::Authentication)
        .report()
        .await;
    let rows = first
        .succeeded
        .iter()
        .flat_map(|(_, licences)| &licences.items);
    println!(
        "first run:  {} customers, {} read: {} products, {} licences sold",
        ids.len(),
        first.succeeded.len(),
        rows.clone().count(),
        rows.map(|row| row.licenses_sold).sum::<i64>()
    );
    // Each key is reported with its own error, to log it or to call it again.
    for (_id, error) in &first.failed {
        let status = error.status().map_or(0, |status| status.as_u16());
        println!(
            "first run:  1 failed with status {status}, complete: {}",
            first.is_complete()
        );
    }

    // A later run, even of another process, calls only what is missing.
    let second = fan_out(ids, concurrency, call)
        .skip_done(first.done_keys())
        .report()
        .await;
    println!(
        "second run: {} customer read, {} skipped, complete: {}",
        second.succeeded.len(),
        second.skipped,
        second.is_complete()
    );
    Ok(())
}
