//! Where access tokens come from. All are [`azure_core::credentials::TokenCredential`]s,
//! so any credential of `azure_identity` can take their place.

mod refresh_token;
mod static_token;
#[cfg(test)]
mod tests;
mod token_endpoint;

pub use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
pub use refresh_token::{RefreshTokenCredential, RefreshTokenCredentialBuilder};
pub use static_token::StaticTokenCredential;
pub use token_endpoint::SignInFailure;

/// In the context of a token request: the service has refused the token it was given
/// before, so one from a cache is no use. Credentials of other crates do not know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewToken;
