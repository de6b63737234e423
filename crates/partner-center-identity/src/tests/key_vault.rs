use std::sync::{Arc, Mutex};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use tokio::time::Instant;

use super::SCOPE;
use super::endpoint::{Endpoint, tokens};
use crate::{
    KeyVaultStore, RefreshTokenCredential, RefreshTokenStore, RejectedToken, StoreError,
    StoredRefreshToken,
};
use partner_center_core::RetryOptions;

fn token(text: &str) -> StoredRefreshToken {
    StoredRefreshToken {
        refresh_token: text.to_owned().into(),
        obtained_at: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
        tenant: "contoso.onmicrosoft.com".to_owned(),
        client_id: "client".to_owned(),
    }
}

/// A credential that returns `planted-1`, and the next number after each rejected token.
#[derive(Debug, Default)]
struct Tokens {
    scopes: Mutex<Vec<String>>,
    refused: Mutex<u32>,
}

#[async_trait::async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.scopes.lock().unwrap().push(scopes.join(" "));
        let mut refused = self.refused.lock().unwrap();
        if options.is_some_and(|o| o.method_options.context.value::<RejectedToken>().is_some()) {
            *refused += 1;
        }
        let text = format!("planted-{}", *refused + 1);
        let end = OffsetDateTime::now_utc() + azure_core::time::Duration::HOUR;
        Ok(AccessToken::new(text, end))
    }
}

/// A vault with one secret.
#[derive(Default)]
struct Vault {
    value: Option<String>,
    deleted: Option<String>,
    /// Number of conflicts that are still to be returned after a recovery.
    recovering: u32,
}

