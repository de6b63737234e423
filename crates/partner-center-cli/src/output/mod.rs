//! Rows in the form asked for, written as they come.

mod columns;
mod csv;
mod details;
mod json;
mod table;

use std::io::{self, Write};

use crate::arguments::Format;

pub(crate) use columns::Columns;

/// One document, whatever the number of pages.
#[derive(Debug)]
pub(crate) struct Output {
    columns: Columns,
    form: Form,
    /// Rows given so far.
    rows: u64,
    begun: bool,
}

#[derive(Debug)]
enum Form {
    Array,
    Lines,
    Csv,
    /// Widths are known at the end only.
    Table {
        cells: Vec<Vec<String>>,
        colour: bool,
    },
    /// A line for each value of a row.
    Details {
        colour: bool,
    },
}

impl Output {
    /// `details`: the table is about one row, whose values are listed.
    pub(crate) fn new(format: Format, columns: Columns, details: bool, colour: bool) -> Self {
        let cells = Vec::new();
        Self {
            columns,
            form: match format {
                Format::Table if details => Form::Details { colour },
                Format::Table => Form::Table { cells, colour },
                Format::Json => Form::Array,
                Format::Ndjson => Form::Lines,
                Format::Csv => Form::Csv,
            },
            rows: 0,
            begun: false,
        }
    }

    /// Takes the rows of one page.
    pub(crate) fn page(&mut self, rows: &[String], out: &mut dyn Write) -> io::Result<()> {
        // Standard output by itself is written line by line.
        let out = &mut io::BufWriter::new(out);
        self.begin(out)?;
        let columns = &mut self.columns;
        match &mut self.form {
            Form::Array => json::elements(rows, columns, self.rows == 0, out)?,
            Form::Lines => json::lines(rows, columns, out)?,
            Form::Csv => csv::rows(rows, columns, out)?,
            Form::Table { cells, .. } => table::collect(rows, columns, cells)?,
            Form::Details { colour } => details::write(rows, *colour, out)?,
        }
        self.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        out.flush()
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        match &mut self.form {
            Form::Array => json::open(out),
            Form::Csv => csv::header(&self.columns, out),
            Form::Table { .. } => {
                table::arrange(&mut self.columns);
                Ok(())
            }
            Form::Lines | Form::Details { .. } => Ok(()),
        }
    }

    /// Completes the document.
    pub(crate) fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let out = &mut io::BufWriter::new(out);
        self.begin(out)?;
        match &mut self.form {
            Form::Array => json::close(out)?,
            Form::Table { cells, colour } => {
                table::write(&self.columns, std::mem::take(cells), *colour, out)?;
            }
            Form::Lines | Form::Csv | Form::Details { .. } => {}
        }
        out.flush()
    }

    /// Columns of parts of objects that no row had, where there were rows.
    pub(crate) fn unseen_columns(&self) -> impl Iterator<Item = &str> {
        self.columns.unseen_parts().filter(|_| self.rows > 0)
    }
}

/// Text that cannot steer a terminal: control characters, and those that turn the
/// direction of writing or cannot be seen, become visible escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => printable.push(' '),
            c if c.is_control() || is_hidden(c) => printable.extend(c.escape_unicode()),
            c => printable.push(c),
        }
    }
    printable
}

fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn text_cannot_steer_a_terminal() {
        assert_eq!(
            printable("a\tb\u{1b}[31m\u{202e}x"),
            "a b\\u{1b}[31m\\u{202e}x"
        );
        assert_eq!(printable("Söhne 日本"), "Söhne 日本");
    }
}
