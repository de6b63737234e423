//! Time of a snapshot in tables with 5 and with 500 commits of history.
//!
//! ```text
//! cargo run --release -p partner-center-lake --example commit_history [-- ADDRESS]
//! ```
//!
//! Each history has a snapshot of another day in each commit. Twenty more snapshots of 100 rows are
//! measured, of which two write a checkpoint. Each opens the table anew, as a nightly job does. Without
//! ADDRESS a temporary folder is used.

use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use partner_center::types::CommercialLicensesDeployment;
use partner_center_catalog::Operation;
use partner_center_core::Row;
use partner_center_lake::{Committed, Completeness, History, Origin, Storage, Table};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

const REPORT: &str = "commercial_licenses_deployment";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| folder.path().display().to_string());
    let report = Operation::find(REPORT).ok_or("unknown report")?;
    let row: CommercialLicensesDeployment =
        serde_json::from_str(r#"{"customerName":"Contoso","licensesSold":5}"#)?;
    let rows: Vec<&dyn Row> = (0..100).map(|_| &row as &dyn Row).collect();
    let mut out = std::io::stdout();
    for commits in [5, 500] {
        let storage = Storage::builder(format!("{address}/{commits}"))
            .environment(std::env::vars())
            .build()?;
        let history = History::new(storage, None);
        let table = history.create_or_open(report).await?;
        let first = table.version().await?;
        for number in first..commits {
            take(&table, day(number)?, &rows).await?;
        }
        let mut plain = Vec::new();
        let mut all = Duration::ZERO;
        for number in 0..20 {
            let started = Instant::now();
            let table = history.create_or_open(report).await?;
            let committed = take(&table, day(commits + number)?, &rows).await?;
            all += started.elapsed();
            if !committed.checkpointed {
                plain.push(started.elapsed());
            }
        }
        plain.sort_unstable();
        let median = plain.get(plain.len() / 2).copied().unwrap_or_default();
        let listed = Instant::now();
        let days = table.days().await?.len();
        writeln!(
            out,
            "{commits} commits: snapshot {median:.1?} (median without checkpoint), {:.1?} (mean with \
             checkpoints), list of {days} days {:.1?}",
            all / 20,
            listed.elapsed()
        )?;
    }
    Ok(())
}

fn day(number: u64) -> Result<Date, Box<dyn Error>> {
    Ok(Date::from_ordinal_date(2024, 1)? + time::Duration::days(number.try_into()?))
}

async fn take(table: &Table, day: Date, rows: &[&dyn Row]) -> Result<Committed, Box<dyn Error>> {
    let origin = Origin::new(OffsetDateTime::now_utc(), Uuid::new_v4());
    let mut writer = table.begin(origin).await?;
    writer.page(rows).await?;
    Ok(writer
        .commit(Some(day), Completeness::complete(None))
        .await?)
}
