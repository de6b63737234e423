//! Every kind of sign-in up to the first rows, against the emulator over HTTP, and over HTTPS
//! with the emulator's certificate.

use std::io::Error as IoError;
use std::sync::Arc;

use partner_center::credential::{
    AccessToken, AuthorizationCodeCredential, ClientCertificate, DeviceCodeCredential, MemoryStore,
    RefreshTokenCredential, RefreshTokenStore, TokenCredential, TokenRequestOptions,
};
use partner_center::{Client, Cloud, ErrorKind};
use partner_center_core::transport::{Timeouts, http_client};
use partner_center_emulator::{DataSet, Emulator, EmulatorBuilder};
use reqwest::redirect::Policy;
use url::Url;
use xtask::workspace_root;

/// Emulator with an HTTP client that trusts it.
struct World {
    emulator: Emulator,
    http: reqwest::Client,
}

impl World {
    async fn start(https: bool, emulator: EmulatorBuilder) -> Self {
        let emulator = emulator.https(https).start().await.unwrap();
        // Like an application that builds a reqwest client without its own TLS provider.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let time = std::time::Duration::from_secs(100);
        let timeouts = Timeouts {
            connect: time,
            read: time,
            total: time,
        };
        let usual = http_client(&emulator.url(), timeouts).unwrap();
        let http = match emulator.certificate_pem() {
            None => usual,
            Some(pem) => reqwest::Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).unwrap()])
                .build()
                .unwrap(),
        };
        let scheme = if https { "https" } else { "http" };
        assert_eq!(emulator.url().scheme(), scheme);
        Self { emulator, http }
    }

    /// Returns the partner's tenant for sign-in URLs: its id over HTTP, its domain over HTTPS, so
    /// that each kind of sign-in is tested with both.
    fn tenant(&self) -> &str {
        match self.emulator.url().scheme() {
            "https" => self.emulator.tenant_domain(),
            _ => self.emulator.tenant_id(),
        }
    }

    fn client(&self, credential: Arc<dyn TokenCredential>) -> Client {
        Client::builder()
            .base_url(self.emulator.url())
            .http_client(self.http.clone())
            .credential(credential)
            .build()
            .unwrap()
    }

    /// Reads the documented rows as a signed-in user.
    async fn reads(&self, credential: Arc<dyn TokenCredential>) {
        let client = self.client(credential);
        let answer = client.partner_licenses_deployment().send().await.unwrap();
        assert_eq!(answer.items[1].licenses_sold, 4464);
    }

    /// Reads customers app-only; other operations fail.
    async fn reads_app_only(&self, credential: Arc<dyn TokenCredential>) {
        let client = self.client(credential);
        let customers = client.customers().send().await.unwrap();
        assert!(!customers.items.is_empty());
        let error = client.searches().send().await.unwrap_err();
        assert!(error.to_string().contains("app-only"), "{error}");
        assert!(error.help().unwrap().contains("sign in as a user"));
        let requests = self.emulator.requests();
        let sent = |path: &str| requests.iter().any(|r| r.path_and_query().contains(path));
        assert!(sent("/v1/customers") && !sent("/analytics/search"));
    }

    /// Checks that a later process needs only the store.
    async fn stays_signed_in(&self, store: Arc<MemoryStore>, secret: Option<&str>) {
        let mut later = RefreshTokenCredential::from_store(
            self.tenant(),
            self.emulator.client_id(),
            store.clone(),
        )
        .authority(self.emulator.authority())
        .http_client(self.http.clone());
        if let Some(secret) = secret {
            later = later.client_secret(secret.to_owned());
        }
        let before = store.load().await.unwrap().unwrap();
        self.reads(Arc::new(later.build().unwrap())).await;
        let after = store.load().await.unwrap().unwrap();
        assert_ne!(before.refresh_token, after.refresh_token, "it rotates");
    }
}

const PLAIN_AND_SECURE: [bool; 2] = [false, true];

