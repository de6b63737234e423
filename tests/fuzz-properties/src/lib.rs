//! What must hold for any input of the readers: one function for each fuzz target.
//!
//! `cargo xtask fuzz` calls them with inputs that libFuzzer makes up. The tests of this crate call
//! them with every seed, so that neither the functions nor the seeds rot between two runs.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a property that does not hold is reported by a panic"
)]

mod continuations;
mod filters;
mod json;
mod links;
mod pages;
mod text;
mod timestamps;
mod token_files;

pub use continuations::continuations;
pub use filters::filters;
pub use links::links;
pub use pages::pages;
pub use timestamps::timestamps;
pub use token_files::token_files;

/// A fuzz target: its name, and its property of any input.
pub type Target = (&'static str, fn(&[u8]));

/// Every fuzz target.
pub const TARGETS: [Target; 6] = [
    ("continuations", continuations),
    ("filters", filters),
    ("links", links),
    ("pages", pages),
    ("timestamps", timestamps),
    ("token_files", token_files),
];
