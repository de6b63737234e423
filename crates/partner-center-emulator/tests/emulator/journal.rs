//! Journal of requests and responses.

use partner_center_emulator::{Emulator, Fault};

use crate::support::{DEPLOYMENT, TestClock, call, client, emulator, exact_text, sign_in};

#[tokio::test]
async fn responses_are_recorded_with_their_ids_and_faults() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    let fault = emulator.inject(Fault::status(503).html());
    let failed = call(&emulator, DEPLOYMENT).send().await.unwrap();
    let failed = exact_text(failed).await;
    let response = call(&emulator, DEPLOYMENT).send().await.unwrap();
    let body = exact_text(response).await;

    let requests = emulator.requests();
    let [first, second] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert_eq!(first.number(), 1);
    assert_eq!(first.status(), Some(503));
    assert_eq!(first.faults(), [fault.id()]);
    assert_eq!(first.response_body(), Some(failed.as_bytes()));
    assert_eq!(second.operation(), Some("partner_licenses_deployment"));
    assert_eq!(second.response_body(), Some(body.as_bytes()));
    assert_eq!(second.time(), clock.reader()());
    assert!(second.duration().is_some() && second.faults().is_empty());
    assert!(second.response_header("MS-RequestId").is_some());
}

#[tokio::test]
async fn secrets_and_tokens_are_not_recorded() {
    let emulator = Emulator::builder()
        .automatic_consent(true)
        .start()
        .await
        .unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    let token: serde_json::Value = sign_in(&emulator, &fields).await.json().await.unwrap();
    let query = "common/oauth2/v2.0/authorize?response_type=code&scope=openid&state=s&client_id=";
    let url = format!(
        "{}{query}{}&redirect_uri=http://localhost:1/&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        emulator.authority(),
        emulator.client_id()
    );
    let redirect = client().get(url).send().await.unwrap();
    let location = redirect.headers()["location"].to_str().unwrap();
    let code = location.split_once("code=").unwrap().1;
    let code = code.split('&').next().unwrap();
    let path = format!("{DEPLOYMENT}?client_secret={}", emulator.client_secret());
    call(&emulator, &path).send().await.unwrap();

    let journal = format!("{:?}", emulator.requests());
    assert!(journal.contains("code=<redacted>"), "{journal}");
    for secret in [
        token["access_token"].as_str().unwrap(),
        token["refresh_token"].as_str().unwrap(),
        emulator.client_secret(),
        code,
    ] {
        assert!(!journal.contains(secret), "{secret}");
    }
    let statuses: Vec<_> = emulator.requests().iter().map(|it| it.status()).collect();
    assert_eq!(statuses, [Some(200), Some(302), Some(400)]);
}

#[tokio::test]
async fn a_request_without_a_response_is_recorded() {
    let emulator = emulator().await;
    emulator.inject(Fault::no_response());
    let waiting = call(&emulator, DEPLOYMENT).send();
    tokio::pin!(waiting);
    while emulator.requests().is_empty() {
        tokio::select! {
            _ = &mut waiting => panic!("a response"),
            () = tokio::task::yield_now() => {}
        }
    }
    let request = &emulator.requests()[0];
    assert_eq!((request.status(), request.duration()), (None, None));
    assert_eq!(request.response_headers(), []);
}
