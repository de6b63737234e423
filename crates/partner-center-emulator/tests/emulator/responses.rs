//! Responses to accepted calls.

use std::collections::BTreeMap;

use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{DEPLOYMENT, TestClock, call, emulator, header, sign_in};

const BODY: &str = concat!(
    "\u{feff}",
    r#"{"totalCount":2,"items":["#,
    r#"{"proratedDeploymentPercent":0.0,"licensesSold":343,"#,
    r#""processedDateTime":"2017-03-10T00:00:00+00:00","serviceName":"crm","#,
    r#""channel":"reseller","#,
    r#""attributes":{"objectType":"PartnerLicensesDeploymentInsights"}},"#,
    r#"{"proratedDeploymentPercent":1.0,"licensesSold":4464,"#,
    r#""processedDateTime":"2017-03-14T03:25:16.36+00:00","serviceName":"o365","#,
    r#""channel":"reseller","#,
    r#""attributes":{"objectType":"PartnerLicensesDeploymentInsights"}}],"#,
    r#""attributes":{"objectType":"Collection"}}"#
);

/// Compares the whole response with the documented exchange.
#[tokio::test]
async fn the_documented_response_is_returned_byte_for_byte() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    let token = emulator.mint_token(TokenOptions::new());

    let port = emulator.url().port().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!(
        "GET /v1/analytics/licenses/deployment HTTP/1.1\r\n\
         Authorization: Bearer {token}\r\n\
         Accept: application/json\r\n\
         MS-RequestId: 25b6edd5-1f53-456b-b48c-c64f60ec2dda\r\n\
         MS-CorrelationId: 6492b9d6-5629-429b-934c-040b1946e760\r\n\
         X-Locale: en-US\r\n\
         Host: api.partnercenter.microsoft.com\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();

    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, BODY);
    assert_eq!(body.len(), 487);

    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("HTTP/1.1 200 OK"));
    let mut headers: BTreeMap<_, _> = lines.map(|line| line.split_once(": ").unwrap()).collect();
    // The correlation vector is new in each response.
    assert_eq!(headers.remove("ms-cv").map(str::len), Some(18));
    let expected = BTreeMap::from([
        ("connection", "close"),
        ("content-length", "487"),
        ("content-type", "application/json; charset=utf-8"),
        ("date", "Tue, 14 Mar 2017 17:55:01 GMT"),
        ("ms-correlationid", "6492b9d6-5629-429b-934c-040b1946e760"),
        ("ms-requestid", "25b6edd5-1f53-456b-b48c-c64f60ec2dda"),
        ("ms-serverid", "102030524"),
    ]);
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn ids_are_generated_when_none_are_sent() {
    let emulator = emulator().await;
    let first = call(&emulator, DEPLOYMENT).send().await.unwrap();
    let second = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(first.status(), 200);
    for name in ["ms-requestid", "ms-correlationid"] {
        assert_eq!(header(&first, name).len(), 36);
        assert_ne!(header(&first, name), header(&second, name));
    }
}

#[tokio::test]
async fn paths_are_case_insensitive_and_the_contract_version_is_v1() {
    let emulator = emulator().await;
    let answer = call(&emulator, "V1/Analytics/licenses/Deployment")
        .header("MS-Contract-Version", "v1")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn requests_are_recorded_without_secrets() {
    let emulator = emulator().await;
    let token = emulator.mint_token(TokenOptions::new());
    call(&emulator, &format!("{DEPLOYMENT}?top=1"))
        .header("X-Locale", "nl-NL")
        .send()
        .await
        .unwrap();
    sign_in(&emulator, &[("grant_type", "refresh_token")]).await;

    let requests = emulator.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].method(), "GET");
    assert_eq!(
        requests[0].path_and_query(),
        "/v1/analytics/licenses/deployment?top=1"
    );
    assert_eq!(requests[0].header("x-locale"), Some("nl-NL"));
    assert_eq!(requests[0].header("authorization"), Some("<redacted>"));
    assert_eq!(requests[1].method(), "POST");

    let shown = format!("{emulator:?} {requests:?}");
    for secret in [
        token.as_str(),
        emulator.client_secret(),
        emulator.refresh_token(),
    ] {
        assert!(!shown.contains(secret));
    }
}
