use std::sync::Arc;

use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};

use super::application::{Application, setting_error};
use super::refresher::Refresher;
use super::setters::{client_auth_setters, sign_in_setters, store_setters};
use super::token_cache::TokenCache;
use super::{Clock, MemoryStore, RefreshTokenLifetime, RefreshTokenStore};

/// A credential that exchanges a refresh token for access tokens (Microsoft's secure
/// application model).
///
/// The access tokens belong to a signed-in user (App+User), which analytics requires. The refresh
/// token comes from one interactive sign-in with multi-factor authentication. When the sign-in
/// service returns a new refresh token, the credential first saves it durably to the store,
/// replacing the old one ([T82](partner_center_core::deviations#t82)), and then returns the access
/// token. If the store cannot be written to, an error is logged, the new refresh token stays in
/// memory, and the next call tries to save it first.
///
/// Access tokens are renewed from five minutes before they expire, and used until two
/// minutes before. Concurrent callers share one request.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = partner_center_emulator::Emulator::builder().start().await?;
/// use std::sync::Arc;
///
/// use partner_center_identity::{MemoryStore, RefreshTokenCredential, TokenCredential};
///
/// # let (tenant, client_id) = (emulator.tenant_id(), emulator.client_id());
/// # let refresh_token = emulator.refresh_token().to_owned();
/// # let secret = emulator.client_secret().to_owned();
/// let credential = RefreshTokenCredential::builder(tenant, client_id, refresh_token)
///     .client_secret(secret)
///     // A program that is started again uses a `FileStore`, `KeyringStore` or `KeyVaultStore`.
///     .store(Arc::new(MemoryStore::new()))
/// #   .authority(emulator.authority())
///     .build()?;
///
/// let scope = "https://api.partnercenter.microsoft.com/.default";
/// let token = credential.get_token(&[scope], None).await?;
///
/// // The second token comes from memory, until five minutes before the first one expires.
/// let again = credential.get_token(&[scope], None).await?;
/// assert_eq!(token.token.secret(), again.token.secret());
/// # assert_eq!(emulator.requests().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RefreshTokenCredential {
    refresher: Arc<Refresher>,
    cache: TokenCache,
}

impl RefreshTokenCredential {
    /// Returns a builder with the required settings: the partner's tenant (GUID or domain),
    /// the application (client) id, and the refresh token.
    ///
    /// If a [`store`](RefreshTokenCredentialBuilder::store) is set, its token takes precedence.
    /// The token given here is used if the store is empty or its token is rejected.
    pub fn builder(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        refresh_token: impl Into<Secret>,
    ) -> RefreshTokenCredentialBuilder {
        RefreshTokenCredentialBuilder {
            application: Application::new(tenant.into(), client_id.into()),
            refresh_token: Some(refresh_token.into()),
            store: None,
            lifetime: RefreshTokenLifetime::default(),
            clock: Clock::SYSTEM,
        }
    }

    /// Returns a builder with the partner's tenant (GUID or domain), the application (client)
    /// id, and a store that holds the refresh token of an earlier sign-in.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = partner_center_emulator::Emulator::builder().start().await?;
    /// use std::sync::Arc;
    ///
    /// use partner_center_identity::{MemoryStore, RefreshTokenCredential, TokenCredential};
    ///
    /// // Here the store is empty, so a user has to sign in first.
    /// let store = Arc::new(MemoryStore::new());
    /// # let (tenant, client_id) = (emulator.tenant_domain(), emulator.client_id());
    /// let credential = RefreshTokenCredential::from_store(tenant, client_id, store)
    /// #   .authority(emulator.authority())
    ///     .build()?;
    /// let scope = "https://api.partnercenter.microsoft.com/.default";
    /// let error = credential.get_token(&[scope], None).await.unwrap_err();
    /// assert!(error.to_string().contains("sign in first"), "{error}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_store(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        store: Arc<dyn RefreshTokenStore>,
    ) -> RefreshTokenCredentialBuilder {
        RefreshTokenCredentialBuilder {
            application: Application::new(tenant.into(), client_id.into()),
            refresh_token: None,
            store: Some(store),
            lifetime: RefreshTokenLifetime::default(),
            clock: Clock::SYSTEM,
        }
    }
}

/// Builder of a [`RefreshTokenCredential`].
///
/// ```
/// use azure_core::time::Duration;
/// use partner_center_core::Cloud;
/// use partner_center_identity::{RefreshTokenCredential, RefreshTokenLifetime};
///
/// let builder = RefreshTokenCredential::builder("contoso.example", "not-a-guid", "token")
///     .cloud(Cloud::UsGovernment)
///     // Warns in the log four weeks before the refresh token expires.
///     .refresh_token_lifetime(RefreshTokenLifetime::new(Duration::days(90), Duration::days(28)));
///
/// // `build` checks the settings; the token is not printed.
/// assert!(!format!("{builder:?}").contains("\"token\""));
/// ```
#[derive(Clone, Debug)]
pub struct RefreshTokenCredentialBuilder {
    application: Application,
    refresh_token: Option<Secret>,
    store: Option<Arc<dyn RefreshTokenStore>>,
    lifetime: RefreshTokenLifetime,
    clock: Clock,
}

impl RefreshTokenCredentialBuilder {
    sign_in_setters!();
    client_auth_setters!();
    store_setters!();

    /// Builds the credential.
    ///
    /// # Errors
    ///
    /// If the tenant or the client id is invalid, the refresh token is empty, both a secret and
    /// a certificate are set, or the authority is neither `https` nor a loopback address.
    pub fn build(self) -> azure_core::Result<RefreshTokenCredential> {
        if let Some(token) = &self.refresh_token
            && token.secret().trim().is_empty()
        {
            return Err(setting_error("the refresh token is empty"));
        }
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        Ok(RefreshTokenCredential {
            refresher: Arc::new(Refresher::new(
                self.application.endpoint(&self.clock)?,
                store,
                self.refresh_token,
                self.lifetime,
                self.clock.clone(),
            )),
            cache: TokenCache::new(self.clock),
        })
    }
}

#[async_trait::async_trait]
impl TokenCredential for RefreshTokenCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let refresher = self.refresher.clone();
        self.cache
            .get(scopes, options.as_ref(), |scopes| async move {
                refresher.access_token(&scopes).await
            })
            .await
    }
}
