//! Properties that must hold for every input, one function for each fuzz target.
//!
//! `cargo xtask fuzz` calls the functions with inputs that libFuzzer generates. The tests of this
//! crate call them with every seed, so that functions and seeds stay valid between two runs.

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
mod queries;
mod scenarios;
mod text;
mod timestamps;
mod token_files;

pub use continuations::continuations;
pub use filters::filters;
pub use links::links;
pub use pages::pages;
pub use queries::queries;
pub use scenarios::scenarios;
pub use timestamps::timestamps;
pub use token_files::token_files;

/// Fuzz target: its name, and the function that checks an input.
pub type Target = (&'static str, fn(&[u8]));

/// All fuzz targets.
pub const TARGETS: [Target; 8] = [
    ("continuations", continuations),
    ("filters", filters),
    ("links", links),
    ("pages", pages),
    ("queries", queries),
    ("scenarios", scenarios),
    ("timestamps", timestamps),
    ("token_files", token_files),
];
