//! Retries of calls.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Service, Tokens, at_once, header, http_response};
use crate::testing::FixedToken;
use crate::{Error, ErrorKind, Pipeline, PipelineOptions, Response, RetryOptions};

/// Result of a call.
struct Called {
    result: Result<Response, Error>,
    /// Total waiting time, measured on the paused clock.
    waited: Duration,
    requests: Vec<String>,
}

/// Calls a server that sends these responses, one per connection.
async fn call(responses: &[String], retry: RetryOptions) -> Called {
    let service = Service::start(responses).await;
    let options = PipelineOptions::new(Arc::new(Tokens::default()), "scope");
    let pipeline = Pipeline::new(options).with_retry(retry);
    let started = Instant::now();
    let result = service.call(&pipeline).await;
    Called {
        result,
        waited: started.elapsed(),
        requests: service.requests(),
    }
}

#[tokio::test(start_paused = true)]
async fn transient_errors_are_retried_with_the_same_request_id() {
    let called = call(
        &[
            http_response("503 Service Unavailable", "Retry-After: 3\r\n"),
            http_response("429 Too Many Requests", "Retry-After: 57\r\n"),
            // Ends within the body.
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned(),
            http_response("200 OK", ""),
        ],
        at_once(),
    )
    .await;
    assert_eq!(called.result.unwrap().status(), 200);
    assert_eq!(called.waited.as_secs(), 60);
    let ids: Vec<_> = called
        .requests
        .iter()
        .map(|request| header(request, "ms-requestid"))
        .collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test(start_paused = true)]
