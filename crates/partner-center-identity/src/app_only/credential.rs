//! Common part of the app-only credentials.

use azure_core::credentials::{AccessToken, TokenRequestOptions};

use crate::Clock;
use crate::application::Application;
use crate::token_cache::TokenCache;
use crate::token_endpoint::TokenEndpoint;

/// Access tokens by the client credentials grant (RFC 6749, 4.4), with any client
/// authentication method.
#[derive(Debug)]
pub(crate) struct AppOnlyCredential {
    endpoint: TokenEndpoint,
    clock: Clock,
    cache: TokenCache,
}

impl AppOnlyCredential {
    pub(crate) fn new(application: Application, clock: Clock) -> azure_core::Result<Self> {
        Ok(Self {
            endpoint: application.endpoint(&clock)?,
            cache: TokenCache::new(clock.clone()),
            clock,
        })
    }

    pub(crate) async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let endpoint = self.endpoint.clone();
        let clock = self.clock.clone();
        self.cache
            .get(scopes, options.as_ref(), |scopes| async move {
                let requested_at = clock.now();
                let tokens = endpoint.client_credentials(&scopes).await?;
                Ok(tokens.access(requested_at))
            })
            .await
    }
}
