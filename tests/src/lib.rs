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

/// The README of the repository, which is in no package. Those of the crates are part of their
/// documentation.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

/// Returns the messages of an error and its causes, joined by colons.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let messages = causes.map(|cause| cause.to_string());
    [error.to_string()]
        .into_iter()
        .chain(messages)
        .collect::<Vec<_>>()
        .join(": ")
}
