use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why a refresh token could not be loaded or saved. Never holds the token.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refuses to read.
    #[error("the token store `{}` cannot be read: {source}", path.display())]
    #[non_exhaustive]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The operating system refuses to write.
    #[error(
        "the token store `{}` cannot be written: {source}; \
         make room and give the user of this program the right to write there", path.display()
    )]
    #[non_exhaustive]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The file says that it must not be written.
    #[error(
        "the token store `{}` is read-only, and a refresh token changes with every use; \
         run `chmod 600` on it, or choose another file", path.display()
    )]
    #[non_exhaustive]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// Other users of this machine could read the token, or put one in its place.
    #[error(
        "the token store `{}` is open to other users (mode {mode:03o}); \
         run `chmod {}` on it, and sign in again if someone may have read it",
        path.display(), if *directory { "700" } else { "600" }
    )]
    #[non_exhaustive]
    OpenToOthers {
        /// The file or its directory.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// Whether it is the directory.
        directory: bool,
    },
    /// The file or its directory belongs to another user, who could put a token in its place.
    #[error(
        "the token store `{}` belongs to another user (uid {owner}), who could replace the token; \
         run `chown {user}` on it, or choose a place of the user of this program", path.display()
    )]
    #[non_exhaustive]
    OtherUser {
        /// The file or its directory.
        path: PathBuf,
        /// The user it belongs to.
        owner: u32,
        /// The user of this process.
        user: u32,
    },
    /// What is there ends too early.
    #[error("the token in {place} is cut off; delete it and sign in again")]
    #[non_exhaustive]
    Truncated {
        /// The file, or the name of the entry.
        place: String,
    },
    /// Something else is there.
    #[error(
        "{place} is not a token store of this library ({problem}); \
         choose another place, or delete it and sign in again"
    )]
    #[non_exhaustive]
    Foreign {
        /// The file, or the name of the entry.
        place: String,
        /// How one can tell.
        problem: &'static str,
    },
    /// Another process, or another task of this one, works with the token and does not end.
    #[error(
        "the token store `{}` has been locked by another process, or another task of this one, for {} seconds; \
         end that process, or try again", path.display(), waited.as_secs()
    )]
    #[non_exhaustive]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long this one waited.
        waited: Duration,
    },
    /// This machine has no keyring, or it does not run.
    #[error(
        "the keyring of this machine cannot be reached: {problem}; start it (on Linux a Secret \
         Service such as GNOME Keyring or KWallet, in a session with D-Bus), or keep the token \
         in a file instead"
    )]
    #[non_exhaustive]
    NoKeyring {
        /// What the operating system says.
        problem: String,
    },
    /// The keyring is locked, or keeps its entry from this program.
    #[error(
        "the keyring gives no access to {place}: {problem}; unlock it, allow this program to use \
         the entry, or keep the token in a file instead"
    )]
    #[non_exhaustive]
    KeyringDenied {
        /// The name of the entry.
        place: String,
        /// What the operating system says.
        problem: String,
    },
    /// The keyring waits for something, most often for its password.
    #[error(
        "the keyring has not answered for {} seconds: look whether it asks for its password, and \
         try again, or keep the token in a file instead", waited.as_secs()
    )]
    #[non_exhaustive]
    KeyringSilent {
        /// How long this program waited.
        waited: Duration,
    },
    /// The place is too small.
    #[error(
        "the token does not fit into {place}, which holds {limit} bytes; \
         keep it in a file instead"
    )]
    #[non_exhaustive]
    TooLarge {
        /// The name of the entry.
        place: String,
        /// What it holds, in bytes.
        limit: u32,
    },
    /// The vault said no, or had trouble to the end.
    #[error("the vault answered {status} about {place}: {help}")]
    #[non_exhaustive]
    VaultRefused {
        /// The secret and its vault.
        place: String,
        /// The answer.
        status: http::StatusCode,
        /// What it means and what to do.
        help: &'static str,
    },
    /// The vault gave no complete answer.
    #[error("no answer from the vault about {place}: check its address, the network and the proxy")]
    #[non_exhaustive]
    VaultUnreachable {
        /// The secret and its vault.
        place: String,
        /// Why.
        source: Arc<reqwest::Error>,
    },
    /// The vault's own credential has no token.
    #[error("no access token to reach {place}: {source}")]
    #[non_exhaustive]
    VaultSignIn {
        /// The secret and its vault.
        place: String,
        /// Why.
        source: Arc<azure_core::Error>,
    },
    /// Trouble of another kind of store.
    #[error("the token store failed: {message}")]
    #[non_exhaustive]
    Other {
        /// What, why, and how to fix it.
        message: String,
    },
}

impl StoreError {
    /// Whether the store can be read as before, and only cannot be written: a full disk, for
    /// example.
    pub(crate) fn is_write_error(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::ReadOnly { .. })
    }

    /// An error of a store that is not of this crate. The message must not hold a token.
    pub fn other(message: impl Into<String>) -> Self {
        Self::Other {
            message: message.into(),
        }
    }
}
