//! Tab-separated values: one line per row, so that `cut`, `awk` and `sort` work. Tabs, line breaks
//! and backslashes within a value are escaped as `\t`, `\n`, `\r` and `\\`.

use std::io::{self, Write};

use partner_center::Row;

use super::Columns;
use crate::printable::printable;

/// Writes the header.
pub(super) fn begin(columns: &Columns, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    let names = columns.columns.iter().map(|column| &column.name);
    let mut line = String::new();
    for (index, name) in names.enumerate() {
        push(name, index, terminal, &mut line);
    }
    line.push('\n');
    out.write_all(line.as_bytes())
}

/// Writes rows. `number` is that of the first row.
pub(super) fn rows(
    rows: &[&dyn Row],
    number: u64,
    columns: &mut Columns,
    terminal: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (mut cells, mut buffer, mut line) = (Vec::new(), Vec::new(), String::new());
    for (row, number) in rows.iter().copied().zip(number..) {
        columns.cells(row, number, &mut cells)?;
        line.clear();
        for (index, cell) in cells.iter().enumerate() {
            push(cell.text(&mut buffer)?, index, terminal, &mut line);
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// Appends a value, after a tab unless it is the first one.
fn push(text: &str, index: usize, terminal: bool, line: &mut String) {
    if index > 0 {
        line.push('\t');
    }
    let start = line.len();
    for c in text.chars() {
        match c {
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\\' => line.push_str("\\\\"),
            c => line.push(c),
        }
    }
    if terminal {
        let visible = printable(line.get(start..).unwrap_or_default());
        line.truncate(start);
        line.push_str(&visible);
    }
}

#[cfg(test)]
mod tests {
    use super::push;

    #[test]
    fn a_value_never_has_a_tab_or_a_line_break() {
        let mut line = String::new();
        for (index, text) in ["a\tb", "", "c\r\nd\\n", "\u{1b}[1m"].iter().enumerate() {
            push(text, index, false, &mut line);
        }
        assert_eq!(line, "a\\tb\t\tc\\r\\nd\\\\n\t\u{1b}[1m");
        line.clear();
        push("\u{1b}\n", 1, true, &mut line);
        assert_eq!(line, "\t\\u{1b}\\n");
    }
}
