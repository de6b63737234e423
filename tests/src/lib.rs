//! Generated test cases of every operation and every type, for the contract tests.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is told"
)]

pub mod cases;
#[rustfmt::skip]
#[allow(clippy::all, missing_docs, reason = "written by `cargo xtask regenerate`")]
pub mod generated;
pub mod parity;
pub mod view;

/// Examples of the READMEs. Each is in its package, but the one of the repository is in none.
#[cfg(doctest)]
mod readmes {
    #[doc = include_str!("../../README.md")]
    mod repository {}
    #[doc = include_str!("../../crates/partner-center-catalog/README.md")]
    mod catalog {}
    #[doc = include_str!("../../crates/partner-center-core/README.md")]
    mod core {}
    #[doc = include_str!("../../crates/partner-center-emulator/README.md")]
    mod emulator {}
    #[doc = include_str!("../../crates/partner-center-httpmock/README.md")]
    mod httpmock {}
}
