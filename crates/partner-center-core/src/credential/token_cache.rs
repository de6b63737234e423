//! Access tokens, kept until shortly before they expire.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use azure_core::credentials::{AccessToken, Secret, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tracing::Instrument;

use super::Clock;
use super::sign_in_error::TokenError;

/// A token is not handed out in the last part of its life (T84).
const SKEW: Duration = Duration::seconds(120);

/// It is renewed this long before it expires, or from the half of a short life.
const EARLY: Duration = Duration::minutes(5);

/// After an early renewal that failed, this long without another.
const EARLY_PAUSE: Duration = Duration::seconds(30);

/// How long a caller with a good token waits for a better one.
const EARLY_PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A token that is refused although it is no older than this is not renewed: the next one
/// would be refused as well, and the sign-in service locks out clients that ask in a loop.
const FRESH: Duration = Duration::seconds(60);

/// A token that the service has refused. Put into the context of
/// [`TokenRequestOptions::method_options`], it makes the credentials of this crate fetch
/// another one instead of returning it once more, unless it is less than a minute old.
#[derive(Clone, Debug)]
pub struct RefusedToken(pub Secret);

/// Beside a [`RefusedToken`]: not the service has refused it, it seems to have expired. Then it
/// is renewed even if it is new.
#[derive(Clone, Debug)]
pub(crate) struct SeemsExpired;

/// One token per list of scopes, and one request at a time for it.
///
/// - Callers that come while a token is being fetched wait for that one request, and all
///   get its result; so a queue does not fail one by one.
/// - A token near its end is renewed by one caller, while the others go on with it. If
///   that fails, the token is good until two minutes before its end.
/// - A request goes on when its caller is gone: an answer may hold a refresh token
///   that must not be lost.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    clock: Clock,
    entries: Mutex<HashMap<Vec<String>, Arc<Entry>>>,
}

#[derive(Debug, Default)]
struct Entry {
    held: Mutex<Option<Held>>,
    /// Locked while a request is under way; holds the last failure.
    flight: Arc<AsyncMutex<Option<Failure>>>,
}

#[derive(Debug)]
struct Held {
    token: AccessToken,
    asked: OffsetDateTime,
    renew_from: OffsetDateTime,
}

#[derive(Debug)]
struct Failure {
    at: Instant,
    error: TokenError,
}

#[derive(Clone, Copy)]
struct Refused<'r> {
    token: &'r Secret,
    even_if_fresh: bool,
}

enum Found {
    Fresh(AccessToken),
    Aging(AccessToken),
    Nothing,
}

impl TokenCache {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            entries: Mutex::default(),
        }
    }

    /// The token for these scopes: a kept one, or what `fetch` gets.
    pub(crate) async fn get<F>(
        &self,
        scopes: &[&str],
        options: Option<&TokenRequestOptions<'_>>,
        fetch: impl FnOnce(Vec<String>) -> F + Send,
    ) -> azure_core::Result<AccessToken>
    where
        F: Future<Output = Result<AccessToken, TokenError>> + Send + 'static,
    {
        let asked = Instant::now();
        let context = options.map(|options| &options.method_options.context);
        let refused = context.and_then(|context| context.value::<RefusedToken>());
        let seems_expired = context.is_some_and(|it| it.value::<SeemsExpired>().is_some());
        let refused = refused.map(|refused| Refused {
            token: &refused.0,
            even_if_fresh: seems_expired,
        });
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let entry = self.entry(&scopes);
        match entry.find(self.clock.now(), refused) {
            Found::Fresh(token) => return Ok(token),
            Found::Aging(token) => {
                let Ok(flight) = entry.flight.clone().try_lock_owned() else {
                    return Ok(token);
                };
                if let Found::Fresh(token) = entry.find(self.clock.now(), refused) {
                    return Ok(token);
                }
                let renewal = self.spawn(&entry, flight, fetch(scopes));
                return Ok(match tokio::time::timeout(EARLY_PATIENCE, renewal).await {
                    Ok(Ok(Ok(renewed))) => renewed,
                    _ => token,
                });
            }
            Found::Nothing => {}
        }
        let flight = entry.flight.clone().lock_owned().await;
        if let Some(failure) = &*flight
            && failure.at > asked
        {
            return Err(failure.error.clone().into());
        }
        if let Found::Fresh(token) | Found::Aging(token) = entry.find(self.clock.now(), refused) {
            return Ok(token);
        }
        match self.spawn(&entry, flight, fetch(scopes)).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(TokenError::other("the request for a token was broken off").into()),
        }
    }

    /// Forgets all tokens.
    pub(crate) fn clear(&self) {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn entry(&self, scopes: &[String]) -> Arc<Entry> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.get(scopes) {
            Some(entry) => entry.clone(),
            None => entries.entry(scopes.to_vec()).or_default().clone(),
        }
    }

    /// Fetches in a task of its own, which survives the caller.
    fn spawn(
        &self,
        entry: &Arc<Entry>,
        mut flight: OwnedMutexGuard<Option<Failure>>,
        fetch: impl Future<Output = Result<AccessToken, TokenError>> + Send + 'static,
    ) -> tokio::task::JoinHandle<Result<AccessToken, TokenError>> {
        let entry = entry.clone();
        let clock = self.clock.clone();
        let work = async move {
            let asked = clock.now();
            let result = fetch.await;
            match &result {
                Ok(token) => {
                    entry.keep(token.clone(), asked);
                    *flight = None;
                }
                Err(error) => {
                    entry.postpone(clock.now() + EARLY_PAUSE);
                    *flight = Some(Failure {
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

impl Entry {
    fn find(&self, now: OffsetDateTime, refused: Option<Refused<'_>>) -> Found {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let is_refused = |held: &Held| {
            // The clock may have been set back since.
            let is_fresh = (Duration::ZERO..FRESH).contains(&(now - held.asked));
            refused.is_some_and(|refused| {
                *refused.token == held.token.token && (refused.even_if_fresh || !is_fresh)
            })
        };
        match &*held {
            Some(held) if is_refused(held) => Found::Nothing,
            Some(held) if held.token.expires_on - SKEW <= now => Found::Nothing,
            Some(held) if held.renew_from <= now => Found::Aging(held.token.clone()),
            Some(held) => Found::Fresh(held.token.clone()),
            None => Found::Nothing,
        }
    }

    fn keep(&self, token: AccessToken, asked: OffsetDateTime) {
        let life = token.expires_on - asked;
        let renew_from = token.expires_on - EARLY.min(life / 2);
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Held {
            token,
            asked,
            renew_from,
        });
    }

    fn postpone(&self, renew_from: OffsetDateTime) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = &mut *held {
            held.renew_from = renew_from;
        }
    }
}
