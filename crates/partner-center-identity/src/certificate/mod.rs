//! Client authentication with a certificate.

pub(super) mod client_assertion;
mod client_certificate;
mod validity;

pub use client_certificate::{ClientCertificate, ClientCertificateError};
