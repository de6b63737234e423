//! Commits: one day is replaced by new files in one version of the table.

use std::sync::Arc;
use std::time::Duration;

use delta_kernel::object_store::{self, ObjectStoreExt as _};
use delta_kernel::snapshot::SnapshotRef;
use time::Date;
use uuid::Uuid;

use super::attempt::{Attempt, Effect, Pending};
use super::engine::blocking;
use super::table::Inner;
use super::upload::Uploaded;
use crate::LakeError;
use crate::arrow::datatypes::SchemaRef;

/// Attempts to commit. With n writers, the last one needs n attempts if all commit at the same time.
const MAX_ATTEMPTS: u32 = 20;

/// Commits from one checkpoint to the next.
const CHECKPOINT_EVERY: u64 = 10;

/// Result of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// Day of the snapshot.
    pub day: Date,
    /// Version of the table.
    pub version: u64,
    /// Number of rows.
    pub rows: u64,
    /// Size of the data files in bytes.
    pub bytes: u64,
    /// Number of data files.
    pub files: usize,
    /// Number of data files of an earlier snapshot of the day, which were replaced.
    pub replaced: usize,
    /// Days of the table after the commit, in ascending order.
    pub days: Vec<Date>,
    /// Number of attempts: more than one if other programs wrote to the table at the same time.
    pub attempts: u32,
    /// `true` if a checkpoint was written, which readers use instead of the earlier log.
    pub checkpointed: bool,
}

/// Content of a commit.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) day: Date,
    pub(super) is_complete: bool,
    pub(super) files: Vec<Uploaded>,
    /// Columns of the last file, which has the columns of the earlier ones too.
    pub(super) schema: SchemaRef,
}

/// Failure of a commit.
pub(super) struct CommitError {
    pub(super) error: LakeError,
    /// `true` if no request to commit was sent, so that no version refers to the data files.
    pub(super) is_unsent: bool,
}

/// Commits the content.
///
/// The kernel gives a transaction up when the version was written by another program, or when the
/// request fails. The data files are kept and added to a new transaction on the latest version. A
/// failed request may have succeeded (a lost response), and a retry inside the storage's client may
/// find the file of the first request: so the version in the log is read before the next attempt.
pub(super) async fn commit(inner: &Arc<Inner>, content: Content) -> Result<Committed, CommitError> {
    let content = Arc::new(content);
    let mut pending: Option<Pending> = None;
    // Effect of an earlier request, which can still be under way.
    let mut sent_before: Option<Effect> = None;
    let mut is_unsent = true;
    let mut last = None;
    for attempts in 1..=MAX_ATTEMPTS {
        if attempts > 1 {
            tokio::time::sleep(backoff(attempts)).await;
        }
        if pending.is_none() {
            let attempt = match inner.check_files(&content).await {
                Ok(()) => {
                    let (inner, content) = (Arc::clone(inner), Arc::clone(&content));
                    blocking(move || inner.attempt(&content)).await
                }
                Err(error) => Err(error),
            };
            match attempt {
                Ok(Attempt::Found { version, days }) => {
                    let replaced = sent_before.map_or(0, |effect| effect.replaced);
                    let effect = Effect { replaced, days };
                    return Ok(content.committed(version, effect, attempts, false));
                }
                Ok(Attempt::Committed {
                    version,
                    effect,
                    snapshot,
                    commits_since_checkpoint,
                }) => {
                    let checkpointed = checkpoint(inner, snapshot, commits_since_checkpoint).await;
                    return Ok(content.committed(version, effect, attempts, checkpointed));
                }
                Ok(Attempt::Pending(sent)) => {
                    is_unsent = false;
                    tracing::debug!(
                        version = sent.version,
                        attempts,
                        "the commit was not accepted"
                    );
                    pending = Some(sent);
                }
                // Nothing was sent at this attempt.
                Err(error)
                    if error
                        .storage_failure()
                        .is_some_and(|kind| kind.is_transient()) =>
                {
                    last = Some(error);
                    continue;
                }
                Err(error) => return Err(CommitError { error, is_unsent }),
            }
        }
        // Nothing is sent before the outcome is known: a second commit of files that the table
        // already has would remove and add the same files.
        let Some(mut sent) = pending.take() else {
            continue;
        };
        match inner.is_ours(sent.version, &content).await {
            Ok(Some(true)) => {
                return Ok(content.committed(sent.version, sent.effect, attempts, false));
            }
            // Another program's version: commit the next one.
            Ok(Some(false)) => last = None,
            // The version does not exist. The next attempt checks whether a request that is still under
            // way has taken effect meanwhile.
            Ok(None) => match sent.error.take() {
                Some(error)
                    if error
                        .storage_failure()
                        .is_none_or(|kind| !kind.is_transient()) =>
                {
                    return Err(CommitError { error, is_unsent });
                }
                error => {
                    last = error;
                    sent_before = Some(sent.effect);
                }
            },
            Err(error) => {
                last = Some(error);
                pending = Some(sent);
            }
        }
    }
    let location = inner.storage.to_string();
    let error = match last {
        Some(error) if pending.is_none() => error,
        Some(error) => LakeError::UnknownOutcome {
            location,
            source: Box::new(error),
        },
        None => LakeError::Contended {
            location,
            attempts: MAX_ATTEMPTS,
        },
    };
    Err(CommitError { error, is_unsent })
}

