//! Applications in their own name, without a signed-in user.

mod application_token;
#[cfg(feature = "client-certificate")]
mod client_certificate_credential;
mod client_secret;

#[cfg(feature = "client-certificate")]
pub use client_certificate_credential::{
    ClientCertificateCredential, ClientCertificateCredentialBuilder,
};
pub use client_secret::{ClientSecretCredential, ClientSecretCredentialBuilder};
