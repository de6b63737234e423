//! Injected faults.

use std::{io::ErrorKind, time::Duration};

use partner_center_emulator::{DataSet, Emulator, Fault, TokenOptions};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use crate::support::{DEPLOYMENT, call, emulator, header, refusal, sign_in, sign_in_error};

/// Returns all bytes that a connection yields for one request, and its end.
async fn raw(emulator: &Emulator, request: &str) -> (String, Result<(), ErrorKind>) {
    let mut stream = sent(emulator, request).await;
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

async fn sent(emulator: &Emulator, request: &str) -> TcpStream {
    let port = emulator.url().port().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Returns the bytes of a call, for tests whose client would time out.
fn raw_call(emulator: &Emulator) -> String {
    let token = emulator.mint_token(TokenOptions::new());
    format!(
        "GET /{DEPLOYMENT} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    )
}

fn raw_token_request(emulator: &Emulator) -> String {
    let form = format!(
        "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
        emulator.client_id(),
        emulator.client_secret(),
        emulator.refresh_token(),
    );
    format!(
        "POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

async fn refresh(emulator: &Emulator) -> Response {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    sign_in(emulator, &fields).await
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
async fn responses_can_have_any_body() {
    let emulator = emulator().await;
    emulator.inject(Fault::status(500).documented(800_003, "Service failure."));
    emulator.inject(Fault::throttled(57));
    emulator.inject(Fault::html_page());
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
async fn token_requests_have_separate_faults() {
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
    emulator.inject(Fault::incomplete_body());
    emulator.inject(Fault::reset());
    for expected in [Ok(()), Err(ErrorKind::ConnectionReset)] {
        let (answer, end) = raw(&emulator, &raw_call(&emulator)).await;
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
async fn truncated_bodies_have_a_matching_length() {
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

/// The refresh token is used up although the response with the new one never arrives.
#[tokio::test]
async fn a_lost_response_has_taken_effect() {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .invalidate_rotated_refresh_tokens(true)
        .start()
        .await
        .unwrap();
    emulator.inject(Fault::incomplete_body().on_token_requests());
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
async fn silence_does_not_delay_a_shutdown() {
    let emulator = emulator().await;
    let fault = emulator.inject(Fault::no_response());
    let request = call(&emulator, DEPLOYMENT).send();
    let waiting = tokio::spawn(request);
    while fault.applied() == 0 {
        tokio::task::yield_now().await;
    }
    emulator.shutdown().await;
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn faults_can_be_cleared() {
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

/// Covers the failures of an identity provider and of gateways in front of it.
#[tokio::test]
async fn token_requests_fail_in_every_way() {
    let emulator = emulator().await;
    let fault = |fault: Fault| emulator.inject(fault.on_token_requests());
    fault(Fault::status(500));
    fault(Fault::status(503).html().retry_after("soon"));
    fault(Fault::html_page());
    fault(Fault::redirect("https://fabrikam.example/login"));
    fault(Fault::throttled(57));
    for (status, content_type, header) in [
        (500, None, None),
        (
            503,
            Some("text/html; charset=utf-8"),
            Some(("retry-after", "soon")),
        ),
        (200, Some("text/html; charset=utf-8"), None),
        (
            302,
            None,
            Some(("location", "https://fabrikam.example/login")),
        ),
        (429, Some("application/json"), Some(("retry-after", "57"))),
    ] {
        let answer = refresh(&emulator).await;
        assert_eq!(answer.status(), status);
        let headers = answer.headers();
        let found = headers.get("content-type");
        assert_eq!(found.map(|value| value.to_str().unwrap()), content_type);
        if let Some((name, value)) = header {
            assert_eq!(headers[name], value);
        }
    }
    fault(Fault::truncated());
    let half = refresh(&emulator).await.text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&half).unwrap_err().is_eof());
    fault(Fault::reset());
    assert!(refresh(&emulator).await.bytes().await.is_err());
    assert_eq!(refresh(&emulator).await.status(), 200);

    let silence = fault(Fault::no_response());
    let mut waiting = sent(&emulator, &raw_token_request(&emulator)).await;
    while silence.applied() == 0 {
        tokio::task::yield_now().await;
    }
    emulator.shutdown().await;
    let mut rest = Vec::new();
    let _ = waiting.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
}

#[tokio::test]
async fn redirects_have_the_given_location() {
    let emulator = emulator().await;
    emulator.inject(Fault::redirect("https://fabrikam.example/v1?a=b"));
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(
        header(&answer, "location"),
        "https://fabrikam.example/v1?a=b"
    );
    assert_eq!(answer.text().await.unwrap(), "");
}

#[tokio::test]
async fn retry_after_may_be_any_text() {
    let emulator = emulator().await;
    for wait in [
        "",
        "soon",
        "-1",
        "1.5",
        "1e9",
        "0x10",
        "99999999999999999999999999",
        "57, 58",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Tue, 14 Mar 2017 17:55:01",
    ] {
        for fault in [Fault::status(503), Fault::throttled(57)] {
            emulator.inject(fault.clone().retry_after(wait));
            let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
            assert_eq!(header(&answer, "retry-after"), wait);
            emulator.inject(fault.retry_after(wait).on_token_requests());
            let answer = refresh(&emulator).await;
            assert_eq!(header(&answer, "retry-after"), wait);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_bodies_arrive_byte_by_byte() {
    let emulator = emulator().await;
    let hour = Duration::from_secs(3600);
    emulator.inject(Fault::slow_body(hour));
    emulator.inject(Fault::slow_body(hour).on_token_requests());
    for request in [raw_call(&emulator), raw_token_request(&emulator)] {
        let begin = Instant::now();
        let (answer, end) = raw(&emulator, &request).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains(&format!("content-length: {}", body.len())));
        assert!(serde_json::from_str::<Value>(body.trim_start_matches('\u{feff}')).is_ok());
        assert_eq!(end, Ok(()));
        let bytes = u32::try_from(body.len()).unwrap();
        assert!(begin.elapsed() >= hour * bytes);
    }
}

#[tokio::test]
async fn slow_bodies_do_not_delay_a_shutdown() {
    let emulator = emulator().await;
    emulator.inject(Fault::slow_body(Duration::MAX));
    let mut dripping = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(header(&dripping, "content-length"), "487");
    emulator.shutdown().await;
    assert!(dripping.chunk().await.is_err());
}

/// Only the affected connection ends.
#[test]
fn slow_bodies_need_timers() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    runtime.unwrap().block_on(async {
        let emulator = emulator().await;
        emulator.inject(Fault::slow_body(Duration::ZERO));
        let request = raw_call(&emulator);
        let (answer, _) = raw(&emulator, &request).await;
        assert_eq!(answer, "");
        let (answer, _) = raw(&emulator, &request).await;
        assert!(answer.starts_with("HTTP/1.1 200"));
    });
}
