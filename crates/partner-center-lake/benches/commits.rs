//! Time of a commit after many commits, over that after few (`cargo bench -p partner-center-lake`).
//!
//! Each commit adds one day with one row to a table in a temporary folder, from a table that was
//! opened for it, as a nightly job does. A measured window has as many commits as are between two
//! checkpoints, so that it includes one checkpoint.

#![allow(
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints its results"
)]

use std::time::{Duration, Instant};

use partner_center::types::CommercialLicensesDeployment;
use partner_center_catalog::Operation;
use partner_center_lake::{Completeness, History, LakeError, Origin, Storage};
use time::{Date, Month, OffsetDateTime};
use uuid::Uuid;

/// Commits before the two windows.
const BEFORE: [usize; 2] = [5, 500];

/// Commits of a window.
const WINDOW: usize = 10;

/// Largest ratio of the medians.
const BOUND: f64 = 2.0;

struct Times {
    open: Duration,
    commit: Duration,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo test --benches` runs benchmarks to see that they run.
    let before = match std::env::args().any(|argument| argument == "--bench") {
        true => BEFORE,
        false => [5, 25],
    };
    let folder = tempfile::tempdir()?;
    let report = Operation::find("commercial_licenses_deployment").ok_or("no such report")?;
    let row: CommercialLicensesDeployment =
        serde_json::from_str(r#"{"customerName":"Contoso","licensesSold":5}"#)?;
    let first = Date::from_calendar_date(2025, Month::January, 1)?;
    let days = std::iter::successors(Some(first), |day| day.next_day());
    let mut times = Vec::new();
    for day in days.take(before[1] + WINDOW) {
        let storage = Storage::builder(folder.path().display().to_string()).build()?;
        times.push(add(&History::new(storage, None), report, &row, day).await?);
    }
    let [early, late] = before.map(|start| times.get(start..start + WINDOW).unwrap_or_default());
    println!("| part of a snapshot | commits before | median | mean |\n|---|---|---|---|");
    let parts: [(&str, fn(&Times) -> Duration); 3] = [
        ("opening the table", |times| times.open),
        ("writing a row and the commit", |times| times.commit),
        ("both", |times| times.open + times.commit),
    ];
    let mut ratios = Vec::new();
    for (name, part) in parts {
        let [early, late] = [early, late].map(|times| medians(times, part));
        for (count, (median, mean)) in before.into_iter().zip([early, late]) {
            println!("| {name} | {count} | {median:.2?} | {mean:.2?} |");
        }
        ratios.push(late.0.as_secs_f64() / early.0.as_secs_f64());
        let mean = late.1.as_secs_f64() / early.1.as_secs_f64();
        println!(
            "| {name}, ratio | | {:.2} | {mean:.2} |",
            ratios[ratios.len() - 1]
        );
    }
    match ratios.last() {
        Some(ratio) if *ratio <= BOUND => Ok(()),
        _ => Err(format!("the ratio of both is above {BOUND}").into()),
    }
}

async fn add(
    history: &History,
    report: &'static Operation,
    row: &CommercialLicensesDeployment,
    day: Date,
) -> Result<Times, LakeError> {
    let began = Instant::now();
    let table = history.create_or_open(report).await?;
    let open = began.elapsed();
    let origin = Origin::new(OffsetDateTime::now_utc(), Uuid::new_v4());
    let mut writer = table.begin(origin).await?;
    writer.page(&[row]).await?;
    writer
        .commit(Some(day), Completeness::complete(Some(1)))
        .await?;
    Ok(Times {
        open,
        commit: began.elapsed() - open,
    })
}

/// Returns median and mean.
fn medians(times: &[Times], part: fn(&Times) -> Duration) -> (Duration, Duration) {
    let mut values: Vec<_> = times.iter().map(part).collect();
    values.sort();
    let count = u32::try_from(values.len().max(1)).unwrap_or(1);
    let median = values.get(values.len() / 2).copied().unwrap_or_default();
    (median, values.iter().sum::<Duration>() / count)
}
