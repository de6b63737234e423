//! Calls through the pipeline of `partner-center-core` with a refresh token.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use partner_center_catalog::{AuthMode, Operation};
use partner_center_core::transport::{Timeouts, http_client};
use partner_center_core::{
    ClientHooks, ClientInfo, Error, ErrorKind, OperationInfo, Pipeline, PipelineOptions, Response,
    RetryOptions,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;
use url::Url;

use crate::{RefreshTokenCredential, credential_failure};

/// A persistent 401, for example because of a missing role, does not cause further sign-ins.
#[tokio::test(start_paused = true)]
async fn a_new_token_that_is_rejected_is_not_renewed() {
    let sign_in = Service::start(&vec![token_response("token-1", 3600); 9]).await;
    let service = Service::start(&vec![http_response("401 Unauthorized", ""); 40]).await;
    let pipeline = Pipeline::new(options(&sign_in));
    for _ in 0..20 {
        assert_eq!(service.call(&pipeline).await.unwrap().status(), 401);
    }
    assert_eq!(service.requests().len(), 20);
    assert_eq!(sign_in.requests().len(), 1);
}

/// A temporary outage of the sign-in service is retried, a rejected sign-in is not.
#[tokio::test(start_paused = true)]
async fn an_outage_of_the_sign_in_service_is_retried() {
    let down = http_response("503 Service Unavailable", "Retry-After: 7\r\n");
    let sign_in = [down.clone(), down, token_response("token-1", 3600)];
    let sign_in = Service::start(&sign_in).await;
    let service = Service::start(&[http_response("200 OK", "")]).await;
    let pipeline = Pipeline::new(options(&sign_in)).with_retry(at_once());
    let started = Instant::now();
    assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    assert_eq!(started.elapsed().as_secs(), 14);

    let refusal = r#"{"error":"invalid_grant","error_description":"AADSTS700082: expired"}"#;
    let refusal = with_body("400 Bad Request", refusal);
    let sign_in = Service::start(&[refusal.clone(), refusal]).await;
    let pipeline = Pipeline::new(options(&sign_in));
    let error = service.call(&pipeline).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(sign_in.requests().len(), 1);
}

/// The token is requested again after a pause of the limiter.
#[tokio::test(start_paused = true)]
async fn an_outage_of_the_sign_in_service_after_a_pause_is_retried() {
    let token = |name: &str| token_response(name, 1);
    let down = http_response("503 Service Unavailable", "Retry-After: 7\r\n");
    let sign_in = [token("a1"), token("a2"), down.clone(), down, token("a3")];
    let sign_in = Service::start(&sign_in).await;
    let throttled = http_response("429 Too Many Requests", "Retry-After: 30\r\n");
    let service = Service::start(&[throttled, http_response("200 OK", "")]).await;
    let pipeline = Pipeline::new(options(&sign_in));
    let once = pipeline.with_retry(RetryOptions::none());
    assert_eq!(service.call(&once).await.unwrap().status(), 429);
    let pipeline = pipeline.with_retry(at_once());
    assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    assert_eq!(header(&service.requests()[1], "authorization"), "Bearer a3");
}

fn token_response(name: &str, seconds: u32) -> String {
    let body =
        format!(r#"{{"access_token":"{name}","token_type":"Bearer","expires_in":{seconds}}}"#);
    with_body("200 OK", &body)
}

/// Options with a credential that exchanges a refresh token at this service.
fn options(sign_in: &Service) -> PipelineOptions {
    let credential = RefreshTokenCredential::builder("contoso", "client", "not-a-secret");
    let credential = credential.authority(sign_in.url.clone()).build().unwrap();
    let mut options = PipelineOptions::new(Arc::new(credential), "scope");
    options.credential_failure = credential_failure;
    options
}

/// Retry options without backoff, so that only the waits that the service asks for remain.
fn at_once() -> RetryOptions {
    let mut retry = RetryOptions::new();
    retry.base_delay = Duration::ZERO;
    retry
}

/// Service that sends these responses, one per connection, and accepts no further connection.
struct Service {
    url: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

/// Operation of the worldwide service that accepts every token.
static OPEN: Operation = Operation::new("x", "GET", "/v1/x")
    .with_access(&[AuthMode::AppOnly, AuthMode::AppAndUser], &["global"]);

impl Service {
    async fn start(responses: &[String]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, responses) = (requests.clone(), responses.to_vec());
        tokio::spawn(async move {
            for response in responses {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                log.lock().unwrap().push(request);
                let _result = stream.write_all(response.as_bytes()).await;
            }
        });
        let url = url.parse().unwrap();
        Self { url, requests }
    }

    async fn call(&self, pipeline: &Pipeline) -> Result<Response, Error> {
        // Longer than any wait, because the paused clock advances past timeouts, too.
        let year = Duration::from_secs(365 * 86_400);
        let timeouts = Timeouts {
            connect: year,
            read: year,
            total: year,
        };
        let client = Client {
            http: http_client(&self.url, timeouts).unwrap(),
            pipeline: pipeline.clone(),
        };
        let info = OperationInfo { operation: &OPEN };
        let url = self.url.join("v1/x").unwrap();
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        client.pre(&mut request, &info).await?;
        let response = client.exec::<serde::de::IgnoredAny>(request, &info).await?;
        Ok(response.into())
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

struct Client {
    http: reqwest::Client,
    pipeline: Pipeline,
}

impl ClientInfo<Pipeline> for Client {
    fn api_version() -> &'static str {
        "v1"
    }

    fn baseurl(&self) -> &str {
        ""
    }

    fn client(&self) -> &reqwest::Client {
        &self.http
    }

    fn inner(&self) -> &Pipeline {
        &self.pipeline
    }
}

impl ClientHooks<Pipeline> for Client {}

fn http_response(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}")
}

fn with_body(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let value = |line: &'r str| line.strip_prefix(name)?.strip_prefix(": ");
    request.lines().find_map(value).unwrap()
}
