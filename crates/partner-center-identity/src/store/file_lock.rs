//! Exclusive access to a token: a queue for the tasks of this process, and an advisory file lock
//! for processes.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

use super::durable_file;
use crate::{StoreError, StoreGuard};

/// Interval at which a lock that another process holds is tried again. The standard library has
/// no lock call with a timeout.
const POLL: Duration = Duration::from_millis(50);

/// Default timeout. Longer than the token request of another process or task can take.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Lock on a file. The operating system releases it when the process ends.
#[derive(Clone, Debug)]
pub(crate) struct FileLock {
    /// Fair queue of the tasks of this process; its first task tries the file lock.
    queue: Arc<tokio::sync::Mutex<()>>,
    /// Maximum time to wait for another process.
    pub(crate) timeout: Duration,
    /// The lock as currently held.
    current: Arc<Mutex<Weak<LockHold>>>,
}

impl Default for FileLock {
    fn default() -> Self {
        Self {
            queue: Arc::default(),
            timeout: TIMEOUT,
            current: Arc::default(),
        }
    }
}

/// A held lock. Fields are dropped in declaration order: the file lock must be released before the
/// next task of the queue tries it.
#[derive(Debug)]
pub(crate) struct LockHold {
    _file: File,
    _queue_permit: OwnedMutexGuard<()>,
}

impl FileLock {
    /// Waits for the lock. Creates the file and its directory if they do not exist.
    pub(crate) async fn acquire(&self, path: PathBuf) -> Result<StoreGuard, StoreError> {
        let start = tokio::time::Instant::now();
        let permit = self.queue.clone().lock_owned();
        let Ok(permit) = tokio::time::timeout(self.timeout.max(POLL), permit).await else {
            let waited = start.elapsed();
            return Err(StoreError::Locked { path, waited });
        };
        let (path, file) = durable_file::blocking(move || {
            let file = durable_file::open_lock(&path)?;
            Ok((path, file))
        })
        .await?;
        let mut logged = false;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    let hold = Arc::new(LockHold {
                        _file: file,
                        _queue_permit: permit,
                    });
                    *self.current() = Arc::downgrade(&hold);
                    return Ok(StoreGuard::new(hold));
                }
                Err(TryLockError::WouldBlock) => {
                    let waited = start.elapsed();
                    if !logged {
                        tracing::debug!(path = %path.display(), "waiting for the lock of another process");
                        logged = true;
                    }
                    if waited >= self.timeout {
                        return Err(StoreError::Locked { path, waited });
                    }
                    tokio::time::sleep(POLL).await;
                }
                Err(TryLockError::Error(source)) => {
                    return Err(StoreError::Write {
                        path,
                        source: Arc::new(source),
                    });
                }
            }
        }
    }

    /// Returns a share of the lock as currently held. The lock is released with its last share.
    pub(crate) fn share(&self) -> Option<Arc<LockHold>> {
        self.current().upgrade()
    }

    fn current(&self) -> MutexGuard<'_, Weak<LockHold>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
