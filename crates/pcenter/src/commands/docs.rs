//! `pcenter docs`: operations, from the catalog.

use std::fmt::Write as _;

use clap::Args;
use partner_center::catalog::{Parameter, ParameterKind, Place};
use partner_center::{Field, FieldKind, OPERATIONS, Operation};
use partner_center_core::nearest::nearest;
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::operations::{flag_of, words_of};
use crate::output::StatusFormat;
use crate::printable::printable;
use crate::reference::rows;

#[derive(Args, Debug)]
pub(crate) struct Docs {
    /// Operation: its id, such as azure_usage, or the words of its command [default: all]
    #[arg(value_name = "OPERATION")]
    operation: Vec<String>,

    /// Output format
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    output: StatusFormat,
}

pub(crate) fn run(docs: &Docs, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let found = find(&docs.operation.join(" "))?;
    let text = match (docs.output, docs.operation.is_empty()) {
        (StatusFormat::Json, _) => {
            let documents = found.iter().map(|operation| document(operation)).collect();
            format!("{:#}\n", Value::Array(documents))
        }
        (StatusFormat::Text, true) => list(&found),
        (StatusFormat::Text, false) => {
            let pages: Vec<_> = found.iter().map(|operation| page(operation)).collect();
            pages.join("\n")
        }
    };
    environment.stdout.write_all(text.as_bytes())?;
    environment.stdout.flush()?;
    Ok(Exit::Success)
}

/// Returns the operations with this id or these words of a command; all for an empty text.
pub(super) fn find(text: &str) -> Result<Vec<&'static Operation>, Failure> {
    let text = text.trim_start_matches("pcenter ");
    let is_found = |operation: &&&Operation| {
        text.is_empty() || operation.id == text || words(operation) == text
    };
    let found: Vec<_> = OPERATIONS.iter().filter(is_found).copied().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let ids = OPERATIONS.iter().map(|operation| operation.id);
    let words: Vec<_> = OPERATIONS
        .iter()
        .map(|operation| words(operation))
        .collect();
    let known = ids.chain(words.iter().map(String::as_str));
    let message = format!("there is no operation `{}`", printable(text));
    let failure = Failure::new(Exit::Usage, message);
    Err(match nearest(text, known) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`pcenter docs` lists the operations"),
    })
}

/// Returns the words of the command of an operation, without its positional parameters.
pub(super) fn words(operation: &Operation) -> String {
    let words = words_of(operation.id).unwrap_or_default().split(' ');
    let words: Vec<_> = words.filter(|word| !word.starts_with('<')).collect();
    words.join(" ")
}

/// Returns the command of an operation, with the options of the path.
fn command(operation: &Operation) -> String {
    let words = words_of(operation.id).unwrap_or_default();
    let options = operation
        .parameters_in(Place::Path)
        .filter_map(|parameter| {
            let flag = flag_of(parameter.name);
            (!words.contains(&format!("<{flag}>")))
                .then(|| format!(" --{flag} {}", value(parameter)))
        });
    format!("pcenter {words}{}", options.collect::<String>())
}

fn list(operations: &[&Operation]) -> String {
    let lines: Vec<_> = operations
        .iter()
        .map(|operation| (operation.id, operation.summary))
        .collect();
    let commands: Vec<_> = operations
        .iter()
        .map(|operation| (operation.id, command(operation)))
        .collect();
    let commands: Vec<_> = commands
        .iter()
        .map(|(id, text)| (*id, text.as_str()))
        .collect();
    format!(
        "Operations:\n{}\nCommands:\n{}\nOne operation with its parameters and fields: `pcenter docs \
         OPERATION`\n",
        rows(&lines),
        rows(&commands)
    )
}

