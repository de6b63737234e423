//! Client certificates of the application.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, pem::PemObject};
use webpki::{
    EndEntityCert,
    ring::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256_LEGACY_KEY},
};

use crate::error::StartError;

/// Certificate in PEM as it was registered. The text may include the private key, so
/// `Debug` does not show it.
#[derive(Clone)]
pub(crate) struct CertificatePem(String);

/// Parsed certificate of the application.
#[derive(Clone)]
pub(crate) struct ClientCertificate {
    der: CertificateDer<'static>,
    sha1: String,
    sha256: String,
}

/// Signature algorithm of an assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Ps256,
    Rs256,
}

impl CertificatePem {
    pub(crate) fn new(pem: String) -> Self {
        Self(pem)
    }

    /// Returns the first certificate in the text.
    pub(crate) fn read(&self) -> Result<ClientCertificate, StartError> {
        let der = CertificateDer::from_pem_slice(self.0.as_bytes())
            .map_err(StartError::client_certificate)?;
        let thumbprint = |algorithm| URL_SAFE_NO_PAD.encode(digest(algorithm, &der));
        let certificate = ClientCertificate {
            sha1: thumbprint(&SHA1_FOR_LEGACY_USE_ONLY),
            sha256: thumbprint(&SHA256),
            der,
        };
        match certificate.check(Algorithm::Rs256, b"", b"") {
            // The empty signature is reported as invalid only for supported RSA keys; any
            // other error means an unsupported key.
            Ok(()) | Err(webpki::Error::InvalidSignatureForPublicKey) => Ok(certificate),
            Err(error) => Err(StartError::client_certificate(error)),
        }
    }
}

impl ClientCertificate {
    /// Returns whether the certificate has these thumbprints, base64url without padding. A
    /// missing thumbprint is ignored; at least one is required.
    pub(crate) fn is_named(&self, sha1: Option<&str>, sha256: Option<&str>) -> bool {
        (sha1.is_some() || sha256.is_some())
            && sha1.is_none_or(|sha1| sha1 == self.sha1)
            && sha256.is_none_or(|sha256| sha256 == self.sha256)
    }

    /// Returns whether the certificate's key has signed the message.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.check(algorithm, message, signature).is_ok()
    }

    fn check(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), webpki::Error> {
        let algorithm: &dyn SignatureVerificationAlgorithm = match algorithm {
            Algorithm::Ps256 => RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
            Algorithm::Rs256 => RSA_PKCS1_2048_8192_SHA256,
        };
        EndEntityCert::try_from(&self.der)?.verify_signature(algorithm, message, signature)
    }
}

impl fmt::Debug for CertificatePem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CertificatePem(<redacted>)")
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientCertificate")
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = include_str!("../../../tests/data/fake-client-certificate.pem");
    const KEY: &str = include_str!("../../../tests/data/fake-client-key-for-tests-only.pem");

    /// Thumbprints that openssl computes for the file.
    const SHA1: &str = "SOkByXNXTyPXGtKtKnuXgtAUFto";
    const SHA256: &str = "gsS7GabIsS_6Z5WiQll5mtdEzkea8AoY0fXRRl3IUdA";

    fn read(pem: impl Into<String>) -> Result<ClientCertificate, StartError> {
        CertificatePem::new(pem.into()).read()
    }

    #[test]
    fn a_certificate_is_identified_by_its_thumbprints() {
        let certificate = read(PEM).unwrap();
        for (sha1, sha256, expected) in [
            (Some(SHA1), None, true),
            (None, Some(SHA256), true),
            (Some(SHA1), Some(SHA256), true),
            (None, None, false),
            (Some(SHA256), None, false),
            (None, Some(SHA1), false),
            (Some("other"), Some(SHA256), false),
            (Some(SHA1), Some("other"), false),
        ] {
            assert_eq!(certificate.is_named(sha1, sha256), expected);
        }
    }

    #[test]
    fn only_certificates_with_rsa_keys_are_accepted() {
        let elliptic = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let cut = PEM.replace("-----END", "");
        for pem in ["", "contoso", KEY, &cut, &elliptic.cert.pem()] {
            let error = read(pem).unwrap_err();
            assert!(matches!(error, StartError::ClientCertificate { .. }));
        }
        let garbage = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n";
        assert!(read(garbage).is_err());
    }

    #[test]
    fn a_private_key_in_the_pem_is_neither_kept_nor_shown() {
        let both = CertificatePem::new(format!("{KEY}{PEM}"));
        assert_eq!(format!("{both:?}"), "CertificatePem(<redacted>)");
        let certificate = both.read().unwrap();
        assert_eq!(certificate.sha256, SHA256);
        assert_eq!(
            format!("{certificate:?}"),
            format!("ClientCertificate {{ sha256: {SHA256:?}, .. }}")
        );
    }
}
