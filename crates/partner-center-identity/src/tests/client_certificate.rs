use azure_core::credentials::TokenCredential;
use azure_core::time::OffsetDateTime;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use super::cache::ManualClock;
use super::endpoint::{Endpoint, form_field, tokens};
use super::{REFRESH, SCOPE};
use crate::{
    AuthorizationCodeCredential, ClientCertificate, ClientCertificateError, DeviceCodeCredential,
    DeviceCodePrompt, RefreshTokenCredential,
};

const CERTIFICATE: &str = include_str!("fixtures/certificate.pem");
const CERTIFICATE_OF_ANOTHER: &str = include_str!("fixtures/certificate-of-another.pem");
const KEY: &str = include_str!("fixtures/key.pem");
const KEY_PKCS1: &str = include_str!("fixtures/key-pkcs1.pem");
const PUBLIC_KEY: &str = include_str!("fixtures/public-key.pem");

/// Thumbprint of the certificate, as printed by openssl.
const THUMBPRINT: &str = "8C3AF89B637D29EA1A1B2B09ED0D0F82F5827FC75463465A546E151B8AC017DD";
const BEGIN: i64 = 1_577_836_800;
const END: i64 = 4_731_436_800;

/// Initial time of `ManualClock`.
const NOW: i64 = 1_800_000_000;

fn read(parts: &[&str]) -> Result<ClientCertificate, ClientCertificateError> {
    ClientCertificate::from_pem(parts.concat().as_bytes())
}

fn certificate() -> ClientCertificate {
    read(&[CERTIFICATE, KEY]).unwrap()
}

fn base64url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Verifies the signature of the assertion in a request, and returns its header and claims.
fn assertion(request: &str) -> (Value, Value) {
    assert_eq!(
        form_field(request, "client_assertion_type").as_deref(),
        Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    );
    assert_eq!(form_field(request, "client_secret"), None);
    let assertion = form_field(request, "client_assertion").unwrap();
    let (message, signature) = assertion.rsplit_once('.').unwrap();
    let public: String = PUBLIC_KEY
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, STANDARD.decode(public).unwrap())
        .verify(message.as_bytes(), &base64url(signature))
        .unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let json = |part| serde_json::from_slice(&base64url(part)).unwrap();
    (json(header), json(claims))
}

#[tokio::test]
async fn each_request_has_a_signed_assertion() {
    let endpoint = Endpoint::start(vec![tokens("a1", 60, None), tokens("a2", 60, None)]).await;
    let credential = RefreshTokenCredential::builder("contoso", "client", REFRESH)
        .client_certificate(certificate())
        .authority(endpoint.url.clone())
        .clock(ManualClock::default().clock())
        .build()
        .unwrap();
    for access in ["a1", "a2"] {
        let token = credential.get_token(&[SCOPE], None).await.unwrap();
        assert_eq!(token.token.secret(), access);
    }
    let requests = endpoint.requests();
    for (name, value) in [
        ("grant_type", "refresh_token"),
        ("client_id", "client"),
        ("refresh_token", REFRESH),
    ] {
        assert_eq!(form_field(&requests[0], name).as_deref(), Some(value));
    }
    let mut ids = Vec::new();
    for request in &requests {
        let (header, mut claims) = assertion(request);
        let thumbprint: Vec<u8> = (0..THUMBPRINT.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&THUMBPRINT[at..at + 2], 16).unwrap())
            .collect();
        assert_eq!(
            header,
            json!({
                "alg": "PS256",
                "typ": "JWT",
                "x5t#S256": URL_SAFE_NO_PAD.encode(thumbprint),
            })
        );
        let id = claims["jti"].take().as_str().unwrap().to_owned();
        assert_eq!(id.parse::<uuid::Uuid>().unwrap().get_version_num(), 4);
        ids.push(id);
        assert_eq!(
            claims,
            json!({
                "aud": format!("{}contoso/oauth2/v2.0/token", endpoint.url),
                "iss": "client",
                "sub": "client",
                "jti": null,
                "iat": NOW,
                "nbf": NOW,
                "exp": NOW + 600,
            })
        );
    }
    assert_ne!(ids[0], ids[1], "each request has its own assertion");
    let secret_line = KEY.lines().nth(5).unwrap();
    let printed = format!("{credential:?}");
    assert!(printed.contains(THUMBPRINT), "{printed}");
    assert!(!printed.contains(secret_line));
}

#[test]
fn secret_and_certificate_together_are_rejected() {
    let both = "both a client secret and a client certificate are given: choose one";
    let refresh_token = RefreshTokenCredential::builder("contoso", "client", REFRESH)
        .client_secret("fake")
        .client_certificate(certificate())
        .build();
    assert_eq!(refresh_token.unwrap_err().to_string(), both);
    let device = DeviceCodeCredential::builder("contoso", "client", |_: &DeviceCodePrompt| {})
        .client_certificate(certificate())
        .client_secret("fake")
        .build();
    assert_eq!(device.unwrap_err().to_string(), both);
    let browser = AuthorizationCodeCredential::builder("contoso", "client", |_: &url::Url| Ok(()))
        .client_certificate(certificate())
        .client_secret("fake")
        .build();
    assert_eq!(browser.unwrap_err().to_string(), both);
}

