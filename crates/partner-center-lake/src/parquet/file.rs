use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use delta_kernel::arrow::array::{ArrayRef, RecordBatch, new_null_array};
use delta_kernel::arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use partner_center_core::Row;

use super::{Facts, Footer, ParquetEncoder};
use crate::{Columns, LakeError, Origin, TableSchema};

/// Number of rows that are encoded together.
const BATCH_ROWS: usize = 8_192;

/// Single Parquet file of a listing.
///
/// The rows are in a temporary file until the listing is complete. If an undocumented property
/// appears in a later row group, the rows continue in another temporary file with one more column,
/// and all are joined at the end.
///
/// ```
/// use partner_center::types::CommercialLicensesDeployment;
/// use partner_center_catalog::Operation;
/// use partner_center_lake::{Facts, Origin, ParquetFile, TableSchema};
/// use time::macros::datetime;
/// use uuid::Uuid;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let report = Operation::find("commercial_licenses_deployment").unwrap();
/// let origin = Origin::new(datetime!(2026-01-31 04:00 UTC), Uuid::nil());
/// let mut file = ParquetFile::new(TableSchema::of(report), &origin, None)?;
/// let row: CommercialLicensesDeployment = serde_json::from_str(r#"{"licensesSold":5}"#)?;
/// file.append(&row)?;
///
/// let mut out = Vec::new();
/// let footer = file.finish(&Facts::new(report.id, origin), &mut out)?;
/// assert_eq!(footer.rows, 1);
/// assert_eq!(footer.sums["licensesSold"], "5");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ParquetFile {
    columns: Columns,
    encoder: ParquetEncoder,
    file: File,
    /// Complete files with fewer columns.
    parts: Vec<File>,
    /// Folder of the temporary files.
    folder: PathBuf,
    facts_of_parts: Facts,
}

impl ParquetFile {
    /// Creates a file without rows. `folder`: that of temporary files, if not the usual one.
    ///
    /// # Errors
    ///
    /// [`LakeError::Io`] if no temporary file can be created.
    pub fn new(
        schema: TableSchema,
        origin: &Origin,
        folder: Option<&Path>,
    ) -> Result<Self, LakeError> {
        let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
        let facts_of_parts = Facts::new(schema.report().name, origin.clone());
        let columns = Columns::new(schema, origin);
        Ok(Self {
            encoder: ParquetEncoder::new(columns.schema())?,
            columns,
            file: tempfile::tempfile_in(&folder)?,
            parts: Vec::new(),
            folder,
            facts_of_parts,
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// Those of [`Columns::append`], and [`LakeError::Io`] if a temporary file cannot be written,
    /// for example because the disk is full. The file can no longer be used then.
    pub fn append(&mut self, row: &dyn Row) -> Result<(), LakeError> {
        self.columns.append(row)?;
        match self.columns.len() >= BATCH_ROWS {
            true => self.encode(),
            false => Ok(()),
        }
    }

    /// Returns the columns so far.
    #[must_use]
    pub fn table_schema(&self) -> &TableSchema {
        self.columns.table_schema()
    }

    /// Encodes the collected rows.
    fn encode(&mut self) -> Result<(), LakeError> {
        let batch = self.columns.finish()?;
        if batch.schema_ref() != self.encoder.schema() {
            let next = ParquetEncoder::new(batch.schema())?;
            let encoder = std::mem::replace(&mut self.encoder, next);
            // Nothing is kept of a file without rows.
            if encoder.rows() > 0 {
                let encoded = encoder.finish(&self.facts_of_parts)?;
                self.file.write_all(&encoded.rest)?;
                let next = tempfile::tempfile_in(&self.folder)?;
                self.parts.push(std::mem::replace(&mut self.file, next));
            }
        }
        self.encoder.write(&batch)?;
        self.file.write_all(&self.encoder.take_bytes())?;
        Ok(())
    }

    /// Completes the file and writes it.
    ///
    /// # Errors
    ///
    /// [`LakeError::Io`] if the output or a temporary file cannot be written.
    pub fn finish(mut self, facts: &Facts, out: &mut dyn Write) -> Result<Footer, LakeError> {
        if !self.columns.is_empty() {
            self.encode()?;
        }
        if self.parts.is_empty() {
            let encoded = self.encoder.finish(facts)?;
            self.file.seek(SeekFrom::Start(0))?;
            io::copy(&mut self.file, out)?;
            out.write_all(&encoded.rest)?;
            return Ok(encoded.footer);
        }
        let schema = self.columns.schema();
        let encoded = self.encoder.finish(&self.facts_of_parts)?;
        self.file.write_all(&encoded.rest)?;
        self.parts.push(self.file);
        let mut joined = ParquetEncoder::new(schema.clone())?;
        for part in self.parts {
            let reader = ParquetRecordBatchReaderBuilder::try_new(part)
                .and_then(|reader| reader.with_batch_size(BATCH_ROWS).build())
                .map_err(LakeError::reading)?;
            for batch in reader {
                let batch = batch.map_err(LakeError::reading)?;
                joined.write(&widened(&batch, &schema)?)?;
                out.write_all(&joined.take_bytes())?;
            }
        }
        let encoded = joined.finish(facts)?;
        out.write_all(&encoded.rest)?;
        Ok(encoded.footer)
    }
}

/// Returns the batch with all columns of the schema; those that it lacks are null.
fn widened(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, LakeError> {
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        let column = batch.column_by_name(field.name()).map(Arc::clone);
        column.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
    });
    RecordBatch::try_new(schema.clone(), columns.collect()).map_err(LakeError::writing)
}
