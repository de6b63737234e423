use bytes::Bytes;
use delta_kernel::arrow::array::RecordBatch;
use delta_kernel::arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use sha2::{Digest, Sha256};

use super::{Facts, Footer, Sums};
use crate::schema::kind_of;
use crate::{Kind, LakeError};

/// Number of rows of a row group.
const GROUP_ROWS: usize = 100_000;
/// Share of the values that a bloom filter reports wrongly.
const FALSE_POSITIVES: f64 = 0.01;
const ZSTD_LEVEL: i32 = 3;

/// Encoder of a Parquet file. The bytes of complete row groups can be taken at any time, so that
/// memory does not grow with the number of rows.
///
/// Row groups have 100,000 rows and are compressed with zstd. The file has statistics, a page index
/// and bloom filters of ids.
///
/// ```
/// use std::sync::Arc;
/// use partner_center_lake::{Facts, Origin, ParquetEncoder};
/// use partner_center_lake::arrow::array::{Int64Array, RecordBatch};
/// use time::macros::datetime;
/// use uuid::Uuid;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let seats = Arc::new(Int64Array::from(vec![5]));
/// let batch = RecordBatch::try_from_iter([("seats", seats as _)])?;
/// let mut encoder = ParquetEncoder::new(batch.schema())?;
/// encoder.write(&batch)?;
/// let mut file = encoder.take_bytes().to_vec();
///
/// let origin = Origin::new(datetime!(2026-01-31 04:00 UTC), Uuid::nil());
/// let encoded = encoder.finish(&Facts::new("azure_usage", origin))?;
/// file.extend_from_slice(&encoded.rest);
/// assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
/// assert_eq!(encoded.footer.rows, 1);
/// # Ok(())
/// # }
/// ```
pub struct ParquetEncoder {
    writer: ArrowWriter<Vec<u8>>,
    schema: SchemaRef,
    sums: Sums,
    digest: Sha256,
    taken: u64,
}

impl std::fmt::Debug for ParquetEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetEncoder")
            .field("rows", &self.sums.rows())
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

/// End of a Parquet file, and what is known about the file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Encoded {
    /// Bytes that were not taken before.
    pub rest: Bytes,
    /// Number of all bytes.
    pub bytes: u64,
    /// Rows and sums.
    pub sums: Sums,
    /// Facts in the footer.
    pub footer: Footer,
    /// Metadata of the file.
    pub metadata: ParquetMetaData,
}

impl ParquetEncoder {
    /// Creates an encoder of batches with this schema.
    ///
    /// # Errors
    ///
    /// [`LakeError::Parquet`] if a column has a type that Parquet does not have.
    pub fn new(schema: SchemaRef) -> Result<Self, LakeError> {
        let properties = properties(&schema)?;
        let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties))
            .map_err(LakeError::writing)?;
        Ok(Self {
            writer,
            schema,
            sums: Sums::default(),
            digest: Sha256::new(),
            taken: 0,
        })
    }

    /// Returns the schema of the file.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Returns the number of rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.sums.rows()
    }

    /// Adds rows.
    ///
    /// # Errors
    ///
    /// [`LakeError::Parquet`] if the batch has another schema than the file.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.sums.add(batch);
        self.writer.write(batch).map_err(LakeError::writing)
    }

    /// Returns the bytes since the last call; empty until a row group is complete.
    pub fn take_bytes(&mut self) -> Bytes {
        let bytes = std::mem::take(self.writer.inner_mut());
        self.digest.update(&bytes);
        self.taken += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        bytes.into()
    }

    /// Ends the file with a footer that has the facts.
    ///
    /// # Errors
    ///
    /// [`LakeError::Parquet`] if the rows cannot be encoded.
    pub fn finish(mut self, facts: &Facts) -> Result<Encoded, LakeError> {
        self.writer.flush().map_err(LakeError::writing)?;
        // The last bytes are in a buffer of the writer, and belong to the digest too.
        self.writer.sync().map_err(LakeError::writing)?;
        let groups = self.take_bytes();
        let digest = self.digest.finalize();
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let footer = Footer::new(facts, &self.sums, digest, self.taken);
        for pair in footer.pairs()? {
            self.writer.append_key_value_metadata(pair);
        }
        let metadata = self.writer.finish().map_err(LakeError::writing)?;
        let end = std::mem::take(self.writer.inner_mut());
        let bytes = self.taken + u64::try_from(end.len()).unwrap_or(u64::MAX);
        let rest = match groups.is_empty() {
            true => end,
            false => [&groups[..], &end].concat(),
        };
        Ok(Encoded {
            rest: rest.into(),
            bytes,
            sums: self.sums,
            footer,
            metadata,
        })
    }
}

fn properties(schema: &SchemaRef) -> Result<WriterProperties, LakeError> {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(LakeError::writing)?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_created_by(concat!("partner-center-lake ", env!("CARGO_PKG_VERSION")).to_owned());
    for field in schema.fields() {
        let name = field.name();
        let is_id = match kind_of(field) {
            Some(Kind::Guid) => true,
            Some(Kind::Text) => name == "id" || name.ends_with("Id") || name.ends_with("_id"),
            _ => false,
        };
        // All rows of a file have the same correlation id.
        if is_id && name != crate::schema::CORRELATION_ID {
            let path = || ColumnPath::new(vec![name.clone()]);
            properties = properties
                .set_column_bloom_filter_enabled(path(), true)
                .set_column_bloom_filter_fpp(path(), FALSE_POSITIVES)
                .set_column_bloom_filter_max_ndv(path(), GROUP_ROWS as u64);
        }
    }
    Ok(properties.build())
}
