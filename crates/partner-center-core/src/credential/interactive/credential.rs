//! What the credentials that ask a person have in common.

use std::sync::Arc;

use azure_core::credentials::{AccessToken, TokenRequestOptions};
use tracing::Instrument;

use crate::credential::refresher::Refresher;
use crate::credential::sign_in_error::TokenError;
use crate::credential::token_cache::TokenCache;
use crate::credential::token_endpoint::TokenSet;
use crate::credential::{Clock, StoredRefreshToken};

/// One way to have a person sign in.
#[async_trait::async_trait]
pub(crate) trait SignInFlow: std::fmt::Debug + Send + Sync {
    async fn sign_in(&self, scopes: &[String]) -> Result<TokenSet, TokenError>;
}

/// The stored refresh token as long as it works, and the person when it does not.
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

    /// Asks the person, whatever the store has, and keeps the refresh token.
    pub(crate) async fn sign_in(&self, scopes: &[&str]) -> azure_core::Result<StoredRefreshToken> {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.refresher.check_store().await?;
        let tokens = self.flow.sign_in(&scopes).await?;
        // Goes on when its caller is gone: a person has signed in for it.
        let (refresher, cache) = (self.refresher.clone(), self.cache.clone());
        let work = async move {
            let kept = refresher.keep(&tokens).await;
            // Another person's tokens are not for this one's calls.
            cache.clear();
            kept
        };
        match tokio::spawn(work.in_current_span()).await {
            Ok(kept) => Ok(kept?),
            Err(_) => Err(TokenError::other("keeping the sign-in was broken off").into()),
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
                refresher.keep(&tokens).await?;
                Ok(access)
            })
            .await
    }
}
