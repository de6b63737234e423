//! Lock of a history, so that a job does not run twice at the same time.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path as FilePath;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use delta_kernel::object_store::path::Path;
use delta_kernel::object_store::{
    self, ObjectStore, ObjectStoreExt as _, PutMode, PutResult, UpdateVersion,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::engine::blocking;
use super::table::History;
use crate::{LakeError, Storage};

const NAME: &str = ".partner-center.lock";

/// Attempts to take a lock over that others take at the same time.
const ATTEMPTS: usize = 5;

const ACTION: &str = "lock the history";

/// Lock of a history.
///
/// The lock saves work, and the tables do not depend on it: commits of several writers never
/// interfere. It ends with [`release`](Self::release), when it is dropped, or when the process ends:
/// immediately for a local folder, and after its lifetime for object storage.
#[derive(Debug)]
#[must_use = "the lock is released when it is dropped"]
pub struct Lock {
    kind: Option<Kind>,
}

#[derive(Debug)]
enum Kind {
    /// The operating system releases the lock of a file when it is closed.
    Local(#[allow(dead_code, reason = "kept open")] File),
    Remote {
        is_held: Arc<AtomicBool>,
        stop: oneshot::Sender<()>,
        renewal: JoinHandle<()>,
    },
}

impl History {
    /// Locks the history.
    ///
    /// `holder` is shown to other programs, for example the name of the host. On object storage the
    /// lock expires after `lifetime`, and is renewed in the background until then; a lock that has
    /// expired is taken over. A local folder is locked by the operating system, without expiry.
    ///
    /// # Errors
    ///
    /// - [`LakeError::Locked`] if another program holds the lock.
    /// - [`LakeError::Storage`] or [`LakeError::LocalFile`] if a request fails.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use partner_center_lake::{History, LakeError, Storage};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().display().to_string();
    /// let history = History::new(Storage::builder(folder).build()?, None);
    /// let lifetime = Duration::from_secs(600);
    /// let lock = history.lock("job on host one", lifetime).await?;
    /// let error = history.lock("job on host two", lifetime).await.unwrap_err();
    /// assert!(matches!(error, LakeError::Locked { holder, .. } if holder == "job on host one"));
    /// lock.release().await;
    /// # Ok(()) }
    /// ```
    pub async fn lock(&self, holder: &str, lifetime: Duration) -> Result<Lock, LakeError> {
        let kind = match self.storage.folder() {
            Some(folder) => {
                let (folder, holder) = (folder.to_owned(), holder.to_owned());
                let file = blocking(move || lock_file(&folder, &holder)).await?;
                Kind::Local(file)
            }
            None => Remote::take(&self.storage, holder, lifetime).await?.keep(),
        };
        Ok(Lock { kind: Some(kind) })
    }
}

impl Lock {
    /// Returns `false` if another program has taken the lock over, because it was not renewed in
    /// time, for example while the computer was asleep.
    pub fn is_held(&self) -> bool {
        match &self.kind {
            Some(Kind::Remote { is_held, .. }) => is_held.load(Ordering::Relaxed),
            Some(Kind::Local(_)) => true,
            None => false,
        }
    }

    /// Releases the lock, and waits until this is done.
    pub async fn release(mut self) {
        if let Some(Kind::Remote { stop, renewal, .. }) = self.kind.take() {
            let _ = stop.send(());
            let _ = renewal.await;
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(Kind::Remote { stop, .. }) = self.kind.take() {
            // The task of the renewal releases the lock, if the runtime continues.
            let _ = stop.send(());
        }
    }
}

fn lock_file(folder: &FilePath, holder: &str) -> Result<File, LakeError> {
    let path = folder.join(NAME);
    let failed = |source| LakeError::LocalFile {
        action: ACTION,
        path: path.clone(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {
            // Only for the message of other programs.
            let _ = file
                .set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(holder.as_bytes()));
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let is_known = file.read_to_string(&mut holder).is_ok() && !holder.is_empty();
            Err(LakeError::Locked {
                location: folder.display().to_string(),
                holder: match is_known {
                    true => holder,
                    false => "another program".to_owned(),
                },
                expires: None,
            })
        }
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Content of a lock's object.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claim {
    holder: String,
    id: Uuid,
    /// Seconds since 1970. A lock that was released has 0.
    expires: i64,
}

/// Lock in an object.
struct Remote {
    store: Arc<dyn ObjectStore>,
    path: Path,
    claim: Claim,
    version: UpdateVersion,
    lifetime: Duration,
}

impl Remote {
    /// Creates the object, or replaces one that has expired under the condition that it is unchanged.
    async fn take(storage: &Storage, holder: &str, lifetime: Duration) -> Result<Self, LakeError> {
        let failed = |error: object_store::Error| LakeError::storage(ACTION, storage, &error);
        let store = Arc::clone(storage.store());
        let path = storage.path(NAME)?;
        let claim = Claim {
            holder: holder.to_owned(),
            id: Uuid::new_v4(),
            expires: expiry(lifetime),
        };
        let mut mode = PutMode::Create;
        for _ in 0..ATTEMPTS {
            let error = match put(&store, &path, &claim, mode).await {
                Ok(version) => {
                    return Ok(Self {
                        store,
                        path,
                        claim,
                        version,
                        lifetime,
                    });
                }
                Err(error) => error,
            };
            let (found, version) = match read(&store, &path).await {
                Ok(found) => found,
                Err(object_store::Error::NotFound { .. }) if is_conflict(&error) => {
                    mode = PutMode::Create;
                    continue;
                }
                // The request failed, and no object shows another reason.
                Err(_) => return Err(failed(error)),
            };
            match found {
                // The response was lost, but the object was written.
                Some(found) if found.id == claim.id => {
                    return Ok(Self {
                        store,
                        path,
                        claim,
                        version,
                        lifetime,
                    });
                }
                Some(found) if found.expires > OffsetDateTime::now_utc().unix_timestamp() => {
                    return Err(LakeError::Locked {
                        location: storage.to_string(),
                        holder: found.holder,
                        expires: OffsetDateTime::from_unix_timestamp(found.expires).ok(),
                    });
                }
                _ if is_conflict(&error) => mode = PutMode::Update(version),
                _ => return Err(failed(error)),
            }
        }
        Err(LakeError::Locked {
            location: storage.to_string(),
            holder: "another program".to_owned(),
            expires: None,
        })
    }

    /// Renews the lock in the background until it is stopped or lost.
    fn keep(mut self) -> Kind {
        let is_held = Arc::new(AtomicBool::new(true));
        let (stop, mut stopped) = oneshot::channel();
        let held = Arc::clone(&is_held);
        let renewal = tokio::spawn(async move {
            let interval = (self.lifetime / 3).max(Duration::from_secs(1));
            while tokio::time::timeout(interval, &mut stopped).await.is_err() {
                self.claim.expires = expiry(self.lifetime);
                match self.write().await {
                    Ok(()) => {}
                    Err(error) if is_conflict(&error) => {
                        held.store(false, Ordering::Relaxed);
                        return;
                    }
                    // The next interval tries again, and the lock has not expired until then.
                    Err(error) => {
                        let error = crate::Cause::of(&error);
                        tracing::warn!(%error, "the lock was not renewed");
                    }
                }
            }
            // Replaced and not deleted: only a replacement can have a condition.
            self.claim.expires = 0;
            if let Err(error) = self.write().await {
                let error = crate::Cause::of(&error);
                tracing::debug!(%error, "the lock was not released and will expire");
            }
        });
        Kind::Remote {
            is_held,
            stop,
            renewal,
        }
    }

    async fn write(&mut self) -> object_store::Result<()> {
        let mode = PutMode::Update(self.version.clone());
        self.version = match put(&self.store, &self.path, &self.claim, mode).await {
            Ok(version) => version,
            Err(error) => match read(&self.store, &self.path).await {
                // The response was lost, but the object was written.
                Ok((Some(found), version)) if found.id == self.claim.id => {
                    let is_written = found.expires == self.claim.expires;
                    self.version = version;
                    return if is_written {
                        Ok(())
                    } else {
                        Err(transient(error))
                    };
                }
                _ => return Err(error),
            },
        };
        Ok(())
    }
}

/// Error that is no conflict: the object is still the own one.
fn transient(error: object_store::Error) -> object_store::Error {
    match is_conflict(&error) {
        true => object_store::Error::Generic {
            store: "lock",
            source: Box::new(error),
        },
        false => error,
    }
}

fn is_conflict(error: &object_store::Error) -> bool {
    matches!(
        error,
        object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }
    )
}

fn expiry(lifetime: Duration) -> i64 {
    (OffsetDateTime::now_utc() + lifetime).unix_timestamp()
}

async fn put(
    store: &Arc<dyn ObjectStore>,
    path: &Path,
    claim: &Claim,
    mode: PutMode,
) -> object_store::Result<UpdateVersion> {
    let text = serde_json::to_vec(claim).map_err(|error| object_store::Error::Generic {
        store: "lock",
        source: Box::new(error),
    })?;
    let result = store.put_opts(path, text.into(), mode.into()).await?;
    let PutResult { e_tag, version, .. } = result;
    Ok(UpdateVersion { e_tag, version })
}

/// Content of the lock, or `None` if it is not the one of this program, and its version.
async fn read(
    store: &Arc<dyn ObjectStore>,
    path: &Path,
) -> object_store::Result<(Option<Claim>, UpdateVersion)> {
    let found = store.get(path).await?;
    let version = UpdateVersion {
        e_tag: found.meta.e_tag.clone(),
        version: found.meta.version.clone(),
    };
    let text = found.bytes().await?;
    Ok((serde_json::from_slice(&text).ok(), version))
}
