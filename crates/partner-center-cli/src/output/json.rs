//! JSON: rows with all documented keys and unknown properties, values as sent by the service, or
//! only the requested columns.

use std::io::{self, Write};

use partner_center::Field;
use serde_json::value::RawValue;

use super::Columns;
use super::members::{write_complete, write_name};
use crate::printable::is_hidden;

/// Format of JSON rows.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// Properties that every row has.
    pub(super) fields: Vec<Field>,
    /// Whether characters that control a terminal are escaped.
    pub(super) terminal: bool,
}

/// Writes the start of the array.
pub(super) fn open(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")
}

/// Writes one array element per line.
pub(super) fn elements(
    rows: &[String],
    number: u64,
    columns: &mut Columns,
    keys: &Keys,
    mut first: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = String::new();
    for (row, number) in rows.iter().zip(number..) {
        text.clear();
        text.push_str(if first { "\n  " } else { ",\n  " });
        object(row, number, columns, keys, &mut text)?;
        out.write_all(text.as_bytes())?;
        first = false;
    }
    Ok(())
}

/// Writes the end of the array.
pub(super) fn close(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n]")
}

/// Writes one object per line.
pub(super) fn lines(
    rows: &[String],
    number: u64,
    columns: &mut Columns,
    keys: &Keys,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = String::new();
    for (row, number) in rows.iter().zip(number..) {
        text.clear();
        object(row, number, columns, keys, &mut text)?;
        text.push('\n');
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Writes the row, or only the columns of `--columns`, with `null` for missing values.
fn object(
    row: &str,
    number: u64,
    columns: &mut Columns,
    keys: &Keys,
    out: &mut String,
) -> serde_json::Result<()> {
    let start = out.len();
    if columns.typed {
        let cells = columns.cells(row, number)?;
        out.push('{');
        for (index, (column, cell)) in columns.columns.iter().zip(cells).enumerate() {
            out.push_str(if index == 0 { "" } else { "," });
            write_name(&column.name, out)?;
            out.push_str(cell.map_or("null", RawValue::get));
        }
        out.push('}');
    } else {
        write_complete(row, &keys.fields, out)?;
    }
    if keys.terminal {
        let visible = visible(&out[start..]);
        out.replace_range(start.., &visible);
    }
    Ok(())
}

/// Escapes characters that control a terminal. JSON already escapes characters below U+0020; the
/// others can only occur within strings, where an escape keeps the value.
fn visible(json: &str) -> String {
    let mut visible = String::with_capacity(json.len());
    for c in json.chars() {
        match c.is_control() || is_hidden(c) {
            true => visible.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => visible.push(c),
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_control_characters_without_changing_values() {
        let text = "a\u{1b}[31m\u{9b}31m\u{7f}\u{202e}\u{feff}ü日";
        let json = serde_json::to_string(text).unwrap();
        let shown = visible(&json);
        assert!(
            !shown.contains(|c: char| c.is_control() || is_hidden(c)),
            "{shown}"
        );
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }
}
