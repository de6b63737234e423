//! The process around a command.

use std::ffi::OsString;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::ArgMatches;
use partner_center::credential::{RefreshTokenStore, StoreError};
use url::Url;

use crate::signals::Signals;

/// Id of the flag `--no-input`.
pub(crate) const NO_INPUT: &str = "no_input";

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

    /// A variable of this program whose value is not UTF-8.
    pub(crate) fn unreadable_variable(&self) -> Option<&'static str> {
        let unreadable =
            |name: &str| (self.variable)(name).is_some_and(|value| value.to_str().is_none());
        VARIABLES.into_iter().find(|name| unreadable(name))
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
