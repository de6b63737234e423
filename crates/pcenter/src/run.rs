//! The entry point: parses the command line, runs the command and returns the exit code.

use std::ffi::OsString;
use std::io::{self, Write};
use std::pin::Pin;

use clap::{ArgMatches, FromArgMatches};
use partner_center::credential::profiles::{Identity, Overrides};

use crate::cli::{Tool, command};
use crate::commands;
use crate::commands::export;
use crate::commands::mcp::Commands;
use crate::completion;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::help::FIRST_COMMAND;
use crate::operations::{OperationCommand, in_order};
use crate::placement::options_after_command;
use crate::reference;

/// Returns the message of `pcenter` alone for a user without credentials.
fn first_run() -> String {
    format!(
        "pcenter: licences sold, deployed and used, from Microsoft's Partner Center. No credentials \
         are set up.\n\n\
         \x20 try it:   {FIRST_COMMAND} --emulator     a made-up partner, no account needed\n\
         \x20 sign in:  pcenter auth login\n\
         \x20 help:     pcenter --help\n"
    )
}

/// Writer of notes: warnings, progress, prompts. What cannot be written is dropped, since
/// a reader that has gone decides neither what is fetched nor the exit code.
struct Notes<'a>(&'a mut dyn Write);

impl Write for Notes<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _dropped = self.0.write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _dropped = self.0.flush();
        Ok(())
    }
}

/// Runs one command line and returns its exit code, an [`Exit`].
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: &mut Environment<'_>) -> u8 {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let mut notes = Notes(&mut *environment.stderr);
    let environment = &mut Environment {
        stdin: &mut *environment.stdin,
        stdout: &mut *environment.stdout,
        stderr: &mut notes,
        config_directory: environment.config_directory.clone(),
        cache_directory: environment.cache_directory.clone(),
        data_directory: environment.data_directory.clone(),
        ..*environment
    };
    if environment.set(reference::COMPLETE).is_some() {
        return completion::run(command(), arguments, environment) as u8;
    }
    if arguments.len() < 2 && !has_credentials(environment) {
        let _reader_gone = environment.stderr.write_all(first_run().as_bytes());
        return Exit::Usage as u8;
    }
    let (arguments, exported) = export::replaced(arguments);
    let arguments = match options_after_command(&command(), arguments) {
        Ok(arguments) => in_order(arguments),
        Err(failure) => {
            let _reader_gone = failure.print(environment.stderr, false);
            return failure.exit as u8;
        }
    };
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            // `--help` and `--version` arrive as errors, but are successful output on stdout.
            let (out, exit): (&mut dyn Write, _) = match error.use_stderr() {
                true => (environment.stderr, Exit::Usage),
                false => (environment.stdout, Exit::Success),
            };
            let _reader_gone = write!(out, "{}", error.render());
            return exit as u8;
        }
    };
    let verbosity = matches.get_count("verbose");
    if verbosity > 0 {
        (environment.start_tracing)(verbosity);
    }
    let result = tokio::runtime::Builder::new_multi_thread()
        // Pages are fetched and decoded on the worker while this thread writes rows.
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Other, format!("the runtime did not start: {error}")))
        .and_then(|runtime| {
            export::check(exported, &matches)?;
            runtime.block_on(dispatch(&matches, environment))
        });
    match result {
        Ok(exit) => exit as u8,
        Err(failure) if failure.is_broken_pipe() => Exit::Success as u8,
        Err(failure) => {
            // A message that cannot be printed must not change the exit code.
            let _reader_gone = failure.print(environment.stderr, verbosity > 0);
            failure.exit as u8
        }
    }
}

/// Returns whether a command would find credentials. A broken configuration counts as credentials:
/// its error says what to fix.
fn has_credentials(environment: &Environment<'_>) -> bool {
    !matches!(
        Identity::resolve(&Overrides::default(), &environment.settings()),
        Ok(None)
    )
}

async fn dispatch(
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    // A variable that cannot be read must not be treated as unset: another profile, or another
    // user, would be used.
    if let Some(name) = environment.unreadable_variable() {
        return Err(Failure::new(
            Exit::Usage,
            format!("the value of {name} is not UTF-8 text"),
        )
        .help("set it again, or unset it"));
    }
    if let Some((operation_command, matches)) = OperationCommand::find(matches) {
        return commands::operation::run(operation_command, matches, environment).await;
    }
    match Tool::from_arg_matches(matches)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?
    {
        Tool::Auth(command) => commands::auth::run(command, matches, environment).await,
        Tool::Report(report) => {
            let is_verbose = matches.get_count("verbose") > 0;
            commands::report::run(report, is_verbose, environment).await
        }
        Tool::Snapshot(command) => {
            let is_verbose = matches.get_count("verbose") > 0;
            commands::snapshot::run(command, is_verbose, environment).await
        }
        Tool::Export(export) => commands::export::run(&export),
        Tool::Api(options) => commands::api::run(*options, environment).await,
        Tool::Mcp(options) => {
            let commands = Commands {
                all: command(),
                run: run_line,
            };
            commands::mcp::run(*options, matches, commands, environment).await
        }
        Tool::Emulator(command) => commands::emulator::run(command, environment).await,
        Tool::Profile(command) => commands::profile::run(command, environment).await,
        Tool::Config(command) => commands::config::run(command, environment),
        Tool::Docs(docs) => commands::docs::run(&docs, environment),
        Tool::Help(help) => commands::help::run(&help, command(), environment),
        Tool::Completions(completions) => {
            commands::completions::run(&completions, environment).await
        }
        Tool::Man(man) => commands::man::run(&man, command(), environment),
        Tool::Version(version) => commands::version::run(&version, matches, environment),
    }
}

/// Parses and runs a command line for another command, without printing its failure.
fn run_line<'r>(
    words: Vec<OsString>,
    environment: &'r mut Environment<'_>,
) -> Pin<Box<dyn Future<Output = Result<Exit, Failure>> + 'r>> {
    Box::pin(async move {
        let matches = command().try_get_matches_from(words).map_err(usage)?;
        dispatch(&matches, environment).await
    })
}

/// Returns the failure of a command line that could not be parsed, without the usage of the command.
fn usage(error: clap::Error) -> Failure {
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let message = lines.next().unwrap_or_default();
    let failure = Failure::new(Exit::Usage, message.trim_start_matches("error: "));
    let help = lines.take_while(|line| !line.starts_with("Usage:"));
    let help: Vec<_> = help
        .filter(|line| !line.starts_with("For more information"))
        .map(|line| line.trim_start_matches("tip: "))
        .collect();
    match help.is_empty() {
        true => failure,
        false => failure.help(help.join(" ")),
    }
}
