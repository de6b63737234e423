//! Output formats. Rows are written page by page, except for tables.

mod cells;
mod column_names;
mod columns;
mod csv;
mod details;
mod document;
mod file;
mod format;
#[allow(dead_code, reason = "the formats of documents follow")]
pub(crate) mod html;
mod json;
mod members;
mod table;

use std::io::{self, Write};

use partner_center::Field;

use crate::listing::{Page, Rows, Written};

pub(crate) use columns::Columns;
#[allow(unused_imports, reason = "the commands that build documents follow")]
pub(crate) use document::{Chart, Document, Section};
pub(crate) use file::OutputFile;
pub(crate) use format::{Format, StatusFormat};
pub(crate) use json::visible;

/// Number of rows that are written before they are dropped.
const ROWS_AT_ONCE: usize = 500;

/// Output document with the rows of all pages.
#[derive(Debug)]
pub(crate) struct Output {
    columns: Columns,
    /// Fields of a row.
    fields: &'static [Field],
    layout: Layout,
    /// Number of rows in the documents of earlier runs.
    earlier_rows: u64,
    /// Number of rows in this document so far.
    rows: u64,
    begun: bool,
    /// Whether an earlier run has begun the document.
    begun_before: bool,
}

/// Options of the output, properties of the rows and of their destination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputSettings<'a> {
    pub(crate) format: Format,
    /// Whether CSV begins with a header line.
    pub(crate) header: bool,
    /// Whether CSV is written for Excel.
    pub(crate) excel: bool,
    /// Fields of a row.
    pub(crate) fields: &'static [Field],
    /// Names of the fields of grouped rows, if rows are grouped.
    pub(crate) grouped: Option<&'a [&'static str]>,
    /// Whether a table shows a single row, with one line per value.
    pub(crate) details: bool,
    /// Whether the rows go to a terminal.
    pub(crate) terminal: bool,
    pub(crate) colour: bool,
}

#[derive(Debug)]
enum Layout {
    Array(json::Keys),
    Lines(json::Keys),
    Csv(csv::Style),
    /// Cells are collected, because the widths of the columns depend on all rows.
    Table {
        cells: Vec<Vec<String>>,
        colour: bool,
    },
    /// One line per value of a row.
    Details {
        colour: bool,
    },
}

impl Output {
    pub(crate) fn new(columns: Columns, output_settings: OutputSettings<'_>) -> Self {
        let cells = Vec::new();
        let OutputSettings {
            format,
            header,
            excel,
            fields,
            grouped,
            details,
            terminal,
            colour,
        } = output_settings;
        let keys = || {
            let fields = match grouped {
                Some(names) => names
                    .iter()
                    .filter_map(|name| fields.iter().find(|field| field.name == *name))
                    .copied()
                    .collect(),
                None => fields.to_vec(),
            };
            json::Keys {
                fields,
                terminal,
                object: None,
            }
        };
        Self {
            columns,
            layout: match format {
                Format::Table if details => Layout::Details { colour },
                Format::Table => Layout::Table { cells, colour },
                Format::Json => Layout::Array(keys()),
                Format::Ndjson => Layout::Lines(keys()),
                Format::Csv => Layout::Csv(csv::Style {
                    header,
                    excel,
                    begins: true,
                    terminal,
                }),
            },
            fields,
            earlier_rows: 0,
            rows: 0,
            begun: false,
            begun_before: false,
        }
    }

    /// Continues after the rows of earlier runs. `same_file`: whether those rows are in the same
    /// document.
    pub(crate) fn resume(mut self, earlier: &Written, same_file: bool) -> Self {
        self.earlier_rows = earlier.rows;
        self.begun_before = earlier.begun;
        if let Layout::Csv(style) = &mut self.layout
            && earlier.begun
        {
            // The first run has written the header.
            style.header = false;
            style.begins = false;
        }
        if let Some(names) = &earlier.columns {
            self.columns.set_header(names, self.fields);
        }
        self.columns
            .restore(&earlier.seen_columns, &earlier.missed_columns);
        if same_file && earlier.begun {
            self.earlier_rows = 0;
            self.rows = earlier.rows;
            self.begun = true;
        }
        self
    }

