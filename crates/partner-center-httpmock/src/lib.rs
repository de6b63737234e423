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
// The methods of `httpmock` that these wrap change the mock, whether the result is used or not.
    clippy::return_self_not_must_use,
    clippy::unwrap_used,
    missing_docs,
    missing_debug_implementations,
    reason = "written by `cargo xtask regenerate`"
)]
mod generated;

pub use generated::{MockServerExt, operations};
