//! Requests to the control endpoint.

use partner_center_emulator::Emulator;
use reqwest::{Method, Response};
use serde_json::Value;

use crate::support::{DEPLOYMENT, call, client, sign_in};

pub(crate) async fn send(
    emulator: &Emulator,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Response {
    let url = emulator
        .url()
        .join("_emulator/")
        .unwrap()
        .join(path)
        .unwrap();
    let method: Method = method.parse().unwrap();
    let mut request = client().request(method, url);
    if let Some(body) = body {
        request = request.json(body);
    }
    request.send().await.unwrap()
}

pub(crate) async fn get(emulator: &Emulator, path: &str) -> Value {
    let response = send(emulator, "GET", path, None).await;
    assert_eq!(response.status(), 200, "{path}");
    assert_eq!(response.headers()["cache-control"], "no-store");
    response.json().await.unwrap()
}

/// Sends a request, and returns its status and the code of the error.
pub(crate) async fn outcome(
    emulator: &Emulator,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> (u16, String) {
    let response = send(emulator, method, path, body.as_ref()).await;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let code = body["error"]["code"].as_str().unwrap_or_default();
    (status, code.to_owned())
}

pub(crate) async fn ok(emulator: &Emulator, method: &str, path: &str, body: Option<Value>) -> u16 {
    let (status, code) = outcome(emulator, method, path, body).await;
    assert!(status < 300, "{method} {path}: {status} {code}");
    status
}

pub(crate) async fn call_status(emulator: &Emulator) -> u16 {
    call(emulator, DEPLOYMENT)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

pub(crate) async fn refresh_status(emulator: &Emulator) -> u16 {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    sign_in(emulator, &fields).await.status().as_u16()
}