    /// Returns whether rows are written page by page instead of at the end.
    pub(crate) fn is_streamed(&self) -> bool {
        match self.layout {
            Layout::Table { .. } => false,
            Layout::Array(_) | Layout::Lines(_) | Layout::Csv(_) | Layout::Details { .. } => true,
        }
    }

    /// Returns the extent of the output so far, including earlier runs.
    pub(crate) fn written(&self) -> Written {
        Written {
            rows: self.earlier_rows.saturating_add(self.rows),
            columns: self.columns.decided(),
            begun: self.begun || self.begun_before,
            seen_columns: self.columns.seen(),
            missed_columns: self.columns.missed().to_vec(),
            output_bytes: None,
        }
    }

    /// Writes or collects the rows of one page.
    pub(crate) fn page(&mut self, mut rows: Page, out: &mut dyn Write) -> io::Result<()> {
        // Standard output is line-buffered, which is slow for many rows.
        let out = &mut io::BufWriter::new(out);
        if rows.len() == 0 {
            // An empty page must not decide the columns: they come from the first rows.
            return Ok(());
        }
        self.columns.discover(&*rows, self.next_number())?;
        self.begin(out)?;
        // Written rows are dropped while the next page is decoded, so that two pages need little
        // more memory than one.
        while rows.len() > 0 {
            self.rows(&*rows.take_first(ROWS_AT_ONCE), out)?;
        }
        out.flush()
    }

    /// Returns the number of the next row, from 1, counted over all runs.
    fn next_number(&self) -> u64 {
        self.earlier_rows
            .saturating_add(self.rows)
            .saturating_add(1)
    }

    fn rows(&mut self, rows: &dyn Rows, out: &mut dyn Write) -> io::Result<()> {
        let number = self.next_number();
        let columns = &mut self.columns;
        match &mut self.layout {
            Layout::Array(keys) => {
                json::elements(rows, number, columns, keys, self.rows == 0, out)?;
            }
            Layout::Lines(keys) => json::lines(rows, number, columns, keys, out)?,
            Layout::Csv(style) => csv::rows(rows, number, columns, *style, out)?,
            Layout::Table { cells, .. } => table::collect(rows, number, columns, cells)?,
            Layout::Details { colour } => details::write(rows, self.rows == 0, *colour, out)?,
        }
        self.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        self.columns.fix();
        match &mut self.layout {
            Layout::Array(_) => json::open(out),
            Layout::Csv(style) => csv::begin(&self.columns, *style, out),
            Layout::Table { .. } => {
                table::arrange(&mut self.columns);
                Ok(())
            }
            Layout::Lines(_) | Layout::Details { .. } => Ok(()),
        }
    }

    /// Completes the document.
    pub(crate) fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let out = &mut io::BufWriter::new(out);
        self.begin(out)?;
        match &mut self.layout {
            Layout::Array(_) => json::close(out)?,
            Layout::Table { cells, colour } => {
                table::write(&self.columns, std::mem::take(cells), *colour, out)?;
            }
            Layout::Lines(_) | Layout::Csv(_) | Layout::Details { .. } => {}
        }
        out.flush()
    }

    /// Returns the columns of `--columns` that no row had, each with the closest documented name.
    /// Empty without rows.
    pub(crate) fn unseen_columns(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.columns.unseen().filter(|_| self.rows > 0)
    }

    /// Returns properties that appeared after the columns were written, with the number of the
    /// first row that has each.
    pub(crate) fn missed_columns(&self) -> &[(String, u64)] {
        self.columns.missed()
    }

    /// Returns columns for which a row had two different values, with the number of the first such
    /// row.
    pub(crate) fn ambiguous_columns(&self) -> &[(String, u64)] {
        self.columns.ambiguous()
    }
}
