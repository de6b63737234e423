//! Sign-in with a certificate instead of the secret.

use std::error::Error;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use partner_center_emulator::{DataSet, Emulator, StartError};
use reqwest::Response;
use ring::digest::{SHA256, digest};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};

use crate::{
    assertion::{Assertion, CERTIFICATE, KEY},
    support::{
        DOCUMENTED_TIME, TestClock, call_status, client, post_form, sign_in, sign_in_error,
        token_endpoint,
    },
};

const ASSERTION_TYPE: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);
const SCOPE: (&str, &str) = ("scope", "https://api.partnercenter.microsoft.com/.default");

async fn emulator(clock: &TestClock) -> Emulator {
    Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .automatic_consent(true)
        .client_certificate(CERTIFICATE)
        .start()
        .await
        .unwrap()
}

/// Sends an app-only token request with this assertion.
async fn post(emulator: &Emulator, assertion: &str) -> Response {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", emulator.client_id()),
        ASSERTION_TYPE,
        ("client_assertion", assertion),
        SCOPE,
    ];
    post_form(token_endpoint(emulator), &fields).await
}

async fn rejected(emulator: &Emulator, assertion: &str) -> (u16, String, u64) {
    let response = post(emulator, assertion).await;
    let status = response.status().as_u16();
    let (error, code) = sign_in_error(response).await;
    (status, error, code)
}

fn unauthorized(code: u64) -> (u16, String, u64) {
    (401, "invalid_client".to_owned(), code)
}

fn malformed() -> (u16, String, u64) {
    (400, "invalid_request".to_owned(), 50027)
}

#[tokio::test]
async fn an_assertion_replaces_the_secret_of_app_only_requests() {
    let emulator = emulator(&TestClock::new()).await;
    let shared = token_endpoint(&emulator)
        .as_str()
        .replace(emulator.tenant_id(), "organizations");
    for assertion in [
        Assertion::new(&emulator),
        Assertion::old(&emulator),
        Assertion::new(&emulator).claim("aud", shared),
        Assertion::new(&emulator).without("nbf").without("typ"),
    ] {
        let assertion = assertion.sign();
        // It may be used again, as in the service.
        for _ in 0..2 {
            let granted = post(&emulator, &assertion).await;
            assert_eq!(granted.status(), 200);
            let granted: Value = granted.json().await.unwrap();
            assert_eq!(call_status(&emulator, &granted["access_token"]).await, 403);
        }
    }
}

#[tokio::test]
async fn an_assertion_replaces_the_secret_of_every_other_grant() {
    let emulator = emulator(&TestClock::new()).await;
    let assertion = Assertion::new(&emulator).sign();
    let credential = [
        ("client_id", emulator.client_id()),
        ASSERTION_TYPE,
        ("client_assertion", assertion.as_str()),
    ];
    let redeem = async |fields: &[(&str, &str)]| {
        let fields = [&credential, fields].concat();
        let granted = post_form(token_endpoint(&emulator), &fields).await;
        assert_eq!(granted.status(), 200, "{:?}", granted.text().await);
        let granted: Value = granted.json().await.unwrap();
        assert_eq!(call_status(&emulator, &granted["access_token"]).await, 200);
        granted["refresh_token"].as_str().unwrap().to_owned()
    };
    let refresh = ("grant_type", "refresh_token");
    let next = redeem(&[refresh, ("refresh_token", emulator.refresh_token())]).await;
    redeem(&[refresh, ("refresh_token", &next)]).await;

    // Verifier and challenge of RFC 7636, appendix B.
    let mut url = emulator.authority().join("common/oauth2/v2.0/authorize");
    let scope = "offline_access https://api.partnercenter.microsoft.com/.default";
    let url = url.as_mut().unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", emulator.client_id()),
        ("response_type", "code"),
        ("redirect_uri", "http://localhost:8400/"),
        ("scope", scope),
        ("code_challenge_method", "S256"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
    ]);
    let back = client().get(url.clone()).send().await.unwrap();
    let back = back.headers()["location"].to_str().unwrap();
    let back: reqwest::Url = back.parse().unwrap();
    let (_, code) = back.query_pairs().find(|(name, _)| name == "code").unwrap();
    let of_code = redeem(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
    ])
    .await;
    // A sign-in with an assertion cannot be refreshed without a credential.
    let without = [
        refresh,
        ("client_id", emulator.client_id()),
        ("refresh_token", &of_code),
    ];
    let without = post_form(token_endpoint(&emulator), &without).await;
    assert_eq!(sign_in_error(without).await.1, 7_000_218);
    // The secret is still valid.
    let by_secret = sign_in(&emulator, &[refresh, ("refresh_token", &of_code)]).await;
    assert_eq!(by_secret.status(), 200);
}

