//! Errors of libraries, without secrets.

use std::error::Error;
use std::fmt;

use delta_kernel::KernelError;
use delta_kernel::object_store;

/// Returns the HTTP status and its name in a text of object_store, and the text behind it, which
/// contains the body of the response.
pub(super) fn status(text: &str) -> Option<(u16, &str, &str)> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LakeError, StorageFailure};

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
