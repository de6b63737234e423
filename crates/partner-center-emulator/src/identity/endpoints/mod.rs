//! HTTP endpoints of the identity platform.

mod authorize;
mod configuration;
mod device;
mod discovery;
mod logout;
mod pages;
mod redirect;
pub(crate) mod respond;
mod token;
