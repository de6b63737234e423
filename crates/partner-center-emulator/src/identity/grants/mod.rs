//! Grants: client authentication, scopes, codes and refresh tokens.

pub(crate) mod authorization_codes;
pub(crate) mod client;
pub(crate) mod client_assertion;
pub(crate) mod client_certificate;
pub(crate) mod device_codes;
pub(crate) mod exchange;
pub(crate) mod refresh_tokens;
pub(crate) mod scope;
