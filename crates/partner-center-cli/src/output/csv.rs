//! Comma-separated values (RFC 4180), columns in the order of the wire unless typed.

use std::io::{self, Write};

use super::Columns;
use super::columns::text;

pub(super) fn header(columns: &Columns, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.columns.iter().map(|column| column.name.as_str()))?;
    writer.flush()
}

pub(super) fn rows(rows: &[String], columns: &mut Columns, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for row in rows {
        writer.write_record(
            columns
                .cells(row)?
                .into_iter()
                .map(|cell| text(cell).into_owned()),
        )?;
    }
    writer.flush()
}
