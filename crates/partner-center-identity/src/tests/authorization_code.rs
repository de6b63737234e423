use std::collections::HashMap;
use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use url::Url;

use super::SCOPE;
use super::endpoint::{Endpoint, form_field};
use crate::{
    AuthorizationCodeCredential, AuthorizationCodeCredentialBuilder, BrowserSignInError,
    MemoryStore, RefreshTokenError, RefreshTokenStore, SignInRejected,
};

/// Returns a credential whose "browser" sends the address of the page to the test.
fn credential(
    endpoint: &Endpoint,
    client_id: &str,
) -> (
    AuthorizationCodeCredentialBuilder,
    mpsc::UnboundedReceiver<Url>,
) {
    let (sender, pages) = mpsc::unbounded_channel();
    let builder = AuthorizationCodeCredential::builder("contoso", client_id, move |url: &Url| {
        sender.send(url.clone()).map_err(Error::other)
    })
    .authority(endpoint.url.clone());
    (builder, pages)
}

fn parameters(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

/// Sends a request to the loopback address as a browser does, and returns the response.
async fn visit(page: &Url, request: &str) -> String {
    let redirect: Url = parameters(page)["redirect_uri"].parse().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", redirect.port().unwrap()))
        .await
        .unwrap();
    let request = format!("{request} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

/// Follows the redirect of a successful sign-in.
async fn follow_redirect(page: &Url) -> String {
    let state = &parameters(page)["state"];
    visit(page, &format!("GET /?code=planted-code&state={state}")).await
}

/// Starts a token endpoint whose identity tokens have this nonce, or the nonce of the page.
async fn endpoint(
    nonce: Option<&'static str>,
    refresh: &'static str,
) -> (Endpoint, Arc<Mutex<String>>) {
    let known = Arc::new(Mutex::new(String::new()));
    let shared = known.clone();
    let endpoint = Endpoint::serve(10, move |_| {
        let nonce = nonce.map_or_else(|| shared.lock().unwrap().clone(), str::to_owned);
        let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"nonce":"{nonce}"}}"#));
        let body = format!(
            r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"a1","id_token":"e30.{payload}.s"{refresh}}}"#
        );
        async move { (200, body) }
    })
    .await;
    (endpoint, known)
}

fn source<E: std::error::Error + 'static>(error: &azure_core::Error) -> &E {
    std::error::Error::source(error)
        .unwrap()
        .downcast_ref()
        .unwrap()
}