async fn a_persistent_error_is_the_result() {
    let refusals = vec![http_response("429 Too Many Requests", "Retry-After: 1\r\n"); 9];
    let called = call(&refusals, at_once()).await;
    assert_eq!(
        (
            called.result.unwrap().status().as_u16(),
            called.requests.len()
        ),
        (429, 4)
    );
    assert_eq!(called.waited.as_secs(), 3);

    let called = call(&refusals, RetryOptions::none()).await;
    assert_eq!(called.requests.len(), 1);

    // A wait that exceeds `max_elapsed` is not started.
    let called = call(
        &[http_response(
            "429 Too Many Requests",
            "Retry-After: 999999999\r\n",
        )],
        at_once(),
    )
    .await;
    assert_eq!(
        (
            called.result.unwrap().status().as_u16(),
            called.waited.as_secs()
        ),
        (429, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn other_error_statuses_are_not_retried() {
    for status in [
        "400 Bad Request",
        "403 Forbidden",
        "404 Not Found",
        "501 Not Implemented",
    ] {
        let called = call(&[http_response(status, "Retry-After: 1\r\n")], at_once()).await;
        assert_eq!(called.requests.len(), 1, "{status}");
        assert!(called.result.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_once() {
    let refused = http_response("401 Unauthorized", "");
    let called = call(&[refused.clone(), http_response("200 OK", "")], at_once()).await;
    assert_eq!(called.result.unwrap().status(), 200);
    let tokens = called
        .requests
        .iter()
        .map(|request| header(request, "authorization"));
    assert_eq!(
        tokens.collect::<Vec<_>>(),
        ["Bearer token-1", "Bearer token-2"]
    );

    let called = call(&[refused.clone(), refused.clone(), refused], at_once()).await;
    assert_eq!(
        (
            called.result.unwrap().status().as_u16(),
            called.requests.len()
        ),
        (401, 2)
    );
}

/// A new token does not resolve these errors, so none is requested and the call is not retried.
#[tokio::test(start_paused = true)]
async fn a_rejected_audience_or_sign_in_does_not_renew_the_token() {
    for code in ["900420", "\"900421\"", "900421"] {
        let body = format!(r#"{{"code":{code},"description":"Refused.","data":[]}}"#);
        let refused = format!(
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let service = Service::start(&[refused, http_response("200 OK", "")]).await;
        let credential = Arc::new(Tokens::default());
        let options = PipelineOptions::new(credential.clone(), "scope");
        let response = service.call(&Pipeline::new(options)).await.unwrap();
        assert_eq!(response.status(), 401, "{code}");
        assert_eq!((credential.requests(), service.requests().len()), (1, 1));
        let error = Error::from_response(response);
        assert_eq!(error.kind(), crate::ErrorKind::Authentication);
        let help = error.help().unwrap();
        let expected = match code {
            "900420" => "`https://api.partnercenter.microsoft.com/.default`",
            _ => "multi-factor authentication",
        };
        assert!(help.contains(expected), "{help}");
    }
}

/// The token is renewed for the next call, not for this one.
#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_sent_once_without_retries() {
    let service = Service::start(&[
        http_response("401 Unauthorized", ""),
        http_response("200 OK", ""),
    ])
    .await;
    let options = PipelineOptions::new(Arc::new(Tokens::default()), "scope");
    let pipeline = Pipeline::new(options).with_retry(RetryOptions::none());
    assert_eq!(service.call(&pipeline).await.unwrap().status(), 401);
    assert_eq!(service.requests().len(), 1);
    assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    let last = service.requests().remove(1);
    assert_eq!(header(&last, "authorization"), "Bearer token-2");
}

fn with_body(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// The length of each body matches its `Content-Length`.
#[tokio::test(start_paused = true)]
async fn a_success_that_is_not_json_is_retried() {
    for body in [
        r#"{"Value":[{"customerName":"two"{"error":{"code":"500"}}"#,
        r#"{"Value":[{"customerName":"two"}"#,
        r#"{"Value":[]}}"#,
        "<html>Sign in to this network</html>",
        "",
    ] {
        let cut = with_body("200 OK", body);
        let called = call(&[cut.clone(), cut, http_response("200 OK", "")], at_once()).await;
        assert_eq!(called.result.unwrap().body(), "{}", "{body}");
        assert_eq!(called.requests.len(), 3, "{body}");
    }
    // A body that is not JSON in every attempt is the result.
    let html = with_body("200 OK", "<html>");
    let called = call(&vec![html.clone(); 9], at_once()).await;
    assert_eq!(called.result.unwrap().body(), "<html>");
    assert_eq!(called.requests.len(), 4);
    let called = call(&vec![html; 9], RetryOptions::none()).await;
    assert_eq!(called.requests.len(), 1);
    // A byte-order mark is allowed, and a 204 has no content.
    for fine in [
        with_body("200 OK", "\u{feff}{}"),
        with_body("204 No Content", ""),
    ] {
        assert_eq!(call(&vec![fine; 9], at_once()).await.requests.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn methods_other_than_get_are_sent_once() {
    for broken in [
        with_body("200 OK", "<html>"),
        http_response("503 Service Unavailable", ""),
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned(),
    ] {
        let service = Service::start(&vec![broken; 4]).await;
        let options = PipelineOptions::new(Arc::new(Tokens::default()), "scope");
        let pipeline = Pipeline::new(options).with_retry(at_once());
        let _any = service.send(&pipeline, reqwest::Method::POST).await;
        assert_eq!(service.requests().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn fractional_seconds_and_milliseconds_are_respected() {
    for (headers, millis) in [
        ("Retry-After: 3.2\r\n", 4_000),
        ("x-ms-retry-after-ms: 1500\r\n", 1_500),
        ("Retry-After: 9\r\nretry-after-ms: 20\r\n", 20),
    ] {
        for status in ["429 Too Many Requests", "503 Service Unavailable"] {
            let called = call(
                &[http_response(status, headers), http_response("200 OK", "")],
                at_once(),
            )
            .await;
            assert_eq!(called.result.unwrap().status(), 200);
            assert_eq!(called.waited.as_millis(), millis, "{status} {headers}");
        }
    }
}

fn quota(rest: &str) -> String {
    let message = format!("Out of call volume quota. Quota will be replenished in {rest}");
    with_body(
        "403 Quota Exceeded",
        &format!(r#"{{"statusCode":403,"message":"{message}"}}"#),
    )
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_quota_counts_as_throttling() {
    let called = call(
        &[quota("00:00:50."), http_response("200 OK", "")],
        at_once(),
    )
    .await;
    assert_eq!(called.result.unwrap().status(), 200);
    assert_eq!(called.waited.as_secs(), 50);

    // If the wait is too long for the call, it is reported, and the next call is not sent.
    for (rest, seconds) in [("00:50:10.", 3_010), ("1.02:00:00.", 93_600)] {
        let service = Service::start(&vec![quota(rest); 9]).await;
        let options = PipelineOptions::new(Arc::new(Tokens::default()), "scope");
        let pipeline = Pipeline::new(options);
        let error = Error::from_response(service.call(&pipeline).await.unwrap());
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        assert!(!error.help().unwrap().contains("right"), "{error}");
        let error = service.call(&pipeline).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(service.requests().len(), 1);
    }
}

fn within(seconds: u64) -> RetryOptions {
    RetryOptions {
        deadline: Some(Duration::from_secs(seconds)),
        ..at_once()
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline() {
    // A wait that would reach the deadline does not begin.
    let busy = http_response("503 Service Unavailable", "Retry-After: 6\r\n");
    let called = call(&vec![busy; 9], within(10)).await;
    assert_eq!(called.result.unwrap().status(), 503);
    assert_eq!((called.waited.as_secs(), called.requests.len()), (6, 2));

    // A response that never starts, and one that never ends.
    for stalled in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"] {
        let service = Service::start_stalled(stalled).await;
        let options = PipelineOptions::new(Arc::new(Tokens::default()), "scope");
        let pipeline = Pipeline::new(options).with_retry(within(10));
        let began = Instant::now();
        let error = service.call(&pipeline).await.unwrap_err();
        assert!(matches!(error, Error::DeadlineExceeded { .. }), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::Network);
        assert!(error.to_string().contains("deadline of 10 s"), "{error}");
        assert_eq!(began.elapsed().as_secs(), 10);
    }
}

/// Time in the queue of the limiter counts against the deadline.
#[tokio::test(start_paused = true)]
async fn a_pause_beyond_the_deadline_is_reported_at_once() {
    let throttled = http_response("429 Too Many Requests", "Retry-After: 57\r\n");
    let service = Service::start(&[throttled, http_response("200 OK", "")]).await;
    let options = PipelineOptions::new(Arc::new(Tokens::default()), "scope");
    let pipeline = Pipeline::new(options).with_retry(within(50));
    assert_eq!(service.call(&pipeline).await.unwrap().status(), 429);
    let began = Instant::now();
    let error = service.call(&pipeline).await.unwrap_err();
    assert!(matches!(error, Error::PauseTooLong { .. }), "{error:?}");
    assert_eq!(began.elapsed().as_secs(), 0);
    let patient = pipeline.with_retry(within(60));
    assert_eq!(service.call(&patient).await.unwrap().status(), 200);
}

/// The call is not repeated if the credential has no other token.
#[tokio::test(start_paused = true)]
async fn the_same_token_is_not_sent_again() {
    let service = Service::start(&[
        http_response("401 Unauthorized", ""),
        http_response("200 OK", ""),
    ])
    .await;
    let credential = Arc::new(FixedToken::new("token"));
    let pipeline = Pipeline::new(PipelineOptions::new(credential, "scope"));
    let response = service.call(&pipeline).await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(service.requests().len(), 1);
}