#[tokio::test]
async fn assertions_need_the_key_of_a_registered_certificate() {
    let clock = TestClock::new();
    let emulator = emulator(&clock).await;
    let new = || Assertion::new(&emulator);
    for assertion in [
        new().header("x5t#S256", "dGhlIHRodW1icHJpbnQgb2Ygc29tZWJvZHkgZWxzZSE"),
        new().header("x5t", "bm90IHRoYXQgb25l"),
        // Signed with the right key, but not with the algorithm in the header.
        new().header("alg", "RS256"),
        Assertion::old(&emulator).header("alg", "PS256"),
    ] {
        let refused = rejected(&emulator, &assertion.sign()).await;
        assert_eq!(refused, unauthorized(700_027), "{}", assertion.header);
    }
    // Signature of another text.
    let (signed, other) = (new().sign(), new().claim("jti", "other").sign());
    let (signed, _) = signed.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    let mixed = format!("{signed}.{signature}");
    assert_eq!(rejected(&emulator, &mixed).await, unauthorized(700_027));
    let unsigned = format!("{signed}.");
    assert_eq!(rejected(&emulator, &unsigned).await, unauthorized(700_027));

    let without_any = crate::support::emulator().await;
    let signed = Assertion::new(&without_any).sign();
    assert_eq!(rejected(&without_any, &signed).await, unauthorized(700_027));

    assert_eq!(post(&emulator, &new().sign()).await.status(), 200);
    emulator.expire_client_certificates();
    let expired = rejected(&emulator, &new().sign()).await;
    assert_eq!(expired, unauthorized(700_027));
}

#[tokio::test]
async fn claims_must_match_application_endpoint_and_time() {
    let clock = TestClock::new();
    let emulator = emulator(&clock).await;
    let elsewhere = crate::support::emulator().await;
    let new = || Assertion::new(&emulator);
    for (assertion, code) in [
        (new().claim("iss", "contoso"), 700_021),
        (new().claim("sub", "contoso"), 700_021),
        (
            new().claim("aud", "https://login.microsoftonline.com/"),
            700_023,
        ),
        (
            new().claim("aud", token_endpoint(&elsewhere).as_str()),
            700_023,
        ),
        (new().claim("exp", DOCUMENTED_TIME - 300), 700_024),
        (new().claim("nbf", DOCUMENTED_TIME + 301), 700_024),
    ] {
        let refused = rejected(&emulator, &assertion.sign()).await;
        assert_eq!(refused, unauthorized(code), "{}", assertion.claims);
    }
    let assertion = new().sign();
    clock.advance(899);
    assert_eq!(post(&emulator, &assertion).await.status(), 200);
    clock.advance(1);
    let response = post(&emulator, &assertion).await;
    let body: Value = response.json().await.unwrap();
    let description = body["error_description"].as_str().unwrap();
    assert!(
        description.contains("Current time: 2017-03-14T18:10:01.0000000Z")
            && description.contains("expiry time of assertion 2017-03-14T18:05:01.0000000Z"),
        "{description}"
    );
}

