use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use url::Url;

use super::file_format;
use super::key_vault::KeyVault;
use crate::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};
use partner_center_core::RetryOptions;
use partner_center_core::transport::{Timeouts, check_url, http_client, is_loopback};

/// Default time limit of a call, long enough for a vault to recover a deleted secret.
const MAX_ELAPSED: Duration = Duration::from_secs(90);

/// Size limit of a secret's value in bytes.
const VALUE_LIMIT: u32 = 25_600;

/// A store that keeps one refresh token in a secret of an Azure Key Vault, for jobs on machines
/// without persistent storage.
///
/// The secret has the format of a [`FileStore`](crate::FileStore)'s file. The identity
/// of the credential needs the permissions to get and set secrets, and for logging out also to
/// delete and recover them; the role Key Vault Secrets Officer includes them. Each rotation
/// creates a new version of the secret. Old versions stay in the vault and can be read by
/// identities that can read the secret.
///
/// Key Vault has no locks. Tasks with clones of this store wait for each other; processes do not.
/// No token is lost by that: if two processes exchange the same refresh token, the old token stays
/// valid ([T82](partner_center_core::deviations#t82)), each process gets a valid new one, and the
/// token saved last is loaded.
///
/// Throttling and transient failures are retried: at most four attempts, and no wait that would
/// end more than 90 seconds after the first attempt.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use partner_center_identity::{KeyVaultStore, StaticTokenCredential};
///
/// // Usually a managed identity of `azure_identity`, which may read and write secrets.
/// let of_the_vault = Arc::new(StaticTokenCredential::new("a-token-for-the-vault"));
/// let vault = "https://contoso.vault.azure.net".parse()?;
/// let store = KeyVaultStore::new(vault, "partner-center-sign-in", of_the_vault)?;
/// # let _ = store;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyVaultStore {
    vault: KeyVault,
    queue: Arc<tokio::sync::Mutex<()>>,
}

impl KeyVaultStore {
    /// Creates a store in the secret of this name in the vault at this address, such as
    /// `https://contoso.vault.azure.net`. The secret is neither read nor created yet.
    ///
    /// # Errors
    ///
    /// If the address is neither the `https` address of a vault nor a loopback address (for
    /// tests), or the name does not consist of 1 to 127 letters, digits and hyphens.
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
        let http = http_client(&vault_url, Timeouts::SHORT)
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

    /// Sets a custom HTTP client. It should not follow redirects (`redirect::Policy::none()`),
    /// should connect to loopback addresses without a proxy (`no_proxy()`), and needs a timeout.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.vault.http = client;
        self
    }

    /// Sets the retry options of calls to the vault. Default: [`RetryOptions::new`] with a time
    /// limit of 90 seconds.
    #[must_use]
    pub fn retry(mut self, retry: RetryOptions) -> Self {
        self.vault.retry = retry;
        self
    }
}

/// Returns the scope of Key Vault in the cloud of this address, or `None` if it is not the address
/// of a vault: a token must not be sent to other services.
fn scope(url: &Url) -> Option<String> {
    if url.path() != "/" || url.query().is_some() || !url.username().is_empty() {
        return None;
    }
    if is_loopback(url) {
        return Some("https://vault.azure.net/.default".to_owned());
    }
    let (vault, service) = url.host_str()?.split_once('.')?;
    let is_vault = !vault.is_empty() && service.starts_with("vault.");
    is_vault.then(|| format!("https://{service}/.default"))
}

#[async_trait::async_trait]
impl RefreshTokenStore for KeyVaultStore {
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        let guard = self.queue.clone().lock_owned().await;
        // Fails without the permission to read, before a user signs in or a token is exchanged.
        self.vault.get().await?;
        Ok(StoreGuard::new(guard))
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

/// Location of the token in messages.
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
    fn each_cloud_has_its_scope_and_other_addresses_have_none() {
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
