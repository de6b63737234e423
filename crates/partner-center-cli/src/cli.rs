//! The command line.

use clap::{Arg, ArgAction, Command, Subcommand};
use clap_complete::Shell;

use crate::commands::auth::Auth;
use crate::commands::emulator::EmulatorCommand;
use crate::environment::NO_INPUT;
use crate::reports::{GROUPS, REPORTS, Report};

const AFTER_HELP: &str = "\
Exit codes:
  0  fine
  1  another failure
  2  wrong usage; nothing was sent
  3  sign-in failed, or the token is not accepted
  4  throttled: too many calls
  5  incomplete: fewer rows than the service states, a listing that was interrupted, also while it
     was resumed, or a column without its values
  6  the service refused or failed, or sent something undocumented
  7  no complete response: network
  130, 143  ended by SIGINT (Ctrl-C) or SIGTERM, as an interrupted listing is: with the rows that
     came, in a valid document; a second signal ends it at once

Variables:
  PCENTER_CONFIG    the file with the profiles, in place of pcenter/config.toml in the user's
                    directory for settings
  PCENTER_PROFILE   the profile to use, unless --profile names one
  PCENTER_NO_INPUT  1 is --no-input
For credentials in variables see the help of any report.

This is unofficial: neither published nor endorsed by Microsoft.";

/// What can be done beside reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Tool {
    /// Sign in, see how long that is good for, find out what is wrong
    #[command(subcommand, arg_required_else_help = true)]
    Auth(Auth),
    /// The service on this machine, for trying things out and for tests
    #[command(subcommand, arg_required_else_help = true)]
    Emulator(EmulatorCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// The command line as clap sees it, for its documentation.
pub fn command() -> Command {
    let verbose = Arg::new("verbose")
        .short('v')
        .long("verbose")
        .global(true)
        .display_order(900)
        .action(ArgAction::Count)
        .help(
            "Say on stderr what is going on, a line an attempt; twice, with the headers. With a \
             failure, also the text of the answer, which can hold names of customers",
        );
    let no_input = Arg::new(NO_INPUT)
        .long("no-input")
        .global(true)
        .display_order(901)
        .action(ArgAction::SetTrue)
        .help("Never ask anything, for jobs; so does PCENTER_NO_INPUT=1");
    let groups = GROUPS.iter().map(|(name, about)| {
        let reports = REPORTS.iter().filter(|report| report.group == Some(name));
        Command::new(*name)
            .about(*about)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommands(reports.map(Report::command))
    });
    let reports = REPORTS.iter().filter(|report| report.group.is_none());
    let command = Command::new("pcenter")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(AFTER_HELP)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(verbose)
        .arg(no_input)
        .subcommands(groups)
        .subcommands(reports.map(Report::command));
    // After the tools, which would put their own description in its place.
    Tool::augment_subcommands(command)
        .about("Licences sold, deployed and used, from Microsoft's Partner Center.")
}
