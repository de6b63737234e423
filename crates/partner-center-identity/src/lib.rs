#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | content |
//! |---|---|
//! | [`RefreshTokenCredential`], [`DeviceCodeCredential`], [`AuthorizationCodeCredential`], [`StaticTokenCredential`] | credentials, with their builders |
//! | [`RefreshTokenStore`], [`FileStore`], [`MemoryStore`], `KeyringStore`, `KeyVaultStore` | stores of refresh tokens; the last two with their features |
//! | [`StoredRefreshToken`], [`RefreshTokenLifetime`], [`RefreshTokenStatus`] | a stored token and its age |
//! | [`SignInRejected`], [`SignInFailure`], [`RefreshTokenError`], [`BrowserSignInError`], [`StoreError`] | errors, as the `source()` of an `azure_core::Error` |
//! | [`aadsts_help`], [`credential_failure`] | advice for an error; its meaning for a retry |
//! | [`check_token`], [`token_claims`] | whether the service would accept an access token |
//! | `profiles` (feature) | profiles, environment variables and the order of credentials |

mod aadsts;
mod application;
#[cfg(feature = "client-certificate")]
mod certificate;
mod client_auth;
mod credential_failure;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod interactive;
#[cfg(feature = "profiles")]
pub mod profiles;
mod refresh_token;
mod refresher;
mod setters;
mod sign_in_error;
mod static_token;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod token_cache;
mod token_endpoint;

pub use aadsts::{aadsts_code, aadsts_help};
#[cfg(feature = "client-certificate")]
pub use certificate::{ClientCertificate, ClientCertificateError};
pub use credential_failure::credential_failure;
pub use interactive::{
    AuthorizationCodeCredential, AuthorizationCodeCredentialBuilder, DeviceCodeCredential,
    DeviceCodeCredentialBuilder, DeviceCodePrompt,
};
pub use refresh_token::{RefreshTokenCredential, RefreshTokenCredentialBuilder};
pub use sign_in_error::{BrowserSignInError, RefreshTokenError, SignInFailure, SignInRejected};
pub use static_token::StaticTokenCredential;
#[cfg(feature = "key-vault")]
pub use store::KeyVaultStore;
#[cfg(feature = "keyring")]
pub use store::KeyringStore;
pub use store::{
    FileStore, MemoryStore, RefreshTokenLifetime, RefreshTokenStatus, RefreshTokenStore,
    StoreError, StoreGuard, StoredRefreshToken,
};

pub use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
pub use partner_center_core::{
    Clock, RejectedToken, TokenClaims, TokenRejection, TokenRequirements, check_token, token_claims,
};
