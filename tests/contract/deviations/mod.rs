//! Tests of the readings in `openapi/deviations.md` that no other test covers, by theme.
//!
//! Each test fails if the generated types, the client's requests, the tables generated from the
//! spec, or the emulator no longer follow the reading of its entry.

mod addresses;
mod bodies;
mod credentials;
mod customers;
mod document;
mod error_examples;
mod guide;
mod headers;
mod parameters;
mod paths;
mod queries;
mod refusals;
mod values;

use std::fmt::Display;
use std::sync::Arc;

use partner_center::credential::StaticTokenCredential;
use partner_center::decode::decode;
use partner_center::query::{Filter, GroupBy, OrderBy, QueryOperation};
use partner_center::{Client, Operation, RetryOptions};
use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::documented::Documented;
use crate::server::{RawServer, answer};

/// Returns a client of `server`.
fn client(server: &RawServer) -> Client {
    Client::builder()
        .retry(RetryOptions::none())
        .base_url(server.url.clone())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap()
}

/// Returns path and query of the request that `call` makes. The response is an empty list, which
/// both envelopes accept.
async fn target(call: impl AsyncFnOnce(Client)) -> String {
    let body = answer(
        "200 OK",
        &[("Content-Type", "application/json")],
        r#"{"items":[]}"#,
    );
    let server = RawServer::start(body).await;
    call(client(&server)).await;
    let heard = server.heard();
    let [request] = heard.as_slice() else {
        panic!("expected one request, heard {heard:?}");
    };
    let line = request.lines().next().unwrap();
    line.strip_prefix("GET ")
        .and_then(|line| line.strip_suffix(" HTTP/1.1"))
        .unwrap_or_else(|| panic!("{line}"))
        .to_owned()
}

/// Returns status and error code of the emulator's response.
async fn emulated(target: &str, options: TokenOptions) -> (u16, Option<u64>) {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await
        .unwrap();
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Connection: close\r\n\r\n",
        emulator.url().authority(),
        emulator.mint_token(options),
    );
    let mut stream = tokio::net::TcpStream::connect(emulator.url().authority())
        .await
        .unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    emulator.shutdown().await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body: Value = decode(body.as_bytes()).unwrap();
    (status, body["code"].as_u64())
}

fn operation(id: &str) -> &'static Operation {
    Operation::find(id).unwrap_or_else(|| panic!("no operation `{id}`"))
}

/// Returns the documented response of an operation, decoded.
fn documented<T: DeserializeOwned>(id: &str) -> T {
    read(&Documented::of(operation(id)).wire_body)
}

/// Returns the rows of the documented response as JSON.
fn documented_rows(id: &str) -> Vec<Value> {
    let body: Value = documented(id);
    let rows = body.get("Value").or_else(|| body.get("items")).unwrap();
    rows.as_array().unwrap().clone()
}

fn read<T: DeserializeOwned>(json: impl AsRef<[u8]>) -> T {
    let json = json.as_ref();
    decode(json).unwrap_or_else(|error| panic!("{}: {error}", String::from_utf8_lossy(json)))
}

fn refused<T: DeserializeOwned>(json: &str) -> String {
    match decode::<T>(json.as_bytes()) {
        Ok(_) => panic!("was read: {json}"),
        Err(error) => error.to_string(),
    }
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

/// Returns a filter as it is sent, or its error.
fn filter<O: QueryOperation>(text: &str) -> Result<String, String> {
    sent(Filter::<O>::try_from(text))
}

/// Returns a grouping as it is sent, or its error.
fn grouping<O: QueryOperation>(text: &str) -> Result<String, String> {
    sent(GroupBy::<O>::try_from(text))
}

/// Returns an order as it is sent, or its error.
fn order<O: QueryOperation>(text: &str) -> Result<String, String> {
    sent(OrderBy::<O>::try_from(text))
}

fn sent<T: Display, E: Display>(option: Result<T, E>) -> Result<String, String> {
    option
        .map(|option| option.to_string())
        .map_err(|error| error.to_string())
}
