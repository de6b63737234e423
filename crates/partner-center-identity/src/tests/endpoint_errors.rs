//! Malformed, slow and failing responses of the token endpoint.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;
use url::Url;

use super::cache::ManualClock;
use super::endpoint::{Endpoint, tokens};
use super::{REFRESH, SCOPE, SECRET};
use crate::{
    DeviceCodeCredential, DeviceCodePrompt, RefreshTokenCredential, SignInFailure, SignInRejected,
};

/// Sends one of these responses per connection, with a pause before each byte.
async fn raw(responses: Vec<String>, pause: Duration) -> (Url, Arc<Mutex<u32>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let connections = Arc::new(Mutex::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        for response in responses {
            let (mut stream, _) = listener.accept().await.unwrap();
            *count.lock().unwrap() += 1;
            tokio::spawn(async move {
                let mut request = [0; 16 * 1024];
                let _request = stream.read(&mut request).await;
                if pause.is_zero() {
                    let _sent = stream.write_all(response.as_bytes()).await;
                } else {
                    for byte in response.as_bytes() {
                        tokio::time::sleep(pause).await;
                        if stream.write_all(&[*byte]).await.is_err() {
                            break;
                        }
                    }
                }
                let _closed = stream.shutdown().await;
            });
        }
    });
    (url.parse().unwrap(), connections)
}

fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn credential(authority: Url) -> RefreshTokenCredential {
    RefreshTokenCredential::builder("contoso", "client", REFRESH)
        .client_secret(SECRET)
        .authority(authority)
        .build()
        .unwrap()
}

fn source<E: std::error::Error + 'static>(error: &azure_core::Error) -> &E {
    std::error::Error::source(error)
        .unwrap()
        .downcast_ref()
        .unwrap()
}

#[tokio::test]
async fn ignores_a_byte_order_mark() {
    let (status, body) = tokens("a1", 3600, None);
    let endpoint = Endpoint::start(vec![(status, format!("\u{feff}{body}"))]).await;
    let credential_of_a1 = credential(endpoint.url.clone());
    let token = credential_of_a1.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(token.token.secret(), "a1");
    let refusal = "\u{feff}{\"error\":\"invalid_client\"}";
    let endpoint = Endpoint::start(vec![(401, refusal.to_owned())]).await;
    let error = credential(endpoint.url.clone())
        .get_token(&[SCOPE], None)
        .await;
    let error = error.unwrap_err();
    assert_eq!(source::<SignInRejected>(&error).error, "invalid_client");
}

