//! From the words typed to the exit code.

use std::ffi::OsString;
use std::io::Write;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::commands;
use crate::failure::{Exit, Failure};

/// What a command sees of the process around it.
#[expect(missing_debug_implementations, reason = "made of trait objects")]
pub struct Environment<'a> {
    /// Where rows go.
    pub stdout: &'a mut dyn Write,
    /// Where everything else goes.
    pub stderr: &'a mut dyn Write,
    /// Whether a person looks at stdout.
    pub stdout_is_terminal: bool,
    /// Reads an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Called when `--verbose` is given.
    pub start_tracing: &'a dyn Fn(),
}

impl Environment<'_> {
    /// Whether to colour stdout (see <https://no-color.org>).
    pub(crate) fn colour(&self) -> bool {
        self.stdout_is_terminal
            && (self.variable)("NO_COLOR").is_none_or(|value| value.is_empty())
            && (self.variable)("TERM").as_deref() != Some("dumb")
    }
}

/// Runs one command line and returns its exit code, an [`Exit`].
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: &mut Environment<'_>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are asked for, so they are no failure.
            let (out, exit): (&mut dyn Write, _) = match error.use_stderr() {
                true => (environment.stderr, Exit::Usage),
                false => (environment.stdout, Exit::Fine),
            };
            let _reader_gone = write!(out, "{}", error.render());
            return exit as u8;
        }
    };
    if arguments.verbose {
        (environment.start_tracing)();
    }
    let verbose = arguments.verbose;
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Other, format!("the runtime did not start: {error}")))
        .and_then(|runtime| runtime.block_on(dispatch(arguments.command, environment)));
    match result {
        Ok(exit) => exit as u8,
        Err(failure) if failure.is_broken_pipe() => Exit::Fine as u8,
        Err(failure) => {
            // Nothing is left to do when even the complaint cannot be printed.
            let _reader_gone = failure.print(environment.stderr, verbose);
            failure.exit as u8
        }
    }
}

async fn dispatch(command: Command, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    match command {
        Command::Licenses(command) => commands::licenses::run(command, environment).await,
        Command::Emulator(command) => commands::emulator::run(command, environment).await,
        Command::Completions { shell } => commands::completions::run(shell, environment),
    }
}

/// Prints what the client does to stderr, for `--verbose`.
pub fn start_tracing() {
    use tracing_subscriber::filter::LevelFilter;

    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .init();
}