#[tokio::test]
async fn accepts_only_the_code_of_the_redirect() {
    let (endpoint, nonce) = endpoint(None, r#","refresh_token":"r1""#).await;
    let store = MemoryStore::new();
    let (builder, mut pages) = credential(&endpoint, "browser-1");
    let credential = builder.store(Arc::new(store.clone())).build().unwrap();
    let login = tokio::spawn(async move { credential.get_token(&[SCOPE], None).await });
    let page = pages.recv().await.unwrap();
    let query = parameters(&page);
    assert!(page.path().ends_with("/contoso/oauth2/v2.0/authorize"));
    for (name, value) in [
        ("client_id", "browser-1"),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("code_challenge_method", "S256"),
        ("scope", &format!("{SCOPE} offline_access openid")),
    ] {
        assert_eq!(query[name], value);
    }
    *nonce.lock().unwrap() = query["nonce"].clone();

    // Other requests of browsers: a connection without a request, and an icon.
    let redirect: Url = query["redirect_uri"].parse().unwrap();
    assert_eq!(redirect.host_str(), Some("localhost"));
    let _silent = TcpStream::connect(("127.0.0.1", redirect.port().unwrap()))
        .await
        .unwrap();
    for (request, status) in [
        ("GET /favicon.ico", "404"),
        ("POST /?code=x&state=x", "405"),
        ("GET /", "400"),
    ] {
        let response = visit(&page, request).await;
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
    }
    let response = follow_redirect(&page).await;
    assert!(
        response.contains("The program has received the sign-in."),
        "{response}"
    );
    assert!(!response.contains("planted-code"));

    assert_eq!(login.await.unwrap().unwrap().token.secret(), "a1");
    let stored = store.load().await.unwrap().unwrap();
    assert_eq!(stored.refresh_token.secret(), "r1");
    let exchange = endpoint.requests().remove(0);
    let field = |name| form_field(&exchange, name).unwrap();
    assert_eq!(field("grant_type"), "authorization_code");
    assert_eq!(field("code"), "planted-code");
    assert_eq!(field("redirect_uri"), query["redirect_uri"]);
    assert!(field("code_verifier").len() >= 43);
    assert_ne!(field("code_verifier"), query["code_challenge"]);
}

/// Any web page can send such requests to every port.
#[tokio::test(start_paused = true)]
async fn responses_with_a_wrong_state_do_not_end_a_sign_in() {
    let strays = [
        "GET /?code=planted-code&state=wrong",
        "GET /?error=access_denied",
        "GET /?error=x&state=",
    ];
    let (endpoint, known) = endpoint(None, r#","refresh_token":"r1""#).await;
    let (builder, mut pages) = credential(&endpoint, "browser-2");
    let credential_of_both = builder.timeout(Duration::from_secs(90)).build().unwrap();
    let login = tokio::spawn(async move {
        let first = credential_of_both.sign_in(&[SCOPE]).await;
        (first, credential_of_both.sign_in(&[SCOPE]).await)
    });
    let page = pages.recv().await.unwrap();
    *known.lock().unwrap() = parameters(&page)["nonce"].clone();
    for stray in strays {
        let response = visit(&page, stray).await;
        assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
        assert!(response.contains("was not used"), "{response}");
    }
    follow_redirect(&page).await;
    // Without the right response, the timeout reports the wrong state.
    let page = pages.recv().await.unwrap();
    visit(&page, strays[0]).await;
    let (first, second) = login.await.unwrap();
    assert_eq!(first.unwrap().refresh_token.secret(), "r1");
    let error = second.unwrap_err();
    assert!(matches!(source(&error), BrowserSignInError::WrongState));
    assert_eq!(endpoint.requests().len(), 1);
    assert!(!format!("{error:?}").contains("planted"));
}

#[tokio::test]
async fn wrong_nonce_or_missing_refresh_token_saves_nothing() {
    for (client_id, nonce, text) in [
        ("browser-3", Some("wrong"), "the token of another sign-in"),
        ("browser-4", None, "returned no refresh token"),
    ] {
        let (endpoint, known) = endpoint(nonce, "").await;
        let store = MemoryStore::new();
        let (builder, mut pages) = credential(&endpoint, client_id);
        let credential = builder.store(Arc::new(store.clone())).build().unwrap();
        let login = tokio::spawn(async move { credential.sign_in(&[SCOPE]).await });
        let page = pages.recv().await.unwrap();
        *known.lock().unwrap() = parameters(&page)["nonce"].clone();
        follow_redirect(&page).await;
        let error = login.await.unwrap().unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(store.load().await.unwrap(), None);
    }
}

#[tokio::test]
async fn returns_the_error_of_the_redirect() {
    let (endpoint, _) = endpoint(None, "").await;
    let (builder, mut pages) = credential(&endpoint, "browser-5");
    let credential = builder.build().unwrap();
    let login = tokio::spawn(async move { credential.sign_in(&[SCOPE]).await });
    let page = pages.recv().await.unwrap();
    let state = &parameters(&page)["state"];
    let request =
        format!("GET /?error=access_denied&error_description=AADSTS65001:%20no&state={state}");
    assert!(
        visit(&page, &request)
            .await
            .contains("The sign-in was rejected.")
    );
    let error = login.await.unwrap().unwrap_err();
    let refused: &SignInRejected = source(&error);
    assert_eq!(refused.aadsts, Some(65001));
    assert!(refused.help.unwrap().contains("consent"));
}

#[tokio::test(start_paused = true)]
async fn sign_in_times_out_and_excludes_a_second_one() {
    let (endpoint, _) = endpoint(None, "").await;
    let build = || {
        let (builder, pages) = credential(&endpoint, "browser-6");
        let builder = builder.timeout(Duration::from_secs(90));
        (builder.build().unwrap(), pages)
    };
    let (first, mut pages) = build();
    let login = tokio::spawn(async move { first.sign_in(&[SCOPE]).await });
    let page = pages.recv().await.unwrap();
    let error = build().0.sign_in(&[SCOPE]).await.unwrap_err();
    assert!(matches!(
        source(&error),
        BrowserSignInError::AlreadyInProgress
    ));
    let error = login.await.unwrap().unwrap_err();
    assert!(
        matches!(source(&error), BrowserSignInError::TimedOut { after } if after.as_secs() == 90),
        "{error}"
    );
    // The port is closed, and another sign-in can start.
    let port = parameters(&page)["redirect_uri"]
        .parse::<Url>()
        .unwrap()
        .port();
    assert!(
        TcpStream::connect(("127.0.0.1", port.unwrap()))
            .await
            .is_err()
    );
    let error = build().0.sign_in(&[SCOPE]).await.unwrap_err();
    assert!(matches!(
        source(&error),
        BrowserSignInError::TimedOut { .. }
    ));
}

#[tokio::test]
async fn reports_a_busy_port_and_a_missing_browser() {
    let (endpoint, _) = endpoint(None, "").await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (builder, _pages) = credential(&endpoint, "browser-7");
    let credential = builder
        .port(taken.local_addr().unwrap().port())
        .build()
        .unwrap();
    let error = credential.sign_in(&[SCOPE]).await.unwrap_err();
    assert!(
        error.to_string().contains("choose another port, or 0"),
        "{error}"
    );

    let credential = AuthorizationCodeCredential::builder("contoso", "browser-8", |_: &Url| {
        Err(ErrorKind::NotFound.into())
    })
    .authority(endpoint.url.clone())
    .build()
    .unwrap();
    let error = credential.sign_in(&[SCOPE]).await.unwrap_err();
    assert!(
        error.to_string().contains("sign in by device code instead"),
        "{error}"
    );
}

#[derive(Debug)]
struct Unusable;

#[async_trait::async_trait]
impl RefreshTokenStore for Unusable {
    async fn lock(&self) -> Result<crate::StoreGuard, crate::StoreError> {
        Err(crate::StoreError::other("broken"))
    }

    async fn load(&self) -> Result<Option<crate::StoredRefreshToken>, crate::StoreError> {
        Ok(None)
    }

    async fn save(&self, _token: &crate::StoredRefreshToken) -> Result<(), crate::StoreError> {
        Ok(())
    }

    async fn clear(&self) -> Result<(), crate::StoreError> {
        Ok(())
    }
}

#[tokio::test]
async fn opens_no_browser_if_the_store_is_unusable() {
    let (endpoint, _) = endpoint(None, "").await;
    let (builder, mut pages) = credential(&endpoint, "browser-9");
    let credential = builder.store(Arc::new(Unusable)).build().unwrap();
    let error = credential.sign_in(&[SCOPE]).await.unwrap_err();
    assert!(matches!(source(&error), RefreshTokenError::Store(_)));
    assert!(pages.try_recv().is_err(), "no page was opened");
}
