//! Where access tokens come from. All are [`azure_core::credentials::TokenCredential`]s,
//! so any credential of `azure_identity` can take their place.

mod aadsts;
mod app_only;
mod application;
mod authorization_code;
mod authorization_code_flow;
#[cfg(feature = "client-certificate")]
mod certificate_validity;
#[cfg(feature = "client-certificate")]
mod client_assertion;
#[cfg(feature = "client-certificate")]
mod client_certificate;
#[cfg(feature = "client-certificate")]
mod client_certificate_credential;
mod client_secret;
mod clock;
mod device_code;
mod device_code_flow;
mod durable_file;
mod file_format;
mod file_lock;
mod file_store;
mod interactive;
#[cfg(feature = "key-vault")]
mod key_vault;
#[cfg(feature = "key-vault")]
mod key_vault_store;
#[cfg(feature = "keyring")]
mod keyring_store;
mod loopback;
mod proof;
mod refresh_token;
mod refresher;
mod sign_in_error;
mod static_token;
mod store;
mod stored_token;
#[cfg(test)]
mod tests;
mod token_cache;
mod token_check;
mod token_endpoint;

pub use aadsts::{aadsts_code, aadsts_help};
pub use authorization_code::{AuthorizationCodeCredential, AuthorizationCodeCredentialBuilder};
pub use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
#[cfg(feature = "client-certificate")]
pub use client_certificate::{ClientCertificate, ClientCertificateError};
#[cfg(feature = "client-certificate")]
pub use client_certificate_credential::{
    ClientCertificateCredential, ClientCertificateCredentialBuilder,
};
pub use client_secret::{ClientSecretCredential, ClientSecretCredentialBuilder};
pub use clock::Clock;
pub use device_code::{DeviceCodeCredential, DeviceCodeCredentialBuilder, DeviceCodePrompt};
pub use file_store::FileStore;
#[cfg(feature = "key-vault")]
pub use key_vault_store::KeyVaultStore;
#[cfg(feature = "keyring")]
pub use keyring_store::KeyringStore;
pub use refresh_token::{RefreshTokenCredential, RefreshTokenCredentialBuilder};
pub use sign_in_error::{BrowserSignInError, RefreshTokenError, SignInFailure, SignInRefused};
pub use static_token::StaticTokenCredential;
pub use store::{MemoryStore, RefreshTokenStore, StoreError, StoreGuard};
pub use stored_token::{RefreshTokenLife, RefreshTokenStanding, StoredRefreshToken};
pub use token_cache::RefusedToken;
pub(crate) use token_check::claims_problem;
pub use token_check::{TokenClaims, TokenExpectation, TokenProblem, token_claims, token_problem};
