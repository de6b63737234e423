use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};

use super::file_format;
use super::file_lock::FileLock;
use crate::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};
use partner_center_core::internal::one_line;

/// Function that opens the keyring of the operating system.
type Open = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// A store that keeps one refresh token in the keyring of the operating system, protected by the
/// user's password.
///
/// The keyring is Keychain on macOS, Credential Manager on Windows, and elsewhere the Secret
/// Service (GNOME Keyring, KWallet, KeePassXC). The entry persists across restarts and has the
/// format of a [`FileStore`](crate::FileStore)'s file.
///
/// Keyrings have no locks, so processes exclude each other by an advisory lock on a separate
/// file, which contains no secret. It is in the user's state directory:
/// `$XDG_STATE_HOME/partner-center` or `~/.local/state/partner-center`, on Windows
/// `%LOCALAPPDATA%\partner-center`.
///
/// Without a keyring, as on most servers, [`lock`](RefreshTokenStore::lock) returns
/// [`StoreError::KeyringUnavailable`] before a refresh token is exchanged. Windows limits an entry to 2,560
/// bytes; a larger token is [`StoreError::TooLarge`].
///
/// ```
/// use partner_center_identity::KeyringStore;
///
/// // The entry is opened when the token is loaded.
/// let store = KeyringStore::new("licence-report", "contoso");
/// assert_eq!((store.service(), store.account()), ("licence-report", "contoso"));
/// ```
#[derive(Clone)]
pub struct KeyringStore {
    service: String,
    account: String,
    lock_directory: Option<PathBuf>,
    lock: FileLock,
    open: Open,
}

impl KeyringStore {
    /// Creates a store in the entry with this service, such as the name of the program, and
    /// account, such as a name of the partner. The entry is neither read nor created yet.
    pub fn new(service: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            account: account.into(),
            lock_directory: state_directory(),
            lock: FileLock::default(),
            open: Arc::new(native),
        }
    }

    /// Sets the directory of the lock file. All processes that share the entry must use the same
    /// directory. Default: the user's state directory.
    #[must_use]
    pub fn lock_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.lock_directory = Some(directory.into());
        self
    }

    /// Sets the maximum time to wait for another process, and for the keyring, which may prompt
    /// the user for a password. Default: two minutes.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock.timeout = timeout;
        self
    }

    /// Returns the service of the entry.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Returns the account of the entry.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Replaces the keyring.
    #[cfg(test)]
    pub(crate) fn opened_by(
        mut self,
        open: impl Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync + 'static,
    ) -> Self {
        self.open = Arc::new(open);
        self
    }

    /// Returns the path of the lock file. Entries with similar names may share a lock file; their
    /// processes then wait for each other without need.
    fn lock_path(&self) -> Result<PathBuf, StoreError> {
        let directory = self.lock_directory.as_ref().ok_or_else(|| {
            StoreError::other(
                "there is no home directory for the keyring's lock file: set HOME, or the \
                 directory with `lock_directory`",
            )
        })?;
        let plain = |c: char| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => c,
            _ => '_',
        };
        let names = format!("{:.60}-{:.60}", self.service, self.account);
        let name: String = names.chars().map(plain).collect();
        Ok(directory.join(format!("keyring-{name}.lock")))
    }

    /// Accesses the entry on a separate thread. The keyring may wait for the user, and a runtime
    /// that shuts down would wait for a blocking task.
    async fn entry<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let (sender, result) = tokio::sync::oneshot::channel();
        let store = self.clone();
        // The thread continues after a timeout of its caller. It therefore shares the lock, so
        // that no other process writes before it.
        let lock = self.lock.share();
        let thread = std::thread::Builder::new().name("keyring".to_owned());
        thread
            .spawn(move || {
                // Fails only if the caller no longer waits.
                let _sent = sender.send(store.in_keyring(work));
                drop(lock);
            })
            .map_err(|error| StoreError::other(format!("no thread for the keyring: {error}")))?;
        match tokio::time::timeout(self.lock.timeout, result).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(StoreError::other("the keyring operation was interrupted")),
            Err(_) => Err(StoreError::KeyringTimedOut {
                waited: self.lock.timeout,
            }),
        }
    }

    fn in_keyring<T>(
        &self,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        // A new connection each time: a restarted keyring closes the old ones.
        let keyring = (self.open)().map_err(|error| StoreError::KeyringUnavailable {
            problem: one_line(&error.to_string(), 200),
        })?;
        let entry = keyring.build(&self.service, &self.account, None);
        match entry.and_then(|entry| work(&entry)) {
            Ok(done) => Ok(Some(done)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(self.error(error)),
        }
    }

    /// Converts an error of the keyring. The message never contains the entry's content.
    fn error(&self, error: Error) -> StoreError {
        let place = self.to_string();
        let problem = |error: &dyn std::fmt::Display| one_line(&error.to_string(), 200);
        match error {
            Error::NoStorageAccess(source) => StoreError::KeyringDenied {
                place,
                problem: problem(&source),
            },
            Error::BadEncoding(_) | Error::BadDataFormat(..) => StoreError::NotATokenStore {
                place,
                problem: "the keyring cannot read it",
            },
            Error::Ambiguous(_) => StoreError::NotATokenStore {
                place,
                problem: "the keyring has several entries of this name",
            },
            Error::TooLong(_, limit) => StoreError::TooLarge { place, limit },
            Error::NoDefaultStore | Error::NotSupportedByStore(_) => {
                StoreError::KeyringUnavailable {
                    problem: problem(&error),
                }
            }
            error => StoreError::other(format!("{}, at {place}", problem(&error))),
        }
    }
}

