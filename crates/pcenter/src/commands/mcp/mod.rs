//! `pcenter mcp`: the commands as tools of the Model Context Protocol.
//!
//! A tool call runs a command of this program in this process, with buffers for its output: the same
//! options, checks, credentials and messages as on the command line.

#[cfg(feature = "mcp")]
mod arguments;
#[cfg(feature = "mcp")]
mod outcome;
#[cfg(feature = "mcp")]
mod schema;
#[cfg(feature = "mcp")]
mod server;
#[cfg(feature = "mcp")]
mod session;
#[cfg(feature = "mcp")]
mod tools;

use std::ffi::OsString;
use std::pin::Pin;

use clap::{Args, Command};

use crate::arguments::Connection;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};

pub(crate) const EXAMPLES: &str = "\
Examples:
  pcenter mcp --emulator
  pcenter mcp --profile contoso
  pcenter mcp --list-tools

A program such as an assistant starts this command and speaks with it on stdin and stdout.";

/// Options of `pcenter mcp`.
#[derive(Args, Debug)]
pub(crate) struct Mcp {
    /// Print the tools as JSON and exit
    #[arg(long)]
    list_tools: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Function that parses and runs a command line.
pub(crate) type RunCommand =
    for<'r> fn(
        Vec<OsString>,
        &'r mut Environment<'_>,
    ) -> Pin<Box<dyn Future<Output = Result<Exit, Failure>> + 'r>>;

/// Commands of this program, and how to run them.
#[cfg_attr(
    not(feature = "mcp"),
    expect(dead_code, reason = "only the server runs commands")
)]
pub(crate) struct Commands {
    pub(crate) all: Command,
    pub(crate) run: RunCommand,
}

#[cfg(not(feature = "mcp"))]
pub(crate) async fn run(
    _options: Mcp,
    _matches: &clap::ArgMatches,
    _commands: Commands,
    _environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    Err(crate::output::without_feature("`pcenter mcp`", "mcp"))
}

#[cfg(feature = "mcp")]
pub(crate) use session::run;
