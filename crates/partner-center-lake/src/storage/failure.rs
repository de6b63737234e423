//! Kinds of failures of storages, and their errors without secrets.

use std::error::Error;
use std::fmt;
use std::io;

use delta_kernel::KernelError;
use delta_kernel::object_store;

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

/// Returns the HTTP status and its name in a text of object_store, and the text behind it, which
/// contains the body of the response.
fn status(text: &str) -> Option<(u16, &str, &str)> {
    const MARK: &str = "status code: ";
    let rest = text.get(text.find(MARK)? + MARK.len()..)?;
    let (line, body) = rest.split_once(':').unwrap_or((rest, ""));
    let line = line.lines().next().unwrap_or_default().trim();
    Some((line.get(..3)?.parse().ok()?, line, body))
}

/// Error of a library, without secrets.
///
/// The messages of storages contain addresses with query strings (shared access signatures) and
/// bodies of responses, and libraries repeat them on each level. This type keeps the chain of
/// errors, but only text that can be logged.
#[derive(Debug)]
pub struct Cause {
    text: String,
    source: Option<Box<Cause>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

impl Cause {
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self {
            text: redact(text.as_ref()),
            source: None,
        }
    }

    /// First cause of the error.
    pub(crate) fn innermost(&self) -> &Self {
        self.source.as_deref().map_or(self, Self::innermost)
    }

    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        if let Some(KernelError::Backtraced { source, .. }) = error.downcast_ref() {
            return Self::of(source.as_ref());
        }
        // The kernel prints the storage's error, but does not return it as a source.
        if let Some(KernelError::ObjectStore(error)) = error.downcast_ref() {
            return Self::of(error);
        }
        let text = error.to_string();
        if let Some((_, line, body)) = status(&text)
            && error.downcast_ref::<object_store::Error>().is_none()
        {
            let code = body
                .split_once("<Code>")
                .and_then(|(_, rest)| rest.split_once("</Code>"))
                .map(|(code, _)| code)
                .filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            return Self {
                text: code.map_or_else(
                    || format!("HTTP status {line}"),
                    |code| format!("HTTP status {line} ({code})"),
                ),
                source: None,
            };
        }
        let Some(source) = error.source() else {
            return Self::text(text);
        };
        // Only the text that this level adds: the rest is in the source.
        let own = text.replace(&source.to_string(), "");
        let own = own.trim().trim_end_matches(':').trim();
        if own.is_empty() {
            return Self::of(source);
        }
        Self {
            text: redact(own),
            source: Some(Box::new(Self::of(source))),
        }
    }
}

/// Returns the text without query strings, user names and passwords of addresses, keys and tokens.
fn redact(text: &str) -> String {
    const SECRETS: [&str; 8] = [
        "sig=",
        "signature=",
        "accountkey=",
        "bearer ",
        "sharedkey ",
        "token=",
        "secret=",
        "password=",
    ];
    let mut redacted = String::with_capacity(text.len());
    let ends_word =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | ',');
    for word in text.split_inclusive(ends_word) {
        match word.find("://") {
            Some(at) => {
                let tail = word.chars().next_back().filter(|c| ends_word(*c));
                let address = word.trim_end_matches(ends_word);
                let address = address.split(['?', '#']).next().unwrap_or_default();
                let (scheme, rest) = address.split_at(at + 3);
                let host = rest.find('/').unwrap_or(rest.len());
                redacted.push_str(scheme);
                // A container before the account (`abfss://container@account`) is no secret.
                match rest[..host].rfind('@') {
                    Some(user) if rest[..user].contains(':') => {
                        redacted.push_str("[redacted]");
                        redacted.push_str(&rest[user..]);
                    }
                    _ => redacted.push_str(rest),
                }
                redacted.extend(tail);
            }
            None => redacted.push_str(word),
        }
    }
    for secret in SECRETS {
        let mut from = 0;
        while let Some(at) = redacted
            .get(from..)
            .and_then(|rest| rest.to_ascii_lowercase().find(secret))
        {
            let start = from + at + secret.len();
            let end = redacted[start..]
                .find(|c: char| ends_word(c) || matches!(c, '&' | ';'))
                .map_or(redacted.len(), |length| start + length);
            redacted.replace_range(start..end, "[redacted]");
            from = start + "[redacted]".len();
        }
    }
    redacted
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
            error => match StorageFailure::in_kernel(error) {
                // The kernel reads files that were listed or that the log refers to.
                Some(StorageFailure::NotFound) => Self::DamagedTable {
                    action,
                    location,
                    source,
                },
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
            },
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
        match error.source().and_then(StorageFailure::in_chain) {
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

    #[test]
    fn keeps_no_secret_of_a_response() {
        let secrets = ["s3cr3tsig", "customer name", "MAC5IGN"];
        let error = object_store::Error::PermissionDenied {
            path: "history/x.parquet".to_owned(),
            source: "Error performing PUT https://a.blob.core.windows.net/c/x?sv=2024&sig=s3cr3tsig \
                     in 3s - Server returned non-2xx status code: 403 Forbidden: \
                     <Error><Code>AuthenticationFailed</Code><Message>customer name MAC5IGN</Message>\
                     </Error>"
                .into(),
        };
        for error in [
            LakeError::storage("write the file", "az://c/x", &error),
            LakeError::kernel(
                "write the commit",
                "az://c/x",
                &KernelError::ObjectStore(error),
            ),
        ] {
            let mut all = format!("{error:?} {error}");
            let mut source = error.source();
            while let Some(error) = source {
                all.push_str(&error.to_string());
                source = error.source();
            }
            for secret in secrets {
                assert!(!all.contains(secret), "{all}");
            }
            assert!(
                all.contains("HTTP status 403 Forbidden (AuthenticationFailed)"),
                "{all}"
            );
            assert_eq!(error.storage_failure(), Some(StorageFailure::AccessRefused));
        }
    }

    #[test]
    fn removes_secrets_from_text() {
        for (text, expected) in [
            ("at https://h/p?sig=x&y=1, later", "at https://h/p, later"),
            ("s3://k:s@h/p", "s3://[redacted]@h/p"),
            (
                "abfss://c@a.dfs.core.windows.net/p",
                "abfss://c@a.dfs.core.windows.net/p",
            ),
            (
                "Authorization: Bearer abc.def",
                "Authorization: Bearer [redacted]",
            ),
            (
                "AccountKey=abc==;Endpoint=x",
                "AccountKey=[redacted];Endpoint=x",
            ),
            ("plain text", "plain text"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }
}