#[tokio::test]
async fn certificate_outside_its_validity_is_not_sent() {
    for (seconds, text) in [
        (
            END - NOW + 1,
            "the client certificate expired on 2119-12-08",
        ),
        (
            BEGIN - NOW - 1,
            "the client certificate is not valid before 2020-01-01: check this machine's clock",
        ),
    ] {
        let endpoint = Endpoint::start(Vec::new()).await;
        let manual = ManualClock::default();
        manual.forward(seconds);
        let credential = RefreshTokenCredential::builder("contoso", "client", REFRESH)
            .client_certificate(certificate())
            .authority(endpoint.url.clone())
            .clock(manual.clock())
            .build()
            .unwrap();
        let error = credential.get_token(&[SCOPE], None).await.unwrap_err();
        assert!(error.to_string().starts_with(text), "{error}");
        let source: &ClientCertificateError = std::error::Error::source(&error)
            .unwrap()
            .downcast_ref()
            .unwrap();
        assert!(matches!(
            source,
            ClientCertificateError::Expired { .. } | ClientCertificateError::NotYetValid { .. }
        ));
        assert!(endpoint.requests().is_empty());
    }
}

#[test]
fn reads_pem_in_any_order_and_key_format() {
    for parts in [
        [CERTIFICATE, KEY].as_slice(),
        &[KEY, CERTIFICATE],
        &[CERTIFICATE, KEY_PKCS1],
        &[KEY, CERTIFICATE_OF_ANOTHER, CERTIFICATE],
        &[
            "Bag Attributes\n  friendlyName: app\n",
            KEY,
            CERTIFICATE,
            PUBLIC_KEY,
        ],
        &[CERTIFICATE, &KEY.replace('\n', "\r\n")],
    ] {
        let read = read(parts).unwrap();
        assert_eq!(read.thumbprint(), THUMBPRINT);
        assert_eq!(
            read.not_after().map(OffsetDateTime::unix_timestamp),
            Some(END)
        );
    }
}

#[test]
fn unusable_pem_is_a_specific_error() {
    use ClientCertificateError as E;

    let encrypted = include_str!("fixtures/key-encrypted.pem");
    let encrypted_pkcs1 = include_str!("fixtures/key-encrypted-pkcs1.pem");
    let weak = include_str!("fixtures/key-1024.pem");
    let curve = include_str!("fixtures/key-ec.pem");
    let curve_sec1 = include_str!("fixtures/key-ec-sec1.pem");
    let cut = &KEY[..KEY.len() / 2];
    let garbled = KEY.replacen('A', "*", 3);
    let damaged = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let not_a_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (parts, expected) in [
        ([CERTIFICATE, encrypted], E::Encrypted),
        ([CERTIFICATE, encrypted_pkcs1], E::Encrypted),
        ([CERTIFICATE, ""], E::NoKey),
        ([CERTIFICATE, PUBLIC_KEY], E::NoKey),
        (["", ""], E::NoKey),
        (["0\u{82}\u{1}binary of a .pfx", ""], E::NoKey),
        (["", KEY], E::NoCertificate),
        ([CERTIFICATE, curve], E::NotRsa),
        ([CERTIFICATE, curve_sec1], E::NotRsa),
        ([CERTIFICATE, weak], E::KeySize),
        ([CERTIFICATE, damaged], E::MalformedKey),
        ([CERTIFICATE_OF_ANOTHER, KEY], E::KeyMismatch),
        ([not_a_certificate, KEY], E::KeyMismatch),
        ([CERTIFICATE, cut], E::NotPem),
        ([CERTIFICATE, &garbled], E::NotPem),
    ] {
        assert_eq!(read(&parts).unwrap_err(), expected);
    }
    assert_eq!(
        read(&[CERTIFICATE, KEY, KEY_PKCS1]).unwrap_err(),
        E::MultipleKeys
    );
    assert!(E::Encrypted.to_string().contains("openssl pkey -in"));
}

#[tokio::test]
async fn rejected_certificate_has_help() {
    for (code, help) in [
        (700027, "register the certificate"),
        (700024, "check this machine's clock"),
        (700021, "client id"),
        (50027, "client id"),
    ] {
        let body = format!(
            r#"{{"error":"invalid_client","error_description":"AADSTS{code}: Client assertion. Trace ID: 1"}}"#
        );
        let endpoint = Endpoint::start(vec![(401, body)]).await;
        let credential = RefreshTokenCredential::builder("contoso", "client", REFRESH)
            .client_certificate(certificate())
            .authority(endpoint.url.clone())
            .clock(ManualClock::default().clock())
            .build()
            .unwrap();
        let error = credential.get_token(&[SCOPE], None).await.unwrap_err();
        let refused: &crate::SignInRejected = std::error::Error::source(&error)
            .unwrap()
            .downcast_ref()
            .unwrap();
        assert_eq!(refused.aadsts, Some(code));
        assert!(refused.help.unwrap().contains(help), "{refused:?}");
    }
}
