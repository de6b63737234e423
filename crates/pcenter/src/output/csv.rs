//! Comma-separated values: cells are quoted as in RFC 4180, lines end with a line feed. Columns are
//! in the order of the response unless `--columns` is given.

use std::borrow::Cow;
use std::io::{self, Write};

use partner_center::Row;

use super::Columns;
use crate::printable::printable;

/// Format of CSV cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Whether a header line comes first.
    pub(super) header: bool,
    /// Whether text that Excel would run as a formula gets an apostrophe.
    pub(super) excel: bool,
    /// Whether this run starts the document, which begins with a byte-order mark for Excel.
    pub(super) begins: bool,
    /// Whether characters that control a terminal are escaped.
    pub(super) terminal: bool,
}

/// Byte-order mark by which Excel recognises UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes the byte-order mark and the header.
pub(super) fn begin(columns: &Columns, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if style.excel && style.begins {
        out.write_all(BYTE_ORDER_MARK)?;
    }
    if !style.header {
        return Ok(());
    }
    let names = columns.columns.iter().map(|column| &column.name);
    let mut writer = csv::Writer::from_writer(out);
    for name in names {
        field(&mut writer, &style.cell(name, true))?;
    }
    end_record(&mut writer)?;
    writer.flush()
}

/// Writes rows. `number` is that of the first row.
pub(super) fn rows(
    rows: &[&dyn Row],
    number: u64,
    columns: &mut Columns,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let (mut cells, mut buffer) = (Vec::new(), Vec::new());
    for (row, number) in rows.iter().copied().zip(number..) {
        columns.cells(row, number, &mut cells)?;
        for cell in &cells {
            let text = cell.text(&mut buffer)?;
            field(&mut writer, &style.cell(text, cell.is_text()))?;
        }
        end_record(&mut writer)?;
    }
    writer.flush()
}

fn field<W: Write>(writer: &mut csv::Writer<W>, text: &str) -> io::Result<()> {
    writer.write_field(text.as_bytes()).map_err(unwrapped)
}

fn end_record<W: Write>(writer: &mut csv::Writer<W>) -> io::Result<()> {
    let no_fields: [&[u8]; 0] = [];
    writer.write_record(no_fields).map_err(unwrapped)
}

/// Converts an error of the writer. `io::Error::from` would hide its kind, by which a closed pipe
/// is recognised.
fn unwrapped(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

impl Style {
    fn cell(self, text: &str, is_text: bool) -> Cow<'_, str> {
        let text = match self.terminal {
            true => Cow::Owned(printable(text)),
            false => Cow::Borrowed(text),
        };
        match self.excel && is_text && is_formula(&text) {
            true => Cow::Owned(format!("'{text}")),
            false => text,
        }
    }
}

/// Returns whether a spreadsheet would run the text as a formula. Some spreadsheets skip a tab or
/// line break in front of it. Negative numbers are not formulas.
fn is_formula(text: &str) -> bool {
    let negative = text.strip_prefix('-');
    let is_number = negative.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
    });
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_only_formulas_and_only_for_excel() {
        let style = |excel| Style {
            header: true,
            excel,
            begins: true,
            terminal: false,
        };
        for (text, is_text, changed) in [
            ("=HYPERLINK(\"http://x\")", true, true),
            ("+41 44 000 00 00", true, true),
            ("+41440000000", true, true),
            ("-1+1", true, true),
            ("-", true, true),
            ("@SUM(A1)", true, true),
            ("\t=1", true, true),
            ("\r=1", true, true),
            ("-0.5", true, false),
            ("-0.5", false, false),
            ("-1e-7", false, false),
            ("Contoso = Fabrikam", true, false),
            ("Müller", true, false),
            ("", true, false),
        ] {
            assert_eq!(style(false).cell(text, is_text), text);
            let expected = match changed {
                true => format!("'{text}"),
                false => text.to_owned(),
            };
            assert_eq!(style(true).cell(text, is_text), expected, "{text}");
        }
    }
}
