//! `pcenter snapshot diff`

use partner_center::{Field, FieldKind, Operation};
use partner_center_lake::{
    self as lake, Amount, Change, ChangeKind, Difference, Entity, ReportKey, Table,
};
use time::Date;

use super::arguments::Diff;
use super::days::{DayRef, MissingDay};
use super::fields::{CHANGES, ENTITIES, TOTALS};
use super::storage::{History, counts, leaked, report_failed};
use super::table::{Cell, Rows};
use super::{list, today};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Document, DocumentOutput, Section};

/// Changes of a report.
struct Compared {
    operation: &'static Operation,
    before: Date,
    after: Date,
    difference: Difference,
    is_complete: bool,
}

pub(super) async fn run(options: Diff, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let fields = match options.report {
        Some(operation) => change_fields(key(operation)?, operation),
        None => CHANGES,
    };
    let output = DocumentOutput::prepare(&options.reading.output, fields, None, environment)?;
    let history = History::reading(&options.reading, environment)?;
    let named: Vec<_> = options.report.into_iter().collect();
    let (tables, failed) = history.tables(&named).await?;
    let mut all = Vec::new();
    let (mut notes, mut exit) = (Vec::new(), report_failed(&failed, environment)?);
    for (operation, table) in &tables {
        match compare(operation, table, &options).await {
            Ok(compared) => all.push(compared),
            // One report among several: the others are compared.
            Err(failure) if options.report.is_none() && failure.exit == Exit::Usage => {
                notes.push(format!("Not compared: {}.", failure.summary()));
            }
            Err(failure) => return Err(failure),
        }
    }
    if all.is_empty() {
        let failure = Failure::new(Exit::Usage, "no report has both days");
        return Err(failure.help("`pcenter snapshot list` shows the days of the reports"));
    }
    let mut summary = Vec::new();
    for compared in &all {
        summary.push(sentence(compared));
        if !compared.is_complete {
            exit = Exit::Incomplete;
            let id = compared.operation.id;
            let note = format!("{id}: a snapshot is incomplete, so rows can be missing.");
            writeln!(environment.stderr, "warning: {note}")?;
            notes.push(note);
        }
        notes.extend(repeated(compared));
    }
    let first = match (options.report, all.first()) {
        (Some(_), Some(compared)) => changes(compared, fields),
        _ => overview(&all),
    };
    let mut sections = vec![first, totals(&all)];
    sections.extend(entities(
        "customers",
        "Customers that came or went",
        &all,
        |it| [&it.customers_added, &it.customers_removed],
    ));
    sections.extend(entities(
        "products",
        "Products that came or went",
        &all,
        |it| [&it.products_added, &it.products_removed],
    ));
    let document = Document {
        report: "changes",
        title: match all.as_slice() {
            [one] => format!("Changes from {} to {}", one.before, one.after),
            _ => format!("Changes from {} to {}", options.before, options.after),
        },
        as_of: today(environment).to_string(),
        summary,
        sections,
        sources: vec![history.place()],
        notes,
    };
    output.write(document, exit, environment)
}

fn key(operation: &Operation) -> Result<&'static ReportKey, Failure> {
    ReportKey::of(operation.id).ok_or_else(|| {
        let message = format!(
            "rows of {} cannot be compared: they have no id from one day to the next",
            operation.id
        );
        Failure::new(Exit::Usage, message).help(format!(
            "use `pcenter snapshot trend --report {}`",
            operation.id
        ))
    })
}

async fn compare(
    operation: &'static Operation,
    table: &Table,
    options: &Diff,
) -> Result<Compared, Failure> {
    let key = key(operation)?;
    let days = table.days().await?;
    let dates = list::dates(&days);
    let [before, after] = [options.before, options.after].map(|day| {
        day.among(&dates)
            .map_err(|missing| no_day(operation, day, missing))
    });
    let (before, after) = (before?, after?);
    let mut diff = lake::Diff::new(key, counts(operation));
    let columns = diff.columns();
    let names: Vec<_> = columns.iter().map(String::as_str).collect();
    for (day, is_later) in [(before, false), (after, true)] {
        let mut batches = table.scan(&[day], &names).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            match is_later {
                true => diff.add_after(&batch)?,
                false => diff.add_before(&batch)?,
            }
        }
    }
    let compared = days
        .iter()
        .filter(|day| [before, after].contains(&day.date));
    Ok(Compared {
        operation,
        before,
        after,
        difference: diff.finish(),
        is_complete: compared.into_iter().all(|day| day.is_complete),
    })
}

/// Returns the failure of a day that a table does not have.
pub(crate) fn no_day(operation: &Operation, day: DayRef, missing: MissingDay) -> Failure {
    let id = operation.id;
    let message = match (missing.wanted, day) {
        (Some(wanted), _) => format!("{id} has no snapshot of {wanted}"),
        (None, DayRef::Previous) if missing.nearest.is_some() => {
            format!("{id} has only one snapshot")
        }
        (None, _) => format!("{id} has no snapshots"),
    };
    let failure = Failure::new(Exit::Usage, message);
    match missing.nearest {
        Some(nearest) => failure.help(format!("the nearest day is {nearest}")),
        None => failure.help(format!("take one with `pcenter snapshot take {id}`")),
    }
}

fn sentence(compared: &Compared) -> String {
    let Compared {
        operation,
        before,
        after,
        difference,
        ..
    } = compared;
    let [added, removed, changed] = [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Changed]
        .map(|it| difference.count(it));
    let sums: Vec<_> = difference
        .totals
        .iter()
        .filter(|total| !total.difference().is_zero())
        .map(|total| format!("{} {}", total.column, signed(total.difference())))
        .collect();
    let sums = match sums.as_slice() {
        [] => String::new(),
        sums => format!("; {}", sums.join(", ")),
    };
    format!(
        "{}, {before} to {after}: {added} added, {removed} removed, {changed} changed{sums}.",
        operation.id
    )
}

