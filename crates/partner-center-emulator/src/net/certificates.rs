//! TLS certificates of an emulator.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::error::StartError;

/// Host names of an emulator.
const NAMES: [&str; 3] = ["127.0.0.1", "::1", "localhost"];

/// Time by which certificates are backdated, for clients whose clock is behind.
const BACKDATED: Duration = Duration::DAY;

/// Lifetime of certificates. Some systems accept at most 825 days.
const LIFETIME: Duration = Duration::days(800);

/// Server certificate for localhost and the certificate authority that issued it. It
/// holds a private key, so `Debug` is not implemented.
pub(crate) struct Certificates {
    authority_pem: String,
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Certificates {
    /// Generates new certificates with new keys. The key of the authority is dropped
    /// immediately, so it cannot issue other certificates.
    ///
    /// They are valid by the system clock, not by the emulator's clock: clients check them
    /// by the system clock, and a test that moves the emulator's clock to another year must
    /// still be able to connect.
    pub(crate) fn generate() -> Result<Self, StartError> {
        Self::valid_from(OffsetDateTime::now_utc()).map_err(StartError::certificate)
    }

    fn valid_from(now: OffsetDateTime) -> Result<Self, rcgen::Error> {
        let authority_key = KeyPair::generate()?;
        let authority = authority(now)?;
        let authority_pem = authority.self_signed(&authority_key)?.pem();
        let key = KeyPair::generate()?;
        let certificate = server(now)?
            .signed_by(&key, &Issuer::new(authority, authority_key))?
            .into();
        Ok(Self {
            authority_pem,
            certificate,
            key,
        })
    }

    /// Returns the TLS configuration of the server, and the certificate authority in PEM.
    pub(crate) fn into_server(self) -> Result<(Arc<ServerConfig>, String), StartError> {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        // The default provider of the process belongs to the application, so the emulator
        // names its own.
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(StartError::certificate)?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate], key)
            .map_err(StartError::certificate)?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((Arc::new(server), self.authority_pem))
    }
}

fn authority(now: OffsetDateTime) -> Result<CertificateParams, rcgen::Error> {
    // The name is unique per run, because a trust store may hold the authorities of
    // several runs.
    let run = Uuid::new_v4();
    let mut params = named(Vec::new(), &format!("Partner Center emulator {run}"), now)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn server(now: OffsetDateTime) -> Result<CertificateParams, rcgen::Error> {
    let names = NAMES.map(str::to_owned).to_vec();
    let mut params = named(names, "Partner Center emulator on localhost", now)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn named(
    names: Vec<String>,
    common_name: &str,
    now: OffsetDateTime,
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.remove(DnType::CommonName);
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = now.saturating_sub(BACKDATED);
    params.not_after = now.saturating_add(LIFETIME);
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_can_be_generated_at_any_time() {
        let first = OffsetDateTime::UNIX_EPOCH - Duration::days(3650);
        let last = OffsetDateTime::new_utc(
            time::macros::date!(9999 - 12 - 31),
            time::macros::time!(23:59:59),
        );
        for now in [first, OffsetDateTime::UNIX_EPOCH, last] {
            let certificates = Certificates::valid_from(now).unwrap();
            certificates.into_server().unwrap();
        }
    }
}
