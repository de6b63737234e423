//! Credential of the tests.

use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;

/// Credential that always returns this token.
#[derive(Debug)]
pub(crate) struct FixedToken(pub(crate) String);

impl FixedToken {
    pub(crate) fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

#[async_trait::async_trait]
impl TokenCredential for FixedToken {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let expires_on = OffsetDateTime::now_utc() + Duration::from_secs(300);
        Ok(AccessToken::new(self.0.clone(), expires_on))
    }
}