impl Vault {
    fn respond(&mut self, request: &str) -> (u16, String) {
        let conflict = (409, r#"{"error":{"code":"Conflict"}}"#.to_owned());
        let missing = (404, r#"{"error":{"code":"SecretNotFound"}}"#.to_owned());
        let line = request.lines().next().unwrap();
        let success = |value: &Option<String>| {
            let response = serde_json::json!({ "id": "https://x/secrets/token/1", "value": value });
            (200, response.to_string())
        };
        match line {
            "GET /secrets/token?api-version=7.4 HTTP/1.1" => match &self.value {
                Some(_) => success(&self.value),
                None => missing,
            },
            "PUT /secrets/token?api-version=7.4 HTTP/1.1" => {
                if self.deleted.is_some() || self.recovering > 0 {
                    self.recovering = self.recovering.saturating_sub(1);
                    return conflict;
                }
                let body = request.split_once("\r\n\r\n").unwrap().1;
                let body: serde_json::Value = serde_json::from_str(body).unwrap();
                self.value = Some(body["value"].as_str().unwrap().to_owned());
                success(&self.value)
            }
            "DELETE /secrets/token?api-version=7.4 HTTP/1.1" => match self.value.take() {
                Some(value) => {
                    self.deleted = Some(value);
                    (200, "{}".to_owned())
                }
                None => missing,
            },
            "POST /deletedsecrets/token/recover?api-version=7.4 HTTP/1.1" => {
                self.value = self.deleted.take();
                self.recovering = 6;
                (200, "{}".to_owned())
            }
            _ => panic!("{line}"),
        }
    }
}

async fn vault() -> Endpoint {
    let mut vault = Vault::default();
    Endpoint::serve(100, move |request| {
        let response = vault.respond(&request);
        async move { response }
    })
    .await
}

async fn responding(status: u16, body: &str) -> Endpoint {
    let body = body.to_owned();
    Endpoint::serve(100, move |_| {
        let response = (status, body.clone());
        async move { response }
    })
    .await
}

fn store(endpoint: &Endpoint) -> KeyVaultStore {
    KeyVaultStore::new(endpoint.url.clone(), "token", Arc::new(Tokens::default())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn loads_what_was_saved_even_after_logout() {
    let vault = vault().await;
    let credential = Arc::new(Tokens::default());
    let store = KeyVaultStore::new(vault.url.clone(), "token", credential.clone()).unwrap();
    assert_eq!(store.load().await.unwrap(), None);
    // The third token is saved after a deletion.
    for text in ["one", "two", "three"] {
        let guard = store.lock().await.unwrap();
        store.save(&token(text)).await.unwrap();
        drop(guard);
        assert_eq!(store.load().await.unwrap(), Some(token(text)));
        if text == "two" {
            for _ in 0..2 {
                store.clear().await.unwrap();
                assert_eq!(store.load().await.unwrap(), None);
            }
        }
    }
    for request in vault.requests() {
        let lower = request.to_lowercase();
        assert!(
            lower.contains("authorization: bearer planted-1\r\n"),
            "{request}"
        );
    }
    for scope in credential.scopes.lock().unwrap().iter() {
        assert_eq!(scope, "https://vault.azure.net/.default");
    }
    let printed = format!("{store} {store:?}");
    assert!(printed.starts_with("the secret `token` of `127.0.0.1`"));
    assert!(!printed.contains("planted"), "{printed}");
}

#[tokio::test]
async fn saves_the_rotated_token_before_returning_the_access_token() {
    let vault = vault().await;
    let endpoint = Endpoint::start(vec![tokens("a1", 1, Some("r1"))]).await;
    store(&vault).save(&token("r0")).await.unwrap();
    let credential = RefreshTokenCredential::from_store(
        "contoso.onmicrosoft.com",
        "client",
        Arc::new(store(&vault)),
    )
    .authority(endpoint.url.clone())
    .build()
    .unwrap();
    let access = credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(access.token.secret(), "a1");
    let saved = store(&vault).load().await.unwrap().unwrap();
    assert_eq!(saved.refresh_token.secret(), "r1");
}

#[tokio::test]
async fn lock_excludes_clones() {
    let vault = vault().await;
    let first = store(&vault);
    let second = first.clone();
    let guard = first.lock().await.unwrap();
    let waiting = tokio::spawn(async move { second.lock().await.is_ok() });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    drop(guard);
    assert!(waiting.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn error_statuses_have_help() {
    let inner = r#"{"error":{"code":"Forbidden","message":"planted","innererror":{"code":"#;
    for (status, body, requests, text) in [
        (
            401,
            String::new(),
            2,
            "the vault returned 401 Unauthorized for the secret `token` of `127.0.0.1`: the vault \
             rejects the credential",
        ),
        (403, String::new(), 1, "the role Key Vault Secrets Officer"),
        (
            403,
            format!(r#"{inner}"ForbiddenByRbac"}}}}}}"#),
            1,
            "the role Key Vault Secrets Officer",
        ),
        (
            403,
            format!(r#"{inner}"ForbiddenByFirewall"}}}}}}"#),
            1,
            "allow its address under Networking",
        ),
        (
            403,
            format!(r#"{inner}"SecretDisabled"}}}}}}"#),
            1,
            "enable its newest version",
        ),
        (400, "planted".to_owned(), 1, "check the vault's address"),
        (302, String::new(), 1, "check the vault's address"),
        (429, String::new(), 4, "the vault is throttling requests"),
        (
            500,
            "<html>planted".to_owned(),
            4,
            "the vault is unavailable",
        ),
    ] {
        let endpoint = responding(status, &body).await;
        let store = store(&endpoint);
        for error in [
            store.lock().await.unwrap_err(),
            store.load().await.unwrap_err(),
            store.save(&token("planted")).await.unwrap_err(),
            store.clear().await.unwrap_err(),
        ] {
            assert!(
                matches!(error, StoreError::VaultStatus { status: found, .. } if found == status),
                "{error:?}"
            );
            assert!(error.to_string().contains(text), "{error}");
            assert!(!format!("{error} {error:?}").contains("planted"));
        }
        assert_eq!(endpoint.requests().len(), 4 * requests, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn transient_failures_are_retried_within_limits() {
    let whole = r#"{"value":"{\"format\":\"partner-center-refresh-token\",\"version\":1,\"tenant\":\"contoso.onmicrosoft.com\",\"client_id\":\"client\",\"obtained_at\":\"2023-11-14T22:13:20Z\",\"refresh_token\":\"one\"}"}"#;
    let endpoint = Endpoint::start(vec![
        (429, String::new()),
        (503, String::new()),
        (401, String::new()),
        (200, whole.to_owned()),
    ])
    .await;
    let store = store(&endpoint);
    assert_eq!(store.load().await.unwrap(), Some(token("one")));
    let requests = endpoint.requests();
    assert!(requests[2].to_lowercase().contains("bearer planted-1\r\n"));
    assert!(requests[3].to_lowercase().contains("bearer planted-2\r\n"));

    let endpoint = responding(503, "").await;
    let once = self::store(&endpoint).retry(RetryOptions::none());
    once.load().await.unwrap_err();
    assert_eq!(endpoint.requests().len(), 1);

    let silent = Endpoint::serve(100, |_| std::future::pending()).await;
    let begin = Instant::now();
    let error = self::store(&silent).load().await.unwrap_err();
    assert!(
        matches!(error, StoreError::VaultUnreachable { .. }),
        "{error:?}"
    );
    assert!(begin.elapsed().as_secs() < 180, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn foreign_content_is_an_error_with_help() {
    for (body, text) in [
        (r#"{"value":"planted password"}"#, "(it is not JSON)"),
        (
            r#"{"value":"{\"planted\":1}"}"#,
            "(its `format` is not known)",
        ),
        (
            r#"{"value":""}"#,
            "is truncated; delete it and sign in again",
        ),
        (r#"{"value":7}"#, "(the response of the vault has no value)"),
        (r#"{"planted":"#, "(the response of the vault has no value)"),
        ("", "(the response of the vault has no value)"),
    ] {
        let endpoint = responding(200, body).await;
        let error = store(&endpoint).load().await.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(!format!("{error} {error:?}").contains("planted"));
    }
    let endpoint = responding(200, &" ".repeat(2 * 1024 * 1024)).await;
    let error = store(&endpoint).load().await.unwrap_err();
    assert!(error.to_string().contains("far too large"), "{error}");
    let error = store(&endpoint)
        .save(&token(&"x".repeat(25_600)))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { limit: 25_600, .. }),
        "{error}"
    );
}

#[derive(Debug)]
struct NoTokens;

#[async_trait::async_trait]
impl TokenCredential for NoTokens {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Err(azure_core::Error::with_message(
            azure_core::error::ErrorKind::Credential,
            "no user has signed in",
        ))
    }
}

#[tokio::test]
async fn reports_a_failed_credential() {
    let endpoint = responding(200, "").await;
    let store = KeyVaultStore::new(endpoint.url.clone(), "token", Arc::new(NoTokens)).unwrap();
    let error = store.lock().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no access token for the secret `token` of `127.0.0.1`: no user has signed in"
    );
    assert!(endpoint.requests().is_empty());
}

#[test]
fn invalid_settings_are_rejected() {
    for (url, name, text) in [
        ("http://contoso.vault.azure.net", "token", "is refused"),
        (
            "https://contoso.example",
            "token",
            "not that of a key vault",
        ),
        ("https://contoso.vault.azure.net", "", "1 to 127 letters"),
        ("https://contoso.vault.azure.net", "a/b", "1 to 127 letters"),
        ("https://contoso.vault.azure.net", "..", "1 to 127 letters"),
    ] {
        let built = KeyVaultStore::new(url.parse().unwrap(), name, Arc::new(NoTokens));
        let error = built.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
}
