//! Responses of HTTP storages: kinds of errors, and secrets that stay out of them.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests panic, which is how they fail"
)]

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use partner_center_lake::{History, LakeError, Storage, StorageBuilder, StorageFailure};
use support::{all_text, report};
use time::{Duration, OffsetDateTime};

const SECRET: &str = "s3cretsignature";
const BODY: &str = "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code>\
    <Message>s3cretsignature is not the signature of a customer's name</Message></Error>";

/// Server on a free port of this computer that gives the same response to each request, and the
/// heads of the requests.
fn serve(status: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    // The thread ends with the test process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            seen.lock().unwrap().push(head.join("\n"));
            let length = BODY.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{BODY}"
            );
        }
    });
    (address, requests)
}

fn azure(address: &str) -> StorageBuilder {
    Storage::builder("az://reports/history")
        .option("azure_storage_account_name", "contoso")
        .option("azure_storage_endpoint", address)
        .option("azure_allow_http", "true")
}

async fn open(storage: StorageBuilder) -> LakeError {
    let history = History::new(storage.build().unwrap(), None);
    let error = history.create_or_open(report()).await.unwrap_err();
    let text = all_text(&error);
    assert!(
        !text.contains(SECRET) && !text.contains("customer's"),
        "{text}"
    );
    error
}

#[tokio::test]
async fn errors_contain_neither_signatures_nor_bodies() {
    let (address, requests) = serve("403 Server failed to authenticate");
    let signed = azure(&address).option(
        "azure_storage_sas_token",
        format!("sv=2024-08-04&sp=racwl&sig={SECRET}"),
    );
    let error = open(signed).await;
    assert_eq!(error.storage_failure(), Some(StorageFailure::AccessRefused));
    assert!(all_text(&error).contains("403"), "{}", all_text(&error));
    // The signature was sent, so that it could have been in the error.
    assert!(requests.lock().unwrap()[0].contains(SECRET));
}

#[tokio::test]
async fn kinds_follow_from_statuses() {
    for (status, kind) in [
        ("401 Unauthorized", StorageFailure::AccessRefused),
        (
            "404 The specified container does not exist",
            StorageFailure::NotFound,
        ),
        ("412 Precondition Failed", StorageFailure::Changed),
        ("400 Bad Request", StorageFailure::Other),
    ] {
        let (address, _) = serve(status);
        let error = open(azure(&address).option("azure_storage_account_key", "czNjcmV0")).await;
        assert_eq!(error.storage_failure(), Some(kind), "{}", all_text(&error));
    }
}

#[derive(Debug)]
struct Credential;

#[async_trait]
impl TokenCredential for Credential {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let expires = OffsetDateTime::now_utc() + Duration::hours(1);
        Ok(AccessToken::new(SECRET, expires))
    }
}

#[tokio::test]
async fn sends_the_token_of_a_credential() {
    let (address, requests) = serve("403 Forbidden");
    open(azure(&address).credential(Arc::new(Credential))).await;
    let head = requests.lock().unwrap()[0].clone();
    assert!(
        head.contains(&format!("authorization: Bearer {SECRET}")),
        "{head}"
    );
    // An account key of the options takes precedence.
    let (address, requests) = serve("403 Forbidden");
    let both = azure(&address)
        .credential(Arc::new(Credential))
        .option("azure_storage_account_key", "czNjcmV0");
    open(both).await;
    let head = requests.lock().unwrap()[0].clone();
    assert!(head.contains("authorization: SharedKey contoso:"), "{head}");
}
