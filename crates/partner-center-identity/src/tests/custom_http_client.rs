use azure_core::credentials::TokenCredential;
use url::Url;

use super::endpoint::{Endpoint, tokens};
use super::{REFRESH, SCOPE};
use crate::{
    AuthorizationCodeCredential, DeviceCodeCredential, DeviceCodePrompt, RefreshTokenCredential,
};

const AGENT: &str = "contoso-sign-in/1";

fn client() -> reqwest::Client {
    // An application that builds its own reqwest client has to install a rustls provider.
    #[cfg(feature = "rustls")]
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(AGENT)
        .build()
        .unwrap()
}

async fn endpoint() -> Endpoint {
    Endpoint::serve(10, |_| async { tokens("a1", 3600, Some("r1")) }).await
}

fn assert_sent_by_custom_client(endpoint: &Endpoint) {
    let requests = endpoint.requests();
    assert!(!requests.is_empty());
    for request in requests {
        let agent = format!("user-agent: {AGENT}\r\n");
        assert!(request.to_lowercase().contains(&agent), "{request}");
    }
}

#[tokio::test]
async fn every_credential_uses_the_custom_http_client() {
    let refresh_token = endpoint().await;
    let credential = refresh_token.builder().http_client(client()).build();
    credential.unwrap().get_token(&[SCOPE], None).await.unwrap();
    assert_sent_by_custom_client(&refresh_token);

    let device = endpoint().await;
    let credential = DeviceCodeCredential::builder("contoso", "client", |_: &DeviceCodePrompt| {})
        .authority(device.url.clone())
        .http_client(client())
        .build();
    // The response is not a device code response. Only the sender of the request matters here.
    credential
        .unwrap()
        .get_token(&[SCOPE], None)
        .await
        .unwrap_err();
    assert_sent_by_custom_client(&device);

    let browser = endpoint().await;
    let credential = AuthorizationCodeCredential::builder("contoso", "own-client", |page: &Url| {
        let query = |name: &str| {
            let found = page.query_pairs().find(|(key, _)| key == name);
            found.unwrap().1.into_owned()
        };
        let redirect: Url = query("redirect_uri").parse().unwrap();
        let state = query("state");
        tokio::spawn(async move {
            let url = format!("http://127.0.0.1:{}/", redirect.port().unwrap());
            let response = [("code", "planted-code"), ("state", state.as_str())];
            let url = Url::parse_with_params(&url, response).unwrap();
            client().get(url).send().await.unwrap();
        });
        Ok(())
    })
    .authority(browser.url.clone())
    .http_client(client())
    .build();
    // The code was exchanged, but the response has no nonce.
    credential
        .unwrap()
        .get_token(&[SCOPE], None)
        .await
        .unwrap_err();
    assert_sent_by_custom_client(&browser);
}

#[tokio::test]
async fn debug_does_not_print_the_proxy_password() {
    client();
    let proxy = reqwest::Proxy::all("http://proxy.contoso.example:8080").unwrap();
    let http = reqwest::Client::builder()
        .proxy(proxy.basic_auth("user", "planted-proxy-password"))
        .build()
        .unwrap();
    let builder =
        RefreshTokenCredential::builder("contoso", "client", REFRESH).http_client(http.clone());
    let printed = format!("{builder:?} {:?}", builder.clone().build().unwrap());
    assert!(!printed.contains("planted"), "{printed}");
    // Begin of `user:planted-proxy-password` in Base64.
    assert!(!printed.contains("dXNlcjpwbGFudGVk"), "{printed}");
}
