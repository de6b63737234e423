#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | content |
//! |---|---|
//! | [`MockServerExt`] | one method per operation, for [`MockServer`](httpmock::MockServer) |
//! | [`operations`] | a pair per operation: `..When` matches requests by parameters, `..Then` responds |

#[rustfmt::skip]
#[allow(
    clippy::all,
    clippy::unwrap_used,
    missing_docs,
    missing_debug_implementations,
    reason = "written by `cargo xtask regenerate`"
)]
mod generated;

pub use generated::{MockServerExt, operations};
