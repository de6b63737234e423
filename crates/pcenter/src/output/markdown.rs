//! Markdown: tables as GitHub and most wikis show them. Text of customers cannot add markup.

use std::io::{self, Write};

use partner_center::{FieldKind, Row};

use super::Columns;
use crate::printable::{is_hidden, printable};

/// Characters with a meaning in Markdown. Letters, digits, and punctuation that has none within a
/// line stay readable without a backslash.
const MARKUP: [char; 11] = ['\\', '|', '`', '*', '_', '[', ']', '~', '#', '!', '$'];

/// Writes the header of a table.
pub(super) fn begin(columns: &Columns, out: &mut dyn Write) -> io::Result<()> {
    let columns = &columns.columns;
    let names: Vec<_> = columns.iter().map(|column| escaped(&column.name)).collect();
    line(names.iter().map(String::as_str), out)?;
    let rules = columns.iter().map(|column| match column.kind {
        FieldKind::Count | FieldKind::Number => "---:",
        _ => "---",
    });
    line(rules, out)
}

/// Writes rows. `number` is that of the first row.
pub(super) fn rows(
    rows: &[&dyn Row],
    number: u64,
    columns: &mut Columns,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (mut cells, mut buffer) = (Vec::new(), Vec::new());
    for (row, number) in rows.iter().copied().zip(number..) {
        columns.cells(row, number, &mut cells)?;
        let texts = cells
            .iter()
            .map(|cell| Ok(escaped(cell.text(&mut buffer)?)));
        let texts: Vec<String> = texts.collect::<io::Result<_>>()?;
        line(texts.iter().map(String::as_str), out)?;
    }
    Ok(())
}

/// Writes rows of totals in bold type.
pub(super) fn totals(
    rows: &[&dyn Row],
    columns: &mut Columns,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (mut cells, mut buffer) = (Vec::new(), Vec::new());
    for row in rows.iter().copied() {
        columns.cells(row, 1, &mut cells)?;
        let mut texts = Vec::with_capacity(cells.len());
        for (index, cell) in cells.iter().enumerate() {
            texts.push(match cell.text(&mut buffer)? {
                "" if index == 0 => "**Total**".to_owned(),
                "" => String::new(),
                text => format!("**{}**", escaped(text)),
            });
        }
        line(texts.iter().map(String::as_str), out)?;
    }
    Ok(())
}

fn line<'text>(cells: impl Iterator<Item = &'text str>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::from("|");
    for cell in cells {
        text.push(' ');
        text.push_str(cell);
        text.push_str(" |");
    }
    text.push('\n');
    out.write_all(text.as_bytes())
}

/// Returns a text that is shown as it is, on one line.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.trim().chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' => escaped.push_str("<br>"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c if MARKUP.contains(&c) => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() || is_hidden(c) => {
                escaped.push_str(&printable(&c.to_string()).replace('\\', "\\\\"))
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_cannot_add_markup_cells_or_lines() {
        for (text, expected) in [
            ("Contoso Ltd. (UK) - 1", "Contoso Ltd. (UK) - 1"),
            ("a|b\\|c", "a\\|b\\\\\\|c"),
            ("<script>&amp;", "&lt;script&gt;&amp;amp;"),
            ("one\r\ntwo\rthree\n", "one<br>two<br>three"),
            (
                "[x](http://y) ![z] `c` *d* _e_",
                "\\[x\\](http://y) \\!\\[z\\] \\`c\\` \\*d\\* \\_e\\_",
            ),
            ("\u{1b}[1m", "\\\\u{1b}\\[1m"),
            ("  ", ""),
        ] {
            assert_eq!(escaped(text), expected, "{text}");
        }
    }
}
