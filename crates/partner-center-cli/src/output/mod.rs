//! Rows in the form asked for.

mod csv;
mod json;
mod table;

use std::io::{self, Write};

use partner_center::{Field, FieldKind};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::arguments::Format;

/// Rows of one report, with the fields that the spec gives them.
#[derive(Debug)]
pub(crate) struct Rows {
    fields: &'static [Field],
    /// Each row as JSON, its properties in the order of the wire.
    rows: Vec<String>,
}

impl Rows {
    /// Takes rows of a generated type.
    pub(crate) fn new<T: Serialize>(
        fields: &'static [Field],
        rows: &[T],
    ) -> serde_json::Result<Self> {
        let rows = rows
            .iter()
            .map(serde_json::to_string)
            .collect::<Result<_, _>>()?;
        Ok(Self { fields, rows })
    }

    /// The fields that fit into a column.
    fn columns(&self) -> Vec<&'static Field> {
        self.fields
            .iter()
            .filter(|field| field.kind != FieldKind::Structure)
            .collect()
    }

    /// Each row by its properties.
    fn objects(&self) -> impl Iterator<Item = serde_json::Result<Map<String, Value>>> {
        self.rows.iter().map(|row| serde_json::from_str(row))
    }
}

/// Writes the rows and flushes.
pub(crate) fn write(
    rows: &Rows,
    format: Format,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(rows, colour, out)?,
        Format::Json => json::write_array(rows, out)?,
        Format::Ndjson => json::write_lines(rows, out)?,
        Format::Csv => csv::write(rows, out)?,
    }
    out.flush()
}

/// A value as one cell of text; no value is an empty cell.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

/// Text that cannot steer a terminal: control characters become visible escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => printable.push(' '),
            c if c.is_control() => printable.extend(c.escape_default()),
            c => printable.push(c),
        }
    }
    printable
}
