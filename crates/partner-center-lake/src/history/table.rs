//! Tables: creating, opening and checking them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use delta_kernel::engine::arrow_conversion::TryIntoArrow as _;
use delta_kernel::object_store::path::Path;
use delta_kernel::snapshot::{Snapshot, SnapshotRef};
use futures_util::TryStreamExt as _;
use url::Url;

use super::engine::{Engine, blocking, engine};
use super::{FORMAT, create, property};
use crate::arrow::datatypes::{Schema, SchemaRef};
use crate::{LakeError, Report, Storage, TableSchema};

/// History of a partner's reports: a folder with one Delta table for each report.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center_catalog::Operation;
/// use partner_center_lake::{History, Report, Storage};
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path().display().to_string();
/// let history = History::new(Storage::builder(folder).build()?, None);
/// let report = Report::from(Operation::find("commercial_licenses_deployment").unwrap());
///
/// assert!(history.table(report).await?.is_none());
/// let table = history.create_or_open(report).await?;
/// assert_eq!(history.tables().await?, ["commercial_licenses_deployment"]);
/// assert!(table.days().await?.is_empty());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct History {
    pub(super) storage: Storage,
    partner: Option<String>,
}

impl History {
    /// Returns the history in a storage. No request is sent.
    ///
    /// `partner`: tenant id of the partner. It is stored in new tables, and tables of another
    /// partner are refused. `None` creates tables without a partner and opens those of all partners.
    pub fn new(storage: Storage, partner: Option<String>) -> Self {
        let partner = partner.map(|partner| partner.to_ascii_lowercase());
        Self { storage, partner }
    }

    /// Storage of the history.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Returns the table of a report, or `None` if no snapshot has been started yet.
    ///
    /// # Errors
    ///
    /// - [`LakeError::NotATable`], [`LakeError::ForeignTable`], [`LakeError::OtherReport`],
    ///   [`LakeError::OtherPartner`], [`LakeError::NewerFormat`], [`LakeError::NewerProtocol`] or
    ///   [`LakeError::DamagedTable`] if the folder of the table contains something else.
    /// - [`LakeError::Storage`] if a request fails.
    pub async fn table(&self, report: impl Into<Report>) -> Result<Option<Table>, LakeError> {
        let report = report.into();
        let storage = self.storage.child(report.name)?;
        if !has_files(&storage, "_delta_log").await? {
            if !has_files(&storage, "").await? {
                return Ok(None);
            }
            // Another writer can have created the table between the two requests.
            if !has_files(&storage, "_delta_log").await? {
                return Err(LakeError::NotATable {
                    location: storage.to_string(),
                });
            }
        }
        Table::open(storage, report, self.partner.as_deref())
            .await
            .map(Some)
    }

    /// Returns the table of a report, which is created if it does not exist.
    ///
    /// Of several writers that create a table at the same time, one succeeds, and the others open
    /// its table.
    ///
    /// # Errors
    ///
    /// Those of [`History::table`].
    pub async fn create_or_open(&self, report: impl Into<Report>) -> Result<Table, LakeError> {
        let report = report.into();
        if let Some(table) = self.table(report).await? {
            return Ok(table);
        }
        let storage = self.storage.child(report.name)?;
        let partner = self.partner.as_deref();
        let created = create::create(&storage, report, partner).await;
        // After a lost response the table may exist.
        match (self.table(report).await?, created) {
            (Some(table), _) => Ok(table),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(LakeError::NotATable {
                location: storage.to_string(),
            }),
        }
    }

