//! From the words typed to the exit code.

use std::ffi::OsString;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};
use partner_center::credential::{RefreshTokenStore, StoreError};
use url::Url;

use crate::arguments::{NO_INPUT, Tool, command};
use crate::commands;
use crate::failure::{Exit, Failure};
use crate::reports::{Report, in_order};
use crate::signals::Signals;

/// All variables of this program's own.
const VARIABLES: [&str; 9] = [
    "PCENTER_ACCESS_TOKEN",
    "PCENTER_AUTHORITY",
    "PCENTER_CLIENT_ID",
    "PCENTER_CLIENT_SECRET",
    "PCENTER_CONFIG",
    "PCENTER_NO_INPUT",
    "PCENTER_PROFILE",
    "PCENTER_REFRESH_TOKEN",
    "PCENTER_TENANT_ID",
];

/// What a command sees of the process around it.
#[expect(missing_debug_implementations, reason = "made of trait objects")]
pub struct Environment<'a> {
    /// Where answers to questions come from.
    pub stdin: &'a mut dyn BufRead,
    /// Where rows go.
    pub stdout: &'a mut dyn Write,
    /// Where everything else goes.
    pub stderr: &'a mut dyn Write,
    /// Whether a person can answer questions.
    pub stdin_is_terminal: bool,
    /// Whether a person looks at stdout.
    pub stdout_is_terminal: bool,
    /// Whether what is written to stdout goes nowhere, because the caller closed it.
    pub stdout_is_lost: bool,
    /// Whether a person looks at stderr.
    pub stderr_is_terminal: bool,
    /// Reads an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The directory for settings of this user's programs.
    pub config_directory: Option<PathBuf>,
    /// What shows a page to the user, where this computer can.
    pub browser: &'a dyn Fn() -> Option<OpenBrowser>,
    /// The keyring of this computer.
    pub keyring: &'a OpenKeyring,
    /// Handles the signals that end a command early, from the time of the call on.
    pub signals: &'a dyn Fn() -> Signals,
    /// Called when `--verbose` is given, with how often it is given.
    pub start_tracing: &'a dyn Fn(u8),
}

/// Opens the place in the keyring for a profile's refresh token, by the profile's name.
pub type OpenKeyring = dyn Fn(&str) -> Result<Arc<dyn RefreshTokenStore>, StoreError>;

/// Shows a page in the browser of this computer.
pub type OpenBrowser = Arc<dyn Fn(&Url) -> std::io::Result<()> + Send + Sync>;

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

    /// An environment variable that holds more than blanks.
    pub(crate) fn set(&self, name: &str) -> Option<String> {
        let value = (self.variable)(name)?.into_string().ok()?;
        (!value.trim().is_empty()).then_some(value)
    }

    /// A variable that cannot be read must not count as one that is not set: another
    /// profile, or another user, would be meant.
    fn check_variables(&self) -> Result<(), Failure> {
        let unreadable =
            |name: &str| (self.variable)(name).is_some_and(|value| value.to_str().is_none());
        match VARIABLES.into_iter().find(|name| unreadable(name)) {
            Some(name) => Err(
                Failure::new(Exit::Usage, format!("{name} is set to no UTF-8 text"))
                    .help("set it anew, or unset it"),
            ),
            None => Ok(()),
        }
    }

    /// Whether a question can be asked.
    pub(crate) fn can_ask(&self, matches: &ArgMatches) -> bool {
        self.stdin_is_terminal && self.stderr_is_terminal && !self.must_not_ask(matches)
    }

    /// Whether nothing may be asked: `--no-input`, or `PCENTER_NO_INPUT`.
    pub(crate) fn must_not_ask(&self, matches: &ArgMatches) -> bool {
        let variable = self.set("PCENTER_NO_INPUT");
        let off = ["0", "false", "no"];
        matches.get_flag(NO_INPUT)
            || variable
                .is_some_and(|value| !off.contains(&value.trim().to_ascii_lowercase().as_str()))
    }

    fn is_dumb(&self) -> bool {
        (self.variable)("TERM").is_some_and(|value| value == "dumb")
    }
}

/// Runs one command line and returns its exit code, an [`Exit`].
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: &mut Environment<'_>) -> u8 {
    let arguments = in_order(arguments.into_iter().collect());
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
    let verbosity = matches.get_count("verbose");
    if verbosity > 0 {
        (environment.start_tracing)(verbosity);
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
            let _reader_gone = failure.print(environment.stderr, verbosity > 0);
            failure.exit as u8
        }
    }
}

async fn dispatch(
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    environment.check_variables()?;
    if let Some((report, matches)) = Report::find(matches) {
        return commands::report::run(report, matches, environment).await;
    }
    match Tool::from_arg_matches(matches)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?
    {
        Tool::Auth(command) => commands::auth::run(command, matches, environment).await,
        Tool::Emulator(command) => commands::emulator::run(command, environment).await,
        Tool::Completions { shell } => commands::completions::run(shell, environment),
    }
}
