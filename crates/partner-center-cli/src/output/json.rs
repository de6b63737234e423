//! JSON: rows as the service spells them, all with the same keys, unknown properties
//! included, or the columns asked for alone.

use std::io::{self, Write};

use partner_center::Field;
use serde_json::value::RawValue;

use super::Columns;
use super::members::{write_complete, write_name};
use crate::printable::is_hidden;

/// Format of the rows.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// The properties that every row has.
    pub(super) fields: Vec<Field>,
    /// Whether control characters become visible.
    pub(super) terminal: bool,
}

/// The beginning of one array, a row a line.
pub(super) fn open(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")
}

pub(super) fn elements(
    rows: &[String],
    columns: &mut Columns,
    keys: &Keys,
    mut first: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = String::new();
    for row in rows {
        text.clear();
        text.push_str(if first { "\n  " } else { ",\n  " });
        object(row, columns, keys, &mut text)?;
        out.write_all(text.as_bytes())?;
        first = false;
    }
    Ok(())
}

/// The end of the array.
pub(super) fn close(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n]")
}

/// Writes an object per line.
pub(super) fn lines(
    rows: &[String],
    columns: &mut Columns,
    keys: &Keys,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = String::new();
    for row in rows {
        text.clear();
        object(row, columns, keys, &mut text)?;
        text.push('\n');
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// The row, or the columns that were typed: a key for each, `null` where it has no value.
fn object(
    row: &str,
    columns: &mut Columns,
    keys: &Keys,
    out: &mut String,
) -> serde_json::Result<()> {
    let start = out.len();
    if columns.typed {
        let cells = columns.cells(row, 0)?;
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

/// Escapes the characters that steer a terminal. JSON itself escapes those
/// below the space; the others can only be within texts.
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
    fn control_characters_stay_out_of_a_terminal_and_keep_their_value() {
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
