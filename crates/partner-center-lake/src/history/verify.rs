//! Verification of snapshots: sizes, rows, sums, stated totals and digests.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use delta_kernel::object_store::path::Path;
use delta_kernel::object_store::{self, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _};
use delta_kernel::snapshot::SnapshotRef;
use futures_util::TryStreamExt as _;
use futures_util::future::{BoxFuture, FutureExt as _};
use parquet::arrow::async_reader::MetadataFetch;
use parquet::file::metadata::ParquetMetaDataReader;
use sha2::{Digest as _, Sha256};
use time::Date;

use super::days::DataFile;
use super::engine::blocking;
use super::table::{Inner, Table};
use super::{IS_COMPLETE, PROCESSED_DATE};
use crate::arrow::datatypes::DataType;
use crate::{Footer, LakeError, Sums};

/// Result of the verification of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verification {
    /// Day of the snapshot.
    pub day: Date,
    /// `false` if the snapshot is marked as incomplete.
    pub is_complete: bool,
    /// Number of rows in the data files.
    pub rows: u64,
    /// Size of the data files in bytes.
    pub bytes: u64,
    /// Number of data files.
    pub files: usize,
    /// Number of data files that another program wrote, for example to merge small files. Their
    /// footers state no sums and no digest, so that only their sizes and rows are verified.
    pub foreign_files: usize,
    /// Number of rows that the service stated.
    pub stated_total: Option<u64>,
    /// Differences. The snapshot is as it was written if there are none.
    pub problems: Vec<Problem>,
}

/// Difference between a snapshot and what its log or its files state.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A data file does not exist.
    MissingFile {
        /// Name of the file.
        file: String,
    },
    /// A data file has another size than the log states.
    Size {
        /// Name of the file.
        file: String,
        /// Bytes that the log states.
        stated: u64,
        /// Bytes of the file.
        found: u64,
    },
    /// A data file has another number of rows than the log or its footer states.
    Rows {
        /// Name of the file.
        file: String,
        /// Rows that are stated.
        stated: u64,
        /// Rows of the file.
        found: u64,
    },
    /// A column has another sum than the footer states.
    Sum {
        /// Name of the file.
        file: String,
        /// Name of the column.
        column: String,
        /// Sum that is stated, if there is one.
        stated: Option<String>,
        /// Sum of the values, if there are any.
        found: Option<String>,
    },
    /// The content has another digest than the footer states.
    Digest {
        /// Name of the file.
        file: String,
    },
    /// A data file cannot be read.
    Unreadable {
        /// Name of the file.
        file: String,
    },
    /// A complete snapshot has another number of rows than the service stated.
    StatedTotal {
        /// Rows that the service stated.
        stated: u64,
        /// Rows of the snapshot.
        found: u64,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |sum: &Option<String>| sum.clone().unwrap_or_else(|| "none".to_owned());
        match self {
            Self::MissingFile { file } => write!(f, "the file {file} does not exist"),
            Self::Size {
                file,
                stated,
                found,
            } => write!(f, "the file {file} has {found} bytes, not {stated}"),
            Self::Rows {
                file,
                stated,
                found,
            } => write!(f, "the file {file} has {found} rows, not {stated}"),
            Self::Sum {
                file,
                column,
                stated,
                found,
            } => write!(
                f,
                "the column {column} of the file {file} has the sum {}, not {}",
                or_none(found),
                or_none(stated)
            ),
            Self::Digest { file } => {
                write!(
                    f,
                    "the content of the file {file} has changed: its digest differs"
                )
            }
            Self::Unreadable { file } => write!(f, "the file {file} cannot be read as Parquet"),
            Self::StatedTotal { stated, found } => {
                write!(
                    f,
                    "the snapshot has {found} rows, and the service stated {stated}"
                )
            }
        }
    }
}

