//! JSON: rows as the service spells them, unknown properties included, or the columns
//! asked for alone.

use std::borrow::Cow;
use std::io::{self, Write};

use serde_json::value::RawValue;

use super::Columns;

/// The beginning of one array, a row a line.
pub(super) fn open(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")
}

pub(super) fn elements(
    rows: &[String],
    columns: &mut Columns,
    mut first: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for row in rows {
        let comma = if first { "" } else { "," };
        write!(out, "{comma}\n  {}", object(row, columns)?)?;
        first = false;
    }
    Ok(())
}

/// The end of the array.
pub(super) fn close(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n]")
}

/// One object a line.
pub(super) fn lines(rows: &[String], columns: &mut Columns, out: &mut dyn Write) -> io::Result<()> {
    rows.iter()
        .try_for_each(|row| writeln!(out, "{}", object(row, columns)?))
}

/// The row, or the columns that were typed: a key for each, `null` where it has no value.
fn object<'row>(row: &'row str, columns: &mut Columns) -> serde_json::Result<Cow<'row, str>> {
    if !columns.typed {
        return Ok(Cow::Borrowed(row));
    }
    let cells = columns.cells(row)?;
    let mut text = String::from("{");
    for (index, (column, cell)) in columns.columns.iter().zip(cells).enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let name = serde_json::to_string(&column.name)?;
        let value = cell.map_or("null", RawValue::get);
        text.push_str(&format!("{comma}{name}:{value}"));
    }
    text.push('}');
    Ok(Cow::Owned(text))
}
