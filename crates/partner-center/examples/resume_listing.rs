//! Reads a listing page by page, is interrupted, and resumes from a file.
//!
//! `cargo run -p partner-center --example resume_listing` starts an emulator and prints:
//!
//! ```text
//! first run:  row DYNAMICS AX TASK
//! first run:  interrupted after 1 row, can be resumed
//! second run: row DOMESTIC AND INTERNATIONAL CALLING PLAN
//! second run: complete, 2 rows of 2
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use partner_center::credential::StaticTokenCredential;
use partner_center::paging::Continuation;
use partner_center::{Client, RetryOptions};
use partner_center_emulator::{DataSet, Emulator, Fault, TokenOptions};

/// Reads the listing from the position in `checkpoint`, or from the start without that file.
async fn read(client: &Client, checkpoint: &Path, run: &str) -> Result<(), Box<dyn Error>> {
    let mut pages = client.commercial_licenses_deployment().top(1).pages();
    if checkpoint.exists() {
        let saved: Continuation = serde_json::from_slice(&std::fs::read(checkpoint)?)?;
        pages = pages.resume(saved);
    }
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                // The file has the position after the last page that was handled.
                let rows = error.rows_read();
                println!("{run} interrupted after {rows} row, can be resumed");
                return Ok(());
            }
        };
        for row in &page.value {
            println!("{run} row {}", row.product_name.as_deref().unwrap_or("?"));
        }
        // Written after the rows were handled: a process that is killed in between repeats a
        // page, and never loses one.
        if let Some(position) = pages.continuation() {
            std::fs::write(checkpoint, serde_json::to_vec(&position)?)?;
        }
    }
    // A listing without an error can still lack rows that the service announced.
    if let Some(end) = pages.completeness().filter(|end| end.is_complete()) {
        let stated = end.stated_total.unwrap_or_default();
        println!("{run} complete, {} rows of {stated}", end.rows);
    }
    Ok(())
}

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
        // Without retries, so that the fault below interrupts the listing.
        .retry(RetryOptions::none())
        .build()?;
    let folder = tempfile::tempdir()?;
    let checkpoint = folder.path().join("deployment.json");

    emulator.inject(Fault::reset().after(1));
    read(&client, &checkpoint, "first run: ").await?;
    read(&client, &checkpoint, "second run:").await?;
    Ok(())
}
