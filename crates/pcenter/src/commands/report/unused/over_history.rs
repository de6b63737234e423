//! `--at` and `--trend`: the report of snapshots.

use partner_center_reports::{Unused, UnusedOptions, UnusedRow, unused};
use time::{Date, OffsetDateTime};

use super::super::history::Snapshots;
use super::super::listing::{self, Read};
use super::super::{Data, Holdings};
use super::{Arguments, write};
use crate::commands::snapshot::days::gaps;
use crate::commands::snapshot::fields::UNUSED_TREND;
use crate::commands::snapshot::{Cell, History, Rows};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Chart, Document, DocumentOutput, Section};

pub(super) async fn run(
    arguments: Arguments,
    mut options: UnusedOptions,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let connection = &arguments.common.connection;
    let fields = match arguments.trend {
        true => UNUSED_TREND,
        false => UnusedRow::FIELDS,
    };
    let format = connection.profile_output(environment);
    let output = DocumentOutput::prepare(&arguments.common.output, fields, format, environment)?;
    let history = History::open(&arguments.history, connection.profile.as_ref(), environment)?;
    let mut signals = (environment.signals)();
    let work = async {
        let snapshots = Snapshots::open(&history).await?;
        let names = &arguments.several.customers;
        let Some(day) = arguments.at else {
            let days = trend(&snapshots, names, &options).await?;
            return write_trend(days, history.place(), output, environment);
        };
        let day = snapshots.day(day)?;
        options.today = arguments.scope.today_of(day);
        let customers = snapshots.find(names, day).await?;
        let (holdings, reads) = snapshots.read(day, &customers).await?;
        let exit = listing::report_missing(&reads, environment)?;
        let data = Data {
            customers,
            joined: Holdings::join(holdings),
            reads,
            exit,
            output,
        };
        write(data, &options, vec![history.place()], environment)
    };
    signals
        .unless(work)
        .await
        .map_err(|signal| Failure::new(signal.exit(), format!("stopped by {}", signal.name())))?
}

/// Report of a day, and what is missing.
struct DayReport {
    day: Date,
    report: Unused,
    reads: Vec<Read>,
}

/// Makes the report of every day. The rows of one day are in memory at a time.
async fn trend(
    snapshots: &Snapshots,
    names: &[String],
    options: &UnusedOptions,
) -> Result<Vec<DayReport>, Failure> {
    let dates = snapshots.dates();
    let customers = match dates.last() {
        Some(latest) => snapshots.find(names, *latest).await?,
        None => Vec::new(),
    };
    let mut options = options.clone();
    let mut days = Vec::new();
    for day in dates {
        let (holdings, reads) = snapshots.read(day, &customers).await?;
        options.today = day;
        let mut report = unused(&holdings.join(), &options);
        // The sums are enough.
        report.unmatched = Vec::new();
        (report.summary, report.notes) = (Vec::new(), Vec::new());
        days.push(DayReport { day, report, reads });
    }
    Ok(days)
}

fn write_trend(
    days: Vec<DayReport>,
    place: String,
    output: DocumentOutput,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let mut rows = Rows::new(UNUSED_TREND);
    let (mut notes, mut exit) = (Vec::new(), Exit::Success);
    for DayReport { day, report, reads } in &days {
        for read in reads.iter().filter(|read| !read.is_complete()) {
            let problems = read.problems.join("; ");
            notes.push(format!(
                "{day}, {}: {problems}.",
                listing::name(read.source)
            ));
            exit = Exit::Incomplete;
        }
        let sum = |of: fn(&UnusedRow) -> Option<i64>| -> Cell {
            let known = report.totals.iter().filter_map(of);
            known.fold(0, i64::saturating_add).into()
        };
        rows.push([
            (*day).into(),
            reads.iter().all(Read::is_complete).into(),
            report.customers.len().into(),
            report.rows.len().into(),
            sum(|total| total.licenses_sold),
            sum(|total| total.licenses_deployed),
            sum(|total| total.licenses_unused),
            sum(|total| total.licenses_reclaimable),
        ]);
    }
    for note in &notes {
        writeln!(environment.stderr, "warning: {note}")?;
    }
    let dates: Vec<_> = days.iter().map(|it| it.day).collect();
    let gaps: Vec<_> = gaps(&dates).iter().map(ToString::to_string).collect();
    if !gaps.is_empty() {
        notes.push(format!("Days without a snapshot: {}.", gaps.join(", ")));
    }
    let summary = match (days.first(), days.last()) {
        (Some(first), Some(last)) => {
            let unused = |day: &DayReport| -> i64 {
                let totals = day.report.totals.iter();
                totals.filter_map(|total| total.licenses_unused).sum()
            };
            vec![format!(
                "{} unused licences on {}, {} on {}.",
                unused(first),
                first.day,
                unused(last),
                last.day
            )]
        }
        _ => Vec::new(),
    };
    let document = Document {
        report: "unusedTrend",
        title: "Unused licences per day".to_owned(),
        as_of: OffsetDateTime::from((environment.now)()).date().to_string(),
        summary,
        sections: vec![Section {
            name: "days",
            title: "Licences per day".to_owned(),
            fields: UNUSED_TREND,
            columns: vec![
                "processedDate",
                "customerCount",
                "productCount",
                "licensesSold",
                "licensesUnused",
                "licensesReclaimable",
            ],
            rows: rows.into_rows(),
            totals: Vec::new(),
            chart: Some(Chart {
                title: "Unused licences of those sold, by day",
                labels: &["processedDate"],
                value: "licensesUnused",
                whole: Some("licensesSold"),
                is_series: true,
            }),
        }],
        sources: vec![place],
        notes,
    };
    output.write(document, exit, environment)
}
