//! The sign-in side: seeded credentials, tokens and the endpoints that give them out.

mod authority;
mod authorization_codes;
mod authorize_endpoint;
mod claims;
mod client;
mod client_assertion;
mod client_certificate;
mod client_errors;
mod configuration;
mod device_codes;
mod device_endpoint;
mod endpoint;
mod exchange;
mod form;
mod issuer;
mod pages;
mod refresh_tokens;
mod scope;
mod seed;
mod settings;
mod sign_in_error;
mod sign_in_errors;
mod signing;
mod tenant;
mod token_endpoint;
mod token_options;

pub(crate) use authority::Authority;
pub(crate) use claims::Claims;
pub(crate) use client_certificate::CertificatePem;
pub(crate) use endpoint::{Endpoint, answer};
pub(crate) use issuer::{Issuer, TokenFault};
pub(crate) use scope::{GRAPH_AUDIENCE, PARTNER_CENTER_AUDIENCE};
pub(crate) use seed::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_DOMAIN, TENANT_ID};
pub(crate) use settings::SignInSettings;
pub(crate) use sign_in_error::SignInError;
pub use token_options::TokenOptions;
