//! Who calls: which of the ways to say it counts, and the credential it makes.

pub(crate) mod access_token;
mod application;
mod choice;
mod place;
mod sign_in_failure;
pub(crate) mod variables;

pub(crate) use application::{Application, Endpoints, signing_in};
pub(crate) use choice::{Identity, Source, Typed, choose, named, nobody};
pub(crate) use place::TokenPlace;
pub(crate) use sign_in_failure::{sign_in_failed, store_failed};
pub(crate) use variables::client_secret;
