//! Comma-separated values (RFC 4180), columns in the order of the wire.

use std::io::{self, Write};

use super::{Rows, cell};

pub(super) fn write(rows: &Rows, out: &mut dyn Write) -> io::Result<()> {
    let columns = rows.columns();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(|field| field.name))?;
    for object in rows.objects() {
        let object = object?;
        writer.write_record(columns.iter().map(|field| cell(object.get(field.name))))?;
    }
    writer.flush()
}
