//! `pcenter snapshot list`

use partner_center::Operation;
use partner_center_lake::Day;
use time::{Date, Duration};

use super::arguments::List;
use super::days::{Gap, gaps_until};
use super::fields::{DAYS, MISSING, TABLES};
use super::storage::{History, report_failed};
use super::table::{Cell, Rows};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Document, DocumentOutput, Section};

/// Time after which a day without a snapshot is missing: the service has figures one day later, and
/// the job of this night may be still to come.
const USUAL_DELAY: Duration = Duration::days(2);

/// Columns of a table.
const COLUMNS: [&str; 6] = [
    "report",
    "latestDay",
    "rows",
    "days",
    "missingDays",
    "bytes",
];

pub(super) async fn run(options: List, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let fields = match options.report {
        Some(_) => DAYS,
        None => TABLES,
    };
    let output = DocumentOutput::prepare(&options.reading.output, fields, None, environment)?;
    let history = History::reading(&options.reading, environment)?;
    let named: Vec<_> = options.report.into_iter().collect();
    let (tables, mut failed) = history.tables(&named).await?;
    let today = super::today(environment);
    let (mut first, mut missing) = (Rows::new(fields), Rows::new(MISSING));
    let mut summary = Vec::new();
    for (operation, table) in &tables {
        let days = match table.days().await {
            Ok(days) => days,
            Err(error) => {
                failed.push((*operation, error.into()));
                continue;
            }
        };
        let gaps = gaps_until(&dates(&days), today.saturating_sub(USUAL_DELAY));
        match options.report {
            Some(_) => days
                .iter()
                .for_each(|day| first.push(cells(operation, day))),
            None => first.push(table_cells(operation, &days, &gaps)),
        }
        for gap in &gaps {
            missing.push([
                operation.id.into(),
                gap.first.into(),
                gap.last.into(),
                gap.days().into(),
            ]);
        }
        summary.extend(missing_days(operation, &gaps));
    }
    let mut sections = vec![Section {
        name: if options.report.is_some() {
            "days"
        } else {
            "tables"
        },
        title: "Snapshots".to_owned(),
        fields,
        columns: match options.report {
            Some(_) => DAYS.iter().map(|field| field.name).collect(),
            None => COLUMNS.to_vec(),
        },
        rows: first.into_rows(),
        totals: Vec::new(),
        chart: None,
    }];
    let missing = missing.into_rows();
    if !missing.is_empty() {
        sections.push(Section {
            name: "missing",
            title: "Days without a snapshot".to_owned(),
            fields: MISSING,
            columns: Vec::new(),
            rows: missing,
            totals: Vec::new(),
            chart: None,
        });
    }
    let document = Document {
        report: "snapshots",
        title: "Snapshots".to_owned(),
        as_of: today.to_string(),
        summary,
        sections,
        sources: vec![history.place()],
        notes: Vec::new(),
    };
    let exit = report_failed(&failed, environment)?;
    output.write(document, exit, environment)
}

fn cells(operation: &Operation, day: &Day) -> [Cell; 7] {
    [
        operation.id.into(),
        day.date.into(),
        day.is_complete.into(),
        day.rows.into(),
        day.files.into(),
        day.bytes.into(),
        day.fetched_at.into(),
    ]
}

fn table_cells(operation: &Operation, days: &[Day], gaps: &[Gap]) -> [Cell; 10] {
    let (first, latest) = (days.first(), days.last());
    [
        operation.id.into(),
        latest.map(|day| day.date).into(),
        latest.and_then(|day| day.rows).into(),
        days.len().into(),
        first.map(|day| day.date).into(),
        gaps.iter().map(|gap| gap.days()).sum::<u64>().into(),
        days.iter().filter(|day| !day.is_complete).count().into(),
        days.iter().map(|day| day.files).sum::<usize>().into(),
        days.iter().map(|day| day.bytes).sum::<u64>().into(),
        latest.and_then(|day| day.fetched_at).into(),
    ]
}

/// Returns the dates of days.
pub(super) fn dates(days: &[Day]) -> Vec<Date> {
    days.iter().map(|day| day.date).collect()
}

/// Returns the sentence on the missing days of a report, if there are any.
pub(super) fn missing_days(operation: &Operation, gaps: &[Gap]) -> Option<String> {
    let days: u64 = gaps.iter().map(|gap| gap.days()).sum();
    let latest = gaps.last()?;
    let (count, verb) = match days {
        1 => ("1 day".to_owned(), "has"),
        days => (format!("{days} days"), "have"),
    };
    let which = match gaps {
        [gap] => format!("{gap}"),
        _ => format!("the latest {latest}"),
    };
    Some(format!(
        "{}: {count} {verb} no snapshot: {which}.",
        operation.id
    ))
}
