//! Help of reports in addition to their flags.

use partner_center::query::FilterField;
use partner_center::{Cloud, Operation};

use super::options::QueryFields;
use super::{Endpoint, REPORTS, Report};
use crate::reference::credentials_help;

/// Maximum width of a list in the help text, in characters. clap wraps lines, but does not indent
/// the continuation.
const WIDTH: usize = 92;

/// Returns the description of a report, from the operation table.
pub(super) fn about(report: &Report) -> String {
    let summaries: Vec<_> = operations(report).map(|(_, found)| found.summary).collect();
    match summaries.as_slice() {
        [all, one] => {
            let mut letters = one.chars();
            let first = letters.next().map(|first| first.to_ascii_lowercase());
            let one: String = first.into_iter().chain(letters).collect();
            format!("{all}; with --customer, {one}")
        }
        other => other.join("; "),
    }
}

/// Returns the part of the help after the flags: documentation, columns, fields, credentials.
pub(super) fn after(report: &Report) -> String {
    let mut text = String::new();
    for (endpoint, operation) in operations(report) {
        let which = which(report, endpoint);
        text.push_str(&format!(
            "Documentation{which}:\n  {}\n",
            operation.documentation
        ));
        if operation.clouds.len() < Cloud::ALL.len() {
            text.push_str(&format!(
                "  Available in the clouds: {}\n",
                operation.clouds.join(", ")
            ));
        }
        if let Some(request) = operation.superseded_by {
            text.push_str(&format!("  Superseded by: {}\n", successor(request)));
        }
    }
    for (endpoint, operation) in operations(report) {
        if let Some(fields) = &endpoint.query {
            text.push_str(&query(fields));
        }
        let which = which(report, endpoint);
        let names = operation.fields.iter().map(|field| field.name);
        text.push_str(&format!("\nColumns{which}:\n{}", indented(names)));
        if !endpoint.table.is_empty() {
            text.push_str("  Default columns of a table:\n");
            for line in indented(endpoint.table.iter().copied()).lines() {
                text.push_str(&format!("  {line}\n"));
            }
        }
        if endpoint.details {
            text.push_str("  Without --columns, a table has one line per value\n");
        }
        let mut objects = operation.fields.iter();
        let object = objects.find(|field| !field.members.is_empty());
        if let Some((object, part)) = object.and_then(|it| Some((it, it.members.first()?))) {
            text.push_str(&format!(
                "  Use dots for parts of an object, for example {}.{}\n",
                object.name, part.name
            ));
        }
    }
    text.push('\n');
    text.push_str(&credentials_help());
    text
}

fn operations(report: &Report) -> impl Iterator<Item = (&'static Endpoint, &'static Operation)> {
    let endpoints = report.endpoints.iter();
    endpoints.filter_map(|endpoint| Some((endpoint, endpoint.operation()?)))
}

/// Returns the suffix that distinguishes the two operations of a report, if it has two.
fn which(report: &Report, endpoint: &Endpoint) -> &'static str {
    match report.endpoints.len() {
        1 => "",
        _ if endpoint.needs_customer() => " with --customer",
        _ => " without --customer",
    }
}

/// Returns the command for a request such as `GET /path`, or the request if no command calls it.
fn successor(request: &str) -> String {
    let calls = |report: &&Report| {
        operations(report)
            .any(|(_, operation)| request == format!("{} {}", operation.method, operation.path))
    };
    match REPORTS.iter().find(calls) {
        Some(report) => report.words(),
        None => request.to_owned(),
    }
}

/// Returns the lists of fields for `--filter`, `--group-by` and `--order-by`.
fn query(fields: &QueryFields) -> String {
    let mut text = String::from("\nFields of --filter, by supported operators:\n");
    let mut known: Vec<Vec<&str>> = Vec::new();
    let operators = |field: &FilterField| -> Vec<&'static str> {
        let operators = field.operators.iter();
        operators.map(|operator| operator.name()).collect()
    };
    for field in fields.filter {
        let takes = operators(field);
        if !known.contains(&takes) {
            let same = fields
                .filter
                .iter()
                .filter(|field| operators(field) == takes);
            text.push_str(&format!("  {}\n", takes.join(", ")));
            for line in indented(same.map(|field| field.name)).lines() {
                text.push_str(&format!("  {line}\n"));
            }
            known.push(takes);
        }
    }
    text.push_str("\nFields of --group-by:\n");
    text.push_str(&indented(fields.group.iter().map(|field| field.name)));
    if fields.aggregation {
        let dates = fields.group.iter().filter(|field| field.is_date);
        text.push_str("  Date fields, for --aggregation:\n");
        for line in indented(dates.map(|field| field.name)).lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if !fields.measures.is_empty() {
        text.push_str("  Columns added to every group:\n");
        for line in indented(fields.measures.iter().copied()).lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if !fields.order.is_empty() {
        text.push_str("\nFields of --order-by:\n");
        text.push_str(&indented(fields.order.iter().copied()));
    }
    text
}

/// Formats names separated by commas, in lines indented by two spaces.
fn indented<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for name in names {
        if !line.is_empty() && line.len() + name.len() + 4 > WIDTH {
            text.push_str(&format!("  {line},\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(name);
    }
    text.push_str(&format!("  {line}\n"));
    text
}
