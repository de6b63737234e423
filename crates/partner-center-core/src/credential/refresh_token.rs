use std::sync::Arc;

use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};

use super::application::{Application, setting_error};
use super::refresher::Refresher;
use super::setters::{client_auth_setters, sign_in_setters, store_setters};
use super::token_cache::TokenCache;
use super::{Clock, MemoryStore, RefreshTokenLife, RefreshTokenStore};

/// A refresh token turned into access tokens: Microsoft's secure application model.
///
/// Calls for a signed-in user (App+User), as analytics demands. The refresh token
/// comes from one interactive sign-in with multi-factor authentication. When the
/// service hands out a new refresh token, it replaces the old one in the store (T82),
/// durably, before the access token that came with it is handed out. If the store
/// cannot take it, the call fails and the token stays in memory; the next call saves it
/// first.
///
/// Access tokens are renewed from five minutes before they expire, and kept until two
/// minutes before; callers that ask at the same time share one request.
#[derive(Debug)]
pub struct RefreshTokenCredential {
    refresher: Arc<Refresher>,
    cache: TokenCache,
}

impl RefreshTokenCredential {
    /// Starts with what is always needed: the partner's tenant (GUID or domain), the
    /// application (client) id, and the refresh token.
    ///
    /// With a [`store`](RefreshTokenCredentialBuilder::store), the token there goes
    /// first; the given one is for an empty store, or in case the stored one is refused.
    pub fn builder(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        refresh_token: impl Into<Secret>,
    ) -> RefreshTokenCredentialBuilder {
        RefreshTokenCredentialBuilder {
            application: Application::new(tenant.into(), client_id.into()),
            refresh_token: Some(refresh_token.into()),
            store: None,
            life: RefreshTokenLife::default(),
            clock: Clock::SYSTEM,
        }
    }

    /// Starts with the partner's tenant, the application (client) id, and the store that
    /// a sign-in has put the refresh token into.
    pub fn from_store(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        store: Arc<dyn RefreshTokenStore>,
    ) -> RefreshTokenCredentialBuilder {
        RefreshTokenCredentialBuilder {
            application: Application::new(tenant.into(), client_id.into()),
            refresh_token: None,
            store: Some(store),
            life: RefreshTokenLife::default(),
            clock: Clock::SYSTEM,
        }
    }
}

/// Settings of a [`RefreshTokenCredential`].
#[derive(Clone, Debug)]
pub struct RefreshTokenCredentialBuilder {
    application: Application,
    refresh_token: Option<Secret>,
    store: Option<Arc<dyn RefreshTokenStore>>,
    life: RefreshTokenLife,
    clock: Clock,
}

impl RefreshTokenCredentialBuilder {
    sign_in_setters!();
    client_auth_setters!();
    store_setters!();

    /// The credential.
    ///
    /// # Errors
    ///
    /// When the tenant or the client id cannot be one, the refresh token is empty, both a
    /// secret and a certificate are given, or the authority is neither `https` nor on
    /// loopback.
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
                self.life,
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
