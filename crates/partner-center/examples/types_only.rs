//! Reads and writes rows without the client, in a program that already has the JSON.
//!
//! Works without features, so that only the types and serde are compiled:
//! `cargo run -p partner-center --no-default-features --example types_only` prints:
//!
//! ```text
//! o365 Reseller
//! 5 of 7 licences deployed
//! processed at 2018-10-14T00:00:00
//! not in the documentation: seatTier = "gold"
//! written and read again, unchanged: true
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;

use partner_center::types::CommercialLicensesDeployment;
use partner_center::{Page, decode};

/// A response that was stored by another program.
const STORED: &[u8] = br#"{
  "Value": [
    {
      "processedDateTime": "2018-10-14T00:00:00",
      "serviceCode": "o365",
      "channel": "Reseller",
      "customerName": "TEST COMPANY",
      "licensesDeployed": "5",
      "licensesSold": 7.0,
      "seatTier": "gold"
    }
  ],
  "@nextLink": null,
  "TotalCount": 1
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    // Reads what the service is known to send: a byte-order mark, counts as text or with a
    // fraction, property names in another case.
    let page: Page<CommercialLicensesDeployment> = decode::decode(STORED)?;

    for row in &page.value {
        // Codes are open enumerations: a value that the documentation does not list is kept.
        if let (Some(service), Some(channel)) = (&row.service_code, &row.channel) {
            println!("{service} {channel}");
        }
        let (deployed, sold) = (row.licenses_deployed, row.licenses_sold);
        println!(
            "{} of {} licences deployed",
            deployed.unwrap_or(0),
            sold.unwrap_or(0)
        );

        // Timestamps keep their text, and can be compared and converted.
        if let Some(processed) = &row.processed_date_time {
            println!("processed at {processed}");
        }
        for (name, json) in row.additional_properties.iter() {
            println!("not in the documentation: {name} = {json}");
        }
    }

    let written = serde_json::to_string(&page)?;
    let again: Page<CommercialLicensesDeployment> = decode::decode(written.as_bytes())?;
    println!("written and read again, unchanged: {}", again == page);
    Ok(())
}
