//! `pcenter snapshot trend`

use std::collections::BTreeMap;

use partner_center::{Field, FieldKind};
use partner_center_lake as lake;

use super::arguments::Trend;
use super::days::gaps;
use super::storage::{History, counts, leaked};
use super::table::{Cell, Rows};
use super::{list, today};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Chart, Document, DocumentOutput, Section};

pub(super) async fn run(
    options: Trend,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let operation = options.report;
    let counts = counts(operation);
    let by = options.by.as_deref();
    let fields = fields(&counts, by);
    let output = DocumentOutput::prepare(&options.reading.output, fields, None, environment)?;
    let history = History::reading(&options.reading, environment)?;
    let Some(table) = history.table(operation).await? else {
        return Err(history.without(operation));
    };
    let is_in = |day: &lake::Day| {
        options.since.is_none_or(|since| day.date >= since)
            && options.until.is_none_or(|until| day.date <= until)
    };
    let days: Vec<_> = table.days().await?.into_iter().filter(is_in).collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        let message = format!("{} has no snapshots of these days", operation.id);
        return Err(Failure::new(Exit::Usage, message)
            .help("`pcenter snapshot list` shows the days of the reports"));
    };
    let mut trend = lake::Trend::new(counts.clone(), options.by.clone());
    let columns = trend.columns();
    let mut names: Vec<_> = columns.iter().map(String::as_str).collect();
    names.push("processedDate");
    let dates = list::dates(&days);
    for date in &dates {
        trend.add_day(*date);
    }
    // One scan of all days, because each one reads the log.
    let mut batches = table.scan(&dates, &names).await?;
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        if let Some(day) = lake::RecordBatches::day(&batch) {
            trend.add(day, &batch)?;
        }
    }
    let complete: BTreeMap<_, _> = days.iter().map(|day| (day.date, day.is_complete)).collect();
    let mut rows = Rows::new(fields);
    let sums = trend.finish();
    for row in &sums {
        let is_complete = complete.get(&row.day).copied();
        let group = by.map(|_| Cell::from(row.group.as_deref()));
        let cells = [Cell::from(row.day), Cell::from(is_complete)].into_iter();
        let cells = cells.chain(group).chain([Cell::from(row.rows)]);
        rows.push(cells.chain(row.sums.iter().map(|sum| Cell::from(*sum))));
    }
    let mut exit = Exit::Success;
    let incomplete = days.iter().filter(|day| !day.is_complete);
    let incomplete: Vec<_> = incomplete.map(|day| day.date.to_string()).collect();
    let mut notes = Vec::new();
    if !incomplete.is_empty() {
        let note = format!(
            "Snapshots of these days are incomplete: {}.",
            incomplete.join(", ")
        );
        writeln!(environment.stderr, "warning: {note}")?;
        notes.push(note);
        exit = Exit::Incomplete;
    }
    let gaps = gaps(&dates);
    let missing: Vec<_> = gaps.iter().map(ToString::to_string).collect();
    if !missing.is_empty() {
        notes.push(format!("Days without a snapshot: {}.", missing.join(", ")));
    }
    let mut summary = vec![match days.len() {
        1 => format!("1 snapshot of {}: {}.", operation.id, first.date),
        count => {
            let (first, last) = (first.date, last.date);
            format!(
                "{count} snapshots of {} from {first} to {last}.",
                operation.id
            )
        }
    }];
    summary.extend(list::missing_days(operation, &gaps));
    let value = fields.get(fields.len().saturating_sub(counts.len()));
    let value = value.map_or("rows", |field| field.name);
    let document = Document {
        report: "trend",
        title: format!("Trend of {}", operation.id),
        as_of: today(environment).to_string(),
        summary,
        sections: vec![Section {
            name: "trend",
            title: "Sums per day".to_owned(),
            fields,
            columns: fields.iter().map(|field| field.name).collect(),
            rows: rows.into_rows(),
            totals: Vec::new(),
            chart: by.is_none().then(|| Chart {
                title: leaked(format!("{value} per day")),
                labels: &["processedDate"],
                value,
                whole: None,
                is_series: true,
            }),
        }],
        sources: vec![history.place()],
        notes,
    };
    output.write(document, exit, environment)
}

/// Returns the fields of a row: the day, the group, and the sums.
fn fields(counts: &[String], by: Option<&str>) -> &'static [Field] {
    let mut fields = vec![
        Field::new("processedDate", FieldKind::Timestamp, "Day of the snapshot"),
        Field::new(
            "isComplete",
            FieldKind::Boolean,
            "Whether the snapshot has all rows",
        ),
    ];
    if let Some(by) = by {
        let name = leaked(by.to_owned());
        fields.push(Field::new(
            name,
            FieldKind::Text,
            "Value of the rows that are added up",
        ));
    }
    fields.push(Field::new("rows", FieldKind::Count, "Rows"));
    fields.extend(counts.iter().map(|column| {
        let meaning = leaked(format!("Sum of {column}"));
        Field::new(leaked(column.clone()), FieldKind::Number, meaning)
    }));
    // Fields are static everywhere else. A process runs one command, so this happens once.
    fields.leak()
}
