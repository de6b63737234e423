//! JSON, as the service spells it, unknown properties included.

use std::io::{self, Write};

use super::Rows;

/// One array, a row a line.
pub(super) fn write_array(rows: &Rows, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "[")?;
    for (index, row) in rows.rows.iter().enumerate() {
        let comma = if index + 1 < rows.rows.len() { "," } else { "" };
        writeln!(out, "  {row}{comma}")?;
    }
    writeln!(out, "]")
}

/// One object a line.
pub(super) fn write_lines(rows: &Rows, out: &mut dyn Write) -> io::Result<()> {
    rows.rows.iter().try_for_each(|row| writeln!(out, "{row}"))
}
