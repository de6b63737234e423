//! Parquet files: each field of a row, also of its nested objects, is a typed column.

use std::io::{self, Write};
use std::path::Path;

use partner_center::{Field, Row};
use partner_center_lake::{Facts, LakeError, Origin, ParquetFile, Report, TableSchema};
use time::OffsetDateTime;

use super::{Columns, Listing};

/// Columns about the origin of the rows, which grouped rows have, too.
const ORIGIN: [&str; 4] = ["asSent", "fetchedAt", "correlationId", "specVersion"];

/// Parquet file that is being written.
#[derive(Debug)]
pub(super) struct Parquet {
    /// `None` after the end.
    file: Option<ParquetFile>,
    facts: Facts,
}

impl Parquet {
    /// Creates a file with the columns that were typed or that grouped rows have, or else with all.
    /// `folder`: that of temporary files, if not the usual one.
    pub(super) fn new(
        listing: Listing,
        fields: &'static [Field],
        columns: &Columns,
        is_grouped: bool,
        folder: Option<&Path>,
    ) -> io::Result<Self> {
        let name = listing.operation.id;
        let origin = Origin::new(OffsetDateTime::now_utc(), listing.correlation_id);
        let mut schema = TableSchema::of(Report { name, fields });
        if columns.chosen {
            let names = columns.columns.iter().map(|column| column.name.as_str());
            let origin = ORIGIN.into_iter().filter(|_| is_grouped && !columns.typed);
            let names: Vec<_> = names.chain(origin).collect();
            schema = schema.select(&names).map_err(failed)?;
        }
        let file = ParquetFile::new(schema, &origin, folder).map_err(failed)?;
        Ok(Self {
            file: Some(file),
            facts: Facts::new(name, origin),
        })
    }

    /// Writes rows.
    pub(super) fn rows(&mut self, rows: &[&dyn Row]) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        rows.iter()
            .try_for_each(|row| file.append(*row))
            .map_err(failed)
    }

    /// Sets the number of rows that the service states, and whether the rows are those of the whole
    /// listing.
    pub(super) fn set_extent(&mut self, stated_total: Option<i64>, is_complete: bool) {
        self.facts.stated_total = stated_total.and_then(|total| u64::try_from(total).ok());
        self.facts.is_complete = is_complete;
    }

    /// Writes the file. Returns the names of its columns and of the properties in them.
    pub(super) fn finish(&mut self, out: &mut dyn Write) -> io::Result<Vec<String>> {
        let Some(file) = self.file.take() else {
            return Ok(Vec::new());
        };
        let columns = file.table_schema().columns().iter();
        let names = columns.flat_map(|column| [column.name(), column.wire_name()]);
        let names = names.map(str::to_owned).collect();
        file.finish(&self.facts, out).map_err(failed)?;
        Ok(names)
    }
}

/// Returns an error of the output. Those of files stay what they are, such as a full disk.
fn failed(error: LakeError) -> io::Error {
    match error {
        LakeError::Io { source, .. } => source,
        error => io::Error::other(error),
    }
}
