//! Output of a listing: rows are written page by page, except in formats that need all of them.

use std::io::{self, Write};
use std::path::Path;

use partner_center::{Field, Operation, Row};
use uuid::Uuid;

use super::jq::Expression;
use super::parquet::Parquet;
use super::query::Query;
use super::table::{self, Look, Table};
use super::xlsx::Book;
use super::{Columns, Format, Selection, csv, details, json, markdown, tsv, yaml};
use crate::listing::{Page, Rows, Written};

/// Number of rows that are written before they are dropped.
const ROWS_AT_ONCE: usize = 500;

/// Output document with the rows of all pages.
#[derive(Debug)]
pub(crate) struct Output {
    columns: Columns,
    /// Fields of a row.
    fields: &'static [Field],
    layout: Layout,
    look: Look,
    selection: Selection,
    /// Rows that are held until all are known, because they are sorted.
    held: Vec<Box<dyn Row>>,
    /// Number of rows that this run has received, and of those it has written.
    received: u64,
    selected: u64,
    /// Number of rows in the documents of earlier runs.
    earlier_rows: u64,
    /// Number of rows in this document so far.
    rows: u64,
    begun: bool,
    /// Whether an earlier run has begun the document.
    begun_before: bool,
}

/// Options of the output, properties of the rows and of their destination.
#[derive(Debug)]
pub(crate) struct OutputSettings<'a> {
    pub(crate) format: Format,
    pub(crate) listing: Listing,
    /// Expression that is applied to JSON.
    pub(crate) expression: Option<Expression>,
    /// Folder of temporary files, if not the usual one.
    pub(crate) folder: Option<&'a Path>,
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
    pub(crate) look: Look,
}

/// Listing whose rows are written, for formats that contain its origin.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "lake"),
    expect(dead_code, reason = "only Parquet files contain the origin")
)]
pub(crate) struct Listing {
    pub(crate) operation: &'static Operation,
    pub(crate) correlation_id: Uuid,
}

#[derive(Debug)]
enum Layout {
    Array(json::Keys),
    Lines(json::Keys),
    Yaml(json::Keys),
    Csv(csv::Style),
    Tsv {
        header: bool,
    },
    Markdown,
    /// Cells are collected, because the widths of the columns depend on all rows.
    Table(Table),
    /// One line per value of a row.
    Details,
    Workbook(Box<Book>),
    Parquet(Box<Parquet>),
    /// Results of an expression.
    Query(Box<Query>),
}

impl Output {
    pub(crate) fn new(
        columns: Columns,
        selection: Selection,
        output_settings: OutputSettings<'_>,
    ) -> io::Result<Self> {
        let OutputSettings {
            format,
            listing,
            expression,
            folder,
            header,
            excel,
            fields,
            grouped,
            details,
            look,
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
            json::Keys::new(fields, look.terminal)
        };
        let layout = match format {
            Format::Json | Format::Ndjson if let Some(expression) = expression => {
                let is_per_row = format == Format::Ndjson;
                Layout::Query(Box::new(Query::new(expression, keys(), is_per_row)))
            }
            Format::Table if details => Layout::Details,
            Format::Table => Layout::Table(Table::default()),
            Format::Json => Layout::Array(keys()),
            Format::Ndjson => Layout::Lines(keys()),
            Format::Yaml => Layout::Yaml(keys()),
            Format::Csv => Layout::Csv(csv::Style {
                header,
                excel,
                begins: true,
                terminal: look.terminal,
            }),
            Format::Tsv => Layout::Tsv { header },
            Format::Markdown => Layout::Markdown,
            Format::Xlsx => Layout::Workbook(Box::new(Book::new(folder)?)),
            Format::Parquet => Layout::Parquet(Box::new(Parquet::new(
                listing,
                fields,
                &columns,
                grouped.is_some(),
                folder,
            )?)),
            // Refused before the first request.
            Format::Html => Layout::Table(Table::default()),
        };
        Ok(Self {
            columns,
            layout,
            look,
            selection,
            held: Vec::new(),
            received: 0,
            selected: 0,
            fields,
            earlier_rows: 0,
            rows: 0,
            begun: false,
            begun_before: false,
        })
    }

