//! Comma-separated values (RFC 4180), columns in the order of the wire.

use std::io::{self, Write};

use partner_center::{Field, FieldKind};

use super::{Rows, cell};

pub(super) fn write(rows: &Rows, out: &mut dyn Write) -> io::Result<()> {
    let columns: Vec<&Field> = rows
        .fields
        .iter()
        .filter(|field| field.kind != FieldKind::Structure)
        .collect();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(|field| field.name))?;
    for object in rows.objects() {
        writer.write_record(
            columns
                .iter()
                .map(|field| cell(object.and_then(|object| object.get(field.name)))),
        )?;
    }
    writer.flush()
}
