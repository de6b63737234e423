//! App-only credentials: tokens of an application without a signed-in user.

#[cfg(feature = "client-certificate")]
mod client_certificate_credential;
mod client_secret_credential;
mod credential;

#[cfg(feature = "client-certificate")]
pub use client_certificate_credential::{
    ClientCertificateCredential, ClientCertificateCredentialBuilder,
};
pub use client_secret_credential::{ClientSecretCredential, ClientSecretCredentialBuilder};