fn page(operation: &Operation) -> String {
    let mut text = format!("{}: {}\n\n", operation.id, operation.summary);
    let credentials = operation.auth_modes.iter().map(|mode| match mode.name() {
        "app-and-user" => "of a signed-in user (app-and-user)".to_owned(),
        "app-only" => "of an application alone (app-only)".to_owned(),
        other => other.to_owned(),
    });
    let credentials: Vec<_> = credentials.collect();
    let mut facts = vec![
        ("command", command(operation)),
        (
            "request",
            format!("{} {}", operation.method, operation.path),
        ),
        ("documentation", operation.documentation.to_owned()),
        ("tokens", credentials.join(", or ")),
        ("clouds", operation.clouds.join(", ")),
    ];
    if let Some(size) = operation.page_size {
        facts.push(("page size", format!("{size} rows at most")));
    }
    if let Some(successor) = operation.superseded_by {
        facts.push(("superseded", format!("by {successor}")));
    }
    for (name, value) in &facts {
        // Writing to a `String` cannot fail.
        let _infallible = writeln!(text, "  {:<15}{value}", format!("{name}:"));
    }
    let parameters: Vec<_> = operation
        .parameters
        .iter()
        .map(|parameter| {
            let default = parameter.default.map(|it| format!(" [default: {it}]"));
            let meaning = format!("{}{}", parameter.meaning, default.unwrap_or_default());
            (parameter.name, format!("{}: {meaning}", value(parameter)))
        })
        .collect();
    let _infallible = write!(text, "\nParameters of the request:\n{}", table(&parameters));
    let fields: Vec<_> = operation
        .fields
        .iter()
        .map(|field| (field.name, described(field)))
        .collect();
    let _infallible = write!(text, "\nFields of a row:\n{}", table(&fields));
    text
}

fn table(lines: &[(&str, String)]) -> String {
    let lines: Vec<_> = lines
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    rows(&lines)
}

/// Returns kind, meaning and uses of a field on one line.
fn described(field: &Field) -> String {
    let mut text = format!("{}: {}", kind(field.kind), field.meaning);
    let operators: Vec<_> = field.operators.iter().map(|it| it.name()).collect();
    if !operators.is_empty() {
        let _infallible = write!(text, "; filter: {}", operators.join(" "));
    }
    if field.is_groupable {
        text.push_str("; group");
    }
    if field.is_orderable {
        text.push_str("; order");
    }
    text
}

fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Guid => "GUID",
        FieldKind::Timestamp => "date",
        FieldKind::Count => "whole number",
        FieldKind::Number => "number",
        FieldKind::Boolean => "Boolean",
        FieldKind::Structure => "object",
        _ => "value",
    }
}

fn value(parameter: &Parameter) -> &'static str {
    match parameter.kind {
        ParameterKind::Integer { .. } | ParameterKind::Number => "NUMBER",
        ParameterKind::Boolean => "BOOLEAN",
        ParameterKind::Enumeration(_) => "WORD",
        ParameterKind::Guid => "GUID",
        ParameterKind::Timestamp => "DATE",
        ParameterKind::Locale => "LOCALE",
        ParameterKind::Filter => "FILTER",
        ParameterKind::CustomerFilter => "JSON",
        ParameterKind::GroupBy | ParameterKind::OrderBy => "FIELDS",
        _ => "TEXT",
    }
}

fn document(operation: &Operation) -> Value {
    let auth_modes = operation.auth_modes.iter().map(|mode| mode.name());
    let parameters = operation.parameters.iter().map(|parameter| {
        let allowed = match parameter.kind {
            ParameterKind::Enumeration(words) => json!(words),
            _ => Value::Null,
        };
        json!({
            "name": parameter.name,
            "in": match parameter.place {
                Place::Path => "path",
                Place::Query => "query",
                Place::Header => "header",
            },
            "value": value(parameter),
            "allowed": allowed,
            "required": parameter.is_required,
            "repeatable": parameter.is_repeatable,
            "default": parameter.default,
            "meaning": parameter.meaning,
        })
    });
    json!({
        "id": operation.id,
        "summary": operation.summary,
        "command": command(operation),
        "method": operation.method,
        "path": operation.path,
        "documentation": operation.documentation,
        "authModes": auth_modes.collect::<Vec<_>>(),
        "clouds": operation.clouds,
        "supersededBy": operation.superseded_by,
        "pageable": operation.pageable,
        "pageSize": operation.page_size,
        "measures": operation.measures,
        "parameters": parameters.collect::<Vec<_>>(),
        "fields": operation.fields.iter().map(field_document).collect::<Vec<_>>(),
    })
}

fn field_document(field: &Field) -> Value {
    let operators = field.operators.iter().map(|operator| operator.name());
    let mut document = json!({
        "name": field.name,
        "kind": kind(field.kind),
        "meaning": field.meaning,
        "filterOperators": operators.collect::<Vec<_>>(),
        "groupBy": field.is_groupable,
        "orderBy": field.is_orderable,
    });
    if let (Value::Object(entries), false) = (&mut document, field.members.is_empty()) {
        let fields = field.members.iter().map(field_document).collect();
        entries.insert("fields".to_owned(), Value::Array(fields));
    }
    document
}
