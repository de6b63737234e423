//! Records: one line per value, for rows that do not fit the width of the terminal.

use std::io::{self, Write};

use super::Look;
use super::fit::display_width;

/// Writes each row as lines of names and values, with an empty line between rows. Values are in
/// full; those that are empty are left out.
pub(super) fn write(
    names: &[String],
    rows: &[Vec<String>],
    totals: &[Vec<String>],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, row) in rows.iter().chain(totals).enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let values = names.iter().zip(row).filter(|(_, value)| !value.is_empty());
        let values: Vec<_> = values
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        write_values(&values, look, out)?;
    }
    Ok(())
}

/// Writes one line per value.
pub(in super::super) fn write_values(
    values: &[(&str, &str)],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let widest = values.iter().map(|(name, _)| display_width(name)).max();
    for (name, value) in values {
        let padding = widest.unwrap_or(0) - display_width(name);
        let spaces = " ".repeat(padding);
        match look.colour {
            true => writeln!(out, "\u{1b}[1m{name}\u{1b}[0m{spaces}  {value}")?,
            false => writeln!(out, "{name}{spaces}  {value}")?,
        }
    }
    Ok(())
}
