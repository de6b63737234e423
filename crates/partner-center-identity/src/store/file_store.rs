use std::path::{Path, PathBuf};
use std::time::Duration;

use super::durable_file::{self, ReplaceStep};
use super::file_format;
use super::file_lock::FileLock;
use crate::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};

/// A store that keeps one refresh token in a file, not encrypted.
///
/// On Unix, only this user can read it: the file has mode 0600, and a directory that the store
/// creates has mode 0700. The store rejects a file or directory that belongs to another user, a
/// file that other users can read, and a directory that other users can write to. On Windows the
/// access control list of the directory applies.
///
/// A new token replaces the file atomically: it is written to `<file>.tmp`, synced and renamed,
/// and the directory is synced. The file contains a complete token at any time.
///
/// Processes exclude each other by an advisory lock on `<file>.lock`, which is released when its
/// process ends. The file system must support such locks; most network file systems do.
///
/// ```
/// use std::time::Duration;
///
/// use partner_center_identity::FileStore;
///
/// let store = FileStore::new("/var/lib/partner/sign-in.json").lock_timeout(Duration::from_secs(30));
/// assert_eq!(store.path().file_name().unwrap(), "sign-in.json");
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    lock: FileLock,
    /// Step before which a test aborts a save.
    stop_before: Option<ReplaceStep>,
}

impl FileStore {
    /// Creates a store in this file. The file is neither read nor created yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            lock: FileLock::default(),
            stop_before: None,
        }
    }

    /// Sets the maximum time to wait for another process. Default: two minutes.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock.timeout = timeout;
        self
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes saves fail as if the process had ended before this step.
    #[cfg(test)]
    pub(crate) fn stop_before(mut self, step: ReplaceStep) -> Self {
        self.stop_before = Some(step);
        self
    }

    /// Runs file operations on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        // A blocking task continues if its caller is dropped. It therefore shares the lock, so
        // that no other task or process starts before it ends.
        let lock = self.lock.share();
        durable_file::blocking(move || {
            let result = work(&path);
            drop(lock);
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
