#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | content |
//! |---|---|
//! | [`run`] | runs a command line and returns its exit code |
//! | [`command`] | the commands and flags, for completions and tests |
//! | [`Environment`], [`Signals`] | variables, browser and keyring; Ctrl-C and SIGTERM |
//! | [`Exit`] | exit codes |
//! | [`reference()`] | tables of variables, exit codes and credentials |

mod arguments;
mod cli;
mod commands;
mod completion;
mod connection;
mod customers;
mod environment;
mod failure;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[rustfmt::skip]
mod generated;
mod help;
mod identity;
mod listing;
mod log_lines;
mod operations;
mod output;
mod parse;
mod placement;
mod platform;
mod printable;
mod reference;
mod run;
mod signals;

pub use cli::command;
pub use environment::{Environment, OpenBrowser, Pager, StartPager};
pub use failure::Exit;
pub use log_lines::start_tracing;
pub use operations::{flag_of, words_of};
pub use partner_center::credential::profiles::{OpenKeyring, config_directory, keyring};
pub use platform::{
    browser, cache_directory, data_directory, start_pager, stderr_width, stdout_is_lost,
    terminal_width,
};
pub use reference::reference;
pub use run::run;
pub use signals::Signals;
