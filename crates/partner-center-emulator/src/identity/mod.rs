//! The identity platform: seeded credentials, grants, tokens and their endpoints.

mod authority;
mod endpoint;
mod endpoints;
mod errors;
mod form;
mod grants;
mod seed;
mod settings;
mod tenant;
mod tokens;

pub(crate) use authority::Authority;
pub(crate) use endpoint::Endpoint;
pub(crate) use endpoints::respond::respond;
pub(crate) use errors::SignInError;
pub(crate) use grants::client_certificate::CertificatePem;
pub(crate) use grants::scope::{GRAPH_AUDIENCE, PARTNER_CENTER_AUDIENCE};
pub use seed::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_DOMAIN, TENANT_ID};
pub(crate) use settings::SignInSettings;
pub(crate) use tokens::claims::Claims;
pub(crate) use tokens::id_token_key::IdTokenKey;
pub(crate) use tokens::issuer::{Issuer, TokenFault};
pub use tokens::token_options::TokenOptions;
