//! The command line `pcenter` as a library, so that tests can run it in-process with buffers
//! instead of a terminal.
//!
//! Rows go to stdout, everything else to stderr. See [`Exit`] for the exit codes.

mod arguments;
mod cli;
mod commands;
mod connection;
mod environment;
mod failure;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[rustfmt::skip]
mod generated;
mod identity;
mod listing;
mod log_lines;
mod output;
mod parse;
mod platform;
mod printable;
mod reference;
mod reports;
mod run;
mod signals;

pub use cli::command;
pub use environment::{Environment, OpenBrowser};
pub use failure::Exit;
pub use log_lines::start_tracing;
pub use partner_center::credential::profiles::{OpenKeyring, config_directory, keyring};
pub use platform::{browser, stdout_is_lost};
pub use reference::reference;
pub use reports::{flag_of, words_of};
pub use run::run;
pub use signals::Signals;
