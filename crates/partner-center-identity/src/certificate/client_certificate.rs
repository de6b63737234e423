use std::sync::Arc;

use azure_core::time::OffsetDateTime;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PSS_SHA256;
use rustls_pki_types::pem::{PemObject, SectionKind};

use super::validity::validity;

/// Certificate of an application, with its private key.
///
/// Authenticates the application without a secret that could be copied from a request. `Debug`
/// does not print the key.
///
/// ```
/// use partner_center_identity::{ClientCertificate, ClientCertificateError};
///
/// // A file with a certificate, but without its private key.
/// let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
/// let error = ClientCertificate::from_pem(pem).unwrap_err();
/// assert!(matches!(error, ClientCertificateError::NoKey));
/// ```
#[derive(Clone)]
pub struct ClientCertificate(Arc<Inner>);

struct Inner {
    sha256: Vec<u8>,
    validity: Option<(OffsetDateTime, OffsetDateTime)>,
    key: KeyPair,
}

impl ClientCertificate {
    /// Reads PEM text that holds one or more certificates and the private RSA key of one of
    /// them, in any order.
    ///
    /// The key is a `PRIVATE KEY` (PKCS #8) or `RSA PRIVATE KEY` (PKCS #1) section with 2,048 to
    /// 4,096 bits, not encrypted. Only the certificate that belongs to the key is used; register
    /// it with the application under Certificates & secrets.
    ///
    /// # Errors
    ///
    /// If the certificate or the key is missing, unsupported or damaged. The message says how to
    /// convert the file and never contains a part of the text.
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
            (Some(_), false) => return Err(ClientCertificateError::MultipleKeys),
            (None, _) => return Err(ClientCertificateError::NoKey),
        };
        if certificates.is_empty() {
            return Err(ClientCertificateError::NoCertificate);
        }
        // A certificate contains its public key in the same DER encoding (RSAPublicKey, RFC 8017,
        // A.1.1), so a byte search finds the certificate of the key without an X.509 parser.
        let public = key.public().as_ref();
        let own = |der: &&Vec<u8>| der.windows(public.len()).any(|part| part == public);
        let der = certificates
            .iter()
            .find(own)
            .ok_or(ClientCertificateError::KeyMismatch)?;
        Ok(Self(Arc::new(Inner {
            sha256: ring::digest::digest(&ring::digest::SHA256, der)
                .as_ref()
                .to_vec(),
            validity: validity(der),
            key,
        })))
    }

    /// Returns the end of the certificate's validity, or `None` if it cannot be read.
    pub fn not_after(&self) -> Option<OffsetDateTime> {
        self.0.validity.map(|(_, end)| end)
    }

    /// Returns the SHA-256 thumbprint in upper-case hexadecimal: the output of
    /// `openssl x509 -fingerprint -sha256` without the colons.
    pub fn thumbprint(&self) -> String {
        use std::fmt::Write as _;
        self.0.sha256.iter().fold(String::new(), |mut text, byte| {
            // Writing to a `String` cannot fail.
            let _written = write!(text, "{byte:02X}");
            text
        })
    }

    pub(crate) fn sha256(&self) -> &[u8] {
        &self.0.sha256
    }

    /// Checks the validity period. The sign-in service would reject the assertion with a less
    /// specific error.
    pub(crate) fn check_time(&self, now: OffsetDateTime) -> Result<(), ClientCertificateError> {
        match self.0.validity {
            Some((_, end)) if now > end => Err(ClientCertificateError::Expired { end }),
            Some((begin, _)) if now < begin => Err(ClientCertificateError::NotYetValid { begin }),
            _ => Ok(()),
        }
    }

    /// Signs a message with `PS256` (RFC 7518, 3.5).
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
            .map_err(|_| ClientCertificateError::SigningFailed)?;
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

/// Returns whether the PEM text holds an encrypted key, in PKCS #8 or traditional OpenSSL
/// encryption.
fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || text
            .lines()
            .any(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"))
}

fn rejected(error: &ring::error::KeyRejected) -> ClientCertificateError {
    // `KeyRejected` exposes its reason only through `Display`.
    match error.to_string().as_str() {
        "WrongAlgorithm" => ClientCertificateError::NotRsa,
        "TooSmall" | "TooLarge" => ClientCertificateError::KeySize,
        _ => ClientCertificateError::MalformedKey,
    }
}

/// Error of a client certificate. A credential that uses the certificate returns it as a
/// `source()` of its error.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientCertificateError {
    /// The text is not PEM, or is truncated.
    #[error(
        "the client certificate is not complete PEM text; convert a .pfx file with \
         `openssl pkcs12 -in app.pfx -out app.pem -nodes`"
    )]
    NotPem,
    /// The private key is encrypted.
    #[error(
        "the private key is encrypted; write it without a password, to a file that only this \
         user can read: `openssl pkey -in app.pem -out key.pem`"
    )]
    Encrypted,
    /// The text holds no private key.
    #[error(
        "there is no private key with the client certificate: expected a section `PRIVATE KEY` \
         or `RSA PRIVATE KEY`; convert a .pfx file with \
         `openssl pkcs12 -in app.pfx -out app.pem -nodes`"
    )]
    NoKey,
    /// The text holds more than one private key.
    #[error("there is more than one private key with the client certificate: give only one")]
    MultipleKeys,
    /// The text holds no certificate.
    #[error(
        "there is no certificate with the private key: append it to the same text, as a section \
         `CERTIFICATE`"
    )]
    NoCertificate,
    /// The private key is not an RSA key.
    #[error("the private key is not an RSA key: the sign-in service accepts only RSA keys")]
    NotRsa,
    /// The key is shorter than 2,048 or longer than 4,096 bits.
    #[error(
        "the private key does not have 2,048 to 4,096 bits: create a new key and its certificate"
    )]
    KeySize,
    /// The key is malformed.
    #[error("the private key is damaged: export it again")]
    MalformedKey,
    /// The key and the certificates do not belong together.
    #[error("the private key belongs to none of the certificates in the same text")]
    KeyMismatch,
    /// The certificate has expired.
    #[error(
        "the client certificate expired on {}: create a new one and register it under \
         Certificates & secrets; if it is new, check this machine's clock", end.date()
    )]
    #[non_exhaustive]
    Expired {
        /// End of the validity period.
        end: OffsetDateTime,
    },
    /// The certificate is not yet valid.
    #[error(
        "the client certificate is not valid before {}: check this machine's clock", begin.date()
    )]
    #[non_exhaustive]
    NotYetValid {
        /// Begin of the validity period.
        begin: OffsetDateTime,
    },
    /// Signing failed: the system's random number generator is not available.
    #[error("the client assertion for the sign-in service could not be signed")]
    SigningFailed,
}
