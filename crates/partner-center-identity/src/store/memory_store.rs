use std::sync::{Arc, Mutex, PoisonError};

use crate::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};

/// A store in memory, whose token is lost when the process ends. Clones share the token.
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
