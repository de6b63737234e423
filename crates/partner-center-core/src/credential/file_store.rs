use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

use super::durable_file::{self, Step};
use super::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};

/// How often a lock that another process holds is asked for again.
const LOCK_POLL: Duration = Duration::from_millis(50);

/// Longer than an exchange at the sign-in service can last.
const LOCK_TIMEOUT: Duration = Duration::from_secs(120);

/// A refresh token in a file of its own, for this user only.
///
/// On Unix the file has mode 0600 and a directory made for it 0700; a file that others
/// could read, or a directory that others could write to, is refused. A new token
/// replaces the file atomically: it is written to `<file>.tmp`, synced, renamed, and
/// the directory is synced. At any moment there is one whole token in the file.
///
/// Processes take turns by an advisory lock on `<file>.lock`, which ends with the
/// process that holds it. The file system has to support such locks; most network
/// file systems do.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    /// Tasks of this process queue here, in order, before one asks for the file lock.
    queue: Arc<tokio::sync::Mutex<()>>,
    lock_timeout: Duration,
    /// Where a test cuts the work short.
    stop_before: Option<Step>,
}

impl FileStore {
    /// The store in this file. Nothing is read or made yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            queue: Arc::default(),
            lock_timeout: LOCK_TIMEOUT,
            stop_before: None,
        }
    }

    /// How long to wait for another process. Default: two minutes.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// This store, failing as if the process died before the step.
    #[cfg(test)]
    pub(crate) fn stop_before(mut self, step: Step) -> Self {
        self.stop_before = Some(step);
        self
    }

    /// Runs file work where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        match tokio::task::spawn_blocking(move || work(&path)).await {
            Ok(result) => result,
            Err(_) => Err(StoreError::other("the work with the file was broken off")),
        }
    }
}

/// Released in this order: first the file for other processes, then the queue.
struct FileGuard {
    _file: std::fs::File,
    _turn: OwnedMutexGuard<()>,
}

#[async_trait::async_trait]
impl RefreshTokenStore for FileStore {
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        let turn = self.queue.clone().lock_owned().await;
        let file = self.blocking(durable_file::prepare).await?;
        let start = tokio::time::Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => {
                    return Ok(StoreGuard::new(FileGuard {
                        _file: file,
                        _turn: turn,
                    }));
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    let waited = start.elapsed();
                    if waited >= self.lock_timeout {
                        return Err(StoreError::Locked {
                            path: durable_file::lock_path(&self.path),
                            waited,
                        });
                    }
                    tokio::time::sleep(LOCK_POLL).await;
                }
                Err(std::fs::TryLockError::Error(source)) => {
                    return Err(StoreError::Write {
                        path: durable_file::lock_path(&self.path),
                        source: Arc::new(source),
                    });
                }
            }
        }
    }

    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
        self.blocking(|path| match durable_file::read(path)? {
            Some(bytes) => super::file_format::decode(path, &bytes).map(Some),
            None => Ok(None),
        })
        .await
    }

    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        let bytes = super::file_format::encode(token)?;
        let stop_before = self.stop_before;
        self.blocking(move |path| durable_file::replace(path, &bytes, stop_before))
            .await
    }
}
