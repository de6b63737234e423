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
        let typed = columns.typed;
        let columns = &columns.columns;
        let names: Vec<_> = columns
            .iter()
            .map(|column| printable(&column.name))
            .collect();
        let cells = fit::widest(columns.len(), &[&self.rows, &self.totals]);
        let all = |widths| ((0..columns.len()).collect(), widths);
        let choice = match look.width {
            Some(width) if self.rows.is_empty() && self.totals.is_empty() => {
                // A header that does not fit would say less than the text below it.
                let widths = fit::widths(columns, &names, &cells, fit::LEAST_TEXT, width);
                Some(all(widths.unwrap_or_default()))
            }
            Some(width) if width < MIN_WIDTH => None,
            // The user named these columns.
            Some(width) if typed => [fit::MIN_TEXT, fit::LEAST_TEXT]
                .into_iter()
                .find_map(|least| fit::widths(columns, &names, &cells, least, width))
                .map(all),
            Some(width) => fit::choice(columns, &names, &cells, width),
            // Any width.
            None => Some(all(vec![usize::MAX; columns.len()])),
        };
        match choice {
            Some((_, widths)) if widths.is_empty() => {}
            Some((shown, widths)) if shown.len() < columns.len() => {
                self.write_shown(columns, &names, &shown, &widths, look, out)?;
            }
            Some((_, widths)) => self.write_lines(columns, &names, &widths, look, out)?,
            None => records::write(&names, &self.rows, &self.totals, look, out)?,
        }
        match self.rows.is_empty() && look.terminal {
            true => writeln!(out, "no rows"),
            false => Ok(()),
        }
    }

    /// Writes the columns with these indexes, and a line that names the others.
    fn write_shown(
        &self,
        columns: &[Column],
        names: &[String],
        shown: &[usize],
        widths: &[usize],
        look: Look,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        fn select<T: Clone>(values: &[T], shown: &[usize]) -> Vec<T> {
            let values = shown.iter().filter_map(|index| values.get(*index));
            values.cloned().collect()
        }
        let rows = |rows: &[Vec<String>]| rows.iter().map(|row| select(row, shown)).collect();
        let table = Self {
            rows: rows(&self.rows),
            totals: rows(&self.totals),
        };
        let (columns, shown_names) = (select(columns, shown), select(names, shown));
        table.write_lines(&columns, &shown_names, widths, look, out)?;
        let hidden = names.iter().enumerate();
        let hidden = hidden.filter(|(index, _)| !shown.contains(index));
        let hidden: Vec<_> = hidden.map(|(_, name)| name.as_str()).collect();
        let text = format!(
            "hidden columns: {}; --wide or --columns shows them",
            hidden.join(", ")
        );
        writeln!(out, "{text}")
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
        let by_column: Vec<_> = (0..columns.len())
            .map(|index| {
                let rows = self.rows.iter().chain(&self.totals);
                let texts = rows.map(|row| row.get(index).map_or("", String::as_str));
                fit::distinct(&texts.collect::<Vec<_>>(), width(index))
            })
            .collect();
        let shortened = |row: usize| {
            let texts = by_column.iter().map(|texts| texts.get(row));
            let texts = texts.map(|text| text.map_or_else(String::new, |text| text.to_string()));
            aligned(columns, texts)
        };
        for row in 0..self.rows.len() {
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
            for row in 0..self.totals.len() {
                table.add_row(shortened(self.rows.len() + row));
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
