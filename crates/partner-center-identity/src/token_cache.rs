//! Cache of access tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use azure_core::credentials::{AccessToken, Secret, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tracing::Instrument;

use partner_center_core::internal::SeemsExpired;

use super::sign_in_error::TokenError;
use super::{Clock, RejectedToken};

/// Time before expiry from which a token counts as expired
/// ([T84](partner_center_core::deviations#t84)).
const SKEW: Duration = Duration::seconds(120);

/// Time before expiry from which a token is renewed early. A token with a lifetime of less than
/// twice this is renewed from half of its lifetime.
const EARLY: Duration = Duration::minutes(5);

/// Pause after a failed early renewal.
const EARLY_PAUSE: Duration = Duration::seconds(30);

/// Maximum time that a caller with a valid token waits for an early renewal.
const EARLY_PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Maximum age of a token that is not renewed although the service rejected it: the next token
/// would be rejected as well, and the sign-in service locks out clients that send requests in a
/// loop.
const FRESH: Duration = Duration::seconds(60);

/// Cache with one token per list of scopes, and at most one request at a time for each.
///
/// - Callers that arrive while a token is being fetched wait for that request, and all
///   get its result. An outage therefore fails all waiting callers at once, not each
///   after its own timeout.
/// - A token near its expiry is renewed by one caller while the others continue to use it. If
///   the renewal fails, the token is used until two minutes before its expiry.
/// - A request continues if its caller is dropped: the response may hold a rotated refresh
///   token that must not be lost.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    clock: Clock,
    entries: Mutex<HashMap<Vec<String>, Arc<CacheEntry>>>,
}

#[derive(Debug, Default)]
struct CacheEntry {
    cached: Mutex<Option<CachedToken>>,
    /// Last failure. Locked while a request is in progress.
    in_flight: Arc<AsyncMutex<Option<FetchFailure>>>,
}

#[derive(Debug)]
struct CachedToken {
    token: AccessToken,
    requested_at: OffsetDateTime,
    renew_from: OffsetDateTime,
}

#[derive(Debug)]
struct FetchFailure {
    at: Instant,
    error: TokenError,
}

#[derive(Clone, Copy)]
struct Rejection<'r> {
    token: &'r Secret,
    even_if_fresh: bool,
}

enum Lookup {
    Fresh(AccessToken),
    Aging(AccessToken),
    Missing,
}

impl TokenCache {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            entries: Mutex::default(),
        }
    }

    /// Returns the token for these scopes: the cached one, or the result of `fetch`.
    pub(crate) async fn get<F>(
        &self,
        scopes: &[&str],
        options: Option<&TokenRequestOptions<'_>>,
        fetch: impl FnOnce(Vec<String>) -> F + Send,
    ) -> azure_core::Result<AccessToken>
    where
        F: Future<Output = Result<AccessToken, TokenError>> + Send + 'static,
    {
        let called_at = Instant::now();
        let context = options.map(|options| &options.method_options.context);
        let refused = context.and_then(|context| context.value::<RejectedToken>());
        let seems_expired = context.is_some_and(|it| it.value::<SeemsExpired>().is_some());
        let refused = refused.map(|refused| Rejection {
            token: &refused.0,
            even_if_fresh: seems_expired,
        });
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let entry = self.entry(&scopes);
        match entry.find(self.clock.now(), refused) {
            Lookup::Fresh(token) => return Ok(token),
            Lookup::Aging(token) => {
                // Another caller renews the token already; this one is still valid.
                let Ok(in_flight) = entry.in_flight.clone().try_lock_owned() else {
                    return Ok(token);
                };
                // The renewal may have finished between the lookup and the lock.
                if let Lookup::Fresh(token) = entry.find(self.clock.now(), refused) {
                    return Ok(token);
                }
                let renewal = self.spawn(&entry, in_flight, fetch(scopes));
                return Ok(match tokio::time::timeout(EARLY_PATIENCE, renewal).await {
                    Ok(Ok(Ok(renewed))) => renewed,
                    _ => token,
                });
            }
            Lookup::Missing => {}
        }
        let in_flight = entry.in_flight.clone().lock_owned().await;
        // A request that failed while this caller waited failed for this caller, too.
        if let Some(failure) = &*in_flight
            && failure.at > called_at
        {
            return Err(failure.error.clone().into());
        }
        if let Lookup::Fresh(token) | Lookup::Aging(token) = entry.find(self.clock.now(), refused) {
            return Ok(token);
        }
        match self.spawn(&entry, in_flight, fetch(scopes)).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(TokenError::other("the token request was interrupted").into()),
        }
    }

    /// Removes all tokens.
    pub(crate) fn clear(&self) {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn entry(&self, scopes: &[String]) -> Arc<CacheEntry> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.get(scopes) {
            Some(entry) => entry.clone(),
            None => entries.entry(scopes.to_vec()).or_default().clone(),
        }
    }

    /// Fetches in a separate task, so that the request continues if the caller is dropped.
    fn spawn(
        &self,
        entry: &Arc<CacheEntry>,
        mut in_flight: OwnedMutexGuard<Option<FetchFailure>>,
        fetch: impl Future<Output = Result<AccessToken, TokenError>> + Send + 'static,
    ) -> tokio::task::JoinHandle<Result<AccessToken, TokenError>> {
        let entry = entry.clone();
        let clock = self.clock.clone();
        let work = async move {
            let requested_at = clock.now();
            let result = fetch.await;
            match &result {
                Ok(token) => {
                    entry.store(token.clone(), requested_at);
                    *in_flight = None;
                }
                Err(error) => {
                    entry.postpone(clock.now() + EARLY_PAUSE);
                    *in_flight = Some(FetchFailure {
                        at: Instant::now(),
                        error: error.clone(),
                    });
                }
            }
            result
        };
        tokio::spawn(work.in_current_span())
    }
}

impl CacheEntry {
    fn find(&self, now: OffsetDateTime, refused: Option<Rejection<'_>>) -> Lookup {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let is_refused = |cached: &CachedToken| {
            // A negative age means that the clock was set back since: not fresh.
            let is_fresh = (Duration::ZERO..FRESH).contains(&(now - cached.requested_at));
            refused.is_some_and(|refused| {
                *refused.token == cached.token.token && (refused.even_if_fresh || !is_fresh)
            })
        };
        match &*cached {
            Some(cached) if is_refused(cached) => Lookup::Missing,
            Some(cached) if cached.token.expires_on - SKEW <= now => Lookup::Missing,
            Some(cached) if cached.renew_from <= now => Lookup::Aging(cached.token.clone()),
            Some(cached) => Lookup::Fresh(cached.token.clone()),
            None => Lookup::Missing,
        }
    }

    fn store(&self, token: AccessToken, requested_at: OffsetDateTime) {
        let lifetime = token.expires_on - requested_at;
        let renew_from = token.expires_on - EARLY.min(lifetime / 2);
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(CachedToken {
            token,
            requested_at,
            renew_from,
        });
    }

    fn postpone(&self, renew_from: OffsetDateTime) {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = &mut *cached {
            cached.renew_from = renew_from;
        }
    }
}
