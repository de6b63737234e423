//! HTTP endpoints of the identity platform.

mod authorize;
mod configuration;
mod device;
mod pages;
pub(crate) mod respond;
mod token;
