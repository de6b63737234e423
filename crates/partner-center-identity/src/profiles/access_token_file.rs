//! Cache of a profile's access token between runs, in a file next to the stored sign-in. A loop
//! over many customers then requests only one token.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};
use serde::{Deserialize, Serialize};

use super::write::temporary;
use crate::RejectedToken;

/// Remaining lifetime below which a stored token is not used: a report should not outlive the
/// token it starts with. For short lifetimes, half of the lifetime is used instead.
const MARGIN: Duration = Duration::minutes(5);

/// Maximum lifetime of an access token of the service. A later expiry time comes from a wrong
/// clock or a file that another program wrote.
const LONGEST_LIFETIME: Duration = Duration::days(1);

/// Maximum size of the file in bytes; a token has a few kilobytes.
const SIZE_LIMIT: u64 = 64 * 1024;

/// Owner and audience of a token. A token is only used for the same profile, application and
/// service.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Purpose {
    pub(super) profile: String,
    pub(super) tenant: String,
    pub(super) client_id: String,
    pub(super) authority: String,
    /// The audience of the token.
    pub(super) scope: String,
}

/// The content of the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct TokenFile {
    #[serde(flatten)]
    pub(crate) purpose: Purpose,
    /// Unix time, in seconds.
    pub(crate) obtained_at: i64,
    pub(crate) expires_on: i64,
    pub(crate) access_token: Secret,
}

impl TokenFile {
    pub(crate) fn is_usable(
        &self,
        purpose: &Purpose,
        refused: Option<&Secret>,
        now: OffsetDateTime,
    ) -> bool {
        let time = OffsetDateTime::from_unix_timestamp;
        let (Ok(from), Ok(until)) = (time(self.obtained_at), time(self.expires_on)) else {
            return false;
        };
        let lifetime = until - from;
        self.purpose == *purpose
            && refused != Some(&self.access_token)
            && self.can_be_sent()
            && lifetime <= LONGEST_LIFETIME
            && from <= now.saturating_add(Duration::MINUTE)
            && now < until.saturating_sub(MARGIN.min(lifetime / 2))
    }

    /// Returns whether the token consists of characters that a header can hold (RFC 6750,
    /// section 2.1). Any other text would fail every call until the file expires.
    fn can_be_sent(&self) -> bool {
        let token = self.access_token.secret();
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

/// Credential that stores its access tokens in a file for later runs.
#[derive(Debug)]
pub(super) struct FileCachedCredential {
    inner: Arc<dyn TokenCredential>,
    file: PathBuf,
    purpose: Purpose,
    cached: Mutex<CachedToken>,
}

#[derive(Debug)]
enum CachedToken {
    /// The file has not been read.
    Unread,
    Token(TokenFile),
    Nothing,
}

impl FileCachedCredential {
    pub(super) fn new(inner: Arc<dyn TokenCredential>, file: PathBuf, purpose: Purpose) -> Self {
        Self {
            inner,
            file,
            purpose,
            cached: Mutex::new(CachedToken::Unread),
        }
    }

    /// Returns the stored token unless it expires soon or the API refused it.
    fn stored(&self, scope: &str, refused: Option<&Secret>) -> Option<AccessToken> {
        if scope != self.purpose.scope {
            return None;
        }
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*cached, CachedToken::Unread) {
            *cached = read(&self.file).map_or(CachedToken::Nothing, CachedToken::Token);
        }
        let CachedToken::Token(stored) = &*cached else {
            return None;
        };
        if stored.is_usable(&self.purpose, refused, OffsetDateTime::now_utc()) {
            let expires_on = OffsetDateTime::from_unix_timestamp(stored.expires_on).ok()?;
            return Some(AccessToken::new(stored.access_token.clone(), expires_on));
        }
        if refused == Some(&stored.access_token) {
            // If the renewal fails, later runs must not use the refused token again.
            let _stays = remove_access_token(&self.file);
        }
        None
    }

    /// Stores a new token. A failure is logged, because the report can continue without the file.
    fn store(&self, scope: &str, token: &AccessToken) {
        if scope != self.purpose.scope {
            return;
        }
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let CachedToken::Token(stored) = &*cached
            && stored.access_token == token.token
        {
            return;
        }
        let stored = TokenFile {
            purpose: self.purpose.clone(),
            obtained_at: OffsetDateTime::now_utc().unix_timestamp(),
            expires_on: token.expires_on.unix_timestamp(),
            access_token: token.token.clone(),
        };
        if let Err(error) = write(&self.file, &stored) {
            tracing::warn!("the access token could not be stored for the next run: {error}");
        }
        *cached = CachedToken::Token(stored);
    }
}

#[async_trait::async_trait]
impl TokenCredential for FileCachedCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let refused = options
            .as_ref()
            .and_then(|options| options.method_options.context.value::<RejectedToken>())
            .map(|refused| refused.0.clone());
        let scope = scopes.join(" ");
        if let Some(token) = self.stored(&scope, refused.as_ref()) {
            return Ok(token);
        }
        let token = self.inner.get_token(scopes, options).await?;
        self.store(&scope, &token);
        Ok(token)
    }
}

