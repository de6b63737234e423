//! Calls that the limiter delays after a 429.

use std::time::Duration;

use azure_core::time::OffsetDateTime;
use tokio::time::Instant;

use super::{Service, Tokens, header, http_response, jwt};
use crate::{Clock, ErrorKind, Pipeline, PipelineOptions, RetryOptions};

fn pipeline() -> Pipeline {
    let options = PipelineOptions::new(Tokens::returning([]), "scope");
    Pipeline::new(options).with_retry(RetryOptions::none())
}

#[tokio::test(start_paused = true)]
async fn the_next_call_after_a_429_waits_as_well() {
    let throttled = http_response("429 Too Many Requests", "Retry-After: 57\r\n");
    let service = Service::start(&[throttled, http_response("200 OK", "")]).await;
    let pipeline = pipeline();
    let refused = service.call(&pipeline).await.unwrap();
    assert_eq!(refused.status(), 429);
    let began = Instant::now();
    // Other retry options, the same limiter.
    let next = service
        .call(&pipeline.with_retry(RetryOptions::new()))
        .await;
    assert_eq!(next.unwrap().status(), 200);
    assert_eq!(began.elapsed().as_secs(), 57);
}

#[tokio::test(start_paused = true)]
async fn a_pause_longer_than_max_elapsed_is_reported_immediately() {
    // A pause is cut to one hour, so that a nonsensical value does not stop a job for ever.
    for seconds in ["3600", "999999999"] {
        let throttled = http_response(
            "429 Too Many Requests",
            &format!("Retry-After: {seconds}\r\n"),
        );
        let service = Service::start(&[throttled, http_response("200 OK", "")]).await;
        let pipeline = pipeline();
        assert_eq!(service.call(&pipeline).await.unwrap().status(), 429);
        let error = service.call(&pipeline).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
        assert_eq!(service.requests().len(), 1);
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_invalid_retry_after_delays_no_call() {
    for odd in ["-1", "soon", "Tue, 14 Mar 2017 17:55:01 GMT", ""] {
        let throttled = http_response("429 Too Many Requests", &format!("Retry-After: {odd}\r\n"));
        let service = Service::start(&[throttled, http_response("200 OK", "")]).await;
        let (pipeline, began) = (pipeline(), Instant::now());
        assert_eq!(service.call(&pipeline).await.unwrap().status(), 429);
        assert_eq!(
            service.call(&pipeline).await.unwrap().status(),
            200,
            "{odd}"
        );
        assert_eq!(began.elapsed().as_secs(), 0, "{odd}");
    }
}

/// A token may expire in the queue.
#[tokio::test(start_paused = true)]
async fn a_delayed_call_gets_a_token_that_has_not_expired() {
    let throttled = http_response("429 Too Many Requests", "Retry-After: 290\r\n");
    let service = Service::start(&[throttled, http_response("200 OK", "")]).await;
    let (epoch, start) = (1_800_000_000, Instant::now());
    let now = move || epoch + i64::try_from(start.elapsed().as_secs()).unwrap();
    let token = |end: i64| jwt(&format!(r#"{{"exp":{end},"scp":"x"}}"#));
    // Two hundred seconds exceed the tolerance for differing clocks.
    let (old, new) = (token(epoch - 200), token(epoch + 3600));
    let mut options = PipelineOptions::new(Tokens::returning([old, new.clone()]), "scope");
    options.clock = Clock::new(move || OffsetDateTime::from_unix_timestamp(now()).unwrap());
    let pipeline = Pipeline::new(options);
    let once = pipeline.with_retry(RetryOptions::none());
    assert_eq!(service.call(&once).await.unwrap().status(), 429);
    assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    let requests = service.requests();
    assert_eq!(
        header(&requests[1], "authorization"),
        format!("Bearer {new}")
    );
}
