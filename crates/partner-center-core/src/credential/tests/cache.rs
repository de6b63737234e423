use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use azure_core::credentials::{TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientMethodOptions, Context};
use azure_core::time::{Duration, OffsetDateTime};

use super::SCOPE;
use super::endpoint::{Endpoint, tokens};
use crate::credential::{Clock, RefreshTokenCredential, RefusedToken};

/// A clock that is moved by hand.
#[derive(Clone, Default)]
pub(super) struct Hand(Arc<AtomicI64>);

impl Hand {
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
async fn an_early_renewal_may_fail_and_a_late_one_may_not() {
    let down = || (503, String::new());
    let endpoint = Endpoint::start(vec![
        tokens("a1", 3600, None),
        down(),
        down(),
        tokens("a2", 3600, None),
        down(),
    ])
    .await;
    let hand = Hand::default();
    let credential = endpoint.builder().clock(hand.clock()).build().unwrap();
    let fine = |text: &str| Ok(text.to_owned());
    // Seconds forward, what is answered, requests until then.
    for (seconds, expected, asked) in [
        (0, fine("a1"), 1),
        (3299, fine("a1"), 1),
        (1, fine("a1"), 2),
        (29, fine("a1"), 2),
        (1, fine("a1"), 3),
        (30, fine("a2"), 4),
        (3299, fine("a2"), 4),
        (
            181,
            Err("the token endpoint answered 503 Service Unavailable".to_owned()),
            5,
        ),
    ] {
        hand.forward(seconds);
        assert_eq!(access(&credential).await, expected);
        assert_eq!(endpoint.asked().len(), asked);
    }
}

fn refused(token: &'static str) -> Option<TokenRequestOptions<'static>> {
    Some(TokenRequestOptions {
        method_options: ClientMethodOptions {
            context: Context::new().with_value(RefusedToken(token.into())),
        },
    })
}

#[tokio::test]
async fn a_token_that_the_service_refused_is_not_given_again() {
    let endpoint = Endpoint::start(vec![tokens("a1", 3600, None), tokens("a2", 3600, None)]).await;
    let hand = Hand::default();
    let credential = endpoint.builder().clock(hand.clock()).build().unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    // A new one is: another would be refused as well.
    for (seconds, expected, asked) in [
        (0, "a1", 1),
        (59, "a1", 1),
        (1, "a2", 2),
        // The second who was refused finds the renewed one.
        (0, "a2", 2),
    ] {
        hand.forward(seconds);
        let token = credential.get_token(&[SCOPE], refused("a1")).await.unwrap();
        assert_eq!(token.token.secret(), expected);
        assert_eq!(endpoint.asked().len(), asked);
    }
    assert_eq!(access(&credential).await.unwrap(), "a2");
    assert_eq!(endpoint.asked().len(), 2);
}

/// One that is wrong all the time does no harm: lives are counted from when a token was asked for.
#[tokio::test]
async fn a_clock_that_is_set_by_an_hour_costs_one_request_at_most() {
    let endpoint = Endpoint::start(vec![
        tokens("a1", 3600, None),
        tokens("a2", 3600, None),
        tokens("a3", 3600, None),
    ])
    .await;
    let hand = Hand::default();
    let credential = endpoint.builder().clock(hand.clock()).build().unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    hand.forward(3600);
    assert_eq!(access(&credential).await.unwrap(), "a2");
    assert_eq!(access(&credential).await.unwrap(), "a2");
    // Back again, the token seems to live for two hours. The service ends that.
    hand.forward(-3600);
    assert_eq!(access(&credential).await.unwrap(), "a2");
    let token = credential.get_token(&[SCOPE], refused("a2")).await.unwrap();
    assert_eq!(token.token.secret(), "a3");
    assert_eq!(endpoint.asked().len(), 3);
}
