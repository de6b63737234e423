//! Taking turns: tasks of this process by a queue, processes by an advisory file lock.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

use super::durable_file;
use crate::credential::{StoreError, StoreGuard};

/// How often a lock that another process holds is asked for again.
const POLL: Duration = Duration::from_millis(50);

/// Longer than an exchange at the sign-in service can last, of another process or of the
/// task before.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The right to a permit at a lock file, which ends with the process that has it.
#[derive(Clone, Debug)]
pub(crate) struct FileLock {
    /// Tasks of this process queue here, in order, before one asks for the file lock.
    queue: Arc<tokio::sync::Mutex<()>>,
    /// How long to wait for another process.
    pub(crate) timeout: Duration,
    /// The permit that is taken now.
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

/// Released in this order: first the file for other processes, then the queue.
#[derive(Debug)]
pub(crate) struct LockHold {
    _file: File,
    _queue_permit: OwnedMutexGuard<()>,
}

impl FileLock {
    /// Waits for a permit. Makes the file, and its directory, where there is none.
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
                        tracing::debug!(path = %path.display(), "waits for another process");
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

    /// A share in the permit that is taken now: it lasts until the last share is gone.
    pub(crate) fn share(&self) -> Option<Arc<LockHold>> {
        self.current().upgrade()
    }

    fn current(&self) -> MutexGuard<'_, Weak<LockHold>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