impl Verification {
    /// Returns `true` if there is no difference.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Findings about one file.
#[derive(Default)]
struct Findings {
    rows: u64,
    stated_total: Option<u64>,
    is_foreign: bool,
    problems: Vec<Problem>,
}

impl Table {
    /// Compares the data files of a day with the log and with the facts in their footers: sizes,
    /// numbers of rows, sums of all number columns, the total that the service stated and a digest
    /// of the content. All bytes of the files are read.
    ///
    /// # Errors
    ///
    /// - [`LakeError::UnknownDay`] if there is no snapshot of the day.
    /// - [`LakeError::Storage`] or [`LakeError::DamagedTable`] if the log cannot be read or a
    ///   request fails. Damaged data files are [problems](Verification::problems), not errors.
    ///
    /// ```
    /// # use partner_center_lake::{LakeError, Table};
    /// # async fn verify(table: &Table) -> Result<(), LakeError> {
    /// for day in table.days().await? {
    ///     for problem in table.verify(day.date).await?.problems {
    ///         println!("{}: {problem}", day.date);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn verify(&self, day: Date) -> Result<Verification, LakeError> {
        let inner = Arc::clone(&self.inner);
        // One version for the log and the rows: another program may replace the day meanwhile.
        let (files, snapshot) = blocking(move || {
            let snapshot = inner.latest()?;
            let files = inner.files(&snapshot, &[day])?;
            Ok((files, snapshot))
        })
        .await?;
        if files.is_empty() {
            return Err(LakeError::UnknownDay {
                location: self.inner.storage.to_string(),
                day,
            });
        }
        let mut result = Verification {
            day,
            is_complete: files.iter().all(|file| file.is_complete),
            rows: 0,
            bytes: files.iter().map(DataFile::bytes).sum(),
            files: files.len(),
            foreign_files: 0,
            stated_total: None,
            problems: Vec::new(),
        };
        for file in files {
            let url = snapshot
                .table_root()
                .join(&file.file.path)
                .map_err(|error| LakeError::unexpected("name a file", &error))?;
            let path = self.inner.path(&url)?;
            let found = self.inner.verify(&snapshot, file, path).await?;
            result.rows += found.rows;
            result.foreign_files += usize::from(found.is_foreign);
            result.stated_total = result.stated_total.or(found.stated_total);
            result.problems.extend(found.problems);
        }
        if let Some(stated) = result.stated_total
            && result.is_complete
            && stated != result.rows
        {
            result.problems.push(Problem::StatedTotal {
                stated,
                found: result.rows,
            });
        }
        Ok(result)
    }
}

impl Inner {
    async fn verify(
        self: &Arc<Self>,
        snapshot: &SnapshotRef,
        file: DataFile,
        path: Path,
    ) -> Result<Findings, LakeError> {
        let name = file.file.path.clone();
        let mut found = Findings::default();
        let store = self.storage.store();
        let failed = |error: object_store::Error| {
            LakeError::storage("verify the file", &self.storage, &error)
        };
        let size = match store.head(&path).await {
            Ok(meta) => meta.size,
            Err(object_store::Error::NotFound { .. }) => {
                found.problems.push(Problem::MissingFile { file: name });
                return Ok(found);
            }
            Err(error) => return Err(failed(error)),
        };
        if size != file.bytes() {
            found.problems.push(Problem::Size {
                file: name.clone(),
                stated: file.bytes(),
                found: size,
            });
        }
        let fetch = Fetch {
            store: Arc::clone(store),
            path: path.clone(),
        };
        let metadata = match ParquetMetaDataReader::new()
            .load_and_finish(fetch, size)
            .await
        {
            Ok(metadata) => metadata,
            Err(error) => {
                let error = LakeError::parquet("read the file", &self.storage, &error);
                if error.storage_failure().is_some() {
                    return Err(error);
                }
                found.problems.push(Problem::Unreadable { file: name });
                return Ok(found);
            }
        };
        let metadata = metadata.file_metadata();
        let footer = match metadata.key_value_metadata().map(|pairs| Footer::of(pairs)) {
            Some(Ok(footer)) => footer,
            Some(Err(_)) => {
                found.problems.push(Problem::Unreadable { file: name });
                return Ok(found);
            }
            None => None,
        };
        let physical = u64::try_from(metadata.num_rows()).unwrap_or(0);
        // Rows that another engine has deleted are in the file, but not in the table.
        let has_deleted = file.file.dv_info.has_vector();
        found.rows = match file.rows {
            Some(rows) if has_deleted => rows,
            _ => physical,
        };
        let stated = file.rows.filter(|_| !has_deleted).into_iter();
        for stated in stated.chain(footer.as_ref().map(|footer| footer.rows)) {
            if stated != physical {
                found.problems.push(Problem::Rows {
                    file: name.clone(),
                    stated,
                    found: physical,
                });
                break;
            }
        }
        let Some(footer) = footer else {
            found.is_foreign = true;
            return Ok(found);
        };
        found.stated_total = footer.facts.stated_total;
        if self.digest(&path, footer.digest_bytes.min(size)).await? != footer.digest {
            found.problems.push(Problem::Digest { file: name });
            return Ok(found);
        }
        if !has_deleted {
            found
                .problems
                .extend(self.sums(snapshot, file, footer).await?);
        }
        Ok(found)
    }

