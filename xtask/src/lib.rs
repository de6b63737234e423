//! Maintainers' tasks as a library: `main.rs` parses the command line, and tests call the
//! same functions.

pub mod book;
pub mod build_cost;
mod cargo_tool;
pub mod ci;
pub mod dist;
pub mod exchange;
pub mod fuzz;
pub mod generate;
pub mod interop;
pub mod judge;
pub mod lint;
pub mod mutants;
mod names;
pub mod output;
pub mod package;
mod postpass;
pub mod regenerate;
pub mod spec;
pub mod throughput;
pub mod tidy;
mod tools;

use std::path::{Path, PathBuf};

/// Path of the spec, relative to the workspace root.
pub const SPEC_PATH: &str = "openapi/partner-center.yaml";

/// Path of a document with every supported construct, relative to the workspace root.
pub const KITCHEN_SINK_PATH: &str = "xtask/testdata/kitchen-sink.yaml";

/// Path of the documented exchanges, relative to the workspace root.
pub const EXCHANGES_PATH: &str = "openapi/exchanges";

/// Returns the workspace root.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}
