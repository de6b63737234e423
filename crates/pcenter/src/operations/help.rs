//! Help of operation commands in addition to their flags.

use partner_center::{Cloud, Field, Operation};

use super::command::{Endpoint, OPERATION_COMMANDS, OperationCommand};
use super::examples::examples;
use super::flags;
use crate::help::block;

/// Maximum width of a list in the help text, in characters. clap wraps lines, but does not indent
/// the continuation.
const WIDTH: usize = 92;

/// Returns the description of a command, from the summaries of its operations.
pub(super) fn about(operation_command: &OperationCommand) -> String {
    let summaries = operation_command.endpoints.iter();
    let summaries: Vec<_> = summaries.map(|it| it.operation().summary).collect();
    match summaries.as_slice() {
        [all, one] => {
            let mut letters = one.chars();
            let first = letters.next().map(|first| first.to_ascii_lowercase());
            let one: String = first.into_iter().chain(letters).collect();
            format!("{all}; with {}, {one}", path_flags(operation_command))
        }
        other => other.join("; "),
    }
}

/// Returns the part of `-h` after the flags: examples, and where to find the rest.
pub(super) fn short(operation_command: &OperationCommand) -> String {
    format!(
        "{}\nMore options, columns and fields: --help. Credentials: `pcenter help credentials`",
        block(&examples(operation_command))
    )
}

/// Returns the part of `--help` after the flags: examples, documentation, fields, and the meaning of
/// every column.
pub(super) fn long(operation_command: &OperationCommand) -> String {
    let mut text = format!("{}\n", block(&examples(operation_command)));
    for endpoint in &operation_command.endpoints {
        let operation = endpoint.operation();
        let which = which(operation_command, endpoint);
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
    for endpoint in &operation_command.endpoints {
        let operation = endpoint.operation();
        if operation.filter_fields().next().is_some() {
            text.push_str(&query(operation));
        }
        let which = which(operation_command, endpoint);
        text.push_str(&format!(
            "\nColumns{which}:\n{}",
            described(operation.fields)
        ));
        let table = endpoint.table();
        if !table.is_empty() {
            text.push_str("  Default columns of a table:\n");
            for line in indented(table.into_iter()).lines() {
                text.push_str(&format!("  {line}\n"));
            }
        }
        if endpoint.details() {
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
    text.push_str("\nCredentials: `pcenter help credentials`; filters: `pcenter help filters`\n");
    text
}

/// Returns one line per field with its name and meaning; long meanings are wrapped.
pub(crate) fn described(fields: &[Field]) -> String {
    let longest = fields.iter().map(|field| field.name.len()).max();
    let indent = longest.unwrap_or(0) + 4;
    let mut text = String::new();
    for field in fields {
        let mut line = format!("  {:1$}", field.name, indent - 2);
        for word in field.meaning.split(' ') {
            if line.len() > indent && line.len() + 1 + word.len() > WIDTH {
                text.push_str(line.trim_end());
                text.push('\n');
                line = " ".repeat(indent);
            } else if line.len() > indent {
                line.push(' ');
            }
            line.push_str(word);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Returns the flags that select one of the two operations of a command.
fn path_flags(operation_command: &OperationCommand) -> String {
    let parameters = operation_command.endpoints.iter().flat_map(Endpoint::path);
    let flags = parameters.map(|parameter| format!("--{}", flags::name(parameter.name)));
    flags.collect::<Vec<_>>().join(" and ")
}

/// Returns the suffix that distinguishes the two operations of a command, if it has two.
fn which(operation_command: &OperationCommand, endpoint: &Endpoint) -> String {
    match operation_command.endpoints.len() {
        1 => String::new(),
        _ if endpoint.path().next().is_some() => format!(" with {}", path_flags(operation_command)),
        _ => format!(" without {}", path_flags(operation_command)),
    }
}

/// Returns the command for a request such as `GET /path`, or the request if no command calls it.
fn successor(request: &str) -> String {
    let calls = |operation_command: &&OperationCommand| {
        operation_command.endpoints.iter().any(|endpoint| {
            let Operation { method, path, .. } = endpoint.operation();
            request == format!("{method} {path}")
        })
    };
    match OPERATION_COMMANDS.iter().find(calls) {
        Some(operation_command) => operation_command.words(),
        None => request.to_owned(),
    }
}

/// Returns the lists of fields for `--filter`, `--group-by` and `--order-by`.
fn query(operation: &Operation) -> String {
    let mut text = String::from("\nFields of --filter, by supported operators:\n");
    let mut known: Vec<Vec<&str>> = Vec::new();
    let operators = |field: &Field| -> Vec<&'static str> {
        let operators = field.operators.iter();
        operators.map(|operator| operator.name()).collect()
    };
    for field in operation.filter_fields() {
        let takes = operators(field);
        if !known.contains(&takes) {
            let same = operation
                .filter_fields()
                .filter(|field| operators(field) == takes);
            text.push_str(&format!("  {}\n", takes.join(", ")));
            for line in indented(same.map(|field| field.name)).lines() {
                text.push_str(&format!("  {line}\n"));
            }
            known.push(takes);
        }
    }
    text.push_str("\nFields of --group-by:\n");
    text.push_str(&indented(operation.group_fields().map(|field| field.name)));
    if operation.parameter("aggregationLevel").is_some() {
        let dates = operation.group_fields().filter(|field| field.is_date());
        text.push_str("  Date fields, for --aggregation:\n");
        for line in indented(dates.map(|field| field.name)).lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if !operation.measures.is_empty() {
        text.push_str("  Columns added to every group:\n");
        for line in indented(operation.measures.iter().copied()).lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if operation.order_fields().next().is_some() {
        text.push_str("\nFields of --order-by:\n");
        text.push_str(&indented(operation.order_fields().map(|field| field.name)));
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
