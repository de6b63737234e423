//! Columns for a person: what the row is about first, then dates, then figures.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use partner_center::{Field, FieldKind};

use super::{Rows, cell, printable};

pub(super) fn write(rows: &Rows, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut columns = rows.columns();
    columns.sort_by_key(|field| match field.kind {
        FieldKind::Text => 0,
        FieldKind::Boolean => 1,
        FieldKind::Timestamp => 2,
        _ => 3,
    });
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(
            columns
                .iter()
                .map(|field| aligned(field, field.name.to_owned())),
        );
    for object in rows.objects() {
        let object = object?;
        table.add_row(
            columns
                .iter()
                .map(|field| aligned(field, printable(&cell(object.get(field.name))))),
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

fn aligned(field: &Field, text: String) -> Cell {
    let alignment = match field.kind {
        FieldKind::Count | FieldKind::Number => CellAlignment::Right,
        _ => CellAlignment::Left,
    };
    Cell::new(text).set_alignment(alignment)
}
