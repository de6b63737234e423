use crate::credential::{StoreError, StoredRefreshToken};

/// Where a refresh token outlives the process.
///
/// Whoever exchanges a refresh token holds [`lock`](Self::lock) from before it loads
/// the token until after it has saved the rotated one: a second process waits, and
/// then finds the new token.
#[async_trait::async_trait]
pub trait RefreshTokenStore: std::fmt::Debug + Send + Sync {
    /// Waits until nobody else, in this process or another, works with the token.
    ///
    /// Also the place to find out that saving cannot work, before a token is spent.
    /// The lock ends with the guard, and with the process.
    ///
    /// # Errors
    ///
    /// When the store cannot be written to, or the wait is too long.
    async fn lock(&self) -> Result<StoreGuard, StoreError>;

    /// The token, where there is one.
    ///
    /// # Errors
    ///
    /// When there is something that cannot be read.
    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError>;

    /// Replaces the token. On return it is durable; on an error the old one is still
    /// there, whole. Call it under [`lock`](Self::lock).
    ///
    /// # Errors
    ///
    /// When it could not be made durable.
    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError>;

    /// Forgets the token, durably: the way to log out. Without a token there is nothing to
    /// do. Call it under [`lock`](Self::lock).
    ///
    /// Whoever has a copy can still use it; to end a token itself, revoke the user's
    /// sessions in the tenant.
    ///
    /// # Errors
    ///
    /// When the token could not be removed.
    async fn clear(&self) -> Result<(), StoreError>;
}

/// The right to work with a store's token; ends on drop.
pub struct StoreGuard(#[expect(dead_code, reason = "held for its drop")] Box<dyn Send + Sync>);

impl StoreGuard {
    /// A guard that keeps `held` until the end.
    pub fn new(held: impl Send + Sync + 'static) -> Self {
        Self(Box::new(held))
    }
}

impl std::fmt::Debug for StoreGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreGuard")
    }
}
