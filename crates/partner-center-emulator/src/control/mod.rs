//! Control endpoint: faults, clock, sign-in, rate limit, journal and scenario over HTTP.

mod access;
pub(crate) mod data;
mod endpoint;
mod error;
mod handlers;
pub(crate) mod input;
mod routes;
pub(crate) mod settings;

pub(crate) use endpoint::{is_control, respond};
