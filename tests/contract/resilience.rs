//! Resilience against a service that throttles permanently, sends slowly, does not respond or
//! redirects: every call ends within its limits with an error that states the cause. The tests
//! use tokio's paused clock, which skips waits.

use std::sync::Arc;
use std::time::Duration;

use partner_center::credential::{RefreshTokenCredential, TokenCredential};
use partner_center::fan_out::fan_out;
use partner_center::{Client, Error, ErrorKind, RetryOptions};
use partner_center_emulator::{DataSet, Emulator, Fault};
use tokio::time::Instant;

fn credential(emulator: &Emulator) -> Arc<RefreshTokenCredential> {
    let credential = RefreshTokenCredential::builder(
        emulator.tenant_id(),
        emulator.client_id(),
        emulator.refresh_token().to_owned(),
    )
    .client_secret(emulator.client_secret().to_owned())
    .authority(emulator.authority())
    .build();
    Arc::new(credential.unwrap())
}

/// Returns a client with the default options.
fn client(emulator: &Emulator) -> Client {
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(credential(emulator));
    client.build().unwrap()
}

async fn start() -> Emulator {
    Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await
        .unwrap()
}

fn api_calls(emulator: &Emulator) -> usize {
    let requests = emulator.requests();
    let calls = requests.iter().filter(|request| request.method() == "GET");
    calls.count()
}

#[tokio::test(start_paused = true)]
async fn permanent_429_ends_every_call_after_few_requests() {
    let emulator = start().await;
    emulator.inject(Fault::throttled(7).times(u32::MAX));
    let client = client(&emulator);
    let began = Instant::now();
    let error = client.searches().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(api_calls(&emulator), 4);
    assert!(began.elapsed() >= Duration::from_secs(21));

    // A fan-out stops when further calls would fail too.
    let report = fan_out(0..500, 8.try_into().unwrap(), |_| {
        let client = client.clone();
        async move { client.searches().send().await }
    })
    .stop_on(|error: &partner_center::Error| error.kind() == ErrorKind::Throttled)
    .report()
    .await;
    assert!(report.stopped && report.succeeded.is_empty());
    assert!(
        api_calls(&emulator) <= 4 + 8 * 4,
        "{}",
        api_calls(&emulator)
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_read_completely() {
    let emulator = start().await;
    emulator.inject(Fault::slow_body(Duration::from_secs(1)).times(9));
    let client = client(&emulator).with_retry(RetryOptions::none());
    let began = Instant::now();
    let response = client.partner_licenses_deployment().send().await.unwrap();
    assert_eq!(response.items.len(), 2);
    assert!(began.elapsed() > Duration::from_secs(400));
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_ended_by_the_attempt_timeout() {
    let emulator = start().await;
    emulator.inject(Fault::slow_body(Duration::from_secs(1)).times(9));
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(credential(&emulator))
        .retry(RetryOptions::none())
        .timeout(Duration::from_secs(100))
        .build()
        .unwrap();
    let began = Instant::now();
    let error = client
        .partner_licenses_deployment()
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(
        error.to_string().contains("the request timed out"),
        "{error}"
    );
    assert!(matches!(&error, Error::Transport { source, .. } if source.is_timeout()));
    assert_eq!(began.elapsed().as_secs(), 100);
}

/// The deadline covers attempts, waits and the sign-in.
#[tokio::test(start_paused = true)]
async fn a_deadline_ends_every_call() {
    let emulator = start().await;
    let mut retry = RetryOptions::new();
    retry.deadline = Some(Duration::from_secs(60));
    let client = client(&emulator).with_retry(retry);
    for fault in [
        Fault::slow_body(Duration::from_secs(1)),
        Fault::no_response(),
        Fault::throttled(7),
    ] {
        emulator.inject(fault.times(9));
        let began = Instant::now();
        client
            .partner_licenses_deployment()
            .send()
            .await
            .unwrap_err();
        let elapsed = began.elapsed();
        assert!(elapsed <= Duration::from_millis(60_010), "{elapsed:?}");
        emulator.clear_faults();
        // The pause after a 429 is tested separately.
        tokio::time::advance(Duration::from_secs(60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_service_is_a_timeout_error() {
    let emulator = start().await;
    emulator.inject(Fault::no_response().times(u32::MAX));
    let began = Instant::now();
    let error = client(&emulator).searches().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(
        error.to_string().contains("the request timed out"),
        "{error}"
    );
    // Attempts begin within the first five minutes and last at most 100 s.
    assert!(
        began.elapsed() < Duration::from_secs(400),
        "{:?}",
        began.elapsed()
    );
}

/// The read timeout applies even if the total timeout is raised for large responses.
#[tokio::test(start_paused = true)]
async fn the_read_timeout_ends_silence_before_the_total_timeout() {
    let emulator = start().await;
    emulator.inject(Fault::no_response());
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(credential(&emulator))
        .retry(RetryOptions::none())
        .timeout(Duration::from_secs(600))
        .read_timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let began = Instant::now();
    let error = client.searches().send().await.unwrap_err();
    assert!(
        error.to_string().contains("the request timed out"),
        "{error}"
    );
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_slow_or_silent_sign_in_service_ends_the_call() {
    for fault in [
        Fault::slow_body(Duration::from_secs(1)),
        Fault::no_response(),
    ] {
        let emulator = start().await;
        emulator.inject(fault.on_token_requests().times(u32::MAX));
        let began = Instant::now();
        let error = client(&emulator).searches().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Network, "{error}");
        assert!(
            began.elapsed() < Duration::from_secs(400),
            "{:?}",
            began.elapsed()
        );
        assert_eq!(api_calls(&emulator), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn neither_token_nor_secret_follows_a_redirect_to_another_host() {
    let (emulator, elsewhere) = (start().await, start().await);
    let location = elsewhere.url();
    emulator.inject(Fault::redirect(location.as_str()).times(1));
    let error = client(&emulator).searches().send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(302));

    emulator.inject(
        Fault::redirect(location.as_str())
            .on_token_requests()
            .times(1),
    );
    let error = credential(&emulator)
        .get_token(&["https://api.partnercenter.microsoft.com/.default"], None)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("302"), "{error}");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_connection_reset_in_the_body_is_retried() {
    let emulator = start().await;
    let faults = emulator.inject(Fault::reset().times(2));
    let answer = client(&emulator).partner_licenses_deployment().send().await;
    assert_eq!(answer.unwrap().items.len(), 2);
    assert!(faults.is_spent());
    assert_eq!(api_calls(&emulator), 3);
}
