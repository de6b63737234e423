use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use tokio::time::Instant;

use super::SCOPE;
use super::endpoint::{Endpoint, form_field, tokens};
use crate::{
    DeviceCodeCredential, DeviceCodePrompt, MemoryStore, RefreshTokenError, RefreshTokenStore,
    SignInRejected,
};

fn refusal(error: &str) -> (u16, String) {
    (400, format!(r#"{{"error":"{error}"}}"#))
}

fn start(interval: &str) -> (u16, String) {
    let body = format!(
        r#"{{"device_code":"planted-device-code","user_code":"ABC-123","verification_uri":"https://x/device","expires_in":60{interval},"message":"Go there."}}"#
    );
    (200, body)
}

struct Login {
    credential: DeviceCodeCredential,
    store: MemoryStore,
    shown: Arc<Mutex<Vec<DeviceCodePrompt>>>,
}

fn login(endpoint: &Endpoint) -> Login {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let log = shown.clone();
    let store = MemoryStore::new();
    let credential =
        DeviceCodeCredential::builder("contoso", "client", move |prompt: &DeviceCodePrompt| {
            log.lock().unwrap().push(prompt.clone());
        })
        .authority(endpoint.url.clone())
        .store(Arc::new(store.clone()))
        .build()
        .unwrap();
    Login {
        credential,
        store,
        shown,
    }
}

/// The paused clock advances only while all tasks wait, so the waits can be measured exactly.
#[tokio::test(start_paused = true)]
async fn device_code_polling_follows_the_interval() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let log = times.clone();
    let mut responses = vec![
        start(r#","interval":3"#),
        refusal("authorization_pending"),
        refusal("slow_down"),
        refusal("authorization_pending"),
        (503, String::new()),
        tokens("a1", 3600, Some("r1")),
    ]
    .into_iter();
    let endpoint = Endpoint::serve(responses.len(), move |_| {
        log.lock().unwrap().push(Instant::now());
        let response = responses.next().unwrap();
        async move { response }
    })
    .await;
    let login = login(&endpoint);
    let token = login.credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(token.token.secret(), "a1");
    let times = times.lock().unwrap().clone();
    let waits: Vec<u64> = times
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs())
        .collect();
    assert_eq!(waits, [3, 3, 8, 8, 16]);

    let shown = login.shown.lock().unwrap().clone();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].message, "Go there.");
    assert_eq!(shown[0].user_code, "ABC-123");
    assert_eq!(shown[0].verification_uri, "https://x/device");
    assert_eq!(shown[0].expires_in, Duration::from_secs(60));
    let stored = login.store.load().await.unwrap().unwrap();
    assert_eq!(stored.refresh_token.secret(), "r1");

    let requests = endpoint.requests();
    assert!(requests[0].starts_with("POST /contoso/oauth2/v2.0/devicecode "));
    assert_eq!(
        form_field(&requests[0], "scope").unwrap(),
        format!("{SCOPE} offline_access")
    );
    assert_eq!(
        form_field(&requests[1], "device_code").unwrap(),
        "planted-device-code"
    );
}

#[tokio::test(start_paused = true)]
async fn device_code_polling_ends_on_a_final_error() {
    for (error, help) in [
        ("access_denied", "the user declined"),
        ("authorization_declined", "the user declined"),
        ("expired_token", "the sign-in was not completed in time"),
        ("bad_verification_code", ""),
    ] {
        let endpoint = Endpoint::start(vec![start(""), refusal(error)]).await;
        let login = login(&endpoint);
        let failed = login.credential.sign_in(&[SCOPE]).await.unwrap_err();
        let refused: &SignInRejected = std::error::Error::source(&failed)
            .unwrap()
            .downcast_ref()
            .unwrap();
        assert_eq!(refused.error, error);
        assert!(refused.help.unwrap_or_default().starts_with(help));
        assert!(!format!("{failed} {failed:?}").contains("planted"));
        assert_eq!(login.store.load().await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn device_code_expires() {
    let mut first = true;
    let endpoint = Endpoint::serve(100, move |_| {
        let response = if std::mem::take(&mut first) {
            start(r#","interval":7"#)
        } else {
            refusal("authorization_pending")
        };
        async move { response }
    })
    .await;
    let login = login(&endpoint);
    let begin = Instant::now();
    let error = login.credential.sign_in(&[SCOPE]).await.unwrap_err();
    assert!(error.to_string().contains("expired_token"), "{error}");
    assert_eq!(begin.elapsed().as_secs(), 60);
    assert_eq!(endpoint.requests().len(), 1 + 60 / 7);
}

#[tokio::test(start_paused = true)]
async fn sign_in_without_a_refresh_token_fails() {
    let endpoint = Endpoint::start(vec![start(""), tokens("a1", 3600, None)]).await;
    let login = login(&endpoint);
    let error = login
        .credential
        .get_token(&[SCOPE], None)
        .await
        .unwrap_err();
    let source: &RefreshTokenError = std::error::Error::source(&error)
        .unwrap()
        .downcast_ref()
        .unwrap();
    assert!(matches!(source, RefreshTokenError::NotReturned));
    assert_eq!(login.store.load().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn prompts_only_if_the_stored_token_is_rejected() {
    let endpoint = Endpoint::start(vec![
        start(""),
        tokens("a1", 1, Some("r1")),
        tokens("a2", 1, Some("r2")),
        refusal("invalid_grant"),
        start(""),
        tokens("a3", 3600, Some("r3")),
    ])
    .await;
    let login = login(&endpoint);
    for (expected, prompts) in [("a1", 1), ("a2", 1), ("a3", 2)] {
        let token = login.credential.get_token(&[SCOPE], None).await.unwrap();
        assert_eq!(token.token.secret(), expected);
        assert_eq!(login.shown.lock().unwrap().len(), prompts);
    }
    let stored = login.store.load().await.unwrap().unwrap();
    assert_eq!(stored.refresh_token.secret(), "r3");
}

/// The tokens of the user who signed in last are used from then on.
#[tokio::test(start_paused = true)]
async fn new_sign_in_discards_cached_tokens() {
    let endpoint = Endpoint::start(vec![
        start(""),
        tokens("a1", 3600, Some("r1")),
        start(""),
        tokens("b1", 3600, Some("s1")),
        tokens("b2", 3600, Some("s2")),
    ])
    .await;
    let login = login(&endpoint);
    let token = login.credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(token.token.secret(), "a1");
    let saved = login.credential.sign_in(&[SCOPE]).await.unwrap();
    assert_eq!(saved.refresh_token.secret(), "s1");
    let token = login.credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(token.token.secret(), "b2");
    assert_eq!(
        form_field(&endpoint.requests()[4], "refresh_token").as_deref(),
        Some("s1")
    );
}
