//! Kinds of failures of storages.

use std::error::Error;
use std::fmt;
use std::io;

use delta_kernel::KernelError;
use delta_kernel::object_store;

use super::cause::{Cause, status};
use crate::LakeError;

/// Kind of a storage's failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StorageFailure {
    /// The container, bucket, folder or object does not exist.
    NotFound,
    /// The credential is missing, has expired or lacks a permission.
    AccessRefused,
    /// The storage limits the rate of requests (429, 503).
    Throttled,
    /// The storage cannot be reached or reports an error of its own.
    Unavailable,
    /// The disk or the quota is full.
    Full,
    /// Another program changed the object.
    Changed,
    /// Another failure.
    Other,
}

impl StorageFailure {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::NotFound => "the container, folder or file does not exist",
            Self::AccessRefused => "access is refused",
            Self::Throttled => "the storage limits the rate of requests",
            Self::Unavailable => "the storage is not available",
            Self::Full => "the storage is full",
            Self::Changed => "another program changed the file",
            Self::Other => "the storage reported an error",
        }
    }

    pub(crate) fn help(self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound => {
                "check the address, and create the container or bucket: only folders inside it are \
                 created automatically"
            }
            Self::AccessRefused => {
                "check the credential and its permissions: a role to read and write data is needed, \
                 such as Storage Blob Data Contributor on Azure"
            }
            Self::Throttled => "run the command again later",
            Self::Unavailable => "check the network and the address, and run the command again",
            Self::Full => "free space or increase the quota; the table is as it was before",
            Self::Changed => "run the command again",
            Self::Other => return None,
        })
    }

    /// Returns `true` if the same request may succeed after a short time.
    pub(crate) fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable | Self::Changed)
    }

    pub(crate) fn of(error: &object_store::Error) -> Self {
        use object_store::Error as E;
        match error {
            E::NotFound { .. } => Self::NotFound,
            E::PermissionDenied { .. } | E::Unauthenticated { .. } => Self::AccessRefused,
            E::AlreadyExists { .. } | E::Precondition { .. } | E::NotModified { .. } => {
                Self::Changed
            }
            _ => {
                let mut current: Option<&(dyn Error + 'static)> = error.source();
                while let Some(error) = current {
                    if let Some(kind) = Self::of_part(error) {
                        return kind;
                    }
                    current = error.source();
                }
                Self::Other
            }
        }
    }

    /// Kind of one error of a chain.
    fn of_part(error: &(dyn Error + 'static)) -> Option<Self> {
        use object_store::client::{HttpError, HttpErrorKind};
        if let Some(error) = error.downcast_ref::<object_store::Error>() {
            return Some(Self::of(error)).filter(|kind| *kind != Self::Other);
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Self::of_io(error);
        }
        if let Some(error) = error.downcast_ref::<HttpError>() {
            return matches!(
                error.kind(),
                HttpErrorKind::Connect
                    | HttpErrorKind::Timeout
                    | HttpErrorKind::Interrupted
                    | HttpErrorKind::Request
            )
            .then_some(Self::Unavailable);
        }
        // object_store's type of these errors is private.
        match status(&error.to_string())?.0 {
            401 | 403 => Some(Self::AccessRefused),
            404 => Some(Self::NotFound),
            409 | 412 => Some(Self::Changed),
            429 | 503 => Some(Self::Throttled),
            507 => Some(Self::Full),
            408 | 500..=599 => Some(Self::Unavailable),
            _ => None,
        }
    }

    fn of_io(error: &io::Error) -> Option<Self> {
        use io::ErrorKind as K;
        match error.kind() {
            K::NotFound => Some(Self::NotFound),
            K::PermissionDenied | K::ReadOnlyFilesystem => Some(Self::AccessRefused),
            K::StorageFull | K::QuotaExceeded => Some(Self::Full),
            K::AlreadyExists => Some(Self::Changed),
            K::TimedOut
            | K::ConnectionRefused
            | K::ConnectionReset
            | K::ConnectionAborted
            | K::NotConnected
            | K::HostUnreachable
            | K::NetworkUnreachable => Some(Self::Unavailable),
            _ => error
                .get_ref()
                .and_then(|inner| Self::of_part(inner as &(dyn Error + 'static))),
        }
    }

    /// Kind of the first storage error in a chain, if there is one.
    fn in_chain(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut current = Some(error);
        while let Some(error) = current {
            if let Some(error) = error.downcast_ref::<object_store::Error>() {
                return Some(Self::of(error));
            }
            if let Some(error) = error.downcast_ref::<KernelError>() {
                return Self::in_kernel(error);
            }
            if let Some(kind) = error.downcast_ref::<io::Error>().and_then(Self::of_io) {
                return Some(kind);
            }
            current = error.source();
        }
        None
    }

    fn in_kernel(error: &KernelError) -> Option<Self> {
        match error {
            KernelError::Backtraced { source, .. } => Self::in_kernel(source),
            KernelError::ObjectStore(error) => Some(Self::of(error)),
            KernelError::FileNotFound(_) => Some(Self::NotFound),
            KernelError::FileAlreadyExists(_) => Some(Self::Changed),
            KernelError::IOError(error) => Some(Self::of_io(error).unwrap_or(Self::Other)),
            KernelError::Parquet(error) => error.source().and_then(Self::in_chain),
            KernelError::Arrow(error) => error.source().and_then(Self::in_chain),
            KernelError::GenericError { source } => Self::in_chain(source.as_ref()),
            _ => None,
        }
    }
}

impl LakeError {
    /// Error of a request to a storage.
    pub(crate) fn storage(
        action: &'static str,
        location: impl fmt::Display,
        error: &object_store::Error,
    ) -> Self {
        Self::Storage {
            action,
            location: location.to_string(),
            kind: StorageFailure::of(error),
            source: Cause::of(error),
        }
    }

    /// Error of the Delta library at a table.
    pub(crate) fn kernel(
        action: &'static str,
        location: impl fmt::Display,
        error: &KernelError,
    ) -> Self {
        let location = location.to_string();
        if let KernelError::Backtraced { source, .. } = error {
            return Self::kernel(action, location, source);
        }
        let source = Cause::of(error);
        match error {
            KernelError::EmptyLog => Self::NotATable { location },
            KernelError::Unsupported(_) => Self::NewerProtocol { location, source },
            error => {
                // The kernel reads files that were listed or that the log refers to: one that does
                // not exist is damage, too.
                let kind = StorageFailure::in_kernel(error);
                let kind = kind.filter(|kind| *kind != StorageFailure::NotFound);
                Self::storage_or_damage(kind, action, location, source)
            }
        }
    }

    /// Error of the Parquet library at a file.
    pub(crate) fn parquet(
        action: &'static str,
        location: impl fmt::Display,
        error: &::parquet::errors::ParquetError,
    ) -> Self {
        let location = location.to_string();
        let source = Cause::of(error);
        let kind = error.source().and_then(StorageFailure::in_chain);
        Self::storage_or_damage(kind, action, location, source)
    }

    /// Failure of the storage or, if it is none, of the content of the table.
    fn storage_or_damage(
        kind: Option<StorageFailure>,
        action: &'static str,
        location: String,
        source: Cause,
    ) -> Self {
        match kind {
            Some(kind) => Self::Storage {
                action,
                location,
                kind,
                source,
            },
            None => Self::DamagedTable {
                action,
                location,
                source,
            },
        }
    }

    /// Error that no input is known to cause.
    pub(crate) fn unexpected(action: &'static str, error: &(dyn Error + 'static)) -> Self {
        Self::Unexpected {
            action,
            source: Cause::of(error),
        }
    }

    /// Kind of the storage's failure, if the storage failed.
    pub fn storage_failure(&self) -> Option<StorageFailure> {
        match self {
            Self::Storage { kind, .. } => Some(*kind),
            Self::UnknownOutcome { source, .. } => source.storage_failure(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> object_store::Error {
        object_store::Error::Generic {
            store: "MicrosoftAzure",
            source: text.to_owned().into(),
        }
    }

    #[test]
    fn classifies_statuses_of_storages() {
        for (status, kind) in [
            ("429 Too Many Requests", StorageFailure::Throttled),
            ("503 Service Unavailable", StorageFailure::Throttled),
            ("500 Internal Server Error", StorageFailure::Unavailable),
            ("507 Insufficient Storage", StorageFailure::Full),
            ("400 Bad Request", StorageFailure::Other),
        ] {
            let error = generic(&format!(
                "Error performing PUT https://a/b in 1s, after 10 retries - Server returned non-2xx \
                 status code: {status}: body"
            ));
            assert_eq!(StorageFailure::of(&error), kind, "{status}");
        }
        let full = generic("x");
        assert_eq!(StorageFailure::of(&full), StorageFailure::Other);
        let full = object_store::Error::Generic {
            store: "LocalFileSystem",
            source: Box::new(io::Error::from(io::ErrorKind::StorageFull)),
        };
        assert_eq!(StorageFailure::of(&full), StorageFailure::Full);
    }
}
