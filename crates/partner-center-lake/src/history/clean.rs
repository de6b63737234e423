//! Removal of files that no version needs.

use std::collections::HashSet;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use delta_kernel::object_store::path::Path;
use delta_kernel::object_store::{self, ObjectMeta, ObjectStoreExt as _};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use time::OffsetDateTime;

use super::engine::blocking;
use super::table::Table;
use crate::{Cause, LakeError};

/// Removed file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemovedFile {
    /// Path relative to the folder of the table.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Time of the last change.
    pub modified: OffsetDateTime,
}

/// Result of [`Table::clean`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cleaned {
    /// Removed files, or those that would be removed, by path.
    pub files: Vec<RemovedFile>,
    /// Total size in bytes.
    pub bytes: u64,
}

impl Table {
    /// Usual retention of [`clean`](Self::clean), which engines use too: seven days.
    pub const RETENTION: Duration = Duration::from_hours(7 * 24);

    /// Removes data files that the latest version does not refer to, and incomplete uploads of
    /// local folders.
    ///
    /// A file is removed if it was replaced, or left by a failed snapshot, more than `retention`
    /// ago. Readers of earlier versions, and snapshots that are being taken, need their files: use
    /// [`RETENTION`](Self::RETENTION) unless there are none. Versions before the retention can no longer be
    /// read. Files of other kinds and in folders that begin with `_` or `.` are kept.
    ///
    /// `dry_run`: returns the files, and removes none.
    ///
    /// Object storages keep the parts of interrupted uploads where they are not listed: Azure
    /// removes them after seven days, and S3 by a lifecycle rule.
    ///
    /// # Errors
    ///
    /// [`LakeError::Storage`] or [`LakeError::DamagedTable`] if the log cannot be read, or a file
    /// cannot be listed or removed.
    ///
    /// ```
    /// # use partner_center_lake::{LakeError, Table};
    /// # async fn clean(table: &Table) -> Result<(), LakeError> {
    /// let planned = table.clean(Table::RETENTION, true).await?;
    /// println!("{} files can be removed: {} bytes", planned.files.len(), planned.bytes);
    /// # Ok(()) }
    /// ```
    pub async fn clean(&self, retention: Duration, dry_run: bool) -> Result<Cleaned, LakeError> {
        let before = OffsetDateTime::now_utc() - retention;
        let storage = &self.inner.storage;
        let failed =
            |error: object_store::Error| LakeError::storage("remove unused files", storage, &error);
        let root = storage.path("")?;
        // First the files and then the log: a commit in between is seen in the log.
        let listed: Vec<ObjectMeta> = storage
            .store()
            .list(Some(&root))
            .try_collect()
            .await
            .map_err(failed)?;
        let needed = self.needed(&listed, &root, before).await?;
        let mut cleaned = Cleaned::default();
        let mut paths = Vec::new();
        for meta in listed {
            let modified = modified(&meta);
            let path = relative(&meta.location, &root);
            if modified < before && is_data(&path) && !needed.contains(&path) {
                cleaned.bytes += meta.size;
                cleaned.files.push(RemovedFile {
                    path,
                    bytes: meta.size,
                    modified,
                });
                paths.push(meta.location);
            }
        }
        let staged = match storage.folder() {
            Some(folder) => {
                let folder = folder.to_owned();
                blocking(move || Ok(staged(&folder, &folder, before))).await?
            }
            None => Vec::new(),
        };
        if !dry_run {
            let paths = futures_util::stream::iter(paths.into_iter().map(Ok)).boxed();
            let mut removed = storage.store().delete_stream(paths);
            while let Some(path) = removed.next().await {
                match path {
                    // Another program was faster.
                    Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
            for (path, _) in &staged {
                match std::fs::remove_file(path) {
                    Ok(()) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(source) => {
                        return Err(LakeError::LocalFile {
                            action: "remove the file",
                            path: path.clone(),
                            source,
                        });
                    }
                }
            }
        }
        for (_, file) in staged {
            cleaned.bytes += file.bytes;
            cleaned.files.push(file);
        }
        cleaned.files.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(cleaned)
    }

    /// Files of the latest version, and those that were removed from it since `before`.
    ///
    /// All are relative to the folder of the table: the log can name it in another way than the list
    /// of files, for example through a symbolic link. If a file of the latest version is not where
    /// the log states, nothing is removed.
    async fn needed(
        &self,
        listed: &[ObjectMeta],
        root: &Path,
        before: OffsetDateTime,
    ) -> Result<HashSet<String>, LakeError> {
        let inner = Arc::clone(&self.inner);
        let (files, url) = blocking(move || {
            let snapshot = inner.latest()?;
            let files = inner.files(&snapshot, &[])?;
            let paths: Vec<String> = files.into_iter().map(|file| file.file.path).collect();
            Ok((paths, snapshot.table_root().clone()))
        })
        .await?;
        let storage = &self.inner.storage;
        let folder = self.inner.path(&url)?;
        let locate = |path: &str| Path::from_url_path(url.join(path).ok()?.path()).ok();
        let names: HashSet<String> = listed
            .iter()
            .map(|meta| relative(&meta.location, root))
            .collect();
        let mut needed = HashSet::new();
        for file in files {
            let path = locate(&file);
            let name = path.as_ref().map(|path| relative(path, &folder));
            if let Some(name) = name.filter(|name| names.contains(name)) {
                needed.insert(name);
                continue;
            }
            // Committed after the list was made, or missing.
            let found = match &path {
                Some(path) => storage.store().head(path).await,
                None => continue,
            };
            match found {
                Ok(_) => {}
                Err(object_store::Error::NotFound { .. }) => {
                    return Err(LakeError::DamagedTable {
                        action: "remove unused files",
                        location: storage.to_string(),
                        source: Cause::text(format!("the data file {file} does not exist")),
                    });
                }
                Err(error) => return Err(LakeError::storage("find the files", storage, &error)),
            }
        }
        for meta in listed {
            let name = relative(&meta.location, root);
            let is_commit = name.starts_with("_delta_log/") && name.ends_with(".json");
            if !is_commit || modified(meta) < before {
                continue;
            }
            let read = async { storage.store().get(&meta.location).await?.bytes().await };
            let commit = match read.await {
                Ok(commit) => commit,
                // Another program removes old parts of the log.
                Err(object_store::Error::NotFound { .. }) => continue,
                Err(error) => return Err(LakeError::storage("read the log", storage, &error)),
            };
            let lines = commit.split(|byte| *byte == b'\n');
            needed.extend(
                lines
                    .filter_map(removed)
                    .filter_map(|path| Some(relative(&locate(&path)?, &folder))),
            );
        }
        Ok(needed)
    }
}

/// Path of the file that an action of the log removes.
fn removed(action: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Action {
        remove: Option<Remove>,
    }
    #[derive(Deserialize)]
    struct Remove {
        path: String,
    }

    let action: Action = serde_json::from_slice(action).ok()?;
    Some(action.remove?.path)
}

fn modified(meta: &ObjectMeta) -> OffsetDateTime {
    let nanos = meta.last_modified.timestamp_nanos_opt().unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp_nanos(nanos.into()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Path relative to a folder, or an empty text if it is elsewhere.
fn relative(path: &Path, root: &Path) -> String {
    let parts = path.prefix_match(root).into_iter().flatten();
    let parts: Vec<String> = parts.map(|part| part.as_ref().to_owned()).collect();
    parts.join("/")
}

/// Returns `true` for data files: Delta reserves names that begin with `_`, and `.` hides files.
fn is_data(name: &str) -> bool {
    name.ends_with(".parquet") && !name.split('/').any(|part| part.starts_with(['_', '.']))
}

/// Incomplete uploads in a local folder, whose names end with `#` and a number. The object store
/// does not list them.
fn staged(
    root: &FilePath,
    folder: &FilePath,
    before: OffsetDateTime,
) -> Vec<(PathBuf, RemovedFile)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(meta) = entry.metadata() else {
            continue;
        };
        if meta.is_dir() {
            files.extend(staged(root, &path, before));
            continue;
        }
        let name = entry.file_name();
        let is_staged = name
            .to_string_lossy()
            .rsplit_once('#')
            .is_some_and(|(_, number)| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            });
        let modified = meta.modified().map(OffsetDateTime::from);
        if let Ok(modified) = modified
            && is_staged
            && modified < before
        {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let file = RemovedFile {
                path: relative.to_string_lossy().into_owned(),
                bytes: meta.len(),
                modified,
            };
            files.push((path, file));
        }
    }
    files
}