    /// Continues after the rows of earlier runs. `same_file`: whether those rows are in the same
    /// document.
    pub(crate) fn resume(mut self, earlier: &Written, same_file: bool) -> Self {
        self.earlier_rows = earlier.rows;
        self.begun_before = earlier.begun;
        // The first run has written the header.
        match &mut self.layout {
            Layout::Csv(style) if earlier.begun => {
                style.header = false;
                style.begins = false;
            }
            Layout::Tsv { header } if earlier.begun => *header = false,
            _ => {}
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
        let is_layout_streamed = match &self.layout {
            Layout::Table(_) | Layout::Workbook(_) | Layout::Parquet(_) => false,
            Layout::Query(query) => query.is_per_row,
            _ => true,
        };
        is_layout_streamed && !self.selection.is_sorted()
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

    /// Returns whether no further rows can be written: `--limit` matching ones were, a sheet is
    /// full, or an expression failed.
    pub(crate) fn is_full(&self) -> bool {
        let is_layout_full = match &self.layout {
            Layout::Workbook(book) => book.full_at().is_some(),
            Layout::Query(query) => query.error.is_some(),
            _ => false,
        };
        is_layout_full || self.is_limit_reached()
    }

    fn is_limit_reached(&self) -> bool {
        self.selection.has_condition()
            && !self.selection.is_sorted()
            && self.selection.remaining(self.selected) == 0
    }

    /// Writes or collects the rows of one page.
    pub(crate) fn page(&mut self, rows: Page, out: &mut dyn Write) -> io::Result<()> {
        let first = self.received.saturating_add(1);
        self.received += count(rows.len());
        let mut keep = self.selection.test(&references(&*rows), first)?;
        if self.selection.is_sorted() {
            let kept = rows.into_rows().into_iter().zip(keep);
            self.held
                .extend(kept.filter_map(|(row, keep)| keep.then_some(row)));
            return Ok(());
        }
        let mut remaining = self.selection.remaining(self.selected);
        for keep in &mut keep {
            *keep &= remaining > 0;
            remaining -= u64::from(*keep);
        }
        self.write(rows, &keep, out)
    }

    /// Writes those rows of a page that are kept.
    fn write(&mut self, mut rows: Page, keep: &[bool], out: &mut dyn Write) -> io::Result<()> {
        // Standard output is line-buffered, which is slow for many rows.
        let out = &mut io::BufWriter::new(out);
        let kept = kept(&*rows, keep);
        if kept.is_empty() {
            // An empty page must not decide the columns: they come from the first rows.
            return Ok(());
        }
        if !matches!(self.layout, Layout::Parquet(_)) {
            let number = self.next_number();
            self.columns.discover(&kept, number)?;
        }
        self.begin(out)?;
        // Written rows are dropped while the next page is decoded, so that two pages need little
        // more memory than one.
        for keep in keep.chunks(ROWS_AT_ONCE) {
            let rows = rows.take_first(keep.len());
            self.rows(&self::kept(&*rows, keep), out)?;
        }
        out.flush()
    }

    /// Returns the number of the next row, from 1, counted over all runs.
    fn next_number(&self) -> u64 {
        self.earlier_rows
            .saturating_add(self.rows)
            .saturating_add(1)
    }

    fn rows(&mut self, rows: &[&dyn Row], out: &mut dyn Write) -> io::Result<()> {
        let number = self.next_number();
        let columns = &mut self.columns;
        match &mut self.layout {
            Layout::Array(keys) => {
                json::elements(rows, number, columns, keys, self.rows == 0, out)?;
            }
            Layout::Lines(keys) => json::lines(rows, number, columns, keys, out)?,
            Layout::Yaml(keys) => yaml::items(rows, number, columns, keys, 0, out)?,
            Layout::Csv(style) => csv::rows(rows, number, columns, *style, out)?,
            Layout::Tsv { .. } => tsv::rows(rows, number, columns, self.look.terminal, out)?,
            Layout::Markdown => markdown::rows(rows, number, columns, out)?,
            Layout::Table(table) => table.collect(rows, number, columns, self.look)?,
            Layout::Details => details::write(rows, self.rows == 0, self.look, out)?,
            Layout::Workbook(book) => book.rows(rows, number, columns)?,
            Layout::Parquet(file) => file.rows(rows)?,
            Layout::Query(query) => {
                query.rows(rows, number, columns, self.rows == 0, self.look, out)?;
            }
        }
        self.rows += count(rows.len());
        self.selected += count(rows.len());
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
            Layout::Tsv { header: true } => tsv::begin(&self.columns, self.look.terminal, out),
            Layout::Markdown => {
                table::arrange(&mut self.columns);
                // The first run has written the header.
                match self.begun_before {
                    true => Ok(()),
                    false => markdown::begin(&self.columns, out),
                }
            }
            Layout::Table(_) => {
                table::arrange(&mut self.columns);
                Ok(())
            }
            Layout::Workbook(book) => book.begin("rows", &self.columns),
            Layout::Query(_)
            | Layout::Parquet(_)
            | Layout::Tsv { .. }
            | Layout::Yaml(_)
            | Layout::Lines(_)
            | Layout::Details => Ok(()),
        }
    }

    /// Sets the number of rows that the service states, and whether the rows are those of the whole
    /// listing, for formats that contain it.
    pub(crate) fn set_extent(&mut self, stated_total: Option<i64>, is_complete: bool) {
        let is_complete = is_complete && !self.is_full();
        if let Layout::Parquet(file) = &mut self.layout {
            file.set_extent(stated_total, is_complete);
        }
    }

    /// Completes the document.
    pub(crate) fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let held = self.selection.arrange(std::mem::take(&mut self.held))?;
        if !held.is_empty() {
            let keep = vec![true; held.len()];
            self.write(Box::new(held.into_iter()), &keep, out)?;
        }
        let out = &mut io::BufWriter::new(out);
        self.begin(out)?;
        match &mut self.layout {
            Layout::Array(_) => json::close(out)?,
            // A sequence without items.
            Layout::Yaml(_) if self.rows == 0 => writeln!(out, "[]")?,
            Layout::Table(table) => {
                std::mem::take(table).write(&self.columns, self.look, out)?;
            }
            Layout::Workbook(book) => {
                book.end(&[], &mut self.columns)?;
                book.save(out)?;
            }
            Layout::Parquet(file) => self.columns.mark_seen(&file.finish(out)?),
            Layout::Query(query) => query.finish(self.look, out)?,
            Layout::Yaml(_)
            | Layout::Lines(_)
            | Layout::Csv(_)
            | Layout::Tsv { .. }
            | Layout::Markdown
            | Layout::Details => {}
        }
        out.flush()
    }

