//! Writer of a snapshot: pages of rows become Parquet files while they arrive.

use std::fmt;
use std::sync::Arc;

use delta_kernel::expressions::ColumnName;
use delta_kernel::object_store::ObjectStoreExt as _;
use partner_center_core::Row;
use time::{Date, UtcOffset};
use url::Url;
use uuid::Uuid;

use super::commit::{Committed, Content, commit};
use super::engine::blocking;
use super::table::{Inner, Table};
use super::upload::{File, Uploaded};
use super::{IS_COMPLETE, PROCESSED_DATE};
use crate::{Columns, Facts, LakeError, Origin};

/// Rows that are encoded at once.
const BATCH_ROWS: usize = 8192;

/// Completeness of a listing.
///
/// ```
/// use partner_center_lake::Completeness;
///
/// assert!(Completeness::complete(Some(1_000)).is_complete);
/// let partial = Completeness::incomplete(Some(1_000), true);
/// assert!(!partial.is_complete && partial.allow_incomplete);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completeness {
    /// `true` if all pages were received.
    pub is_complete: bool,
    /// Number of rows that the service stated.
    pub stated_total: Option<u64>,
    /// Commits an incomplete listing, with `isComplete` false in all rows. Otherwise it is refused.
    pub allow_incomplete: bool,
}

impl Completeness {
    /// All pages were received.
    pub fn complete(stated_total: Option<u64>) -> Self {
        Self {
            is_complete: true,
            stated_total,
            allow_incomplete: false,
        }
    }

    /// The listing ended before all pages were received. `allow`: commits it nevertheless, marked.
    pub fn incomplete(stated_total: Option<u64>, allow: bool) -> Self {
        Self {
            is_complete: false,
            stated_total,
            allow_incomplete: allow,
        }
    }
}

/// Writer of the snapshot of one day.
///
/// Rows are encoded and uploaded while they arrive, so that memory does not grow with their number.
/// They are visible only after [`commit`](Self::commit), all at once. A writer that is dropped or
/// fails leaves the table as it was; [`Table::clean`] removes files that it has uploaded.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center::types::CommercialLicensesDeployment;
/// use partner_center_catalog::Operation;
/// use partner_center_lake::{Completeness, History, Origin, Storage};
/// use time::OffsetDateTime;
/// use uuid::Uuid;
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path().display().to_string();
/// let history = History::new(Storage::builder(folder).build()?, None);
/// let report = Operation::find("commercial_licenses_deployment").unwrap();
/// let table = history.create_or_open(report).await?;
///
/// let origin = Origin::new(OffsetDateTime::now_utc(), Uuid::new_v4());
/// let mut writer = table.begin(origin).await?;
/// let row: CommercialLicensesDeployment = serde_json::from_str(
///     r#"{"customerName":"Contoso","licensesSold":5,"processedDateTime":"2026-01-31T04:00:00Z"}"#,
/// )?;
/// writer.page(&[&row]).await?;
/// let committed = writer.commit(None, Completeness::complete(Some(1))).await?;
///
/// assert_eq!((committed.version, committed.rows), (1, 1));
/// assert_eq!(table.days().await?[0].date.to_string(), "2026-01-31");
/// # Ok(()) }
/// ```
#[must_use]
pub struct SnapshotWriter {
    inner: Arc<Inner>,
    /// Folder of the table.
    root: Url,
    stats_columns: Vec<ColumnName>,
    origin: Origin,
    columns: Columns,
    current: Option<File>,
    uploaded: Vec<Uploaded>,
    /// Random part of the names of the files.
    id: Uuid,
    has_failed: bool,
}

impl fmt::Debug for SnapshotWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotWriter")
            .field("location", &self.inner.storage.to_string())
            .field("files", &self.uploaded.len())
            .finish_non_exhaustive()
    }
}

