//! Aligned table: text columns first, then dates, then numbers. On a terminal the table fits its
//! width; where it cannot, each row is a record with one line per value.

mod fit;
mod readable;
mod records;

use std::borrow::Cow;
use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, presets};
use partner_center::{FieldKind, Row};

use super::Columns;
use super::columns::Column;
use crate::printable::printable;

pub(super) use fit::{display_width, shortened};
pub(super) use readable::grouped;
pub(super) use records::write_values;

/// Width of a terminal below which every table is written as records.
const MIN_WIDTH: usize = 60;

/// Appearance of text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    /// Whether the text goes to a terminal, so that characters that control it are escaped.
    pub(crate) terminal: bool,
    pub(crate) colour: bool,
    /// Width that tables must fit, on a terminal without `--wide`. `None` for exact values.
    pub(crate) width: Option<usize>,
}

impl Look {
    /// Writes a line in bold type, if there is colour.
    pub(super) fn bold(self, line: &str, out: &mut dyn Write) -> io::Result<()> {
        match self.colour {
            true => writeln!(out, "\u{1b}[1m{line}\u{1b}[0m"),
            false => writeln!(out, "{line}"),
        }
    }
}

/// Texts of the cells of a table.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    totals: Vec<Vec<String>>,
}

/// Sorts columns by kind, unless the user or the report chose their order.
pub(super) fn arrange(columns: &mut Columns) {
    if columns.chosen {
        return;
    }
    columns.sort_by_key(|column| match column.kind {
        FieldKind::Text | FieldKind::Guid => 0,
        FieldKind::Boolean => 1,
        FieldKind::Timestamp => 2,
        _ => 3,
    });
}

impl Table {
    /// Collects the texts of these rows, of which the first has this number.
    pub(super) fn collect(
        &mut self,
        rows: &[&dyn Row],
        number: u64,
        columns: &mut Columns,
        look: Look,
    ) -> io::Result<()> {
        self.rows.extend(texts(rows, number, columns, look)?);
        Ok(())
    }

    /// Collects the texts of rows of totals.
    pub(super) fn collect_totals(
        &mut self,
        rows: &[&dyn Row],
        columns: &mut Columns,
        look: Look,
    ) -> io::Result<()> {
        self.totals = texts(rows, 1, columns, look)?;
        for row in &mut self.totals {
            if let Some(first) = row.first_mut().filter(|first| first.is_empty()) {
                "Total".clone_into(first);
            }
        }
        Ok(())
    }

    /// Writes the table with its header.
    pub(super) fn write(
        &self,
        columns: &Columns,
        look: Look,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let columns = &columns.columns;
        let names: Vec<_> = columns
            .iter()
            .map(|column| printable(&column.name))
            .collect();
        let widths = match look.width {
            Some(width) if self.rows.is_empty() && self.totals.is_empty() => {
                // A header that does not fit would say less than the text below it.
                fit::widths(columns, &names, &[&self.rows], width).or(Some(Vec::new()))
            }
            Some(width) if width < MIN_WIDTH => None,
            Some(width) => fit::widths(columns, &names, &[&self.rows, &self.totals], width),
            // Any width.
            None => Some(vec![usize::MAX; columns.len()]),
        };
        match widths {
            Some(widths) if widths.is_empty() => {}
            Some(widths) => self.write_lines(columns, &names, &widths, look, out)?,
            None => records::write(&names, &self.rows, &self.totals, look, out)?,
        }
        match self.rows.is_empty() && look.terminal {
            true => writeln!(out, "no rows"),
            false => Ok(()),
        }
    }

    /// Writes the lines of the table, whose columns have these widths at most.
    fn write_lines(
        &self,
        columns: &[Column],
        names: &[String],
        widths: &[usize],
        look: Look,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let width = |index: usize| widths.get(index).copied().unwrap_or(usize::MAX);
        let header: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(index, name)| fit::header(name, width(index)))
            .collect();
        let header_lines = header.iter().map(|name| name.lines().count()).max();
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(aligned(columns, header.clone()));
        let shortened = |row: &Vec<String>| {
            let texts = row.iter().enumerate();
            let texts = texts.map(|(index, text)| fit::shortened(text, width(index)).into_owned());
            aligned(columns, texts)
        };
        for row in &self.rows {
            table.add_row(shortened(row));
        }
        if !self.totals.is_empty() {
            let all = self.rows.iter().chain(&self.totals);
            let heads = header
                .iter()
                .map(|name| name.lines().map(display_width).max());
            let mut longest: Vec<_> = heads.map(|width| width.unwrap_or(1)).collect();
            for row in all {
                for (index, (longest, text)) in longest.iter_mut().zip(row).enumerate() {
                    *longest = display_width(text).min(width(index)).max(*longest);
                }
            }
            table.add_row(aligned(
                columns,
                longest.iter().map(|width| "-".repeat(*width)),
            ));
            for row in &self.totals {
                table.add_row(shortened(row));
            }
        }
        for (index, line) in table.lines().enumerate() {
            // The style pads every cell with one space on either side.
            let line = line.strip_prefix(' ').unwrap_or(&line).trim_end();
            match index < header_lines.unwrap_or(1) {
                true => look.bold(line, out)?,
                false => writeln!(out, "{line}")?,
            }
        }
        Ok(())
    }
}

/// Returns the texts of rows, of which the first has this number.
fn texts(
    rows: &[&dyn Row],
    number: u64,
    columns: &mut Columns,
    look: Look,
) -> io::Result<Vec<Vec<String>>> {
    let (mut cells, mut buffer) = (Vec::new(), Vec::new());
    let mut texts = Vec::with_capacity(rows.len());
    for (row, number) in rows.iter().copied().zip(number..) {
        columns.cells(row, number, &mut cells)?;
        let row = columns.columns.iter().zip(&cells).map(|(column, cell)| {
            let text = cell.text(&mut buffer)?;
            let text = match look.width {
                Some(_) => readable::text(column.kind, text),
                None => Cow::Borrowed(text),
            };
            Ok(printable(&text))
        });
        texts.push(row.collect::<io::Result<_>>()?);
    }
    Ok(texts)
}

fn aligned(columns: &[Column], texts: impl IntoIterator<Item = String>) -> Vec<Cell> {
    let cells = columns.iter().zip(texts).map(|(column, text)| {
        let alignment = match column.kind {
            FieldKind::Count | FieldKind::Number => CellAlignment::Right,
            _ => CellAlignment::Left,
        };
        Cell::new(text).set_alignment(alignment)
    });
    cells.collect()
}
