//! `pcenter snapshot verify`

use partner_center_lake::Verification;

use super::arguments::Verify;
use super::days::DayRef;
use super::diff::no_day;
use super::fields::CHECKS;
use super::storage::{FailedTable, History, report_failed};
use super::table::{Cell, Rows};
use super::{list, stopped, today};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Document, DocumentOutput, Section};

pub(super) async fn run(
    options: Verify,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let output = DocumentOutput::prepare(&options.reading.output, CHECKS, None, environment)?;
    let history = History::reading(&options.reading, environment)?;
    let mut signals = (environment.signals)();
    let work = verified(&options, &history);
    let (checks, broken) = signals.unless(work).await.map_err(stopped)??;
    let mut rows = Rows::new(CHECKS);
    let mut failed = 0_usize;
    for (report, check) in &checks {
        failed += usize::from(!check.is_sound());
        let first = check.problems.first().map(ToString::to_string);
        rows.push(cells(report, check, first));
        for problem in check.problems.iter().skip(1) {
            rows.push(cells(report, check, Some(problem.to_string())));
        }
    }
    let all: u64 = checks.iter().map(|(_, check)| check.rows).sum();
    let summary = match failed {
        0 => format!(
            "All {} checked snapshots are as they were written, with {}.",
            checks.len(),
            crate::listing::rows(all)
        ),
        failed => format!(
            "Of {} checked snapshots, {failed} failed a check.",
            checks.len()
        ),
    };
    let exit = match (failed, report_failed(&broken, environment)?) {
        (0, exit) => exit,
        _ => Exit::Incomplete,
    };
    let foreign: usize = checks.iter().map(|(_, check)| check.foreign_files).sum();
    let note = "files were written by another program: only their size and rows were checked.";
    let document = Document {
        report: "verification",
        title: "Verification of snapshots".to_owned(),
        as_of: today(environment).to_string(),
        summary: vec![summary],
        sections: vec![Section {
            name: "checks",
            title: "Snapshots".to_owned(),
            fields: CHECKS,
            columns: CHECKS.iter().map(|field| field.name).collect(),
            rows: rows.into_rows(),
            totals: Vec::new(),
            chart: None,
        }],
        sources: vec![history.place()],
        notes: match foreign {
            0 => Vec::new(),
            files => vec![format!("{files} {note}")],
        },
    };
    output.write(document, exit, environment)
}

/// Verifies the days that the options name.
async fn verified(
    options: &Verify,
    history: &History,
) -> Result<(Vec<(&'static str, Verification)>, Vec<FailedTable>), Failure> {
    let mut checks = Vec::new();
    let (tables, mut failed) = history.tables(&options.reports).await?;
    for (operation, table) in tables {
        let dates = match table.days().await {
            Ok(days) => list::dates(&days),
            Err(error) => {
                failed.push((operation, error.into()));
                continue;
            }
        };
        let days = match (options.all_days, options.day) {
            (true, _) => dates,
            (false, day) => {
                let day = day.unwrap_or(DayRef::Latest);
                match day.among(&dates) {
                    Ok(day) => vec![day],
                    // A table without snapshots, of a job that was interrupted.
                    Err(_) if dates.is_empty() && options.reports.is_empty() => Vec::new(),
                    Err(missing) => return Err(no_day(operation, day, missing)),
                }
            }
        };
        for day in days {
            match table.verify(day).await {
                Ok(check) => checks.push((operation.id, check)),
                Err(error) => failed.push((operation, error.into())),
            }
        }
    }
    Ok((checks, failed))
}

fn cells(report: &str, check: &Verification, problem: Option<String>) -> [Cell; 7] {
    [
        report.into(),
        check.day.into(),
        check.is_sound().into(),
        problem.into(),
        check.rows.into(),
        check.files.into(),
        check.bytes.into(),
    ]
}
