//! Modules written by `cargo xtask regenerate`.

pub mod builder;
pub mod cases;
mod client;
pub mod fields;
mod mocks;
pub mod operations;
pub mod types;
mod views;

pub use client::Client;
pub use mocks::{MockServerExt, operations as mocked_operations};
