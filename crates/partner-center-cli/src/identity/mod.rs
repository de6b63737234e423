//! Credentials of a command: their selection, storage and errors.

pub(crate) mod access_token;
mod application;
pub(crate) mod credential_variables;
mod resolve;
mod sign_in_failure;
mod token_location;

pub(crate) use application::{Application, Endpoints, configure_sign_in};
pub(crate) use credential_variables::client_secret;
pub(crate) use resolve::{
    ConnectionFlags, CredentialSource, Identity, named_profile, no_credentials, resolve_identity,
};
pub(crate) use sign_in_failure::{sign_in_failed, store_failed};
pub(crate) use token_location::TokenLocation;
