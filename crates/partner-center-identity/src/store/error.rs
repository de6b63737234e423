use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use partner_center_core::TransportError;

/// Error of loading or saving a refresh token. Never contains the token.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file cannot be read.
    #[error("the token store `{}` cannot be read: {source}", path.display())]
    #[non_exhaustive]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: Arc<std::io::Error>,
    },
    /// The file cannot be written.
    #[error(
        "the token store `{}` cannot be written: {source}; free disk space if the disk is full, \
         and give the user of this program the right to write there", path.display()
    )]
    #[non_exhaustive]
    Write {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: Arc<std::io::Error>,
    },
    /// The file is marked as read-only.
    #[error(
        "the token store `{}` is read-only, and a refresh token changes with every use; \
         run `chmod 600` on it, or choose another file", path.display()
    )]
    #[non_exhaustive]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// Other users of this machine could read or replace the token.
    #[error(
        "the token store `{}` is open to other users (mode {mode:03o}); \
         run `chmod {}` on it, and sign in again if someone may have read it",
        path.display(), if *directory { "700" } else { "600" }
    )]
    #[non_exhaustive]
    OpenToOthers {
        /// The file or its directory.
        path: PathBuf,
        /// Permission bits of `path`.
        mode: u32,
        /// Whether `path` is the directory.
        directory: bool,
    },
    /// The file or its directory belongs to another user, who could replace the token.
    #[error(
        "the token store `{}` belongs to another user (uid {owner}), who could replace the token; \
         run `chown {user}` on it, or choose a location owned by the user of this program",
        path.display()
    )]
    #[non_exhaustive]
    OtherUser {
        /// The file or its directory.
        path: PathBuf,
        /// User id of the owner.
        owner: u32,
        /// User id of this process.
        user: u32,
    },
    /// The stored token is incomplete.
    #[error("the token in {place} is truncated; delete it and sign in again")]
    #[non_exhaustive]
    Truncated {
        /// File or name of the entry.
        place: String,
    },
    /// The content is not a token that this library has stored.
    #[error(
        "{place} is not a token store of this library ({problem}); \
         choose another location, or delete it and sign in again"
    )]
    #[non_exhaustive]
    NotATokenStore {
        /// File or name of the entry.
        place: String,
        /// Difference from a token store.
        problem: &'static str,
    },
    /// The lock is held by another process, or another task of this process, for too long.
    #[error(
        "the token store `{}` has been locked by another process, or another task of this \
         process, for {} seconds; end that process, or try again",
        path.display(), waited.as_secs()
    )]
    #[non_exhaustive]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Time that this task waited.
        waited: Duration,
    },
    /// This machine has no keyring, or the keyring is not running.
    #[error(
        "the keyring of this machine cannot be reached: {problem}; start it (on Linux a Secret \
         Service such as GNOME Keyring or KWallet, in a session with D-Bus), or keep the token \
         in a file instead"
    )]
    #[non_exhaustive]
    KeyringUnavailable {
        /// Message of the operating system.
        problem: String,
    },
    /// The keyring is locked, or denies this program access to the entry.
    #[error(
        "the keyring denies access to {place}: {problem}; unlock it, allow this program to use \
         the entry, or keep the token in a file instead"
    )]
    #[non_exhaustive]
    KeyringDenied {
        /// Name of the entry.
        place: String,
        /// Message of the operating system.
        problem: String,
    },
    /// The keyring does not respond. Usually it waits for its password.
    #[error(
        "the keyring has not responded for {} seconds: check whether it is waiting for its \
         password, and try again, or keep the token in a file instead", waited.as_secs()
    )]
    #[non_exhaustive]
    KeyringTimedOut {
        /// Time that this program waited.
        waited: Duration,
    },
    /// The token exceeds the size limit of the store.
    #[error(
        "the token does not fit into {place}, which holds {limit} bytes; \
         keep it in a file instead"
    )]
    #[non_exhaustive]
    TooLarge {
        /// Name of the entry.
        place: String,
        /// Size limit in bytes.
        limit: u32,
    },
    /// The vault rejected the request, or was unavailable in every attempt.
    #[error("the vault returned {status} for {place}: {help}")]
    #[non_exhaustive]
    VaultStatus {
        /// The secret and its vault.
        place: String,
        /// Status of the last response.
        status: http::StatusCode,
        /// Meaning and remedy.
        help: &'static str,
    },
    /// The vault sent no complete response.
    #[error("no response from the vault for {place}: check its address, the network and the proxy")]
    #[non_exhaustive]
    VaultUnreachable {
        /// The secret and its vault.
        place: String,
        /// Error of the HTTP client.
        source: TransportError,
    },
    /// The credential for the vault returned no token.
    #[error("no access token for {place}: {source}")]
    #[non_exhaustive]
    VaultCredential {
        /// The secret and its vault.
        place: String,
        /// Error of the credential.
        source: Arc<azure_core::Error>,
    },
    /// Error of a custom store, or an error without its own variant.
    #[error("the token store failed: {message}")]
    #[non_exhaustive]
    Other {
        /// Problem, reason and remedy.
        message: String,
    },
}

impl StoreError {
    /// Returns whether the store can be read but not written to, for example because the disk is
    /// full.
    pub(crate) fn is_write_error(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::ReadOnly { .. })
    }

    /// Creates the error of a custom store. The message must not contain a token.
    ///
    /// ```
    /// use partner_center_identity::StoreError;
    ///
    /// let error = StoreError::other("the database cannot be reached; check DATABASE_URL");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the token store failed: the database cannot be reached; check DATABASE_URL"
    /// );
    /// ```
    pub fn other(message: impl Into<String>) -> Self {
        Self::Other {
            message: message.into(),
        }
    }
}
