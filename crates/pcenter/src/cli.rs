//! The command line: all commands and the global flags.

use clap::{Arg, ArgAction, Command, Subcommand};

use crate::commands::api::{self, Api};
use crate::commands::auth::Auth;
use crate::commands::completions::Completions;
use crate::commands::config::ConfigCommand;
use crate::commands::docs::Docs;
use crate::commands::emulator::EmulatorCommand;
use crate::commands::export::{self, Export};
use crate::commands::help::Help;
use crate::commands::man::Man;
use crate::commands::mcp::{self, Mcp};
use crate::commands::profile::ProfileCommand;
use crate::commands::report::Report;
use crate::commands::snapshot::SnapshotCommand;
use crate::commands::version::Version;
use crate::environment::NO_INPUT_FLAG;
use crate::help;
use crate::operations;

const UNOFFICIAL: &str = "This is unofficial: neither published nor endorsed by Microsoft.";

/// Commands other than those of operations.
#[derive(Debug, Subcommand)]
pub(crate) enum Tool {
    /// Report unused licences, renewals and adoption, of all customers or one
    #[command(subcommand, arg_required_else_help = true)]
    Report(Report),
    /// Keep the history of reports in open tables, and compare their days
    #[command(subcommand, arg_required_else_help = true)]
    Snapshot(SnapshotCommand),
    /// Write the rows of an operation to a file, for example as Parquet
    ///
    /// The same as the command of the operation, with all of its options: `pcenter export azure_usage
    /// -o parquet --output-file usage.parquet` is `pcenter azure-usage -o parquet --output-file
    /// usage.parquet`. `pcenter docs` lists the operations.
    #[command(after_help = export::EXAMPLES)]
    Export(Export),
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
    /// List profiles, choose the default one, rename one
    #[command(subcommand, arg_required_else_help = true)]
    Profile(ProfileCommand),
    /// Create, show and describe the configuration file
    #[command(subcommand, arg_required_else_help = true)]
    Config(ConfigCommand),
    /// Describe operations: fields, parameters, credentials, clouds
    Docs(Docs),
    /// Show the help of a command, or of a topic such as credentials
    Help(Help),
    /// Print the script that completes commands in a shell
    Completions(Box<Completions>),
    /// Print manual pages
    Man(Man),
    /// Print the version; with --verbose also that of the spec, and features
    Version(Version),
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
        .after_help(format!("{}\n{UNOFFICIAL}", topics()))
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(verbose)
        .arg(no_input)
        .subcommands(operations::commands());
    // `augment_subcommands` sets the description of `Tool`, so the own one comes last.
    let command = Tool::augment_subcommands(command)
        .about("Licences sold, deployed and used, from Microsoft's Partner Center.");
    help::finished(command)
}

/// Returns the list of topics of `pcenter help`.
fn topics() -> String {
    let names: Vec<_> = help::TOPICS.iter().map(|topic| topic.name).collect();
    format!("Topics of `pcenter help`: {}", names.join(", "))
}
