use std::sync::Arc;

use azure_core::time::OffsetDateTime;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PSS_SHA256;
use rustls_pki_types::pem::{PemObject, SectionKind};

use super::validity::validity;

/// The certificate of an application, with its private key: proves who asks without a secret
/// that could be copied from a request.
///
/// `Debug` does not print the key.
#[derive(Clone)]
pub struct ClientCertificate(Arc<Inner>);

struct Inner {
    sha256: Vec<u8>,
    validity: Option<(OffsetDateTime, OffsetDateTime)>,
    key: KeyPair,
}

impl ClientCertificate {
    /// From PEM text with one certificate or more, and the private RSA key of one of them, in
    /// any order: `PRIVATE KEY` (PKCS #8) or `RSA PRIVATE KEY` (PKCS #1), 2,048 to 4,096 bits,
    /// not encrypted. Only the certificate of the key is used; register it with the application
    /// under Certificates & secrets.
    ///
    /// # Errors
    ///
    /// Says what is missing or wrong, and how to convert it. Never holds a part of the text.
    pub fn from_pem(pem: &[u8]) -> Result<Self, ClientCertificateError> {
        if is_encrypted(pem) {
            return Err(ClientCertificateError::Encrypted);
        }
        let mut certificates = Vec::new();
        let mut keys = Vec::new();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
            let (kind, der) = section.map_err(|_| ClientCertificateError::NotPem)?;
            match kind {
                SectionKind::Certificate => certificates.push(der),
                SectionKind::PrivateKey => keys.push(KeyPair::from_pkcs8(&der)),
                SectionKind::RsaPrivateKey => keys.push(KeyPair::from_der(&der)),
                SectionKind::EcPrivateKey => return Err(ClientCertificateError::NotRsa),
                _ => {}
            }
        }
        let key = match (keys.pop(), keys.is_empty()) {
            (Some(key), true) => key.map_err(|error| rejected(&error))?,
            (Some(_), false) => return Err(ClientCertificateError::SeveralKeys),
            (None, _) => return Err(ClientCertificateError::NoKey),
        };
        if certificates.is_empty() {
            return Err(ClientCertificateError::NoCertificate);
        }
        // A certificate holds its public key in the same form.
        let public = key.public().as_ref();
        let own = |der: &&Vec<u8>| der.windows(public.len()).any(|part| part == public);
        let der = certificates
            .iter()
            .find(own)
            .ok_or(ClientCertificateError::OtherKey)?;
        Ok(Self(Arc::new(Inner {
            sha256: ring::digest::digest(&ring::digest::SHA256, der)
                .as_ref()
                .to_vec(),
            validity: validity(der),
            key,
        })))
    }

    /// When it ends, where that can be read.
    pub fn not_after(&self) -> Option<OffsetDateTime> {
        self.0.validity.map(|(_, end)| end)
    }

    /// The SHA-256 thumbprint in hexadecimal, as `openssl x509 -fingerprint -sha256` prints it
    /// without its colons.
    pub fn thumbprint(&self) -> String {
        use std::fmt::Write as _;
        self.0.sha256.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _written = write!(text, "{byte:02X}");
            text
        })
    }

    pub(crate) fn sha256(&self) -> &[u8] {
        &self.0.sha256
    }

    /// Known before anything is sent.
    pub(crate) fn check_time(&self, now: OffsetDateTime) -> Result<(), ClientCertificateError> {
        match self.0.validity {
            Some((_, end)) if now > end => Err(ClientCertificateError::Expired { end }),
            Some((begin, _)) if now < begin => Err(ClientCertificateError::NotYetValid { begin }),
            _ => Ok(()),
        }
    }

    /// A signature in the form of `PS256` (RFC 7518, 3.5).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ClientCertificateError> {
        let mut signature = vec![0; self.0.key.public().modulus_len()];
        self.0
            .key
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_| ClientCertificateError::NotSigned)?;
        Ok(signature)
    }
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("thumbprint", &self.thumbprint())
            .field("not_after", &self.not_after())
            .finish_non_exhaustive()
    }
}

/// Both ways to encrypt a key in PEM.
fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || text
            .lines()
            .any(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"))
}

fn rejected(error: &ring::error::KeyRejected) -> ClientCertificateError {
    // The reason has a name in Display only.
    match error.to_string().as_str() {
        "WrongAlgorithm" => ClientCertificateError::NotRsa,
        "TooSmall" | "TooLarge" => ClientCertificateError::KeySize,
        _ => ClientCertificateError::BadKey,
    }
}

/// What is wrong about a client certificate. Found among the sources of an error of a
/// credential that uses it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientCertificateError {
    /// The text is not PEM, or cut off.
    #[error(
        "the client certificate is not whole PEM text; convert a .pfx file with \
         `openssl pkcs12 -in app.pfx -out app.pem -nodes`"
    )]
    NotPem,
    /// The key cannot be read without its password.
    #[error(
        "the private key is encrypted; write it without a password, to a file for this user \
         only: `openssl pkey -in app.pem -out key.pem`"
    )]
    Encrypted,
    /// There is only a certificate, or nothing that is known.
    #[error(
        "there is no private key beside the client certificate: expected a section `PRIVATE KEY` \
         or `RSA PRIVATE KEY`; convert a .pfx file with \
         `openssl pkcs12 -in app.pfx -out app.pem -nodes`"
    )]
    NoKey,
    /// It is not clear which key to take.
    #[error("there is more than one private key beside the client certificate: give one")]
    SeveralKeys,
    /// There is only a key.
    #[error(
        "there is no certificate beside the private key: append it to the same text, as a \
         section `CERTIFICATE`"
    )]
    NoCertificate,
    /// The sign-in service takes RSA only.
    #[error("the private key is not an RSA key, and the sign-in service takes no other")]
    NotRsa,
    /// The key is too weak, or too long to sign with.
    #[error("the private key is not of 2,048 to 4,096 bits: make a new one, and its certificate")]
    KeySize,
    /// The key does not make sense.
    #[error("the private key is damaged: export it once more")]
    BadKey,
    /// The two do not belong together.
    #[error("the private key belongs to none of the certificates beside it")]
    OtherKey,
    /// Its time is over.
    #[error(
        "the client certificate ended on {}: make a new one and register it under Certificates & \
         secrets; if it is new, check this machine's clock", end.date()
    )]
    #[non_exhaustive]
    Expired {
        /// When.
        end: OffsetDateTime,
    },
    /// Its time has not begun.
    #[error(
        "the client certificate is valid from {} on: check this machine's clock", begin.date()
    )]
    #[non_exhaustive]
    NotYetValid {
        /// When it begins.
        begin: OffsetDateTime,
    },
    /// This machine has no random numbers.
    #[error("the statement to the sign-in service could not be signed")]
    NotSigned,
}
