//! Rows in the form asked for, written as they come.

mod column_names;
mod columns;
mod csv;
mod details;
mod file;
mod format;
mod json;
mod members;
mod table;

use std::io::{self, Write};

use partner_center::Field;

use crate::listing::Written;

pub(crate) use columns::Columns;
pub(crate) use file::OutputFile;
pub(crate) use format::Format;

/// Document with the rows of all pages.
#[derive(Debug)]
pub(crate) struct Output {
    columns: Columns,
    /// The fields of a row.
    fields: &'static [Field],
    form: Form,
    /// Rows of the runs before.
    before: u64,
    /// Rows of the document so far.
    rows: u64,
    begun: bool,
}

/// Properties of the rows and of their destination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) format: Format,
    /// Whether CSV begins with a header line.
    pub(crate) header: bool,
    /// Whether CSV is written for Excel.
    pub(crate) excel: bool,
    /// The fields of a row.
    pub(crate) fields: &'static [Field],
    /// Those of grouped rows, where rows are grouped.
    pub(crate) grouped: Option<&'a [&'static str]>,
    /// Whether a table is about one row, whose values are listed.
    pub(crate) details: bool,
    /// Whether the rows go to a terminal.
    pub(crate) terminal: bool,
    pub(crate) colour: bool,
}

#[derive(Debug)]
enum Form {
    Array(json::Keys),
    Lines(json::Keys),
    Csv(csv::Style),
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
    pub(crate) fn new(columns: Columns, shape: Shape<'_>) -> Self {
        let cells = Vec::new();
        let Shape {
            format,
            header,
            excel,
            fields,
            grouped,
            details,
            terminal,
            colour,
        } = shape;
        let keys = || {
            let fields = match grouped {
                Some(names) => names
                    .iter()
                    .filter_map(|name| fields.iter().find(|field| field.name == *name))
                    .copied()
                    .collect(),
                None => fields.to_vec(),
            };
            json::Keys { fields, terminal }
        };
        Self {
            columns,
            form: match format {
                Format::Table if details => Form::Details { colour },
                Format::Table => Form::Table { cells, colour },
                Format::Json => Form::Array(keys()),
                Format::Ndjson => Form::Lines(keys()),
                Format::Csv => Form::Csv(csv::Style {
                    header,
                    excel,
                    begins: true,
                    terminal,
                }),
            },
            fields,
            before: 0,
            rows: 0,
            begun: false,
        }
    }

    /// Continues after the rows of earlier runs. `same_file`: those rows are in the same
    /// document.
    pub(crate) fn resume(mut self, before: &Written, same_file: bool) -> Self {
        self.before = before.rows;
        if let Form::Csv(style) = &mut self.form
            && before.rows > 0
        {
            // There is one header, that of the first run.
            style.header = false;
            style.begins = false;
        }
        if let Some(names) = &before.columns {
            self.columns.set_header(names, self.fields);
        }
        if same_file && before.rows > 0 {
            self.before = 0;
            self.rows = before.rows;
            self.begun = true;
        }
        self
    }

    /// Whether rows are written as they come, as opposed to at the end.
    pub(crate) fn is_streamed(&self) -> bool {
        !matches!(self.form, Form::Table { .. })
    }

    /// Extent of the output so far, that of earlier runs included.
    pub(crate) fn written(&self) -> Written {
        Written {
            rows: self.before.saturating_add(self.rows),
            columns: self.columns.decided(),
            output_bytes: None,
        }
    }

    /// Takes the rows of one page.
    pub(crate) fn page(&mut self, rows: &[String], out: &mut dyn Write) -> io::Result<()> {
        // Standard output by itself is written line by line.
        let out = &mut io::BufWriter::new(out);
        if rows.is_empty() {
            // The columns are those of the first rows.
            return Ok(());
        }
        self.columns.discover(rows)?;
        self.begin(out)?;
        let number = self.before.saturating_add(self.rows).saturating_add(1);
        let columns = &mut self.columns;
        match &mut self.form {
            Form::Array(keys) => json::elements(rows, columns, keys, self.rows == 0, out)?,
            Form::Lines(keys) => json::lines(rows, columns, keys, out)?,
            Form::Csv(style) => csv::rows(rows, number, columns, *style, out)?,
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
        self.columns.fix();
        match &mut self.form {
            Form::Array(_) => json::open(out),
            Form::Csv(style) => csv::begin(&self.columns, *style, out),
            Form::Table { .. } => {
                table::arrange(&mut self.columns);
                Ok(())
            }
            Form::Lines(_) | Form::Details { .. } => Ok(()),
        }
    }

    /// Completes the document.
    pub(crate) fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let out = &mut io::BufWriter::new(out);
        self.begin(out)?;
        match &mut self.form {
            Form::Array(_) => json::close(out)?,
            Form::Table { cells, colour } => {
                table::write(&self.columns, std::mem::take(cells), *colour, out)?;
            }
            Form::Lines(_) | Form::Csv(_) | Form::Details { .. } => {}
        }
        out.flush()
    }

    /// Typed columns that no row had, where there were rows, each with the nearest documented
    /// name.
    pub(crate) fn unseen_columns(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.columns.unseen().filter(|_| self.rows > 0)
    }

    /// Properties that came when the columns were written already, each with its first row.
    pub(crate) fn missed_columns(&self) -> &[(String, u64)] {
        self.columns.missed()
    }
}
