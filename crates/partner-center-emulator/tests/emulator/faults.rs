//! Things that go wrong on demand.

use std::io::ErrorKind;

use partner_center_emulator::{Emulator, Fault, TokenOptions};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{DEPLOYMENT, call, emulator, header, refusal, sign_in, sign_in_error};

/// Everything a connection yields for one call, and how it ends.
async fn raw_call(emulator: &Emulator) -> (String, Result<(), ErrorKind>) {
    let token = emulator.mint_token(TokenOptions::new());
    let port = emulator.url().port().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request =
        format!("GET /{DEPLOYMENT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    let end = loop {
        match stream.read(&mut part).await {
            Ok(0) => break Ok(()),
            Ok(length) => answer.extend_from_slice(&part[..length]),
            Err(error) => break Err(error.kind()),
        }
    };
    (String::from_utf8(answer).unwrap(), end)
}

#[tokio::test]
async fn outages_end_and_are_counted() {
    let emulator = emulator().await;
    let empty = emulator.inject(Fault::status(503).times(2).retry_after("-1"));
    let page = emulator.inject(Fault::status(502).html());
    for _ in 0..2 {
        let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(header(&answer, "retry-after"), "-1");
        assert_eq!(answer.text().await.unwrap(), "");
    }
    assert!(empty.is_spent() && !page.is_spent());
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(answer.status(), 502);
    assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
    assert!(answer.text().await.unwrap().contains("502 Bad Gateway"));
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!((empty.applied(), page.applied()), (2, 1));
}

#[tokio::test]
async fn answers_can_have_any_body() {
    let emulator = emulator().await;
    emulator.inject(Fault::status(500).documented(800_003, "Service failure."));
    emulator.inject(Fault::throttled(57));
    emulator.inject(Fault::wrong_content());
    emulator.inject(Fault::status(200).body("text/csv", "a,b"));
    assert_eq!(refusal(call(&emulator, DEPLOYMENT)).await, (500, 800_003));

    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(header(&answer, "retry-after"), "57");
    assert_eq!(
        answer.text().await.unwrap(),
        r#"{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }"#
    );
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(header(&answer, "content-type"), "text/csv");
    assert_eq!(answer.text().await.unwrap(), "a,b");
}

#[tokio::test]
async fn token_requests_have_faults_of_their_own() {
    let emulator = emulator().await;
    emulator.inject(Fault::sign_in_error(
        "invalid_grant",
        50076,
        "A second factor.",
    ));
    emulator.inject(Fault::status(500).html().on_token_requests());
    assert_eq!(
        call(&emulator, DEPLOYMENT).send().await.unwrap().status(),
        200
    );
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    let refused = sign_in(&emulator, &fields).await;
    let expected = ("invalid_grant".to_owned(), 50076);
    assert_eq!(sign_in_error(refused).await, expected);
    assert_eq!(sign_in(&emulator, &fields).await.status(), 500);
    assert_eq!(sign_in(&emulator, &fields).await.status(), 200);
}

#[tokio::test]
async fn connections_end_in_the_middle_of_the_body() {
    let emulator = emulator().await;
    emulator.inject(Fault::cut_off());
    emulator.inject(Fault::reset());
    for expected in [Ok(()), Err(ErrorKind::ConnectionReset)] {
        let (answer, end) = raw_call(&emulator).await;
        assert_eq!(end, expected);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-length: 487"));
        assert_eq!(body.len(), 243);
    }
    emulator.inject(Fault::reset());
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert!(answer.bytes().await.is_err());
}

#[tokio::test]
async fn truncated_bodies_are_well_framed() {
    let emulator = emulator().await;
    let fault = emulator.inject(Fault::truncated().after(1));
    let whole = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(header(&whole, "content-length"), "487");
    let half = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(header(&half, "content-length"), "243");
    let text = half.text().await.unwrap();
    let text = text.trim_start_matches('\u{feff}');
    assert!(serde_json::from_str::<Value>(text).unwrap_err().is_eof());
    assert!(fault.is_spent());
}

/// The refresh token is used up, but the answer with the new one never arrives.
#[tokio::test]
async fn a_lost_answer_has_taken_effect() {
    let emulator = Emulator::builder()
        .invalidate_rotated_refresh_tokens(true)
        .start()
        .await
        .unwrap();
    emulator.inject(Fault::cut_off().on_token_requests());
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    let lost = sign_in(&emulator, &fields).await;
    assert!(lost.bytes().await.is_err());
    let again: Value = sign_in(&emulator, &fields).await.json().await.unwrap();
    assert_eq!(again["error_codes"], json!([70000]));
}

#[tokio::test]
async fn silence_does_not_hold_up_a_shutdown() {
    let emulator = emulator().await;
    let fault = emulator.inject(Fault::silence());
    let request = call(&emulator, DEPLOYMENT).send();
    let waiting = tokio::spawn(request);
    while fault.applied() == 0 {
        tokio::task::yield_now().await;
    }
    emulator.shutdown().await;
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn faults_can_be_forgotten() {
    let emulator = emulator().await;
    let storm = emulator.inject(Fault::status(500).one_in(2, 7).times(u32::MAX));
    let mut failed = 0;
    for _ in 0..20 {
        let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
        failed += u32::from(answer.status() == 500);
    }
    assert!((1..20).contains(&failed));
    assert_eq!(storm.applied(), failed);
    emulator.clear_faults();
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
