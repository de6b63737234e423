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
/// The access tokens belong to a signed-in user (App+User), which analytics requires. The
/// refresh token comes from one interactive sign-in with multi-factor authentication. When
/// the sign-in service returns a new refresh token, the credential first saves it durably to
/// the store, replacing the old one (T82), and then returns the access token. If the store
/// cannot be written to, an error is logged, the new refresh token stays in memory, and the
/// next call tries to save it first.
///
/// Access tokens are renewed from five minutes before they expire, and used until two
/// minutes before. Concurrent callers share one request.
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
