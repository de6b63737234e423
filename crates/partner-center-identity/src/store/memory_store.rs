use std::sync::{Arc, Mutex, PoisonError};

use crate::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};

/// A store in memory, whose token is lost when the process ends. Clones share the token.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use azure_core::time::{Duration, OffsetDateTime};
/// use partner_center_identity::{MemoryStore, RefreshTokenStore, StoredRefreshToken};
///
/// let token = StoredRefreshToken {
///     refresh_token: "a-token".into(),
///     obtained_at: OffsetDateTime::now_utc() - Duration::days(80),
///     tenant: "contoso.onmicrosoft.com".to_owned(),
///     client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
/// };
/// let store = MemoryStore::new();
/// let guard = store.lock().await?;
/// store.save(&token).await?;
/// drop(guard);
///
/// let of_a_clone = store.clone().load().await?;
/// assert_eq!(of_a_clone, Some(token));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    token: Arc<Mutex<Option<StoredRefreshToken>>>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait::async_trait]
impl RefreshTokenStore for MemoryStore {
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        Ok(StoreGuard::new(self.lock.clone().lock_owned().await))
    }

    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(token.clone())
    }

    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(())
    }

    async fn clear(&self) -> Result<(), StoreError> {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}
