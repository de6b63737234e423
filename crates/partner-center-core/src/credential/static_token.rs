use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};

/// A token from elsewhere, used as it is until the service refuses it.
///
/// For a quick try or a test; it cannot renew itself. The scope is not looked at.
#[derive(Clone, Debug)]
pub struct StaticTokenCredential {
    token: Secret,
}

impl StaticTokenCredential {
    /// A credential that always answers with this token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self {
            token: token.into(),
        }
    }
}

#[async_trait::async_trait]
impl TokenCredential for StaticTokenCredential {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        // When it really expires is not known here; the service tells.
        let expires_on = OffsetDateTime::now_utc() + Duration::minutes(5);
        Ok(AccessToken::new(self.token.clone(), expires_on))
    }
}