#[async_trait::async_trait]
impl RefreshTokenStore for KeyringStore {
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        let guard = self.lock.acquire(self.lock_path()?).await?;
        // An entry that cannot be read cannot be written either: fail before a token is exchanged.
        self.entry(|entry| entry.get_secret().map(drop)).await?;
        Ok(guard)
    }

    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
        match self.entry(Entry::get_secret).await? {
            Some(bytes) => file_format::decode(&self.to_string(), &bytes).map(Some),
            None => Ok(None),
        }
    }

    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        let text = file_format::encode_short(token)?;
        self.entry(move |entry| entry.set_secret(text.secret().as_bytes()))
            .await
            .map(|_| ())
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.entry(Entry::delete_credential).await.map(|_| ())
    }
}

/// Location of the token in messages.
impl std::fmt::Display for KeyringStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the keyring's entry `{}` of `{}`",
            self.account, self.service
        )
    }
}

impl std::fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyringStore")
            .field("service", &self.service)
            .field("account", &self.account)
            .field("lock_directory", &self.lock_directory)
            .field("lock", &self.lock)
            .finish_non_exhaustive()
    }
}

/// Returns the default directory of lock files. The runtime directory of the session is not used,
/// because scheduled jobs do not share it.
fn state_directory() -> Option<PathBuf> {
    let (variable, below_home) = if cfg!(windows) {
        ("LOCALAPPDATA", "AppData/Local")
    } else {
        ("XDG_STATE_HOME", ".local/state")
    };
    let given = std::env::var_os(variable).map(PathBuf::from);
    given
        .filter(|directory| directory.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(below_home)))
        .map(|directory| directory.join("partner-center"))
        .filter(|directory| directory.is_absolute())
}

#[cfg(target_os = "macos")]
fn native() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

#[cfg(windows)]
fn native() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
fn native() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

#[cfg(not(any(
    target_os = "macos",
    windows,
    target_os = "linux",
    target_os = "freebsd",
    target_os = "openbsd"
)))]
fn native() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NotSupportedByStore(
        "this library supports no keyring of this operating system".to_owned(),
    ))
}
