//! The maintainers' tasks, as a library: `main.rs` only reads the command line, and
//! tests call the same functions.

pub mod build_cost;
mod cargo_tool;
pub mod ci;
pub mod exchange;
pub mod fuzz;
pub mod generate;
pub mod judge;
pub mod lint;
pub mod mutants;
mod names;
pub mod output;
mod postpass;
pub mod regenerate;
pub mod spec;
pub mod throughput;
mod tools;

use std::path::{Path, PathBuf};

/// The spec, relative to the workspace root.
pub const SPEC_PATH: &str = "openapi/partner-center.yaml";

/// A document with everything that a spec may say, relative to the workspace root.
pub const KITCHEN_SINK_PATH: &str = "xtask/testdata/kitchen-sink.yaml";

/// The documented exchanges, relative to the workspace root.
pub const EXCHANGES_PATH: &str = "openapi/exchanges";

/// The workspace root.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}
