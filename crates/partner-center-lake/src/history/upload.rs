//! Data file that is encoded and uploaded while its rows arrive.

use std::sync::Arc;

use delta_kernel::engine::arrow_conversion::TryFromArrow as _;
use delta_kernel::expressions::ColumnName;
use delta_kernel::object_store::buffered::BufWriter;
use delta_kernel::object_store::{self, ObjectMeta, ObjectStoreExt as _};
use delta_kernel::schema::StructType;
use delta_kernel_default_engine::stats::FileStatsAccumulator;
use tokio::io::AsyncWriteExt as _;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use url::Url;

use super::engine::blocking;
use super::table::Inner;
use crate::arrow::array::{RecordBatch, StructArray};
use crate::arrow::datatypes::SchemaRef;
use crate::{Cause, Facts, LakeError, ParquetEncoder};

/// Size of a part of an upload. Files up to this size are uploaded by one request.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// Parts that are uploaded at the same time.
const CONCURRENT_PARTS: usize = 2;

/// Data file that was uploaded.
#[derive(Debug)]
pub(super) struct Uploaded {
    pub(super) url: Url,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    /// Milliseconds since 1970.
    pub(super) modified: i64,
    pub(super) stats: StructArray,
}

impl Uploaded {
    /// Moves the file to another address.
    pub(super) async fn move_to(&mut self, inner: &Inner, address: Url) -> Result<(), LakeError> {
        if self.url == address {
            return Ok(());
        }
        let store = inner.storage.store();
        let (from, to) = (inner.path(&self.url)?, inner.path(&address)?);
        let moved = store.rename(&from, &to).await;
        moved.map_err(|error| failed(inner, &error))?;
        self.url = address;
        let meta = store
            .head(&to)
            .await
            .map_err(|error| failed(inner, &error))?;
        self.modified = modified(&meta);
        Ok(())
    }
}

/// Time of the last change in milliseconds since 1970.
fn modified(meta: &ObjectMeta) -> i64 {
    meta.last_modified.timestamp_millis()
}

/// Data file that is being written.
pub(super) struct File {
    url: Url,
    schema: SchemaRef,
    upload: Upload,
    encoding: Encoding,
}

/// Encoder, or the task that uses it.
enum Encoding {
    Idle(Box<Encoder>),
    Running(JoinHandle<Result<Box<Encoder>, LakeError>>),
    Failed,
}

struct Encoder {
    parquet: ParquetEncoder,
    stats: FileStatsAccumulator,
}

impl Encoder {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.parquet.write(batch)?;
        self.stats
            .merge(batch)
            .map_err(|error| LakeError::unexpected("compute statistics", &error))
    }
}

/// Upload that is aborted when it is dropped before its end.
struct Upload(Option<BufWriter>);

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(mut upload) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            drop(runtime.spawn(async move { upload.abort().await }));
        }
    }
}

impl File {
    /// Begins a file. Nothing is uploaded before the first row group is complete.
    pub(super) fn begin(
        inner: &Inner,
        url: Url,
        schema: SchemaRef,
        stats_columns: &[ColumnName],
    ) -> Result<Self, LakeError> {
        let columns = StructType::try_from_arrow(Arc::clone(&schema))
            .map_err(|error| LakeError::unexpected("begin a file", &error))?;
        let store = Arc::clone(inner.storage.store());
        let upload = BufWriter::with_capacity(store, inner.path(&url)?, PART_BYTES)
            .with_max_concurrency(CONCURRENT_PARTS);
        Ok(Self {
            url,
            upload: Upload(Some(upload)),
            encoding: Encoding::Idle(Box::new(Encoder {
                parquet: ParquetEncoder::new(Arc::clone(&schema))?,
                stats: FileStatsAccumulator::new(stats_columns, &columns),
            })),
            schema,
        })
    }

    pub(super) fn has_schema(&self, schema: &SchemaRef) -> bool {
        self.schema == *schema
    }

    /// Encodes rows in the background, after [`wait`](Self::wait).
    pub(super) fn encode(&mut self, batch: RecordBatch) {
        self.encoding = match std::mem::replace(&mut self.encoding, Encoding::Failed) {
            Encoding::Idle(mut encoder) => {
                Encoding::Running(tokio::task::spawn_blocking(move || {
                    encoder.write(&batch)?;
                    Ok(encoder)
                }))
            }
            other => other,
        };
    }

    /// Waits for the encoder, and uploads the row groups that it has completed.
    pub(super) async fn wait(&mut self, inner: &Inner) -> Result<(), LakeError> {
        if let Encoding::Running(task) = &mut self.encoding {
            let result = task.await;
            self.encoding = Encoding::Failed;
            let mut encoder =
                result.map_err(|error| LakeError::unexpected("encode rows", &error))??;
            let bytes = encoder.parquet.take_bytes();
            self.encoding = Encoding::Idle(encoder);
            if let Some(upload) = &mut self.upload.0
                && !bytes.is_empty()
            {
                let uploaded = upload.put(bytes).await;
                uploaded.map_err(|error| failed(inner, &error))?;
            }
        }
        Ok(())
    }

    /// Ends the file and its upload.
    pub(super) async fn end(mut self, inner: &Inner, facts: Facts) -> Result<Uploaded, LakeError> {
        self.wait(inner).await?;
        let refused = || LakeError::FailedWriter {
            location: inner.storage.to_string(),
        };
        let Encoding::Idle(encoder) = self.encoding else {
            return Err(refused());
        };
        let (encoded, stats) = blocking(move || {
            let stats = encoder
                .stats
                .finish()
                .map_err(|error| LakeError::unexpected("compute statistics", &error))?;
            Ok((encoder.parquet.finish(&facts)?, stats))
        })
        .await?;
        if let Some(upload) = &mut self.upload.0 {
            let uploaded = upload.put(encoded.rest.clone()).await;
            uploaded.map_err(|error| failed(inner, &error))?;
        }
        // The end of an upload aborts it by itself if it fails.
        if let Some(mut upload) = self.upload.0.take() {
            upload.shutdown().await.map_err(|error| {
                let source = error.into();
                let store = "upload";
                failed(inner, &object_store::Error::Generic { store, source })
            })?;
        }
        let store = inner.storage.store();
        let meta = store.head(&inner.path(&self.url)?).await;
        let meta = meta.map_err(|error| failed(inner, &error))?;
        if meta.size != encoded.bytes {
            let source = format!("{} bytes were stored of {}", meta.size, encoded.bytes).into();
            let store = "upload";
            return Err(failed(
                inner,
                &object_store::Error::Generic { store, source },
            ));
        }
        Ok(Uploaded {
            url: self.url,
            bytes: encoded.bytes,
            rows: encoded.footer.rows,
            modified: modified(&meta),
            // At least one batch was encoded, also for a snapshot without rows.
            stats: stats.ok_or_else(refused)?,
        })
    }

    /// Ends the upload without a file.
    pub(super) async fn abort(mut self) {
        if let Some(mut upload) = self.upload.0.take()
            && let Err(error) = upload.abort().await
        {
            tracing::debug!(error = %Cause::of(&error), "the upload was not aborted");
        }
    }
}

fn failed(inner: &Inner, error: &object_store::Error) -> LakeError {
    LakeError::storage("upload the rows", &inner.storage, error)
}
