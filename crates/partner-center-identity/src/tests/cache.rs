use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use azure_core::credentials::{TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientMethodOptions, Context};
use azure_core::time::{Duration, OffsetDateTime};

use super::SCOPE;
use super::endpoint::{Endpoint, tokens};
use crate::{Clock, RefreshTokenCredential, RejectedToken};

/// A clock that a test sets manually.
#[derive(Clone, Default)]
pub(super) struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    pub(super) fn clock(&self) -> Clock {
        let seconds = self.0.clone();
        Clock::new(move || {
            OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
                + Duration::seconds(seconds.load(Ordering::Relaxed))
        })
    }

    pub(super) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

async fn access(credential: &RefreshTokenCredential) -> Result<String, String> {
    match credential.get_token(&[SCOPE], None).await {
        Ok(token) => Ok(token.token.secret().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[tokio::test]
async fn failed_early_renewal_returns_the_valid_token() {
    let down = || (503, String::new());
    let endpoint = Endpoint::start(vec![
        tokens("a1", 3600, None),
        down(),
        down(),
        tokens("a2", 3600, None),
        down(),
    ])
    .await;
    let manual = ManualClock::default();
    let credential = endpoint.builder().clock(manual.clock()).build().unwrap();
    let valid = |text: &str| Ok(text.to_owned());
    // Seconds to advance, expected result, expected number of requests so far.
    for (seconds, expected, requests) in [
        (0, valid("a1"), 1),
        (3299, valid("a1"), 1),
        (1, valid("a1"), 2),
        (29, valid("a1"), 2),
        (1, valid("a1"), 3),
        (30, valid("a2"), 4),
        (3299, valid("a2"), 4),
        (
            181,
            Err("the token endpoint returned 503 Service Unavailable".to_owned()),
            5,
        ),
    ] {
        manual.forward(seconds);
        assert_eq!(access(&credential).await, expected);
        assert_eq!(endpoint.requests().len(), requests);
    }
}

fn refused(token: &'static str) -> Option<TokenRequestOptions<'static>> {
    Some(TokenRequestOptions {
        method_options: ClientMethodOptions {
            context: Context::new().with_value(RejectedToken(token.into())),
        },
    })
}

#[tokio::test]
async fn rejected_token_is_not_returned_again() {
    let endpoint = Endpoint::start(vec![tokens("a1", 3600, None), tokens("a2", 3600, None)]).await;
    let manual = ManualClock::default();
    let credential = endpoint.builder().clock(manual.clock()).build().unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    // A token of less than a minute is returned again: the next one would be rejected as well.
    for (seconds, expected, requests) in [
        (0, "a1", 1),
        (59, "a1", 1),
        (1, "a2", 2),
        // A second caller with the rejected token gets the renewed one.
        (0, "a2", 2),
    ] {
        manual.forward(seconds);
        let token = credential.get_token(&[SCOPE], refused("a1")).await.unwrap();
        assert_eq!(token.token.secret(), expected);
        assert_eq!(endpoint.requests().len(), requests);
    }
    assert_eq!(access(&credential).await.unwrap(), "a2");
    assert_eq!(endpoint.requests().len(), 2);
}

/// A constant clock error has no effect, because lifetimes count from the time of the request.
#[tokio::test]
async fn clock_change_of_an_hour_costs_one_request_at_most() {
    let endpoint = Endpoint::start(vec![
        tokens("a1", 3600, None),
        tokens("a2", 3600, None),
        tokens("a3", 3600, None),
    ])
    .await;
    let manual = ManualClock::default();
    let credential = endpoint.builder().clock(manual.clock()).build().unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    manual.forward(3600);
    assert_eq!(access(&credential).await.unwrap(), "a2");
    assert_eq!(access(&credential).await.unwrap(), "a2");
    // After setting it back, the token seems valid for two hours, until the service rejects it.
    manual.forward(-3600);
    assert_eq!(access(&credential).await.unwrap(), "a2");
    let token = credential.get_token(&[SCOPE], refused("a2")).await.unwrap();
    assert_eq!(token.token.secret(), "a3");
    assert_eq!(endpoint.requests().len(), 3);
}
