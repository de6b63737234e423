//! Aligned table: text columns first, then dates, then numbers.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use partner_center::FieldKind;

use super::Columns;
use super::columns::Column;
use crate::listing::Rows;
use crate::printable::printable;

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

/// Collects the texts of these rows, of which the first has this number.
pub(super) fn collect(
    rows: &dyn Rows,
    number: u64,
    columns: &mut Columns,
    texts: &mut Vec<Vec<String>>,
) -> io::Result<()> {
    let (mut cells, mut buffer) = (Vec::new(), Vec::new());
    for (row, number) in rows.iter().zip(number..) {
        columns.cells(row, number, &mut cells)?;
        let row = cells
            .iter()
            .map(|cell| Ok(printable(cell.text(&mut buffer)?)));
        texts.push(row.collect::<io::Result<_>>()?);
    }
    Ok(())
}

/// Writes the table with its header.
pub(super) fn write(
    columns: &Columns,
    cells: Vec<Vec<String>>,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = &columns.columns;
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(
            columns
                .iter()
                .map(|column| aligned(column, printable(&column.name))),
        );
    for row in cells {
        table.add_row(
            columns
                .iter()
                .zip(row)
                .map(|(column, text)| aligned(column, text)),
        );
    }
    for (index, line) in table.lines().enumerate() {
        // The style pads every cell with one space on either side.
        let line = line.strip_prefix(' ').unwrap_or(&line).trim_end();
        match (index, colour) {
            (0, true) => writeln!(out, "\u{1b}[1m{line}\u{1b}[0m")?,
            _ => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

fn aligned(column: &Column, text: String) -> Cell {
    let alignment = match column.kind {
        FieldKind::Count | FieldKind::Number => CellAlignment::Right,
        _ => CellAlignment::Left,
    };
    Cell::new(text).set_alignment(alignment)
}
