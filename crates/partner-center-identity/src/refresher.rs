//! Exchange of the stored refresh token for access tokens, without losing a rotated token.

use std::sync::{Arc, Mutex, PoisonError};

use azure_core::credentials::{AccessToken, Secret};

use super::sign_in_error::{RefreshTokenError, TokenError};
use super::token_endpoint::{TokenEndpoint, TokenSet};
use super::{
    Clock, RefreshTokenLifetime, RefreshTokenStatus, RefreshTokenStore, StoreError,
    StoredRefreshToken,
};

/// Refresh token of an application in a store.
///
/// The order of the steps determines the effect of a crash:
///
/// 1. lock the store (this also checks whether it can be written to);
/// 2. load the newest token;
/// 3. exchange it;
/// 4. hold the rotated token in memory;
/// 5. save it durably;
/// 6. remove the copy in memory, unlock the store;
/// 7. only then return the access token.
///
/// A crash before step 3 changes nothing. Between steps 3 and 5 the store has the old token, which
/// stays valid at the service ([T82](partner_center_core::deviations#t82)). After step 5 it has the
/// new token. If step 5 fails, the new token stays in memory, and the next call tries to save it
/// first.
///
/// A store that cannot be written to, for example because the disk is full, is logged as an
/// error and does not fail the call: the access token is valid for an hour, and the old refresh
/// token stays valid.
#[derive(Debug)]
pub(crate) struct Refresher {
    endpoint: TokenEndpoint,
    store: Arc<dyn RefreshTokenStore>,
    lifetime: RefreshTokenLifetime,
    clock: Clock,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// Token from the settings, until its successor is in the store.
    configured: Option<Secret>,
    /// Token that is not yet saved to the store.
    unsaved: Option<StoredRefreshToken>,
}

impl Refresher {
    pub(crate) fn new(
        endpoint: TokenEndpoint,
        store: Arc<dyn RefreshTokenStore>,
        configured: Option<Secret>,
        lifetime: RefreshTokenLifetime,
        clock: Clock,
    ) -> Self {
        Self {
            endpoint,
            store,
            lifetime,
            clock,
            memory: Mutex::new(Memory {
                configured,
                unsaved: None,
            }),
        }
    }