    /// Names of the reports that have a table, in alphabetical order.
    ///
    /// # Errors
    ///
    /// [`LakeError::Storage`] if a request fails.
    pub async fn tables(&self) -> Result<Vec<String>, LakeError> {
        let root = self.storage.path("")?;
        let listed = self
            .storage
            .store()
            .list_with_delimiter(Some(&root))
            .await
            .map_err(|error| LakeError::storage("list the tables", &self.storage, &error))?;
        let mut names = Vec::new();
        for folder in listed.common_prefixes {
            let Some(name) = folder.filename() else {
                continue;
            };
            if has_files(&self.storage.child(name)?, "_delta_log").await? {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// Returns `true` if there is a file in the folder `name` of the storage.
async fn has_files(storage: &Storage, name: &str) -> Result<bool, LakeError> {
    let path: Path = storage.path(name)?;
    let first = storage.store().list(Some(&path)).try_next().await;
    let first = first.map_err(|error| LakeError::storage("list the files", storage, &error))?;
    Ok(first.is_some())
}

/// Delta table of a report.
///
/// Cheap to clone. Each call reads the latest version.
#[derive(Clone)]
pub struct Table {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) storage: Storage,
    pub(super) report: Report,
    pub(super) engine: Arc<Engine>,
    /// Latest version that was read.
    snapshot: Mutex<SnapshotRef>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("location", &self.inner.storage.to_string())
            .finish_non_exhaustive()
    }
}

impl Table {
    async fn open(
        storage: Storage,
        report: Report,
        partner: Option<&str>,
    ) -> Result<Self, LakeError> {
        let engine = engine(&storage);
        let partner = partner.map(str::to_owned);
        blocking(move || {
            let snapshot = Snapshot::builder_for(storage.url())
                .build(&*engine)
                .map_err(|error| LakeError::kernel("open the table", &storage, &error))?;
            check(
                &storage,
                report,
                partner.as_deref(),
                snapshot.metadata_configuration(),
            )?;
            Ok(Self {
                inner: Arc::new(Inner {
                    storage,
                    report,
                    engine,
                    snapshot: Mutex::new(snapshot),
                }),
            })
        })
        .await
    }

    /// Report of the table.
    pub fn report(&self) -> Report {
        self.inner.report
    }

    /// Folder of the table.
    pub fn storage(&self) -> &Storage {
        &self.inner.storage
    }

    /// Latest version of the table.
    ///
    /// # Errors
    ///
    /// [`LakeError::Storage`] or [`LakeError::DamagedTable`] if the log cannot be read.
    pub async fn version(&self) -> Result<u64, LakeError> {
        let inner = Arc::clone(&self.inner);
        blocking(move || Ok(inner.latest()?.version())).await
    }

    /// Columns of the table, including the partition columns `processedDate` and `isComplete`.
    ///
    /// # Errors
    ///
    /// [`LakeError::Storage`] or [`LakeError::DamagedTable`] if the log cannot be read.
    pub async fn schema(&self) -> Result<SchemaRef, LakeError> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.arrow(&*inner.latest()?).map(Arc::new)).await
    }
}

impl Inner {
    /// Latest version of the table. Blocks.
    pub(super) fn latest(&self) -> Result<SnapshotRef, LakeError> {
        let known = Arc::clone(&self.snapshot.lock().unwrap_or_else(PoisonError::into_inner));
        let latest = Snapshot::builder_from(known)
            .build(&*self.engine)
            .map_err(|error| self.error("read the log", &error))?;
        self.keep(&latest);
        Ok(latest)
    }

    /// Keeps a version, from which the latest one is read faster.
    pub(super) fn keep(&self, snapshot: &SnapshotRef) {
        let mut known = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        if snapshot.version() >= known.version() {
            *known = Arc::clone(snapshot);
        }
    }

    pub(super) fn error(
        &self,
        action: &'static str,
        error: &delta_kernel::KernelError,
    ) -> LakeError {
        LakeError::kernel(action, &self.storage, error)
    }

    pub(super) fn arrow(&self, snapshot: &Snapshot) -> Result<Schema, LakeError> {
        snapshot
            .schema()
            .as_ref()
            .try_into_arrow()
            .map_err(|error| LakeError::unexpected("read the columns", &error))
    }

    /// Columns for new files: those of the table, and new ones of the report.
    pub(super) fn columns(&self, snapshot: &Snapshot) -> Result<TableSchema, LakeError> {
        TableSchema::of(self.report).merged_with(&self.arrow(snapshot)?)
    }

    /// Path in the object store of a file of the table.
    pub(super) fn path(&self, url: &Url) -> Result<Path, LakeError> {
        Path::from_url_path(url.path())
            .map_err(|error| LakeError::unexpected("name a file", &error))
    }
}

/// Checks that the table is the one of this report and partner.
fn check(
    storage: &Storage,
    report: Report,
    partner: Option<&str>,
    properties: &HashMap<String, String>,
) -> Result<(), LakeError> {
    let location = || storage.to_string();
    let get = |property: &'static str| {
        properties
            .get(property)
            .ok_or_else(|| LakeError::ForeignTable {
                location: location(),
                property,
            })
    };
    let format = get(property::FORMAT)?;
    if format
        .parse()
        .ok()
        .is_none_or(|format: u32| format > FORMAT)
    {
        return Err(LakeError::NewerFormat {
            location: location(),
            found: format.clone(),
            supported: FORMAT,
        });
    }
    let found = get(property::OPERATION)?;
    if found != report.name {
        return Err(LakeError::OtherReport {
            location: location(),
            found: found.clone(),
            expected: report.name.to_owned(),
        });
    }
    if let (Some(expected), Some(found)) = (partner, properties.get(property::PARTNER))
        && !found.eq_ignore_ascii_case(expected)
    {
        return Err(LakeError::OtherPartner {
            location: location(),
            found: found.clone(),
            expected: expected.to_owned(),
        });
    }
    Ok(())
}
