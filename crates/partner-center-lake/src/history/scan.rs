//! Reading of snapshots.

use std::sync::Arc;

use delta_kernel::engine::arrow_conversion::TryIntoArrow as _;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::scan::Scan;
use delta_kernel::scan::state::transform_to_logical;
use delta_kernel::{Engine as _, FileMeta, KernelError};
use time::Date;
use tokio::sync::mpsc;

use super::days::{DataFile, day_of};
use super::engine::blocking;
use super::table::{Inner, Table};
use super::{IS_COMPLETE, PROCESSED_DATE};
use crate::arrow::array::RecordBatch;
use crate::arrow::datatypes::{Schema, SchemaRef};
use crate::arrow::error::ArrowError;
use crate::{Cause, LakeError};

/// Batches that are read ahead.
const AHEAD: usize = 2;

/// Rows of snapshots, in the order of the days and, within a day, in the order of the listing.
///
/// Batches are read in the background, a few ahead.
#[derive(Debug)]
pub struct RecordBatches {
    schema: SchemaRef,
    /// `None` marks the end: without it the reader has failed.
    received: Option<mpsc::Receiver<Result<Option<RecordBatch>, LakeError>>>,
}

impl Table {
    /// Reads columns of the snapshots of `days`. Only files of these days and bytes of these columns
    /// are read.
    ///
    /// `days`: all days if it is empty. `columns`: all columns if it is empty. The partition columns
    /// `processedDate` and `isComplete` can be selected like others. All rows are those of one
    /// version of the table. A column that was added after a snapshot is null in its rows.
    ///
    /// # Errors
    ///
    /// - [`LakeError::UnknownDay`] if there is no snapshot of a day.
    /// - [`LakeError::UnknownColumn`] if the table has no such column.
    /// - [`LakeError::Storage`] or [`LakeError::DamagedTable`] if the log or a file cannot be read.
    ///
    /// ```
    /// # use partner_center_lake::{LakeError, Table};
    /// # async fn seats(table: &Table) -> Result<(), LakeError> {
    /// let days = table.days().await?;
    /// let Some(last) = days.last() else { return Ok(()) };
    /// let mut batches = table.scan(&[last.date], &["customerId", "licensesSold"]).await?;
    /// while let Some(batch) = batches.next().await {
    ///     let batch = batch?;
    ///     println!("{} rows", batch.num_rows());
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn scan(&self, days: &[Date], columns: &[&str]) -> Result<RecordBatches, LakeError> {
        let inner = Arc::clone(&self.inner);
        let days = days.to_vec();
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        blocking(move || {
            let (scan, files) = inner.plan(&days, &columns)?;
            let failed = |error: ArrowError| LakeError::unexpected("plan the scan", &error);
            let schema: Schema = scan
                .logical_schema()
                .as_ref()
                .try_into_arrow()
                .map_err(failed)?;
            // Without the column that `plan` adds to partition columns.
            let selected: Vec<usize> = match columns.len() {
                0 => (0..schema.fields().len()).collect(),
                selected => (0..selected).collect(),
            };
            let schema = schema.project(&selected).map_err(failed)?;
            let (sender, received) = mpsc::channel(AHEAD);
            tokio::task::spawn_blocking(move || {
                // A send fails if the receiver was dropped, and no further rows are needed.
                let result = inner.read(&scan, &files, |batch| {
                    let batch = batch
                        .project(&selected)
                        .map_err(|error| LakeError::unexpected("read the rows", &error))?;
                    Ok(sender.blocking_send(Ok(Some(batch))).is_ok())
                });
                let _ = sender.blocking_send(result.map(|()| None));
            });
            Ok(RecordBatches {
                schema: Arc::new(schema),
                received: Some(received),
            })
        })
        .await
    }
}

impl RecordBatches {
    /// Columns of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Day of the rows of a batch: each batch has rows of one day. `None` for a batch without rows,
    /// and if `processedDate` is not among the selected columns.
    #[must_use]
    pub fn day(batch: &RecordBatch) -> Option<Date> {
        day_of(batch)
    }

    /// Returns the next batch, or `None` after the last one. An error ends the rows.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, LakeError>> {
        let received = self.received.as_mut()?.recv().await;
        if let Some(Ok(Some(batch))) = received {
            return Some(Ok(batch));
        }
        self.received = None;
        match received {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(Err(error)),
            None => Some(Err(LakeError::Unexpected {
                action: "read the rows",
                source: Cause::text("the reader has ended early"),
            })),
        }
    }
}

impl Inner {
    /// Scan of the columns, and the files of the days. Blocks.
    fn plan(&self, days: &[Date], columns: &[String]) -> Result<(Scan, Vec<DataFile>), LakeError> {
        let snapshot = self.latest()?;
        let schema = snapshot.schema();
        if let Some(column) = columns.iter().find(|column| !schema.contains(column)) {
            return Err(LakeError::UnknownColumn {
                column: column.clone(),
            });
        }
        let selected = match columns {
            [] => None,
            columns => {
                let mut columns = columns.to_vec();
                // The kernel panics if it reads no column of the files.
                let is_partition = |column: &str| [PROCESSED_DATE, IS_COMPLETE].contains(&column);
                if columns.iter().all(|column| is_partition(column)) {
                    let mut fields = schema.fields().map(|field| field.name());
                    columns.extend(fields.find(|name| !is_partition(name)).cloned());
                }
                let selected = schema.project(&columns);
                Some(selected.map_err(|error| self.error("plan the scan", &error))?)
            }
        };
        let scan = self.scan(&snapshot, days, selected)?;
        let files = self.data_files(&self.entries(&scan)?, days)?;
        match days
            .iter()
            .find(|day| !files.iter().any(|file| file.day == Some(**day)))
        {
            Some(day) => Err(LakeError::UnknownDay {
                location: self.storage.to_string(),
                day: *day,
            }),
            None => Ok((scan, files)),
        }
    }

    /// Reads files until `receive` returns `false`. Blocks.
    pub(super) fn read(
        &self,
        scan: &Scan,
        files: &[DataFile],
        mut receive: impl FnMut(RecordBatch) -> Result<bool, LakeError>,
    ) -> Result<(), LakeError> {
        let error = |error: KernelError| self.error("read the rows", &error);
        let engine = &*self.engine;
        let root = scan.table_root();
        for DataFile { file, .. } in files {
            let meta = FileMeta {
                location: root
                    .join(&file.path)
                    .map_err(|error| LakeError::unexpected("name a file", &error))?,
                last_modified: file.modification_time,
                size: file.size.try_into().unwrap_or(0),
            };
            // Rows that another engine has deleted without rewriting the file.
            let mut kept = file
                .dv_info
                .get_selection_vector(engine, root)
                .map_err(error)?;
            let read = engine
                .parquet_handler()
                .read_parquet_files(&[meta], scan.physical_schema().clone(), None)
                .map_err(error)?;
            for data in read {
                let data = transform_to_logical(
                    engine,
                    data.map_err(error)?,
                    scan.physical_schema(),
                    scan.logical_schema(),
                    file.transform.clone(),
                )
                .map_err(error)?;
                let rows = data.len();
                let data = match &mut kept {
                    Some(kept) => {
                        let rest = kept.split_off(rows.min(kept.len()));
                        let these = std::mem::replace(kept, rest);
                        data.apply_selection_vector(these).map_err(error)?
                    }
                    None => data,
                };
                let batch = ArrowEngineData::try_from_engine_data(data).map_err(error)?;
                if !receive((*batch).into())? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