impl Table {
    /// Begins a snapshot.
    ///
    /// # Errors
    ///
    /// [`LakeError::ChangedType`] if a column of the report has another type in the table, and
    /// [`LakeError::Storage`] or [`LakeError::DamagedTable`] if the log cannot be read.
    pub async fn begin(&self, origin: Origin) -> Result<SnapshotWriter, LakeError> {
        let inner = Arc::clone(&self.inner);
        blocking(move || {
            let snapshot = inner.latest()?;
            let columns = Columns::new(inner.columns(&snapshot)?, &origin);
            let stats_columns = inner.stats_columns(&snapshot)?;
            Ok(SnapshotWriter {
                root: snapshot.table_root().clone(),
                inner,
                stats_columns,
                origin,
                columns,
                current: None,
                uploaded: Vec::new(),
                id: Uuid::new_v4(),
                has_failed: false,
            })
        })
        .await
    }
}

impl SnapshotWriter {
    /// Adds rows.
    ///
    /// # Errors
    ///
    /// Those of [`Columns::append`], and [`LakeError::Storage`] if an upload fails. The writer
    /// cannot be used after an error.
    pub async fn page(&mut self, rows: &[&dyn Row]) -> Result<(), LakeError> {
        self.check()?;
        self.has_failed = true;
        for row in rows {
            self.columns.append(*row)?;
            if self.columns.len() >= BATCH_ROWS {
                self.encode().await?;
            }
        }
        self.has_failed = false;
        Ok(())
    }

    /// Day of the snapshot unless another one is requested: the latest UTC date of
    /// `processedDateTime` so far, or the UTC date of the listing if there is none.
    pub fn day(&self) -> Date {
        self.columns
            .latest_processed_date()
            .unwrap_or_else(|| self.origin.fetched_at.to_offset(UtcOffset::UTC).date())
    }

    /// Commits the rows as the snapshot of `day`, or of [`day`](Self::day) if it is `None`.
    ///
    /// One version of the table contains the rows and no longer contains those of an earlier
    /// snapshot of the day. If other programs write at the same time, the commit is repeated on
    /// their version.
    ///
    /// # Errors
    ///
    /// - [`LakeError::Incomplete`] if the listing is incomplete and this is not allowed.
    /// - [`LakeError::CompleteDayExists`] if an incomplete listing would replace a complete one.
    /// - [`LakeError::ChangedType`] if another writer has added a column with another type.
    /// - [`LakeError::Contended`] if other programs write at each attempt.
    /// - [`LakeError::UnknownOutcome`] if the storage failed after a commit was sent, and does not
    ///   respond to requests whether it succeeded.
    /// - [`LakeError::Storage`] or [`LakeError::DamagedTable`] if a request fails or the log cannot
    ///   be read. The table is as it was.
    pub async fn commit(
        mut self,
        day: Option<Date>,
        completeness: Completeness,
    ) -> Result<Committed, LakeError> {
        self.check()?;
        if !completeness.is_complete && !completeness.allow_incomplete {
            let report = self.inner.report.name.to_owned();
            self.abort().await;
            return Err(LakeError::Incomplete { report });
        }
        let day = day.unwrap_or_else(|| self.day());
        let mut uploaded = self.upload_rest(completeness).await;
        if uploaded.is_ok() {
            uploaded = self.move_files(day, completeness.is_complete).await;
        }
        if let Err(error) = uploaded {
            self.abort().await;
            return Err(error);
        }
        let content = Content {
            day,
            is_complete: completeness.is_complete,
            files: std::mem::take(&mut self.uploaded),
            schema: self.columns.schema(),
        };
        let urls: Vec<Url> = content.files.iter().map(|file| file.url.clone()).collect();
        match commit(&self.inner, content).await {
            Ok(committed) => Ok(committed),
            Err(failure) => {
                // Files are only removed if no version can refer to them, now or later. If the
                // storage fails, they are left to `Table::clean`.
                if failure.is_unsent && failure.error.storage_failure().is_none() {
                    remove(&self.inner, urls).await;
                }
                Err(failure.error)
            }
        }
    }

    /// Ends the snapshot without a commit, and removes its files. Files that cannot be removed are
    /// left to [`Table::clean`].
    pub async fn abort(mut self) {
        if let Some(file) = self.current.take() {
            file.abort().await;
        }
        let urls = self.uploaded.drain(..).map(|file| file.url).collect();
        remove(&self.inner, urls).await;
    }

