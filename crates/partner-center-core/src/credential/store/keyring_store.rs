use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};

use super::file_format;
use super::file_lock::FileLock;
use crate::credential::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};
use crate::excerpt::one_line;

/// Comes to the operating system's keyring.
type Open = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// A refresh token in the keyring of the operating system, under the protection of the
/// user's own password: Keychain on macOS, Credential Manager on Windows, and elsewhere the
/// Secret Service (GNOME Keyring, KWallet, KeePassXC), which outlives a restart of the machine.
///
/// The entry has the form of a [`FileStore`](crate::credential::FileStore)'s file. A keyring has no lock,
/// so processes take turns by an advisory lock on a file of their own, without any secret, in
/// the user's state directory: `$XDG_STATE_HOME/partner-center` or
/// `~/.local/state/partner-center`, on Windows `%LOCALAPPDATA%\partner-center`.
///
/// Where there is no keyring, as on most servers, [`lock`](RefreshTokenStore::lock) says so
/// before a token is spent. Windows holds at most 2,560 bytes in an entry; a token that does
/// not fit is a named error.
#[derive(Clone)]
pub struct KeyringStore {
    service: String,
    account: String,
    lock_directory: Option<PathBuf>,
    lock: FileLock,
    open: Open,
}

impl KeyringStore {
    /// The entry of this service, such as the program's name, and account, such as a name for
    /// the partner. Nothing is read or made yet.
    pub fn new(service: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            account: account.into(),
            lock_directory: state_directory(),
            lock: FileLock::default(),
            open: Arc::new(native),
        }
    }

    /// Where the lock file is, the same for all processes that share the entry. Default: the
    /// user's state directory.
    #[must_use]
    pub fn lock_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.lock_directory = Some(directory.into());
        self
    }

    /// How long to wait for another process, and for an answer of the keyring, which may ask
    /// the user for a password. Default: two minutes.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock.timeout = timeout;
        self
    }

    /// The service of the entry.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The account of the entry.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// This store with another keyring.
    #[cfg(test)]
    pub(crate) fn opened_by(
        mut self,
        open: impl Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync + 'static,
    ) -> Self {
        self.open = Arc::new(open);
        self
    }

    /// The lock file. Others may have the same one, which costs them a turn at most.
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

    /// Works with the entry in a thread of its own: the keyring may wait for its user, and
    /// a runtime that ends would wait for it too.
    async fn entry<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let (sender, result) = tokio::sync::oneshot::channel();
        let store = self.clone();
        // Nobody else may write before this thread has, though its caller has given up.
        let turn = self.lock.share();
        let thread = std::thread::Builder::new().name("keyring".to_owned());
        thread
            .spawn(move || {
                // Nobody waits any more if this fails.
                let _sent = sender.send(store.in_keyring(work));
                drop(turn);
            })
            .map_err(|error| StoreError::other(format!("no thread for the keyring: {error}")))?;
        match tokio::time::timeout(self.lock.timeout, result).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(StoreError::other(
                "the work with the keyring was broken off",
            )),
            Err(_) => Err(StoreError::KeyringSilent {
                waited: self.lock.timeout,
            }),
        }
    }

    fn in_keyring<T>(
        &self,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        // Anew each time: a keyring that was restarted knows nothing of old connections.
        let keyring = (self.open)().map_err(|error| StoreError::NoKeyring {
            problem: one_line(&error.to_string(), 200),
        })?;
        let entry = keyring.build(&self.service, &self.account, None);
        match entry.and_then(|entry| work(&entry)) {
            Ok(done) => Ok(Some(done)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(self.error(error)),
        }
    }

    /// Never repeats what the keyring holds.
    fn error(&self, error: Error) -> StoreError {
        let place = self.to_string();
        let problem = |error: &dyn std::fmt::Display| one_line(&error.to_string(), 200);
        match error {
            Error::NoStorageAccess(source) => StoreError::KeyringDenied {
                place,
                problem: problem(&source),
            },
            Error::BadEncoding(_) | Error::BadDataFormat(..) => StoreError::Foreign {
                place,
                problem: "the keyring cannot read it",
            },
            Error::Ambiguous(_) => StoreError::Foreign {
                place,
                problem: "the keyring has several entries of this name",
            },
            Error::TooLong(_, limit) => StoreError::TooLarge { place, limit },
            Error::NoDefaultStore | Error::NotSupportedByStore(_) => StoreError::NoKeyring {
                problem: problem(&error),
            },
            error => StoreError::other(format!("{}, at {place}", problem(&error))),
        }
    }
}

#[async_trait::async_trait]
impl RefreshTokenStore for KeyringStore {
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        let guard = self.lock.acquire(self.lock_path()?).await?;
        // Whoever cannot read the entry cannot write it either.
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

/// Where the token is, for people.
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

/// Not the runtime directory of the session, which jobs started by the system do not share.
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
        "this library knows no keyring of this operating system".to_owned(),
    ))
}