/// Time before an attempt: from 25 to 50 milliseconds, doubled up to 1.6 to 3.2 seconds. The random
/// part keeps writers apart that have met at an earlier attempt.
fn backoff(attempt: u32) -> Duration {
    let most = 25 << attempt.clamp(1, 7);
    let random = u64::from(Uuid::new_v4().as_bytes()[0]);
    Duration::from_millis(most / 2 + most * random / 512)
}

/// Writes a checkpoint if it is time for one.
///
/// A failure is only logged: the snapshot is committed, and the next commit tries again.
async fn checkpoint(inner: &Arc<Inner>, snapshot: Option<SnapshotRef>, commits: u64) -> bool {
    if commits < CHECKPOINT_EVERY {
        return false;
    }
    let written = {
        let inner = Arc::clone(inner);
        blocking(move || {
            let snapshot = match snapshot {
                Some(snapshot) => snapshot,
                None => inner.latest()?,
            };
            let (_, snapshot) = snapshot
                .checkpoint(&*inner.engine, None)
                .map_err(|error| inner.error("write the checkpoint", &error))?;
            inner.keep(&snapshot);
            Ok(())
        })
        .await
    };
    match written {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "no checkpoint was written");
            false
        }
    }
}

impl Content {
    /// Name of the first file, which contains a random id.
    fn name(&self) -> Option<&str> {
        self.files.first()?.url.path_segments()?.next_back()
    }

    /// Returns whether a path of the log is that of the first file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.name().is_some_and(|name| path.ends_with(name))
    }

    fn committed(
        &self,
        version: u64,
        effect: Effect,
        attempts: u32,
        checkpointed: bool,
    ) -> Committed {
        Committed {
            day: self.day,
            version,
            rows: self.files.iter().map(|file| file.rows).sum(),
            bytes: self.files.iter().map(|file| file.bytes).sum(),
            files: self.files.len(),
            replaced: effect.replaced,
            days: effect.days,
            attempts,
            checkpointed,
        }
    }
}

impl Inner {
    /// Checks that the files still exist: another program can have removed them, since no version
    /// refers to them yet.
    async fn check_files(&self, content: &Content) -> Result<(), LakeError> {
        for file in &content.files {
            let found = self.storage.store().head(&self.path(&file.url)?).await;
            found.map_err(|error| LakeError::storage("find the rows", &self.storage, &error))?;
        }
        Ok(())
    }

    /// Returns whether a version of the log contains the files of this commit, or `None` if there
    /// is no such version.
    async fn is_ours(&self, version: u64, content: &Content) -> Result<Option<bool>, LakeError> {
        let path = self
            .storage
            .path(&format!("_delta_log/{version:020}.json"))?;
        let read = async { self.storage.store().get(&path).await?.bytes().await };
        let bytes = match read.await {
            Ok(bytes) => bytes,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => {
                return Err(LakeError::storage("read the log", &self.storage, &error));
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(content.name().is_some_and(|name| text.contains(name))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_to_a_limit() {
        for (attempt, least) in [(2, 50), (3, 100), (8, 1600), (20, 1600)] {
            let time = backoff(attempt).as_millis();
            assert!((least..=2 * least).contains(&time), "{attempt}: {time} ms");
        }
    }
}