#[tokio::test]
async fn sign_in_by_refresh_token_with_and_without_a_secret() {
    for https in PLAIN_AND_SECURE {
        for public in [false, true] {
            let builder = Emulator::builder()
                .data(DataSet::documented())
                .public_client(public);
            let world = World::start(https, builder).await;
            let emulator = &world.emulator;
            let mut credential = RefreshTokenCredential::builder(
                world.tenant(),
                emulator.client_id(),
                emulator.refresh_token().to_owned(),
            )
            .authority(emulator.authority())
            .http_client(world.http.clone());
            if !public {
                credential = credential.client_secret(emulator.client_secret().to_owned());
            }
            world.reads(Arc::new(credential.build().unwrap())).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sign_in_by_device_code() {
    for https in PLAIN_AND_SECURE {
        let builder = Emulator::builder()
            .data(DataSet::documented())
            .public_client(true);
        let world = Arc::new(World::start(https, builder).await);
        let store = Arc::new(MemoryStore::new());
        let person = world.clone();
        let credential = DeviceCodeCredential::builder(
            world.tenant(),
            world.emulator.client_id(),
            move |prompt| {
                assert!(
                    prompt
                        .verification_uri
                        .starts_with(person.emulator.url().as_str())
                );
                assert!(person.emulator.approve_device(&prompt.user_code));
            },
        )
        .authority(world.emulator.authority())
        .http_client(world.http.clone())
        .store(store.clone())
        .build()
        .unwrap();
        world.reads(Arc::new(credential)).await;
        world.stays_signed_in(store, None).await;
    }
}

#[tokio::test]
async fn sign_in_by_browser() {
    for https in PLAIN_AND_SECURE {
        let builder = Emulator::builder()
            .data(DataSet::documented())
            .automatic_consent(true);
        let world = World::start(https, builder).await;
        let secret = world.emulator.client_secret();
        let store = Arc::new(MemoryStore::new());
        let (pages, mut opened) = tokio::sync::mpsc::unbounded_channel::<Url>();
        let browser = world.http.clone();
        let browser = tokio::spawn(async move {
            let page = opened.recv().await.unwrap();
            let sent_back = browser.get(page).send().await.unwrap();
            let back = sent_back.headers()["location"].to_str().unwrap();
            // Plain HTTP, because the redirect is to this machine.
            assert!(back.starts_with("http://localhost:"), "{back}");
            browser_without_trust().get(back).send().await.unwrap()
        });
        let credential = AuthorizationCodeCredential::builder(
            world.tenant(),
            world.emulator.client_id(),
            move |page| pages.send(page.clone()).map_err(IoError::other),
        )
        .client_secret(secret.to_owned())
        .authority(world.emulator.authority())
        .http_client(world.http.clone())
        .store(store.clone())
        .build()
        .unwrap();
        world.reads(Arc::new(credential)).await;
        assert_eq!(browser.await.unwrap().status(), 200);
        world.stays_signed_in(store, Some(secret)).await;
    }
}

fn browser_without_trust() -> reqwest::Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// An app-only credential of another crate, as `azure_identity` has them.
#[derive(Debug)]
struct AppOnlyCredential {
    http: reqwest::Client,
    token_url: Url,
    client_id: String,
    client_secret: String,
}

#[async_trait::async_trait]
impl TokenCredential for AppOnlyCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let scope = scopes.join(" ");
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", &self.client_secret)
            .append_pair("scope", &scope)
            .finish();
        let request = self.http.post(self.token_url.clone()).body(form);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let body = request.send().await.unwrap().bytes().await.unwrap();
        let response: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let token = response["access_token"].as_str().unwrap().to_owned();
        let hour = std::time::Duration::from_secs(3600);
        Ok(AccessToken::new(
            token,
            time::OffsetDateTime::now_utc() + hour,
        ))
    }
}

#[tokio::test]
async fn sign_in_by_client_secret_with_a_credential_of_another_crate() {
    for https in PLAIN_AND_SECURE {
        let world = World::start(https, Emulator::builder().data(DataSet::documented())).await;
        let authority = world.emulator.authority();
        let path = format!("{}/oauth2/v2.0/token", world.tenant());
        let credential = AppOnlyCredential {
            http: world.http.clone(),
            token_url: authority.join(&path).unwrap(),
            client_id: world.emulator.client_id().to_owned(),
            client_secret: world.emulator.client_secret().to_owned(),
        };
        world.reads_app_only(Arc::new(credential)).await;
    }
}

#[tokio::test]
async fn sign_in_by_client_certificate_with_a_refresh_token() {
    let folder = workspace_root().join("crates/partner-center-emulator/tests/data");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let pem = read("fake-client-certificate.pem");
    let with_key = format!("{pem}{}", read("fake-client-key-for-tests-only.pem"));
    for https in PLAIN_AND_SECURE {
        let builder = Emulator::builder()
            .data(DataSet::documented())
            .client_certificate(pem.clone());
        let world = World::start(https, builder).await;
        let token = world.emulator.refresh_token().to_owned();
        let credential =
            RefreshTokenCredential::builder(world.tenant(), world.emulator.client_id(), token)
                .client_certificate(ClientCertificate::from_pem(with_key.as_bytes()).unwrap())
                .authority(world.emulator.authority())
                .http_client(world.http.clone())
                .build()
                .unwrap();
        world.reads(Arc::new(credential)).await;
    }
}

/// One value sets the URLs of the API and of the sign-in.
#[tokio::test]
async fn sign_in_with_a_custom_cloud() {
    for https in PLAIN_AND_SECURE {
        let world = World::start(https, Emulator::builder().data(DataSet::documented())).await;
        let emulator = &world.emulator;
        let cloud =
            Cloud::custom(emulator.url(), emulator.authority()).with_scope(Cloud::Global.scope());
        let credential = RefreshTokenCredential::builder(
            world.tenant(),
            emulator.client_id(),
            emulator.refresh_token().to_owned(),
        )
        .client_secret(emulator.client_secret().to_owned())
        .cloud(cloud.clone())
        .http_client(world.http.clone())
        .build()
        .unwrap();
        let client = Client::builder()
            .cloud(cloud)
            .http_client(world.http.clone())
            .credential(Arc::new(credential))
            .build()
            .unwrap();
        let answer = client.partner_licenses_deployment().send().await.unwrap();
        assert_eq!(answer.items.len(), 2);
    }
}

/// The response states whether the sign-in had a second factor, if requested.
#[tokio::test]
async fn the_mfa_header_is_returned_on_request() {
    for mfa in [true, false] {
        let builder = Emulator::builder()
            .data(DataSet::documented())
            .require_mfa(false)
            .sign_in_with_mfa(mfa);
        let world = World::start(false, builder).await;
        let emulator = &world.emulator;
        let credential = RefreshTokenCredential::builder(
            emulator.tenant_id(),
            emulator.client_id(),
            emulator.refresh_token().to_owned(),
        )
        .client_secret(emulator.client_secret().to_owned())
        .authority(emulator.authority())
        .build()
        .unwrap();
        let credential: Arc<dyn TokenCredential> = Arc::new(credential);
        for ask in [true, false] {
            let client = Client::builder()
                .base_url(emulator.url())
                .credential(credential.clone())
                .validate_mfa(ask)
                .build()
                .unwrap();
            let answer = client.partner_licenses_deployment().send().await.unwrap();
            assert_eq!(answer.is_mfa_compliant(), ask.then_some(mfa));
        }
    }
}

/// An error that a new token cannot fix causes one token request and one call.
#[tokio::test]
async fn a_required_second_factor_does_not_renew_the_token() {
    let builder = Emulator::builder()
        .data(DataSet::documented())
        .sign_in_with_mfa(false);
    let world = World::start(false, builder).await;
    let emulator = &world.emulator;
    let credential = RefreshTokenCredential::builder(
        world.tenant(),
        emulator.client_id(),
        emulator.refresh_token().to_owned(),
    )
    .client_secret(emulator.client_secret().to_owned())
    .authority(emulator.authority())
    .build()
    .unwrap();
    let client = world.client(Arc::new(credential));
    let error = client.searches().send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(
        (error.code(), error.kind()),
        (Some("900421"), ErrorKind::Authentication)
    );
    assert!(error.help().unwrap().contains("multi-factor"));
    let requests = emulator.requests();
    let count = |path: &str| {
        let of = requests
            .iter()
            .filter(|r| r.path_and_query().contains(path));
        of.count()
    };
    assert_eq!((count("/token"), count("/analytics/search")), (1, 1));
}
