//! JSON and YAML of a document: one object with texts and the rows of all sections.

use std::io::{self, Write};

use partner_center::Row;

use super::{Document, Section};
use crate::output::{Columns, json, yaml};

/// Value of a key of the object.
enum Value<'document> {
    Text(&'document str),
    Texts(&'document [String]),
    Rows(Vec<&'document dyn Row>, &'document Section, Columns),
}

/// Returns the keys of the object with their values. `columns` are those of the sections.
fn entries<'document>(
    document: &'document Document,
    columns: &[Columns],
) -> Vec<(String, Value<'document>)> {
    let text = |name: &str, text| (name.to_owned(), Value::Text(text));
    let texts = |name: &str, texts| (name.to_owned(), Value::Texts(texts));
    let mut entries = vec![
        text("report", document.report),
        text("title", &document.title),
        text("asOf", &document.as_of),
        texts("summary", &document.summary),
    ];
    for (index, (section, columns)) in document.sections.iter().zip(columns).enumerate() {
        let (rows, totals) = match index {
            0 => ("rows".to_owned(), "totals".to_owned()),
            _ => (section.name.to_owned(), format!("{}Totals", section.name)),
        };
        let value = |rows| Value::Rows(rows, section, columns.clone());
        entries.push((rows, value(section.rows())));
        if index == 0 || !section.totals.is_empty() {
            entries.push((totals, value(section.totals())));
        }
    }
    entries.push(texts("sources", &document.sources));
    entries.push(texts("notes", &document.notes));
    entries
}

/// Writes the document as JSON.
pub(super) fn write_json(
    document: &Document,
    columns: &[Columns],
    terminal: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let quoted = |text: &str| -> io::Result<String> {
        let json = serde_json::to_string(text)?;
        Ok(match terminal {
            true => json::visible(&json),
            false => json,
        })
    };
    let mut separator = "{";
    for (name, value) in entries(document, columns) {
        write!(out, "{separator}\n  \"{name}\": ")?;
        separator = ",";
        let mut items = Vec::new();
        match value {
            Value::Text(text) => {
                write!(out, "{}", quoted(text)?)?;
                continue;
            }
            Value::Texts(texts) => {
                for text in texts {
                    items.push(quoted(text)?.into_bytes());
                }
            }
            Value::Rows(rows, section, mut columns) => {
                let mut keys = json::Keys::new(section.fields.to_vec(), terminal);
                let mut cells = Vec::new();
                for (row, number) in rows.into_iter().zip(1..) {
                    let mut item = Vec::new();
                    json::object(row, number, &mut columns, &mut keys, &mut cells, &mut item)?;
                    items.push(item);
                }
            }
        }
        let count = items.len();
        write!(out, "[")?;
        for (index, item) in items.iter().enumerate() {
            write!(out, "\n    ")?;
            out.write_all(item)?;
            write!(out, "{}", if index + 1 < count { "," } else { "\n  " })?;
        }
        write!(out, "]")?;
    }
    writeln!(out, "\n}}")
}

/// Writes the document as YAML.
pub(super) fn write_yaml(
    document: &Document,
    columns: &[Columns],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (name, value) in entries(document, columns) {
        match value {
            Value::Text(text) => writeln!(out, "{name}: {}", yaml::quoted(text)?)?,
            Value::Texts([]) => writeln!(out, "{name}: []")?,
            Value::Texts(texts) => {
                writeln!(out, "{name}:")?;
                for text in texts {
                    writeln!(out, "  - {}", yaml::quoted(text)?)?;
                }
            }
            Value::Rows(rows, _, _) if rows.is_empty() => writeln!(out, "{name}: []")?,
            Value::Rows(rows, section, mut columns) => {
                writeln!(out, "{name}:")?;
                let mut keys = json::Keys::new(section.fields.to_vec(), false);
                yaml::items(&rows, 1, &mut columns, &mut keys, 2, out)?;
            }
        }
    }
    Ok(())
}
