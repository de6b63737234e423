use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use reqwest::{Method, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::credential::RefusedToken;
use crate::{Error, Pipeline, PipelineOptions, Response, RetryOptions};

/// Gives `token-1`, and the next one whenever a new token is asked for.
#[derive(Debug, Default)]
struct Tokens(Mutex<u32>);

#[async_trait::async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        _: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let mut number = self.0.lock().unwrap();
        let is_new = options.is_some_and(|options| {
            options
                .method_options
                .context
                .value::<RefusedToken>()
                .is_some()
        });
        if is_new || *number == 0 {
            *number += 1;
        }
        let token = Secret::new(format!("token-{number}"));
        Ok(AccessToken::new(
            token,
            OffsetDateTime::now_utc() + Duration::from_secs(3600),
        ))
    }
}

/// What came of a call.
struct Called {
    result: Result<Response, Error>,
    /// On the paused clock: what was waited.
    waited: Duration,
    requests: Vec<String>,
}

/// Calls a server that gives these answers, one a connection.
async fn call(answers: &[String], retry: RetryOptions) -> Called {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url = format!("http://{}/v1/x", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (log, answers) = (requests.clone(), answers.to_vec());
    let server = tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            log.lock()
                .unwrap()
                .push(String::from_utf8(request[..length].to_vec()).unwrap());
            let _hung_up = stream.write_all(answer.as_bytes()).await;
        }
    });
    let pipeline = Pipeline::new(PipelineOptions::new(Arc::new(Tokens::default()), "scope"));
    let pipeline = pipeline.with_retry(retry);
    // Longer than any wait: the paused clock jumps over both alike.
    let year = Duration::from_secs(365 * 86_400);
    let client = crate::transport::http_client(&url, year, year).unwrap();
    let mut request = Request::new(Method::GET, url);
    pipeline.prepare(&mut request).unwrap();
    let started = Instant::now();
    let result = pipeline.execute(&client, request, "x").await;
    let waited = started.elapsed();
    server.abort();
    let requests = requests.lock().unwrap().clone();
    Called {
        result,
        waited,
        requests,
    }
}

fn answer(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}")
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let value = |line: &'r str| line.strip_prefix(name)?.strip_prefix(": ");
    request.lines().find_map(value).unwrap()
}

/// No back-off, so that waits are what the service asks for.
fn at_once() -> RetryOptions {
    RetryOptions {
        base_delay: Duration::ZERO,
        ..RetryOptions::new()
    }
}

#[tokio::test(start_paused = true)]
async fn passing_trouble_is_outlived_under_the_same_request_id() {
    let called = call(
        &[
            answer("503 Service Unavailable", "Retry-After: 3\r\n"),
            answer("429 Too Many Requests", "Retry-After: 57\r\n"),
            // Breaks off in mid-body.
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned(),
            answer("200 OK", ""),
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
async fn trouble_that_stays_is_the_result() {
    let refusals = vec![answer("429 Too Many Requests", "Retry-After: 1\r\n"); 9];
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

    // A wait out of bounds is not begun.
    let called = call(
        &[answer(
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
async fn other_refusals_are_not_repeated() {
    for status in [
        "400 Bad Request",
        "403 Forbidden",
        "404 Not Found",
        "501 Not Implemented",
    ] {
        let called = call(&[answer(status, "Retry-After: 1\r\n")], at_once()).await;
        assert_eq!(called.requests.len(), 1, "{status}");
        assert!(called.result.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once() {
    let refused = answer("401 Unauthorized", "");
    let called = call(
        &[refused.clone(), answer("200 OK", "")],
        RetryOptions::none(),
    )
    .await;
    assert_eq!(called.result.unwrap().status(), 200);
    let tokens = |called: &[String]| -> Vec<String> {
        called
            .iter()
            .map(|request| header(request, "authorization").to_owned())
            .collect()
    };
    assert_eq!(
        tokens(&called.requests),
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

/// A credential that has no other token is not asked to repeat itself.
#[tokio::test(start_paused = true)]
async fn the_same_token_is_not_sent_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url = format!("http://{}/v1/x", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _length = stream.read(&mut [0; 4096]).await.unwrap();
        stream
            .write_all(answer("401 Unauthorized", "").as_bytes())
            .await
            .unwrap();
        // Until the test ends: a second call would be heard here.
        listener.accept().await.is_ok()
    });
    let credential = Arc::new(crate::credential::StaticTokenCredential::new("token"));
    let pipeline = Pipeline::new(PipelineOptions::new(credential, "scope"));
    let year = Duration::from_secs(365 * 86_400);
    let client = crate::transport::http_client(&url, year, year).unwrap();
    let mut request = Request::new(Method::GET, url);
    pipeline.prepare(&mut request).unwrap();
    let response = pipeline.execute(&client, request, "x").await.unwrap();
    assert_eq!(response.status(), 401);
    assert!(!server.is_finished(), "it was called again");
    server.abort();
}