fn signed(amount: Amount) -> String {
    match amount > Amount::default() {
        true => format!("+{amount}"),
        false => amount.to_string(),
    }
}

fn repeated(compared: &Compared) -> Option<String> {
    let repeated = compared.difference.repeated;
    (repeated > 0).then(|| {
        format!(
            "{}: {} with the key of another row of the day were added up with it.",
            compared.operation.id,
            crate::listing::rows(repeated)
        )
    })
}

/// Returns the section with one row per report.
fn overview(all: &[Compared]) -> Section {
    let mut rows = Rows::new(CHANGES);
    for compared in all {
        let difference = &compared.difference;
        rows.push([
            compared.operation.id.into(),
            compared.before.into(),
            compared.after.into(),
            difference.rows_before.into(),
            difference.rows_after.into(),
            difference.count(ChangeKind::Added).into(),
            difference.count(ChangeKind::Removed).into(),
            difference.count(ChangeKind::Changed).into(),
            difference.customers_added.len().into(),
            difference.customers_removed.len().into(),
            difference.products_added.len().into(),
            difference.products_removed.len().into(),
        ]);
    }
    Section {
        name: "reports",
        title: "Changes by report".to_owned(),
        fields: CHANGES,
        columns: vec![
            "report",
            "rowsBefore",
            "rowsAfter",
            "rowsAdded",
            "rowsRemoved",
            "rowsChanged",
        ],
        rows: rows.into_rows(),
        totals: Vec::new(),
        chart: None,
    }
}

/// Returns the fields of the changed rows of a report: the kind of the change, the names, the counts
/// of both days with their difference, and the key.
fn change_fields(key: &ReportKey, operation: &'static Operation) -> &'static [Field] {
    let kind = Field::new("change", FieldKind::Text, "added, removed or changed");
    let named = key.names.iter().chain(key.columns);
    let named = named.map(|column| text_field(operation, column));
    let counts = counts(operation).into_iter().flat_map(|column| {
        let field = |part: &str, meaning: &str| {
            Field::new(
                leaked(format!("{column}{part}")),
                FieldKind::Number,
                leaked(format!("{meaning} of {column}")),
            )
        };
        [
            field("Before", "Earlier sum"),
            field("After", "Later sum"),
            field("Difference", "Later sum - earlier sum"),
        ]
    });
    let fields: Vec<_> = [kind].into_iter().chain(named).chain(counts).collect();
    // Fields are static everywhere else. A process runs one command, so this happens once.
    fields.leak()
}

/// Returns the field of a key or name column, whose values are texts here.
fn text_field(operation: &'static Operation, column: &'static str) -> Field {
    let field = operation.field(column);
    let kind = match field.map(|field| field.kind) {
        Some(FieldKind::Guid) => FieldKind::Guid,
        _ => FieldKind::Text,
    };
    Field::new(column, kind, field.map_or("", |field| field.meaning))
}

/// Returns the section with the changed rows.
fn changes(compared: &Compared, fields: &'static [Field]) -> Section {
    let mut rows = Rows::new(fields);
    for change in &compared.difference.changes {
        let texts = change.names.iter().chain(&change.key);
        let texts = texts.map(|text| Cell::from(text.as_deref()));
        let counts = change.before.iter().zip(&change.after);
        let counts = counts.flat_map(|(before, after)| {
            let difference = after.unwrap_or_default() - before.unwrap_or_default();
            [
                Cell::from(*before),
                Cell::from(*after),
                Cell::from(difference),
            ]
        });
        let cells = [Cell::from(word(change))].into_iter().chain(texts);
        rows.push(cells.chain(counts).collect::<Vec<_>>());
    }
    let is_shown = |field: &&Field| field.kind != FieldKind::Guid;
    Section {
        name: "changes",
        title: format!("Changed rows of {}", compared.operation.id),
        fields,
        columns: fields.iter().filter(is_shown).map(|it| it.name).collect(),
        rows: rows.into_rows(),
        totals: Vec::new(),
        chart: None,
    }
}

fn word(change: &Change) -> &'static str {
    match change.kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
    }
}

/// Returns the section with the sums of both days.
fn totals(all: &[Compared]) -> Section {
    let mut rows = Rows::new(TOTALS);
    for compared in all {
        for total in &compared.difference.totals {
            rows.push([
                compared.operation.id.into(),
                total.column.as_str().into(),
                total.before.into(),
                total.after.into(),
                total.difference().into(),
            ]);
        }
    }
    Section {
        name: "sums",
        title: "Sums of both days".to_owned(),
        fields: TOTALS,
        columns: Vec::new(),
        rows: rows.into_rows(),
        totals: Vec::new(),
        chart: None,
    }
}

/// Returns the section of what one of the days alone has; `None` if there is nothing.
fn entities<'c>(
    name: &'static str,
    title: &str,
    all: &'c [Compared],
    of: impl Fn(&'c Difference) -> [&'c Vec<Entity>; 2],
) -> Option<Section> {
    let mut rows = Rows::new(ENTITIES);
    for compared in all {
        let [added, removed] = of(&compared.difference);
        for (word, entities) in [("added", added), ("removed", removed)] {
            for Entity { id, name, .. } in entities {
                rows.push([
                    compared.operation.id.into(),
                    word.into(),
                    name.as_deref().into(),
                    (&**id).into(),
                ]);
            }
        }
    }
    let rows = rows.into_rows();
    (!rows.is_empty()).then(|| Section {
        name,
        title: title.to_owned(),
        fields: ENTITIES,
        columns: Vec::new(),
        rows,
        totals: Vec::new(),
        chart: None,
    })
}
