//! Test service that sends prepared responses in order, and credentials for it.

mod encoding;
mod preflight_checks;
mod rate_limiting;
mod retries;
mod telemetry;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use partner_center_catalog::{AuthMode, Operation};
use reqwest::{Method, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use serde::de::IgnoredAny;

use crate::http::transport::{Timeouts, http_client};
use crate::{Error, Pipeline, RejectedToken, Response, RetryOptions};

/// Operation of the worldwide service that accepts app-only tokens.
static OPEN: Operation = Operation::new("x", "GET", "/v1/x")
    .with_access(&[AuthMode::AppOnly, AuthMode::AppAndUser], &["global"]);

/// Credential that returns `token-1`, and the next token whenever a new one is requested.
#[derive(Debug, Default)]
struct Tokens {
    /// Tokens to return instead of `token-1` and so on; the last one is repeated.
    texts: Vec<String>,
    requests: Mutex<usize>,
}

impl Tokens {
    fn returning(texts: impl IntoIterator<Item = String>) -> Arc<Self> {
        Arc::new(Self {
            texts: texts.into_iter().collect(),
            requests: Mutex::default(),
        })
    }

    fn requests(&self) -> usize {
        *self.requests.lock().unwrap()
    }
}

#[async_trait::async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        _: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let mut number = self.requests.lock().unwrap();
        let refused = options
            .as_ref()
            .and_then(|options| options.method_options.context.value::<RejectedToken>());
        if refused.is_some() || *number == 0 {
            *number += 1;
        }
        let last = self.texts.len().saturating_sub(1);
        let text = match self.texts.get((*number - 1).min(last)) {
            Some(text) => text.clone(),
            None => format!("token-{number}"),
        };
        Ok(AccessToken::new(
            Secret::new(text),
            OffsetDateTime::now_utc() + Duration::from_secs(3600),
        ))
    }
}

/// A JSON Web Token with this payload.
fn jwt(payload: &str) -> String {
    format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(payload))
}

/// Service that sends these responses, one per connection, and accepts no further connection.
struct Service {
    url: Url,
    operation: &'static Operation,
    requests: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Service {
    async fn start(responses: &[String]) -> Self {
        let bytes = responses
            .iter()
            .map(|response| response.clone().into_bytes());
        Self::start_with(bytes.collect()).await
    }

    /// Starts a service with responses that are not text.
    async fn start_with(responses: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "http://{}/v1/x?filter=planted",
            listener.local_addr().unwrap()
        );
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = requests.clone();
        let task = tokio::spawn(async move {
            for response in responses {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8(request[..length].to_vec()).unwrap();
                log.lock().unwrap().push(request);
                let _result = stream.write_all(&response).await;
            }
        });
        Self {
            url: url.parse().unwrap(),
            operation: &OPEN,
            requests,
            task,
        }
    }

    /// Starts a service that sends this beginning of a response and keeps the connection open.
    async fn start_stalled(beginning: &str) -> Self {
        let mut service = Self::start(&[]).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        service.url.set_port(Some(port)).unwrap();
        let beginning = beginning.to_owned();
        service.task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(beginning.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        });
        service
    }

    async fn call(&self, pipeline: &Pipeline) -> Result<Response, Error> {
        self.send(pipeline, Method::GET).await
    }

    async fn send(&self, pipeline: &Pipeline, method: Method) -> Result<Response, Error> {
        // Longer than any wait, because the paused clock advances past timeouts, too.
        let year = Duration::from_secs(365 * 86_400);
        let timeouts = Timeouts {
            connect: year,
            read: year,
            total: year,
        };
        let client = http_client(&self.url, timeouts).unwrap();
        let mut request = Request::new(method, self.url.clone());
        pipeline.prepare(&mut request).unwrap();
        let called = pipeline
            .execute::<IgnoredAny>(&client, request, self.operation)
            .await;
        called.map(Response::from)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn http_response(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}")
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let value = |line: &'r str| line.strip_prefix(name)?.strip_prefix(": ");
    request.lines().find_map(value).unwrap()
}

/// Retry options without backoff, so that only the waits that the service asks for remain.
fn at_once() -> RetryOptions {
    RetryOptions {
        base_delay: Duration::ZERO,
        ..RetryOptions::new()
    }
}
