//! Adapter from credentials of Azure to those of object_store.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential};
use delta_kernel::object_store::azure::AzureCredential;
use delta_kernel::object_store::{self, CredentialProvider};
use time::OffsetDateTime;
use tokio::sync::Mutex;

use super::Cause;

/// Scope of Azure Blob Storage, Data Lake Storage and OneLake.
const SCOPE: &str = "https://storage.azure.com/.default";

/// Time before the expiry from which a token is no longer used.
const MARGIN: Duration = Duration::from_secs(300);

/// Tokens of a credential, kept until they expire: object_store requests a credential for each
/// request, and not every credential keeps its tokens.
#[derive(Debug)]
pub(super) struct AzureTokens {
    credential: Arc<dyn TokenCredential>,
    current: Mutex<Option<(AccessToken, Arc<AzureCredential>)>>,
}

impl AzureTokens {
    pub(super) fn new(credential: Arc<dyn TokenCredential>) -> Self {
        Self {
            credential,
            current: Mutex::new(None),
        }
    }
}

#[async_trait]
impl CredentialProvider for AzureTokens {
    type Credential = AzureCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AzureCredential>> {
        // Held during the request, so that concurrent requests share one token.
        let mut current = self.current.lock().await;
        if let Some((token, credential)) = &*current
            && token.expires_on - MARGIN > OffsetDateTime::now_utc()
        {
            return Ok(Arc::clone(credential));
        }
        let token = self
            .credential
            .get_token(&[SCOPE], None)
            .await
            .map_err(|error| object_store::Error::Unauthenticated {
                path: SCOPE.to_owned(),
                source: Box::new(Cause::of(&error)),
            })?;
        let credential = Arc::new(AzureCredential::BearerToken(
            token.token.secret().to_owned(),
        ));
        *current = Some((token, Arc::clone(&credential)));
        Ok(credential)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use azure_core::credentials::TokenRequestOptions;

    use super::*;

    #[derive(Debug)]
    struct Counting {
        requests: AtomicUsize,
        lifetime: Duration,
    }

    #[async_trait]
    impl TokenCredential for Counting {
        async fn get_token(
            &self,
            scopes: &[&str],
            _: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            assert_eq!(scopes, [SCOPE]);
            let number = self.requests.fetch_add(1, Ordering::Relaxed);
            Ok(AccessToken::new(
                format!("token {number}"),
                OffsetDateTime::now_utc() + self.lifetime,
            ))
        }
    }

    #[tokio::test]
    async fn keeps_tokens_until_they_expire() {
        for (lifetime, requests) in [(3600, 1), (60, 2)] {
            let counting = Arc::new(Counting {
                requests: AtomicUsize::new(0),
                lifetime: Duration::from_secs(lifetime),
            });
            let tokens = AzureTokens::new(counting.clone());
            tokens.get_credential().await.unwrap();
            let credential = tokens.get_credential().await.unwrap();
            assert_eq!(counting.requests.load(Ordering::Relaxed), requests);
            let expected = format!("token {}", requests - 1);
            assert!(
                matches!(&*credential, AzureCredential::BearerToken(token) if *token == expected)
            );
        }
    }
}
