use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use url::Url;

use super::file_format;
use super::key_vault::KeyVault;
use crate::credential::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};
use crate::retry::RetryOptions;
use crate::transport::{TimeOuts, check_url, http_client, is_loopback};

/// Long enough for a vault to recover a deleted secret.
const MAX_ELAPSED: Duration = Duration::from_secs(90);

/// What a secret of a vault holds.
const VALUE_LIMIT: u32 = 25_600;

/// A refresh token in a secret of an Azure Key Vault, in the form of a
/// [`FileStore`](crate::credential::FileStore)'s file. For jobs on machines that keep nothing.
///
/// The identity of the credential needs to get and set secrets, to log out also to delete and
/// recover them: the role Key Vault Secrets Officer. Each rotation makes a new version of the
/// secret; the old ones stay in the vault, readable for whoever may read the secret.
///
/// The service has no lock: tasks with clones of this store take turns, processes do not. Nothing
/// is lost by that. Two processes may exchange the same token; the old one stays valid (T82), each
/// gets a valid new one, the last to be saved stays, and the newest is loaded.
///
/// Throttling and passing trouble are waited out: at most four attempts, and nothing is waited for
/// that would end after 90 seconds.
#[derive(Clone)]
pub struct KeyVaultStore {
    vault: KeyVault,
    queue: Arc<tokio::sync::Mutex<()>>,
}

impl KeyVaultStore {
    /// The secret of this name in the vault at this address, such as
    /// `https://contoso.vault.azure.net`. Nothing is read or made yet.
    ///
    /// # Errors
    ///
    /// When the address is not that of a vault (or of this machine, for tests), or not `https`;
    /// and when the name is not one of 1 to 127 letters, digits and hyphens.
    pub fn new(
        vault_url: Url,
        secret_name: impl Into<String>,
        credential: Arc<dyn TokenCredential>,
    ) -> Result<Self, StoreError> {
        let name = secret_name.into();
        check_url(&vault_url).map_err(|error| StoreError::other(error.to_string()))?;
        let scope = scope(&vault_url).ok_or_else(|| {
            StoreError::other(
                "the address is not that of a key vault: expected one such as \
                 https://contoso.vault.azure.net, without a path",
            )
        })?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if name.is_empty() || name.len() > 127 || !name.bytes().all(plain) {
            return Err(StoreError::other(
                "the secret's name is not valid: expected 1 to 127 letters, digits and hyphens",
            ));
        }
        let http = http_client(&vault_url, TimeOuts::SHORT)
            .map_err(|error| StoreError::other(format!("no HTTP client: {error}")))?;
        let mut retry = RetryOptions::new();
        retry.max_elapsed = MAX_ELAPSED;
        Ok(Self {
            vault: KeyVault {
                url: vault_url,
                name,
                scope,
                credential,
                http,
                retry,
            },
            queue: Arc::default(),
        })
    }

    /// An HTTP client of your own. It should not follow redirects
    /// (`redirect::Policy::none()`), should reach loopback addresses without a proxy
    /// (`no_proxy()`), and needs a time-out.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.vault.http = client;
        self
    }

    /// How often and how long a call to the vault is tried. Default: that of
    /// [`RetryOptions::new`], but 90 seconds in all.
    #[must_use]
    pub fn retry(mut self, retry: RetryOptions) -> Self {
        self.vault.retry = retry;
        self
    }
}

/// The name of the service in this vault's cloud; nothing for what is no vault's address.
fn scope(url: &Url) -> Option<String> {
    if url.path() != "/" || url.query().is_some() || !url.username().is_empty() {
        return None;
    }
    if is_loopback(url) {
        return Some("https://vault.azure.net/.default".to_owned());
    }
    let (vault, service) = url.host_str()?.split_once('.')?;
    let fine = !vault.is_empty() && service.starts_with("vault.");
    fine.then(|| format!("https://{service}/.default"))
}

#[async_trait::async_trait]
impl RefreshTokenStore for KeyVaultStore {
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        let turn = self.queue.clone().lock_owned().await;
        // Whoever may not read the secret need not sign in for it.
        self.vault.get().await?;
        Ok(StoreGuard::new(turn))
    }

    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
        match self.vault.get().await? {
            Some(value) => {
                file_format::decode(&self.to_string(), value.secret().as_bytes()).map(Some)
            }
            None => Ok(None),
        }
    }

    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        let value = file_format::encode_short(token)?;
        if value.secret().len() > VALUE_LIMIT as usize {
            return Err(StoreError::TooLarge {
                place: self.to_string(),
                limit: VALUE_LIMIT,
            });
        }
        self.vault.set(&value).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.vault.delete().await
    }
}

/// Where the token is, for people.
impl std::fmt::Display for KeyVaultStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.vault.fmt(f)
    }
}

impl std::fmt::Debug for KeyVaultStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyVaultStore")
            .field("vault", &self.vault.url.as_str())
            .field("name", &self.vault.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cloud_has_its_scope_and_others_get_no_token() {
        for (url, expected) in [
            (
                "https://contoso.vault.azure.net",
                Some("https://vault.azure.net/.default"),
            ),
            (
                "https://contoso.vault.usgovcloudapi.net/",
                Some("https://vault.usgovcloudapi.net/.default"),
            ),
            (
                "https://contoso.vault.azure.cn",
                Some("https://vault.azure.cn/.default"),
            ),
            (
                "http://127.0.0.1:7777",
                Some("https://vault.azure.net/.default"),
            ),
            ("https://contoso.example", None),
            ("https://vault.azure.net", None),
            ("https://.vault.azure.net", None),
            ("https://contoso.vault.azure.net/secrets/token", None),
            ("https://contoso.vault.azure.net/?api-version=7.4", None),
            ("https://user@contoso.vault.azure.net", None),
        ] {
            let found = url.parse().ok().and_then(|url: Url| scope(&url));
            assert_eq!(found.as_deref(), expected, "{url}");
        }
    }
}
