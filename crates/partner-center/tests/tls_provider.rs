//! TLS is the application's business. In a process of its own, since the provider of rustls
//! is installed once for the whole process.
#![cfg(feature = "rustls")]

use std::sync::Arc;

use partner_center::Client;
use partner_center::credential::StaticTokenCredential;
use partner_center_emulator::{DataSet, Emulator};

fn client(base_url: url::Url) -> Result<Client, partner_center::BuildError> {
    Client::builder()
        .base_url(base_url)
        .credential(Arc::new(StaticTokenCredential::new("opaque")))
        .build()
}

#[tokio::test]
async fn the_application_can_install_its_own_provider_afterwards() {
    use rustls::crypto::{CryptoProvider, ring};

    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await
        .unwrap();
    let before = client(emulator.url()).unwrap();
    // It works without one, and has installed none.
    before.customers().send().await.unwrap_err();
    assert_eq!(emulator.requests().len(), 1);
    assert!(CryptoProvider::get_default().is_none());
    ring::default_provider().install_default().unwrap();
    let after = client(emulator.url()).unwrap();
    after.customers().send().await.unwrap_err();
    assert_eq!(emulator.requests().len(), 2);
}

/// Runs these tests in a process that finds no certificates.
#[cfg(target_os = "linux")]
#[test]
fn certificates_are_needed_for_https_only() {
    let nowhere = "/nonexistent/for/this/test";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "in_a_process_without_certificates", "--ignored"])
        .env("SSL_CERT_FILE", nowhere)
        .env("SSL_CERT_DIR", nowhere)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "run by `certificates_are_needed_for_https_only`"]
fn in_a_process_without_certificates() {
    for loopback in ["http://127.0.0.1:1", "http://localhost", "http://[::1]:1"] {
        client(loopback.parse().unwrap()).unwrap();
    }
    for https in [
        "https://127.0.0.1:1",
        "https://api.partnercenter.microsoft.com",
    ] {
        let error = client(https.parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("no CA certificates"), "{error}");
        assert!(error.contains("SSL_CERT_FILE"), "{error}");
    }
}
