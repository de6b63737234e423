//! The sign-in side: seeded credentials, access tokens and the token endpoint.

mod claims;
mod exchange;
mod form;
mod issuer;
mod scope;
mod seed;
mod sign_in_error;
mod signing;
mod token_endpoint;
mod token_options;

pub(crate) use claims::Claims;
pub(crate) use issuer::{Issuer, TokenFault};
pub(crate) use scope::{GRAPH_AUDIENCE, PARTNER_CENTER_AUDIENCE};
pub(crate) use seed::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_ID};
pub(crate) use token_endpoint::{answer as answer_token_request, tenant_of};
pub use token_options::TokenOptions;
