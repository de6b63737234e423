//! The command line `pcenter`, as a library: tests run it in-process, with buffers
//! in place of the terminal.
//!
//! Rows go to stdout, everything else to stderr. See [`Exit`] for the exit codes.

mod arguments;
mod commands;
mod computer;
mod config;
mod connection;
mod failure;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod identity;
mod listing;
mod log_lines;
mod output;
mod reports;
mod run;
mod signals;

pub use arguments::command;
pub use computer::{browser, config_directory, keyring, stdout_is_lost};
pub use failure::Exit;
pub use log_lines::start_tracing;
pub use reports::operation_ids;
pub use run::{Environment, OpenBrowser, OpenKeyring, run};
pub use signals::Signals;