/// Covers the refresh token and the secret, as plain text and form-encoded.
#[tokio::test]
async fn redacts_secrets_that_an_error_repeats() {
    let secret = "planted secret/with+signs";
    let encoded = "planted+secret%2Fwith%2Bsigns";
    for (error, description) in [
        (
            "invalid_request",
            format!("AADSTS9002313: bad value {REFRESH} in request"),
        ),
        (
            "invalid_client",
            format!("AADSTS7000215: {secret}, {secret}"),
        ),
        (
            "invalid_client",
            format!("AADSTS7000215: client_secret={encoded}&x"),
        ),
        // The message is truncated in the middle of the secret, which must not leave a part of it.
        ("invalid_client", format!("{}{secret}", "x".repeat(290))),
        (secret, String::new()),
    ] {
        let body = serde_json::json!({"error": error, "error_description": description});
        let endpoint = Endpoint::start(vec![(400, body.to_string())]).await;
        let credential = RefreshTokenCredential::builder("contoso", "client", REFRESH)
            .client_secret(secret)
            .authority(endpoint.url.clone())
            .build()
            .unwrap();
        let error = credential.get_token(&[SCOPE], None).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains(REFRESH) && !text.contains("planted"),
            "{text}"
        );
        assert!(
            text.contains("(not shown)") || text.contains("(not sh"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn rejects_responses_that_are_not_token_responses() {
    for (status, body) in [
        (200, "<html>planted</html>"),
        (400, "<html>planted</html>"),
        (401, ""),
        (200, "\u{feff}"),
        (200, "[]"),
        (200, "null"),
        (200, r#"{"token_type":"Bearer","expires_in":3600}"#),
        (200, r#"{"access_token":"planted","expires_in":3600}"#),
        (
            200,
            r#"{"token_type":"Bearer","access_token":"planted","expires_in":-1}"#,
        ),
        (
            200,
            r#"{"token_type":"Bearer","access_token":{"planted":1}}"#,
        ),
        (400, r#"{"error":{"planted":1}}"#),
        (403, r#"{"error_description":"planted"}"#),
    ] {
        let endpoint = Endpoint::start(vec![(status, body.to_owned())]).await;
        let credential = credential(endpoint.url.clone());
        let error = credential.get_token(&[SCOPE], None).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the response of the token endpoint is not a token response",
            "{status} {body}"
        );
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
}

#[tokio::test]
async fn invalid_lifetime_is_an_hour_and_expired_token_is_requested_again() {
    let manual = ManualClock::default();
    let endpoint = Endpoint::start(vec![
        (
            200,
            format!(
                r#"{{"token_type":"Bearer","access_token":"a1","expires_in":{}}}"#,
                u64::MAX
            ),
        ),
        tokens("a2", 0, None),
        tokens("a3", 3600, None),
    ])
    .await;
    let credential = endpoint.builder().clock(manual.clock()).build().unwrap();
    let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
    let token = credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(token.token.secret(), "a1");
    assert_eq!(token.expires_on, now + azure_core::time::Duration::HOUR);
    manual.forward(3600);
    for expected in ["a2", "a3", "a3"] {
        let token = credential.get_token(&[SCOPE], None).await.unwrap();
        assert_eq!(token.token.secret(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn waits_for_a_slow_response() {
    let endpoint = Endpoint::serve(1, |_| async {
        tokio::time::sleep(Duration::from_secs(45)).await;
        tokens("a1", 3600, None)
    })
    .await;
    let credential = credential(endpoint.url.clone());
    let token = credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(token.token.secret(), "a1");
}

/// Each byte arrives within the read timeout, but the whole response would take too long.
#[tokio::test(start_paused = true)]
async fn times_out_on_a_response_of_one_byte_per_second() {
    let whole = response("200 OK", "", &tokens("a1", 3600, None).1);
    for silent_head in ["", "X-Padding: "] {
        let slow = whole.replacen("\r\n", &format!("\r\n{silent_head}\r\n"), 1);
        let (url, _) = raw(vec![slow], Duration::from_secs(1)).await;
        let begin = Instant::now();
        let error = credential(url).get_token(&[SCOPE], None).await.unwrap_err();
        assert!(
            matches!(source(&error), SignInFailure::Unreachable(_)),
            "{error:?}"
        );
        assert!(begin.elapsed() <= Duration::from_secs(61));
    }
}

#[tokio::test]
async fn truncated_response_is_a_connection_failure() {
    let whole = response("200 OK", "", &tokens("a1", 3600, None).1);
    for length in [0, 9, whole.len() - 1] {
        let (url, _) = raw(vec![whole[..length].to_owned()], Duration::ZERO).await;
        let error = credential(url).get_token(&[SCOPE], None).await.unwrap_err();
        assert!(
            matches!(source(&error), SignInFailure::Unreachable(_)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn does_not_follow_redirects() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let elsewhere = Endpoint::start(vec![tokens("stolen", 3600, None)]).await;
        let location = format!("Location: {}\r\n", elsewhere.url);
        let (url, _) = raw(vec![response(status, &location, "")], Duration::ZERO).await;
        let error = credential(url).get_token(&[SCOPE], None).await.unwrap_err();
        assert!(
            matches!(source(&error), SignInFailure::Unavailable { status: found, .. }
                if status.starts_with(found.as_str())),
            "{error:?}"
        );
        assert!(elsewhere.requests().is_empty());
    }
}

#[tokio::test]
async fn returns_the_requested_wait() {
    for (value, seconds) in [
        ("7", Some(7)),
        ("-1", None),
        ("999999999", Some(999_999_999)),
        ("99999999999999999999999999", Some(u64::MAX)),
        ("Tue, 14 Mar 2017 17:55:01 GMT", Some(0)),
        ("garbage", None),
        ("", None),
    ] {
        let headers = format!("Retry-After: {value}\r\n");
        let response = response("429 Too Many Requests", &headers, "");
        let (url, _) = raw(vec![response], Duration::ZERO).await;
        let error = credential(url).get_token(&[SCOPE], None).await.unwrap_err();
        let failure: &SignInFailure = source(&error);
        assert_eq!(
            failure.retry_after(),
            seconds.map(Duration::from_secs),
            "{value}"
        );
    }
}

/// An unavailable service is polled no faster than the interval, and not after the code expires.
#[tokio::test(start_paused = true)]
async fn device_code_wait_stays_between_interval_and_expiry() {
    let start = r#"{"device_code":"d","user_code":"U","verification_uri":"https://x","expires_in":60,"interval":5}"#;
    for (value, waited, requests) in [
        ("-1", 10, 3),
        ("garbage", 10, 3),
        ("Tue, 14 Mar 2017 17:55:01 GMT", 5, 3),
        ("0", 5, 3),
        ("20", 20, 3),
        ("999999999", 55, 2),
    ] {
        let headers = format!("Retry-After: {value}\r\n");
        let responses = vec![
            response("200 OK", "", start),
            response("503 Service Unavailable", &headers, ""),
            response("200 OK", "", &tokens("a1", 3600, Some("r1")).1),
        ];
        let (url, connections) = raw(responses, Duration::ZERO).await;
        let credential =
            DeviceCodeCredential::builder("contoso", "client", |_: &DeviceCodePrompt| {})
                .authority(url)
                .build()
                .unwrap();
        let begin = Instant::now();
        let result = credential.sign_in(&[SCOPE]).await;
        assert_eq!(begin.elapsed().as_secs(), 5 + waited, "{value}");
        assert_eq!(*connections.lock().unwrap(), requests, "{value}");
        match result {
            Ok(_) => assert_eq!(requests, 3),
            Err(error) => {
                let refused: &SignInRejected = source(&error);
                assert_eq!(refused.error, "expired_token");
            }
        }
    }
}

#[tokio::test]
async fn known_errors_have_help() {
    for (error, code, help) in [
        (
            "invalid_client",
            7_000_215,
            "use the secret's value, not its id",
        ),
        (
            "invalid_client",
            7_000_222,
            "create a new one under Certificates & secrets",
        ),
        ("invalid_client", 7_000_218, "configure the client secret"),
        (
            "invalid_grant",
            700_082,
            "sign in again, and run the job more often",
        ),
        (
            "invalid_grant",
            50_173,
            "the password changed or sessions were revoked",
        ),
        ("invalid_grant", 70_043, "sign in again"),
        (
            "invalid_grant",
            70_000,
            "sign in again with the same client id",
        ),
        (
            "invalid_request",
            90_002,
            "check the tenant's id or domain, and the cloud",
        ),
        (
            "unauthorized_client",
            700_016,
            "check the client id and the tenant",
        ),
        ("invalid_grant", 500_133, "check this machine's clock"),
        ("invalid_grant", 50_076, "sign in again, interactively"),
        ("invalid_grant", 53_003, "ask the tenant's administrator"),
        ("invalid_grant", 530_003, "ask the tenant's administrator"),
        ("invalid_grant", 65_001, "an administrator grants consent"),
    ] {
        let body = format!(
            r#"{{"error":"{error}","error_description":"AADSTS{code}: No. Trace ID: planted"}}"#
        );
        let endpoint = Endpoint::start(vec![(400, body)]).await;
        let credential = credential(endpoint.url.clone());
        let failed = credential.get_token(&[SCOPE], None).await.unwrap_err();
        let refused: &SignInRejected = source(&failed);
        assert_eq!(refused.aadsts, Some(code));
        assert!(refused.help.unwrap().contains(help), "{refused:?}");
        let printed = format!("{failed} {failed:?}");
        for secret in [SECRET, REFRESH, "planted"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