    fn check(&self) -> Result<(), LakeError> {
        match self.has_failed {
            true => Err(LakeError::FailedWriter {
                location: self.inner.storage.to_string(),
            }),
            false => Ok(()),
        }
    }

    /// Uploads the rows that are left. A snapshot without rows is one empty file, so that its day
    /// exists.
    async fn upload_rest(&mut self, completeness: Completeness) -> Result<(), LakeError> {
        if !self.columns.is_empty() || (self.current.is_none() && self.uploaded.is_empty()) {
            self.encode().await?;
        }
        let mut facts = self.facts();
        facts.is_complete = completeness.is_complete;
        facts.stated_total = completeness.stated_total;
        self.end_file(facts).await
    }

    fn facts(&self) -> Facts {
        Facts::new(self.inner.report.name, self.origin.clone())
    }

    /// Encodes the collected rows in the background, while further rows are collected.
    async fn encode(&mut self) -> Result<(), LakeError> {
        let batch = self.columns.finish()?;
        if let Some(file) = &mut self.current {
            file.wait(&self.inner).await?;
            // A property that is new in these rows: the next file has a column for it.
            if !file.has_schema(batch.schema_ref()) {
                self.end_file(self.facts()).await?;
            }
        }
        if self.current.is_none() {
            let url = self.address(self.uploaded.len(), self.day(), true)?;
            let schema = batch.schema();
            self.current = Some(File::begin(&self.inner, url, schema, &self.stats_columns)?);
        }
        if let Some(file) = &mut self.current {
            file.encode(batch);
        }
        Ok(())
    }

    /// Returns the address of a file in the folder of its partition.
    ///
    /// The log has the values of the partitions, so that Delta does not need such folders. Engines
    /// that read the Parquet files alone take the values from these names, and some do so for Delta
    /// tables as well.
    fn address(&self, file: usize, day: Date, is_complete: bool) -> Result<Url, LakeError> {
        let id = self.id;
        let name = format!(
            "{PROCESSED_DATE}={day}/{IS_COMPLETE}={is_complete}/part-{file:05}-{id}.zstd.parquet"
        );
        let joined = self.root.join(&name);
        joined.map_err(|error| LakeError::unexpected("name a file", &error))
    }

    /// Moves files to the folder of this day. Their folder was chosen with their first rows, before
    /// the day and the completeness of the snapshot were known.
    async fn move_files(&mut self, day: Date, is_complete: bool) -> Result<(), LakeError> {
        for index in 0..self.uploaded.len() {
            let address = self.address(index, day, is_complete)?;
            if let Some(file) = self.uploaded.get_mut(index) {
                file.move_to(&self.inner, address).await?;
            }
        }
        Ok(())
    }

    async fn end_file(&mut self, facts: Facts) -> Result<(), LakeError> {
        if let Some(file) = self.current.take() {
            self.uploaded.push(file.end(&self.inner, facts).await?);
        }
        Ok(())
    }
}

impl Inner {
    /// Columns with statistics in the log.
    fn stats_columns(
        &self,
        snapshot: &delta_kernel::snapshot::SnapshotRef,
    ) -> Result<Vec<ColumnName>, LakeError> {
        use delta_kernel::committer::FileSystemCommitter;
        use delta_kernel::transaction::UpdateTableOperation;

        Arc::clone(snapshot)
            .update_table(UpdateTableOperation::Write, super::create::ENGINE, true)
            .build(&*self.engine, Box::new(FileSystemCommitter::new()))
            .and_then(|transaction| transaction.write_state())
            .map(|state| state.stats_columns().to_vec())
            .map_err(|error| self.error("begin the snapshot", &error))
    }
}

/// Removes files that no version refers to.
async fn remove(inner: &Inner, urls: Vec<Url>) {
    for url in urls {
        let Ok(path) = inner.path(&url) else {
            continue;
        };
        if let Err(error) = inner.storage.store().delete(&path).await {
            tracing::debug!(error = %crate::Cause::of(&error), "a file was not removed");
        }
    }
}
