use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};

/// A credential with a fixed access token that was obtained elsewhere.
///
/// Intended for quick trials and tests: it cannot renew the token and ignores the requested
/// scopes.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center_identity::{StaticTokenCredential, TokenCredential};
///
/// let credential = StaticTokenCredential::new("a-token");
/// let token = credential.get_token(&["any scope"], None).await?;
/// assert_eq!(token.token.secret(), "a-token");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct StaticTokenCredential {
    token: Secret,
}

impl StaticTokenCredential {
    /// Creates a credential that always returns this token.
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
        // The token may be opaque, so its real expiry is unknown. The service rejects it once it
        // has expired.
        let expires_on = OffsetDateTime::now_utc() + Duration::minutes(5);
        Ok(AccessToken::new(self.token.clone(), expires_on))
    }
}
