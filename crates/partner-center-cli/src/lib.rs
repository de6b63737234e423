//! The command line `pcenter`, as a library: tests run it in-process, with buffers
//! in place of the terminal.
//!
//! Rows go to stdout, everything else to stderr. See [`Exit`] for the exit codes.

mod arguments;
mod commands;
mod connection;
mod failure;
mod listing;
mod output;
mod reports;
mod run;

pub use arguments::command;
pub use failure::Exit;
pub use reports::operation_ids;
pub use run::{Environment, run, start_tracing};
