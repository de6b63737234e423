use std::path::{Path, PathBuf};
use std::time::Duration;

use super::durable_file::{self, ReplaceStep};
use super::file_format;
use super::file_lock::FileLock;
use crate::credential::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};

/// A refresh token in a file of its own.
///
/// On Unix it is for this user only: the file has mode 0600 and a directory made for it 0700,
/// and a file or a directory that belongs to another user, a file that others could read, or a
/// directory that others could write to, is refused. On Windows the access list of the
/// directory decides. A new token
/// replaces the file atomically: it is written to `<file>.tmp`, synced, renamed, and
/// the directory is synced. At any moment there is one whole token in the file.
///
/// Processes take turns by an advisory lock on `<file>.lock`, which ends with the
/// process that holds it. The file system has to support such locks; most network
/// file systems do.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    lock: FileLock,
    /// Where a test cuts the work short.
    stop_before: Option<ReplaceStep>,
}

impl FileStore {
    /// The store in this file. Nothing is read or made yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            lock: FileLock::default(),
            stop_before: None,
        }
    }

    /// How long to wait for another process. Default: two minutes.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock.timeout = timeout;
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// This store, failing as if the process died before the step.
    #[cfg(test)]
    pub(crate) fn stop_before(mut self, step: ReplaceStep) -> Self {
        self.stop_before = Some(step);
        self
    }

    /// Runs file work where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        // The work goes on when its caller is gone: nobody else may begin before its end.
        let turn = self.lock.share();
        durable_file::blocking(move || {
            let result = work(&path);
            drop(turn);
            result
        })
        .await
    }
}

#[async_trait::async_trait]
impl RefreshTokenStore for FileStore {
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        let lock = durable_file::lock_path(&self.path);
        let guard = self.lock.acquire(lock).await?;
        self.blocking(durable_file::check).await?;
        Ok(guard)
    }

    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
        self.blocking(|path| match durable_file::read(path)? {
            Some(bytes) => file_format::decode(&durable_file::place(path), &bytes).map(Some),
            None => Ok(None),
        })
        .await
    }

    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        let bytes = file_format::encode(token)?;
        let stop_before = self.stop_before;
        self.blocking(move |path| durable_file::replace(path, &bytes, stop_before))
            .await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.blocking(durable_file::remove).await
    }
}
