//! Helpers of the tests.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::Value;

/// Time of the documented exchange: Tue, 14 Mar 2017 17:55:01 GMT.
pub(crate) const DOCUMENTED_TIME: u64 = 1_489_514_101;

pub(crate) const DEPLOYMENT: &str = "v1/analytics/licenses/deployment";

pub(crate) async fn emulator() -> Emulator {
    Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await
        .unwrap()
}

/// Returns a client that does not follow redirects. The TLS set-up is that of
/// `partner-center-core`, because reqwest's default has no TLS provider in this workspace.
pub(crate) fn client() -> Client {
    let url = Url::parse("http://127.0.0.1/").unwrap();
    let limit = Duration::from_secs(60);
    let timeouts = partner_center_core::transport::Timeouts {
        connect: limit,
        read: limit,
        total: limit,
    };
    partner_center_core::transport::http_client(&url, timeouts).unwrap()
}

/// Returns a call with an accepted token.
pub(crate) fn call(emulator: &Emulator, path: &str) -> RequestBuilder {
    call_with(emulator, path, TokenOptions::new())
}

pub(crate) fn call_with(emulator: &Emulator, path: &str, options: TokenOptions) -> RequestBuilder {
    client()
        .get(emulator.url().join(path).unwrap())
        .bearer_auth(emulator.mint_token(options))
}

pub(crate) fn token_endpoint(emulator: &Emulator) -> Url {
    let path = format!("{}/oauth2/v2.0/token", emulator.tenant_id());
    emulator.authority().join(&path).unwrap()
}

/// Sends a token request with the seeded credentials and further fields.
pub(crate) async fn sign_in(emulator: &Emulator, fields: &[(&str, &str)]) -> Response {
    let mut form = Url::parse("form:").unwrap();
    form.query_pairs_mut()
        .append_pair("client_id", emulator.client_id())
        .append_pair("client_secret", emulator.client_secret())
        .extend_pairs(fields);
    client()
        .post(token_endpoint(emulator))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.query().unwrap().to_owned())
        .send()
        .await
        .unwrap()
}

pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

/// Returns status and error code of an error response, after checking its format.
pub(crate) async fn refusal(request: RequestBuilder) -> (u16, u64) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    assert_eq!(
        header(&response, "content-type"),
        "application/json; charset=utf-8"
    );
    for name in ["ms-requestid", "ms-correlationid", "ms-cv", "ms-serverid"] {
        assert!(!header(&response, name).is_empty(), "{name}");
    }
    let text = response.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    let expected = format!(
        r#"{{"code":{},"description":{},"data":[],"source":"PartnerApiServiceControllers"}}"#,
        body["code"], body["description"]
    );
    assert_eq!(text, expected);
    (status, body["code"].as_u64().unwrap())
}

/// Clock that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(DOCUMENTED_TIME)))
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn reader(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let seconds = Arc::clone(&self.0);
        move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed))
    }
}

/// Posts a form with exactly these fields.
pub(crate) async fn post_form(url: Url, fields: &[(&str, &str)]) -> Response {
    let mut form = Url::parse("form:").unwrap();
    form.query_pairs_mut().extend_pairs(fields);
    client()
        .post(url)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.query().unwrap_or_default().to_owned())
        .send()
        .await
        .unwrap()
}

/// Returns OAuth error and AADSTS code of a failed sign-in.
pub(crate) async fn sign_in_error(response: Response) -> (String, u64) {
    assert!(response.status().is_client_error());
    let body: Value = response.json().await.unwrap();
    let code = body["error_codes"][0].as_u64().unwrap();
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{code}: ")));
    (body["error"].as_str().unwrap().to_owned(), code)
}

/// Returns the claims of a token without verifying it.
pub(crate) fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Returns the status of a call with this access token.
pub(crate) async fn call_status(emulator: &Emulator, token: &Value) -> u16 {
    client()
        .get(emulator.url().join(DEPLOYMENT).unwrap())
        .bearer_auth(token.as_str().unwrap())
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

/// Returns a body with its byte-order mark, which `Response::text` removes if any crate of the build
/// enables the feature `charset` of reqwest.
pub(crate) async fn exact_text(response: reqwest::Response) -> String {
    let bytes = response.bytes().await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}