    /// SHA-256 of the first bytes of a file, in hexadecimal.
    async fn digest(&self, path: &Path, bytes: u64) -> Result<String, LakeError> {
        let failed = |error: object_store::Error| {
            LakeError::storage("verify the file", &self.storage, &error)
        };
        let mut digest = Sha256::new();
        if bytes > 0 {
            let options = GetOptions {
                range: Some(GetRange::Bounded(0..bytes)),
                ..GetOptions::default()
            };
            let response = self.storage.store().get_opts(path, options).await;
            let mut chunks = response.map_err(failed)?.into_stream();
            while let Some(chunk) = chunks.try_next().await.map_err(failed)? {
                digest.update(&chunk);
            }
        }
        let digest = digest.finalize();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Compares the rows and sums of a file with those in its footer.
    async fn sums(
        self: &Arc<Self>,
        snapshot: &SnapshotRef,
        file: DataFile,
        footer: Footer,
    ) -> Result<Vec<Problem>, LakeError> {
        let (inner, snapshot) = (Arc::clone(self), Arc::clone(snapshot));
        blocking(move || {
            let name = file.file.path.clone();
            let numbers: Vec<String> = inner
                .arrow(&snapshot)?
                .fields()
                .iter()
                .filter(|field| {
                    matches!(
                        field.data_type(),
                        DataType::Int64 | DataType::Decimal128(..)
                    ) && ![PROCESSED_DATE, IS_COMPLETE].contains(&field.name().as_str())
                })
                .map(|field| field.name().clone())
                .collect();
            if numbers.is_empty() {
                return Ok(Vec::new());
            }
            let columns = snapshot
                .schema()
                .project(&numbers)
                .map_err(|error| inner.error("plan the scan", &error))?;
            let days: Vec<Date> = file.day.into_iter().collect();
            let scan = inner.scan(&snapshot, &days, Some(columns))?;
            // The entry of this scan, whose transformation fits its columns.
            let files = inner.data_files(&inner.entries(&scan)?, &days)?;
            let files: Vec<DataFile> = files
                .into_iter()
                .filter(|other| other.file.path == name)
                .collect();
            let mut sums = Sums::default();
            inner.read(&scan, &files, |batch| {
                sums.add(&batch);
                Ok(true)
            })?;
            let sums = sums.texts();
            let columns = sums.keys().chain(footer.sums.keys());
            let mut problems: Vec<Problem> = columns
                .filter(|column| sums.get(*column) != footer.sums.get(*column))
                .map(|column| Problem::Sum {
                    file: name.clone(),
                    column: column.clone(),
                    stated: footer.sums.get(column).cloned(),
                    found: sums.get(column).cloned(),
                })
                .collect();
            problems.dedup();
            Ok(problems)
        })
        .await
    }
}

/// Bytes of a file, for the reader of footers.
struct Fetch {
    store: Arc<dyn ObjectStore>,
    path: Path,
}

impl MetadataFetch for Fetch {
    fn fetch(&mut self, range: Range<u64>) -> BoxFuture<'_, parquet::errors::Result<Bytes>> {
        async move {
            let bytes = self.store.get_range(&self.path, range).await;
            bytes.map_err(|error| parquet::errors::ParquetError::External(Box::new(error)))
        }
        .boxed()
    }
}
