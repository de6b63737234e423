//! Common part of the interactive credentials.

use std::sync::Arc;

use azure_core::credentials::{AccessToken, TokenRequestOptions};
use tracing::Instrument;

use crate::refresher::Refresher;
use crate::sign_in_error::TokenError;
use crate::token_cache::TokenCache;
use crate::token_endpoint::TokenSet;
use crate::{Clock, StoredRefreshToken};

/// OAuth flow in which a user signs in.
#[async_trait::async_trait]
pub(crate) trait SignInFlow: std::fmt::Debug + Send + Sync {
    async fn sign_in(&self, scopes: &[String]) -> Result<TokenSet, TokenError>;
}

/// Access tokens by the stored refresh token, with an interactive sign-in if the store has no
/// valid one.
#[derive(Debug)]
pub(crate) struct InteractiveCredential {
    refresher: Arc<Refresher>,
    flow: Arc<dyn SignInFlow>,
    clock: Clock,
    cache: Arc<TokenCache>,
}

impl InteractiveCredential {
    pub(crate) fn new(refresher: Refresher, flow: Arc<dyn SignInFlow>, clock: Clock) -> Self {
        Self {
            refresher: Arc::new(refresher),
            flow,
            cache: Arc::new(TokenCache::new(clock.clone())),
            clock,
        }
    }

    /// Starts an interactive sign-in regardless of the store's content, and saves the refresh
    /// token.
    pub(crate) async fn sign_in(&self, scopes: &[&str]) -> azure_core::Result<StoredRefreshToken> {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.refresher.check_store().await?;
        let tokens = self.flow.sign_in(&scopes).await?;
        // A separate task, so that the token is saved even if the caller is dropped: the user has
        // signed in already.
        let (refresher, cache) = (self.refresher.clone(), self.cache.clone());
        let work = async move {
            let saved = refresher.save_sign_in(&tokens).await;
            // The cached access tokens may belong to another user.
            cache.clear();
            saved
        };
        match tokio::spawn(work.in_current_span()).await {
            Ok(saved) => Ok(saved?),
            Err(_) => Err(TokenError::other("saving the sign-in was interrupted").into()),
        }
    }

    pub(crate) async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let refresher = self.refresher.clone();
        let flow = self.flow.clone();
        let clock = self.clock.clone();
        self.cache
            .get(scopes, options.as_ref(), |scopes| async move {
                match refresher.access_token(&scopes).await {
                    Err(error) if error.needs_new_refresh_token() => {}
                    result => return result,
                }
                let tokens = flow.sign_in(&scopes).await?;
                let access = tokens.access(clock.now());
                refresher.save_sign_in(&tokens).await?;
                Ok(access)
            })
            .await
    }
}
