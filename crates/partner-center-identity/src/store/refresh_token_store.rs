use crate::{StoreError, StoredRefreshToken};

/// Store that keeps a refresh token beyond the end of a process.
///
/// A credential holds the [`lock`](Self::lock) from before it loads the refresh token until
/// after it has saved the rotated one. A second process therefore waits, and then finds the
/// new token.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use partner_center_identity::{RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken};
///
/// /// A row of a database.
/// #[derive(Debug, Default)]
/// struct Row {
///     token: Mutex<Option<StoredRefreshToken>>,
///     lock: Arc<tokio::sync::Mutex<()>>,
/// }
///
/// #[async_trait::async_trait]
/// impl RefreshTokenStore for Row {
///     async fn lock(&self) -> Result<StoreGuard, StoreError> {
///         // In a database: `SELECT .. FOR UPDATE`; the guard owns the transaction.
///         Ok(StoreGuard::new(self.lock.clone().lock_owned().await))
///     }
///
///     async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
///         let token = self.token.lock().map_err(|_| StoreError::other("the row is poisoned"))?;
///         Ok(token.clone())
///     }
///
///     async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
///         *self.token.lock().map_err(|_| StoreError::other("the row is poisoned"))? =
///             Some(token.clone());
///         Ok(())
///     }
///
///     async fn clear(&self) -> Result<(), StoreError> {
///         *self.token.lock().map_err(|_| StoreError::other("the row is poisoned"))? = None;
///         Ok(())
///     }
/// }
/// # let _ = Row::default();
/// ```
#[async_trait::async_trait]
pub trait RefreshTokenStore: std::fmt::Debug + Send + Sync {
    /// Acquires exclusive access to the token, waiting for other tasks and processes.
    ///
    /// Implementations should also check here whether a token can be saved, before a refresh
    /// token is exchanged. The lock is released when the guard is dropped or the process ends.
    ///
    /// # Errors
    ///
    /// If the store cannot be written to, or the wait exceeds a timeout.
    async fn lock(&self) -> Result<StoreGuard, StoreError>;

    /// Loads the token. Returns `None` if the store is empty.
    ///
    /// # Errors
    ///
    /// If the store or its content cannot be read.
    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError>;

    /// Replaces the token durably. After an error the old token is still complete. Call it under
    /// [`lock`](Self::lock).
    ///
    /// # Errors
    ///
    /// If the token could not be saved durably.
    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError>;

    /// Removes the token durably, to log out. Succeeds if the store is empty. Call it under
    /// [`lock`](Self::lock).
    ///
    /// A copy of the token stays valid; to invalidate the token itself, revoke the user's
    /// sessions in the tenant.
    ///
    /// # Errors
    ///
    /// If the token could not be removed.
    async fn clear(&self) -> Result<(), StoreError>;
}

/// Exclusive access to the token of a store, released on drop.
///
/// ```
/// use partner_center_identity::StoreGuard;
///
/// // Dropping the guard drops, and so releases, what it owns.
/// let lock_file = tempfile::tempfile()?;
/// let guard = StoreGuard::new(lock_file);
/// drop(guard);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct StoreGuard(#[expect(dead_code, reason = "held for its drop")] Box<dyn Send + Sync>);

impl StoreGuard {
    /// Creates a guard that owns `held`, for example a lock file, and drops it with itself.
    pub fn new(held: impl Send + Sync + 'static) -> Self {
        Self(Box::new(held))
    }
}

impl std::fmt::Debug for StoreGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreGuard")
    }
}
