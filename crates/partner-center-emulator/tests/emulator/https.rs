//! HTTPS with the emulator's certificate.

use std::{
    error::Error,
    io::{self, ErrorKind},
    iter,
    net::SocketAddr,
    time::Duration,
};

use partner_center_emulator::{DataSet, Emulator, Fault, TokenOptions};
use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{DEPLOYMENT, TestClock, client, emulator, header};

async fn secure() -> Emulator {
    Emulator::builder()
        .data(DataSet::documented())
        .https(true)
        .start()
        .await
        .unwrap()
}

fn address(emulator: &Emulator) -> SocketAddr {
    let port = emulator.url().port().unwrap();
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Returns a client that trusts only this emulator.
fn trusting(emulator: &Emulator) -> ClientBuilder {
    let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    let pem = emulator.certificate_pem().unwrap();
    Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .tls_certs_only([Certificate::from_pem(pem.as_bytes()).unwrap()])
}

fn call_by(client: &Client, emulator: &Emulator) -> RequestBuilder {
    client
        .get(emulator.url().join(DEPLOYMENT).unwrap())
        .bearer_auth(emulator.mint_token(TokenOptions::new()))
}

fn call(emulator: &Emulator) -> RequestBuilder {
    call_by(&trusting(emulator).build().unwrap(), emulator)
}

/// Returns the kind of the I/O error in the sources of an error.
fn io_error(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    iter::successors(Some(error), |error| (*error).source())
        .find_map(|error| error.downcast_ref::<io::Error>())
        .map(io::Error::kind)
}

/// Beginning of a TLS client hello that is never completed.
const HALF_A_HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

#[tokio::test]
async fn clients_that_trust_the_authority_get_the_documented_response() {
    let emulator = secure().await;
    let answer = call(&emulator).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-length"), "487");
    let body = answer.text().await.unwrap();

    let plain = crate::support::emulator().await;
    let expected = crate::support::call(&plain, DEPLOYMENT).send().await;
    assert_eq!(body, expected.unwrap().text().await.unwrap());
}

#[tokio::test]
async fn both_versions_of_tls_and_the_name_localhost_are_accepted() {
    use reqwest::tls::Version;

    let emulator = secure().await;
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let client = trusting(&emulator)
            .tls_version_min(version)
            .tls_version_max(version)
            .resolve("localhost", address(&emulator))
            .build()
            .unwrap();
        let mut url = emulator.url().join("unknown").unwrap();
        url.set_host(Some("localhost")).unwrap();
        assert_eq!(client.get(url).send().await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn clients_without_trust_get_no_connection() {
    let (emulator, other) = (secure().await, secure().await);
    // Neither the system's trust store nor the authority of another emulator is enough.
    for client in [client(), trusting(&other).build().unwrap()] {
        let error = call_by(&client, &emulator).send().await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
    }
    let client = trusting(&emulator)
        .resolve("contoso.example", address(&emulator))
        .build()
        .unwrap();
    let url = format!("https://contoso.example:{}/", address(&emulator).port());
    assert!(client.get(url).send().await.unwrap_err().is_connect());
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn every_url_begins_with_https() {
    let emulator = secure().await;
    let base = format!("https://127.0.0.1:{}/", address(&emulator).port());
    assert_eq!(emulator.url().as_str(), base);
    assert_eq!(emulator.authority().as_str(), base);

    let client = trusting(&emulator).build().unwrap();
    let path = format!(
        "{}/v2.0/.well-known/openid-configuration",
        emulator.tenant_id()
    );
    let url = emulator.authority().join(&path).unwrap();
    let document = client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(!document.contains("http://"), "{document}");
    let document: Value = serde_json::from_str(&document).unwrap();
    for name in [
        "issuer",
        "token_endpoint",
        "authorization_endpoint",
        "jwks_uri",
    ] {
        assert!(
            document[name].as_str().unwrap().starts_with(&base),
            "{name}"
        );
    }

    let url = emulator.authority().join("common/oauth2/v2.0/devicecode");
    let begun = client
        .post(url.unwrap())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(format!("client_id={}&scope=openid", emulator.client_id()))
        .send()
        .await
        .unwrap();
    let begun: Value = begun.json().await.unwrap();
    assert_eq!(begun["verification_uri"], format!("{base}devicelogin"));
}

#[tokio::test]
async fn plain_http_and_arbitrary_bytes_do_not_stop_the_server() {
    let emulator = secure().await;
    let url = emulator.url().as_str().replacen("https", "http", 1);
    client().get(url).send().await.unwrap_err();
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        b"",
        HALF_A_HELLO,
        b"\x16\x03\x01\xff\xff",
        b"\x17\x03\x03\x00\x01\x00",
        b"\x00\x00\x00\x00",
    ] {
        let mut stream = TcpStream::connect(address(&emulator)).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/"));
    }
    assert!(emulator.requests().is_empty());
    assert_eq!(call(&emulator).send().await.unwrap().status(), 200);
    emulator.shutdown().await;
}

#[tokio::test]
async fn incomplete_handshakes_do_not_block_other_clients() {
    let emulator = secure().await;
    let mut silent = TcpStream::connect(address(&emulator)).await.unwrap();
    let mut half = TcpStream::connect(address(&emulator)).await.unwrap();
    half.write_all(HALF_A_HELLO).await.unwrap();

    // The same holds for a connection kept open after its response.
    let client = trusting(&emulator).build().unwrap();
    let answer = call_by(&client, &emulator).send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap().len(), 487);

    emulator.shutdown().await;
    for stream in [&mut silent, &mut half] {
        // The connection is closed or reset, depending on the system.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/"));
    }
}

#[tokio::test]
async fn dropping_ends_handshakes_as_well() {
    let emulator = secure().await;
    let mut half = TcpStream::connect(address(&emulator)).await.unwrap();
    half.write_all(HALF_A_HELLO).await.unwrap();
    drop(emulator);
    let mut rest = Vec::new();
    let _ = half.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP/"));
}

#[tokio::test]
async fn bodies_are_interrupted_as_without_tls() {
    let emulator = secure().await;
    for (fault, ends_with) in [
        (Fault::incomplete_body(), ErrorKind::UnexpectedEof),
        (Fault::reset(), ErrorKind::ConnectionReset),
    ] {
        let fault = emulator.inject(fault);
        let mut answer = call(&emulator).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "content-length"), "487");
        let mut received = 0;
        let error = loop {
            match answer.chunk().await {
                Ok(part) => received += part.expect("the body is interrupted").len(),
                Err(error) => break error,
            }
        };
        assert_eq!(received, 243);
        assert_eq!(io_error(&error), Some(ends_with));
        assert!(fault.is_spent());
    }
    assert_eq!(call(&emulator).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn silence_does_not_delay_a_shutdown() {
    let emulator = secure().await;
    let fault = emulator.inject(Fault::no_response());
    let waiting = tokio::spawn(call(&emulator).send());
    while fault.applied() == 0 {
        tokio::task::yield_now().await;
    }
    emulator.shutdown().await;
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn slow_bodies_do_not_delay_a_shutdown() {
    let emulator = secure().await;
    emulator.inject(Fault::slow_body(Duration::MAX));
    let mut dripping = call(&emulator).send().await.unwrap();
    assert_eq!(header(&dripping, "content-length"), "487");
    emulator.shutdown().await;
    assert!(dripping.chunk().await.is_err());
}

/// Clients check the certificate by their own clock, not by the emulator's.
#[tokio::test]
async fn a_moved_clock_keeps_the_certificate_valid() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .https(true)
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(call(&emulator).send().await.unwrap().status(), 200);
        clock.advance(100 * 365 * 86_400);
    }
}

#[tokio::test]
async fn the_certificate_is_public_and_the_key_is_not() {
    let emulator = secure().await;
    let pem = emulator.certificate_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(pem.matches("-----BEGIN").count(), 1);
    assert!(!pem.contains("KEY"));
    assert!(!format!("{emulator:?}").to_lowercase().contains("key"));
}

#[tokio::test]
async fn plain_http_is_the_default() {
    let emulator = emulator().await;
    assert_eq!(emulator.certificate_pem(), None);
    assert_eq!(emulator.url().scheme(), "http");
}