    /// Returns the error of the expression of `--jq`, which ended the results.
    pub(crate) fn expression_error(&self) -> Option<&str> {
        match &self.layout {
            Layout::Query(query) => query.error.as_deref(),
            _ => None,
        }
    }

    /// Returns the warnings about values that a workbook cannot have.
    pub(crate) fn workbook_limits(&self) -> Vec<String> {
        match &self.layout {
            Layout::Workbook(book) => workbook_limits(book),
            _ => Vec::new(),
        }
    }

    /// Returns the columns that the options name and that no row had, each with the closest
    /// documented name. Empty without rows.
    pub(crate) fn unseen_columns(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let columns = self.columns.unseen().filter(|_| self.rows > 0);
        columns.chain(self.selection.unseen().filter(|_| self.received > 0))
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

/// Returns the warnings about values that a workbook cannot have.
pub(super) fn workbook_limits(book: &Book) -> Vec<String> {
    let rows = book.full_at().map(|rows| {
        format!(
            "a sheet of Excel has at most 1048576 rows: it has the first {rows}; use `-o csv` for all"
        )
    });
    let texts = Some(book.cut_texts()).filter(|count| *count > 0);
    let texts = texts.map(|count| {
        format!("a cell of Excel has at most 32767 characters: {count} longer texts were cut")
    });
    rows.into_iter().chain(texts).collect()
}

/// Returns the rows of a page.
fn references(rows: &dyn Rows) -> Vec<&dyn Row> {
    rows.iter().collect()
}

/// Returns those rows of a page that are kept.
fn kept<'page>(rows: &'page dyn Rows, keep: &[bool]) -> Vec<&'page dyn Row> {
    let rows = rows.iter().zip(keep);
    rows.filter_map(|(row, keep)| keep.then_some(row)).collect()
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
