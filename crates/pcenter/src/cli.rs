//! The command line: all commands and the global flags.

use clap::{Arg, ArgAction, Command, Subcommand};
use clap_complete::Shell;

use crate::commands::api::{self, Api};
use crate::commands::auth::Auth;
use crate::commands::emulator::EmulatorCommand;
use crate::commands::mcp::{self, Mcp};
use crate::commands::report::Report;
use crate::environment::NO_INPUT_FLAG;
use crate::operations;
use crate::reference::general_help;

const UNOFFICIAL: &str = "This is unofficial: neither published nor endorsed by Microsoft.";

/// Commands other than those of operations.
#[derive(Debug, Subcommand)]
pub(crate) enum Tool {
    /// Report unused licences, renewals and adoption, of all customers or one
    #[command(subcommand, arg_required_else_help = true)]
    Report(Report),
    /// Sign in, show stored sign-ins and diagnose problems
    #[command(subcommand, arg_required_else_help = true)]
    Auth(Auth),
    /// Send a request to any path of the service and print the response
    #[command(after_help = api::EXAMPLES)]
    Api(Box<Api>),
    /// Serve these commands to assistants, as tools of the Model Context Protocol
    #[command(after_help = mcp::EXAMPLES)]
    Mcp(Box<Mcp>),
    /// Run an emulator of the service on this computer, for experiments and tests
    #[command(subcommand, arg_required_else_help = true)]
    Emulator(EmulatorCommand),
    /// Print a completion script for a shell
    Completions {
        /// Shell to complete commands for
        shell: Shell,
    },
}

/// Returns the definition of the command line, with all commands and help texts.
///
/// ```
/// let arguments = ["pcenter", "licenses", "deployment", "--emulator"];
/// assert!(pcenter::command().try_get_matches_from(arguments).is_ok());
/// assert!(pcenter::command().try_get_matches_from(["pcenter", "licences"]).is_err());
/// ```
pub fn command() -> Command {
    let verbose = Arg::new("verbose")
        .short('v')
        .long("verbose")
        .global(true)
        .display_order(900)
        .action(ArgAction::Count)
        .help(
            "Log requests to stderr, one line per attempt; -vv also logs headers. On failure, also \
             print the response body, which can contain names of customers",
        );
    let no_input = Arg::new(NO_INPUT_FLAG)
        .long("no-input")
        .global(true)
        .display_order(901)
        .action(ArgAction::SetTrue)
        .help("Never prompt, for scheduled jobs; same as PCENTER_NO_INPUT=1");
    let command = Command::new("pcenter")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(format!("{}\n{UNOFFICIAL}", general_help()))
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(verbose)
        .arg(no_input)
        .subcommands(operations::commands());
    // `augment_subcommands` sets the description of `Tool`, so the own one comes last.
    Tool::augment_subcommands(command)
        .about("Licences sold, deployed and used, from Microsoft's Partner Center.")
}
