//! Filters, groups and sorts rows, with options that the compiler checks.
//!
//! `cargo run -p partner-center --example filters` starts an emulator of the service and prints:
//!
//! ```text
//! filter:  usageDate ge cast('2018-01-01',Edm.DateTimeOffset) and meterCategory eq 'Data Management'
//! groupby: meterCategory,meterUnit,usageDate by month
//! orderby: usageDate desc
//! Data Management    10,000s    20
//! Virtual Machines   1 Hour     22.5
//! refused: the field `meterCategory` does not take `gt` in a filter; it takes: `eq`, `ne`
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::sync::Arc;

use partner_center::credential::StaticTokenCredential;
use partner_center::fields::{self, azure_usage::*};
use partner_center::query::{AggregationLevel, Filter, GroupBy, OrderBy};
use partner_center::{Client, Timestamp};
use partner_center_emulator::{DataSet, Emulator, TokenOptions};

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
        .build()?;

    // A field has only the operators that the operation allows: `METER_CATEGORY.ge(..)` and a
    // field of another report do not compile. Quotes and dates are written as the service expects.
    let filter = USAGE_DATE
        .ge("2018-01-01".parse::<Timestamp>()?)
        .and(METER_CATEGORY.eq("Data Management"));
    println!("filter:  {filter}");

    // The unit is one of the groups, because hours and gigabytes cannot be added.
    let groups = GroupBy::by(METER_CATEGORY)
        .then(METER_UNIT)?
        .then(USAGE_DATE)?
        .aggregated_by(AggregationLevel::Month)?;
    println!(
        "groupby: {} by {}",
        groups.fields_text(),
        AggregationLevel::Month
    );

    let order = OrderBy::by(USAGE_DATE.desc());
    println!("orderby: {order}");

    // The emulator checks these options, and then returns the documented rows.
    let usage = client
        .azure_usage()
        .filter(filter)
        .groupby(groups)
        .orderby(order)
        .collect_all()
        .await?;
    for row in usage {
        println!(
            "{:18} {:10} {}",
            row.meter_category.unwrap_or_default(),
            row.meter_unit.unwrap_or_default(),
            // A decimal number, with the digits that were sent.
            row.quantity
                .map(|quantity| quantity.to_string())
                .unwrap_or_default()
        );
    }

    // Text of a user is checked before the call, against the same rules.
    let typed = Filter::<fields::AzureUsage>::try_from("meterCategory gt 'Storage'");
    if let Err(error) = typed {
        println!("refused: {error}");
    }
    Ok(())
}
