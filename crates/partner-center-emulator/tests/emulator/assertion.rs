//! Client assertions signed with a fake key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use partner_center_emulator::Emulator;
use ring::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair},
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};

use crate::support::{DOCUMENTED_TIME, token_endpoint};

pub(crate) const CERTIFICATE: &str = include_str!("../data/fake-client-certificate.pem");
pub(crate) const KEY: &str = include_str!("../data/fake-client-key-for-tests-only.pem");

/// Client assertion to sign.
pub(crate) struct Assertion {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    padding: &'static dyn RsaEncoding,
}

impl Assertion {
    /// Returns an assertion that is accepted.
    pub(crate) fn new(emulator: &Emulator) -> Self {
        let der = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
        Self {
            header: json!({
                "alg": "PS256",
                "typ": "JWT",
                "x5t#S256": URL_SAFE_NO_PAD.encode(digest(&SHA256, &der)),
            }),
            claims: json!({
                "aud": token_endpoint(emulator).as_str(),
                "iss": emulator.client_id(),
                "sub": emulator.client_id(),
                "jti": "5e1c0f0a-0000-4000-8000-c0a70c0a7050",
                "nbf": DOCUMENTED_TIME,
                "iat": DOCUMENTED_TIME,
                "exp": DOCUMENTED_TIME + 600,
            }),
            padding: &RSA_PSS_SHA256,
        }
    }

    /// Returns an assertion in the older format: RS256 with a SHA-1 thumbprint.
    pub(crate) fn old(emulator: &Emulator) -> Self {
        let der = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &der);
        Self {
            header: json!({
                "alg": "RS256",
                "typ": "JWT",
                "x5t": URL_SAFE_NO_PAD.encode(thumbprint),
            }),
            padding: &RSA_PKCS1_SHA256,
            ..Self::new(emulator)
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    pub(crate) fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        for part in [&mut self.header, &mut self.claims] {
            part.as_object_mut().unwrap().remove(name);
        }
        self
    }

    pub(crate) fn sign(&self) -> String {
        let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let key = PrivatePkcs8KeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
        let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(
            self.padding,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
