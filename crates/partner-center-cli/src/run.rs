//! From the words typed to the exit code.

use std::ffi::OsString;
use std::io::Write;

use clap::{ArgMatches, FromArgMatches};

use crate::arguments::{Tool, command};
use crate::commands;
use crate::failure::{Exit, Failure};
use crate::reports::{REPORTS, Report};

/// What a command sees of the process around it.
#[expect(missing_debug_implementations, reason = "made of trait objects")]
pub struct Environment<'a> {
    /// Where rows go.
    pub stdout: &'a mut dyn Write,
    /// Where everything else goes.
    pub stderr: &'a mut dyn Write,
    /// Whether a person looks at stdout.
    pub stdout_is_terminal: bool,
    /// Whether a person looks at stderr.
    pub stderr_is_terminal: bool,
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
            && !self.is_dumb()
    }

    /// Whether a line on stderr can be written over.
    pub(crate) fn stderr_is_a_screen(&self) -> bool {
        self.stderr_is_terminal && !self.is_dumb()
    }

    fn is_dumb(&self) -> bool {
        (self.variable)("TERM").as_deref() == Some("dumb")
    }
}

/// Runs one command line and returns its exit code, an [`Exit`].
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: &mut Environment<'_>) -> u8 {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
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
    let verbose = matches.get_flag("verbose");
    if verbose {
        (environment.start_tracing)();
    }
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Other, format!("the runtime did not start: {error}")))
        .and_then(|runtime| runtime.block_on(dispatch(&matches, environment)));
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

async fn dispatch(
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    if let Some((report, matches)) = report(matches) {
        return commands::report::run(report, matches, environment).await;
    }
    match Tool::from_arg_matches(matches)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?
    {
        Tool::Emulator(command) => commands::emulator::run(command, environment).await,
        Tool::Completions { shell } => commands::completions::run(shell, environment),
    }
}

/// The report that was asked for, with its own part of the command line.
fn report(matches: &ArgMatches) -> Option<(&'static Report, &ArgMatches)> {
    let (first, inner) = matches.subcommand()?;
    let (group, name, matches) = match inner.subcommand() {
        Some((second, innermost)) => (Some(first), second, innermost),
        None => (None, first, inner),
    };
    let mut reports = REPORTS.iter();
    let report = reports.find(|report| report.group == group && report.name == name)?;
    Some((report, matches))
}

/// Prints what the client does to stderr, for `--verbose`. Does nothing where the
/// process has a subscriber already.
pub fn start_tracing() {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::{Layer, SubscriberExt};
    use tracing_subscriber::util::SubscriberInitExt;

    // Ours, not every connection of the HTTP stack.
    let ours = Targets::new()
        .with_target("partner_center", LevelFilter::DEBUG)
        .with_target("partner_center_core", LevelFilter::DEBUG);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .with_filter(ours);
    let _already_started = tracing_subscriber::registry().with(lines).try_init();
}