#[tokio::test]
async fn other_texts_are_malformed_assertions() {
    let emulator = emulator(&TestClock::new()).await;
    let new = || Assertion::new(&emulator);
    for assertion in [
        new().header("alg", "none"),
        new().header("alg", "HS256"),
        new().without("alg"),
        new().without("x5t#S256"),
        new().header("x5t#S256", 1),
        new().without("aud"),
        new().claim("aud", json!([token_endpoint(&emulator).as_str()])),
        new().without("iss"),
        new().without("sub"),
        new().without("jti"),
        new().claim("jti", ""),
        new().without("exp"),
        new().claim("exp", "soon"),
        new().claim("exp", -1),
    ] {
        let refused = rejected(&emulator, &assertion.sign()).await;
        assert_eq!(
            refused,
            malformed(),
            "{} {}",
            assertion.header,
            assertion.claims
        );
    }
    let long = "a".repeat(60_000);
    for text in [
        "a",
        ".",
        "..",
        "a.b.c",
        "e30.e30.",
        "e30.e30.é",
        "....",
        &long,
    ] {
        assert_eq!(rejected(&emulator, text).await, malformed());
    }
}

#[tokio::test]
async fn one_credential_is_enough() {
    let emulator = emulator(&TestClock::new()).await;
    let assertion = Assertion::new(&emulator).sign();
    let assertion = ("client_assertion", assertion.as_str());
    let id = ("client_id", emulator.client_id());
    let secret = ("client_secret", emulator.client_secret());
    let other_type = (
        "client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    );
    for (credential, error, code) in [
        (
            vec![secret, ASSERTION_TYPE, assertion],
            "invalid_request",
            90023,
        ),
        (vec![secret, assertion], "invalid_request", 90023),
        (vec![secret, ASSERTION_TYPE], "invalid_request", 90023),
        (vec![other_type, assertion], "invalid_request", 90023),
        (vec![assertion], "invalid_request", 900_144),
        (vec![ASSERTION_TYPE], "invalid_request", 900_144),
        (vec![], "invalid_client", 7_000_218),
    ] {
        let grant = [("grant_type", "client_credentials"), id, SCOPE];
        let fields = [&grant[..], &credential].concat();
        let refused = post_form(token_endpoint(&emulator), &fields).await;
        let expected = (error.to_owned(), code);
        assert_eq!(sign_in_error(refused).await, expected, "{credential:?}");
    }

    let public = Emulator::builder()
        .data(DataSet::documented())
        .client_certificate(CERTIFICATE)
        .public_client(true)
        .start()
        .await
        .unwrap();
    let signed = Assertion::new(&public).sign();
    assert_eq!(rejected(&public, &signed).await, unauthorized(700_025));
}

#[tokio::test]
async fn an_application_may_have_two_certificates() {
    let other = include_str!("../data/other-fake-client-certificate.pem");
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(TestClock::new().reader())
        .client_certificate(other)
        .client_certificate(CERTIFICATE)
        .start()
        .await
        .unwrap();
    let assertion = Assertion::new(&emulator);
    assert_eq!(post(&emulator, &assertion.sign()).await.status(), 200);
    // Thumbprint of one certificate, signature with the key of the other.
    let der = CertificateDer::from_pem_slice(other.as_bytes()).unwrap();
    let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &der));
    let mixed = assertion.header("x5t#S256", thumbprint).sign();
    assert_eq!(rejected(&emulator, &mixed).await, unauthorized(700_027));
}

#[tokio::test]
async fn an_invalid_certificate_is_a_start_error() {
    for pem in ["contoso", KEY] {
        let start = Emulator::builder()
            .data(DataSet::documented())
            .client_certificate(pem)
            .start()
            .await;
        let error = start.unwrap_err();
        assert!(matches!(error, StartError::ClientCertificate { .. }));
        assert!(error.source().is_some());
    }
    let shown = format!(
        "{:?}",
        Emulator::builder()
            .data(DataSet::documented())
            .client_certificate(KEY)
    );
    assert!(!shown.contains("PRIVATE"), "{shown}");
}
