//! `pcenter emulator`

mod data;
mod env;
mod profile;
mod request_log;
mod start;

use clap::Subcommand;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};

/// Subcommands of `pcenter emulator`.
#[derive(Debug, Subcommand)]
pub(crate) enum EmulatorCommand {
    /// Run the emulator until Ctrl-C; prints one JSON line with its address and credentials
    ///
    /// The page at the address shows requests and adds faults; /docs is a reference that sends
    /// calls. Each request is logged on stderr.
    #[command(after_help = start::EXAMPLES)]
    Start(Box<start::Start>),
    /// Print the environment variables with which programs call an emulator
    #[command(after_help = env::EXAMPLES)]
    Env(env::Env),
}

pub(crate) async fn run(
    command: EmulatorCommand,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    match command {
        EmulatorCommand::Start(start) => start::run(*start, environment).await,
        EmulatorCommand::Env(options) => env::run(&options, environment),
    }
}
