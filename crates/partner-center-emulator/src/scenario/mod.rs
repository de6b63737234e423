//! Scenarios: changes of an emulator at given times.

pub(crate) mod definition;
pub(crate) mod error;
pub(crate) mod player;
mod read;
mod spans;