    /// Returns an access token for these scopes.
    pub(crate) async fn access_token(&self, scopes: &[String]) -> Result<AccessToken, TokenError> {
        let guard = match self.store.lock().await {
            Ok(guard) => Some(guard),
            Err(error) if error.is_write_error() => {
                // A full disk must not stop the calls. Without the lock, another process may
                // exchange the same token; the tokens of both stay valid (T82).
                log_save_failure(&error);
                None
            }
            Err(error) => return Err(self.store_error(error)),
        };
        let is_writable = guard.is_some();
        let stored = self.newest(is_writable).await?;
        let mut first_error = None;
        for token in self.candidates(stored.as_ref()) {
            let requested_at = self.clock.now();
            match self.endpoint.refresh(&token.refresh_token, scopes).await {
                Ok(tokens) => {
                    let next = self.successor(&token, &tokens);
                    if stored.as_ref() != Some(&next) {
                        self.try_to_save(&next, is_writable).await;
                    }
                    self.warn_before_expiry(&next);
                    return Ok(tokens.access(requested_at));
                }
                Err(error) if error.needs_new_refresh_token() => {
                    first_error.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(first_error.unwrap_or_else(|| RefreshTokenError::Missing.into()))
    }

    /// Checks whether a token could be saved, before the user signs in.
    pub(crate) async fn check_store(&self) -> Result<(), TokenError> {
        let guard = self.store.lock().await;
        guard.map(drop).map_err(|e| self.store_error(e))
    }

    /// Saves the refresh token of an interactive sign-in.
    pub(crate) async fn save_sign_in(
        &self,
        tokens: &TokenSet,
    ) -> Result<StoredRefreshToken, TokenError> {
        let refresh_token = tokens
            .refresh_token
            .clone()
            .filter(|token| !token.secret().trim().is_empty())
            .ok_or(RefreshTokenError::NotReturned)?;
        let token = self.token_issued_now(refresh_token);
        let _guard = match self.store.lock().await {
            Ok(guard) => guard,
            Err(source) => {
                // The user has already signed in: the next call tries to save this token.
                self.memory().unsaved = Some(token);
                return Err(self.store_error(source));
            }
        };
        self.save(&token).await?;
        Ok(token)
    }

    /// Returns the newest token: the stored one, or an unsaved one, which is saved first.
    async fn newest(&self, is_writable: bool) -> Result<Option<StoredRefreshToken>, TokenError> {
        let stored = self.store.load().await.map_err(|e| self.store_error(e))?;
        if let Some(stored) = &stored {
            self.check_owner(stored)?;
        }
        let Some(unsaved) = self.memory().unsaved.clone() else {
            return Ok(stored);
        };
        match stored {
            // Another process has saved a newer token since.
            Some(stored) if stored.obtained_at > unsaved.obtained_at => {
                self.memory().unsaved = None;
                Ok(Some(stored))
            }
            _ => {
                self.try_to_save(&unsaved, is_writable).await;
                Ok(Some(unsaved))
            }
        }
    }

    /// Returns the tokens to try, in order. The configured token comes second: it may be older
    /// than the stored one, or replace a stored one that has expired.
    fn candidates(&self, stored: Option<&StoredRefreshToken>) -> Vec<StoredRefreshToken> {
        let configured = self.memory().configured.clone();
        let configured = configured
            .filter(|configured| stored.is_none_or(|stored| stored.refresh_token != *configured))
            .map(|configured| self.token_issued_now(configured));
        stored.cloned().into_iter().chain(configured).collect()
    }

    fn successor(&self, used: &StoredRefreshToken, tokens: &TokenSet) -> StoredRefreshToken {
        match &tokens.refresh_token {
            Some(rotated) if *rotated != used.refresh_token => {
                self.token_issued_now(rotated.clone())
            }
            _ => used.clone(),
        }
    }

    /// Saves a token, or holds it in memory until the next call. Call it under the store's lock.
    async fn try_to_save(&self, token: &StoredRefreshToken, is_writable: bool) {
        self.memory().unsaved = Some(token.clone());
        if !is_writable {
            return;
        }
        match self.store.save(token).await {
            Ok(()) => self.saved(),
            Err(error) => log_save_failure(&error),
        }
    }

    /// Saves a token and returns the error of the store, for a user who waits for the result.
    /// Until it is saved, the token is held in memory.
    async fn save(&self, token: &StoredRefreshToken) -> Result<(), TokenError> {
        self.memory().unsaved = Some(token.clone());
        self.store
            .save(token)
            .await
            .map_err(|e| self.store_error(e))?;
        self.saved();
        Ok(())
    }

    fn saved(&self) {
        let mut memory = self.memory();
        memory.unsaved = None;
        // The stored token now supersedes the configured one.
        memory.configured = None;
    }

    fn store_error(&self, source: StoreError) -> TokenError {
        let unsaved = self.memory().unsaved.is_some();
        if unsaved {
            RefreshTokenError::NotSaved { source }.into()
        } else {
            RefreshTokenError::Store(source).into()
        }
    }

    fn check_owner(&self, token: &StoredRefreshToken) -> Result<(), TokenError> {
        let ours = token
            .client_id
            .eq_ignore_ascii_case(self.endpoint.client_id())
            && token.tenant.eq_ignore_ascii_case(self.endpoint.tenant());
        if ours {
            return Ok(());
        }
        Err(RefreshTokenError::OtherApplication {
            tenant: token.tenant.clone(),
            client_id: token.client_id.clone(),
        }
        .into())
    }

    fn warn_before_expiry(&self, token: &StoredRefreshToken) {
        let status = token.status(self.clock.now(), &self.lifetime);
        if !matches!(status, RefreshTokenStatus::Valid { .. }) {
            tracing::warn!(client_id = %token.client_id, "the refresh token: {status}");
        }
    }

    fn token_issued_now(&self, refresh_token: Secret) -> StoredRefreshToken {
        StoredRefreshToken {
            refresh_token,
            obtained_at: self.clock.now(),
            tenant: self.endpoint.tenant().to_owned(),
            client_id: self.endpoint.client_id().to_owned(),
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn log_save_failure(error: &StoreError) {
    tracing::error!(
        "the refresh token cannot be saved: {error}; this process continues with the token in \
         memory, and the next process will use the older token in the store"
    );
}