/// Reads the token. Returns `None` if other users can read or write the file, or if it cannot be
/// read; the next token replaces it.
fn read(path: &Path) -> Option<TokenFile> {
    // Opening a named pipe would block until it has a writer.
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    if !is_private(&file.metadata().ok()?) {
        tracing::warn!(
            "the access token in {} is not used: other users can read or write the file",
            path.display()
        );
        return None;
    }
    let mut text = Vec::new();
    file.take(SIZE_LIMIT).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(unix)]
fn is_private(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    metadata.mode() & 0o077 == 0 && metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Returns `true`: on this platform the folders of a user are private by default.
#[cfg(not(unix))]
fn is_private(_metadata: &fs::Metadata) -> bool {
    true
}

/// Replaces the file atomically; only its owner can read it.
fn write(path: &Path, stored: &TokenFile) -> io::Result<()> {
    let mut new = temporary(path)?;
    serde_json::to_writer(&mut new, stored)?;
    new.persist(path)?;
    Ok(())
}

/// Removes the access token that was stored for later runs, if there is one.
///
/// # Errors
///
/// If the file cannot be removed.
pub fn remove_access_token(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purpose() -> Purpose {
        Purpose {
            profile: "p".to_owned(),
            tenant: "t".to_owned(),
            client_id: "c".to_owned(),
            authority: "https://login.example".to_owned(),
            scope: "https://api.example/.default".to_owned(),
        }
    }

    fn stored(obtained_at: i64, expires_on: i64) -> TokenFile {
        TokenFile {
            purpose: purpose(),
            obtained_at,
            expires_on,
            access_token: "token".into(),
        }
    }

    #[test]
    fn uses_a_token_until_shortly_before_it_expires() {
        let at = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        for (from, until, now, usable) in [
            (1000, 4600, 1000, true),
            (1000, 4600, 4299, true),
            (1000, 4600, 4300, false),
            (1000, 4600, 9999, false),
            // A short lifetime: only its first half.
            (1000, 1120, 1059, true),
            (1000, 1120, 1060, false),
            // A clock that was set back, and a clock that was far ahead.
            (1000, 4600, 941, true),
            (1000, 4600, 900, false),
            (1000, 1_000_000, 1000, false),
        ] {
            let stored = stored(from, until);
            assert_eq!(
                stored.is_usable(&purpose(), None, at(now)),
                usable,
                "{from} {until} {now}"
            );
            let refused = Secret::from("token");
            assert!(!stored.is_usable(&purpose(), Some(&refused), at(now)));
        }
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_not_used() {
        let now = OffsetDateTime::from_unix_timestamp(1000).unwrap();
        for text in ["", " ", "a\r\nb", "a b", "t\u{f6}ken"] {
            let mut stored = stored(1000, 4600);
            assert!(stored.is_usable(&purpose(), None, now));
            stored.access_token = text.into();
            assert!(!stored.is_usable(&purpose(), None, now), "{text:?}");
        }
    }

    #[test]
    fn times_at_the_end_of_the_calendar_are_compared() {
        let (first, last) = (-377_705_116_800, 253_402_300_799);
        for (from, until, now, usable) in [
            (last, last, last, false),
            (last - 60, last, last - 60, true),
            (first, first + 3600, first, true),
            (first, first, first, false),
            (last, first, last, false),
            (i64::MAX, i64::MIN, 0, false),
        ] {
            let now = OffsetDateTime::from_unix_timestamp(now).unwrap();
            let stored = stored(from, until);
            assert_eq!(stored.is_usable(&purpose(), None, now), usable, "{from}");
        }
    }

    #[test]
    fn uses_a_token_only_for_its_purpose() {
        let now = OffsetDateTime::from_unix_timestamp(1000).unwrap();
        let stored = stored(1000, 4600);
        let changes: [fn(&mut Purpose); 5] = [
            |purpose| purpose.profile.push('x'),
            |purpose| purpose.tenant.push('x'),
            |purpose| purpose.client_id.push('x'),
            |purpose| purpose.authority.push('x'),
            |purpose| purpose.scope.push('x'),
        ];
        for change in changes {
            let mut other = purpose();
            change(&mut other);
            assert!(!stored.is_usable(&other, None, now), "{other:?}");
        }
    }

    #[test]
    fn replaces_the_file_atomically_and_hides_the_token_in_debug_output() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens").join("p.json.access");
        assert!(read(&path).is_none());
        write(&path, &stored(1, 2)).unwrap();
        let found = read(&path).unwrap();
        assert_eq!(found.access_token, Secret::from("token"));
        assert!(!format!("{found:?}").contains("\"token\""), "{found:?}");
        fs::write(&path, "{").unwrap();
        assert!(read(&path).is_none());
        remove_access_token(&path).unwrap();
        remove_access_token(&path).unwrap();
        assert!(read(&path).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn ignores_symbolic_links_and_files_that_others_can_access() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        write(&path, &stored(1, 2)).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        symlink(&path, &link).unwrap();
        assert!(read(&path).is_some() && read(&link).is_none());
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(read(&path).is_none(), "{mode:o}");
        }
    }
}
