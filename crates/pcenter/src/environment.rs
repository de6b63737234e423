//! The process environment of a command: streams, variables, browser, keyring, signals.

use std::ffi::OsString;
use std::io::{BufRead, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use clap::ArgMatches;
use partner_center::credential::profiles::{self, OpenKeyring};
use url::Url;

use crate::reference;
use crate::signals::Signals;

/// Id of the flag `--no-input` in [`ArgMatches`].
pub(crate) const NO_INPUT_FLAG: &str = "no_input";

/// The process environment of a command. Tests pass buffers and closures.
#[expect(missing_debug_implementations, reason = "made of trait objects")]
pub struct Environment<'a> {
    /// Input of prompts.
    pub stdin: &'a mut dyn BufRead,
    /// Opens the same input for a thread of its own, which may block.
    pub stdin_of_thread: &'a dyn Fn() -> Box<dyn Read + Send>,
    /// Output of rows.
    pub stdout: &'a mut dyn Write,
    /// Output of everything but rows.
    pub stderr: &'a mut dyn Write,
    /// Whether stdin is a terminal, so that prompts can be answered.
    pub stdin_is_terminal: bool,
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Number of columns of the terminal of stdout, if known.
    pub terminal_width: Option<usize>,
    /// Whether rows written to stdout would be lost because the caller closed it.
    pub stdout_is_lost: bool,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
    /// Returns the current number of columns of the terminal of stderr. `None` if unknown.
    pub stderr_width: fn() -> Option<u16>,
    /// Reads an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// Returns all environment variables, of which object storages have many.
    pub all_variables: &'a dyn Fn() -> Vec<(OsString, OsString)>,
    /// The user's configuration directory. `None` without a home directory.
    pub config_directory: Option<PathBuf>,
    /// The user's cache directory. `None` without a home directory.
    pub cache_directory: Option<PathBuf>,
    /// The user's data directory. `None` without a home directory.
    pub data_directory: Option<PathBuf>,
    /// Returns a function that opens a page in a browser. `None` without a usable browser.
    pub browser: &'a dyn Fn() -> Option<OpenBrowser>,
    /// Opens an entry of the operating system's keyring.
    pub keyring: &'a OpenKeyring,
    /// Installs handlers for the signals that stop a command.
    pub signals: &'a dyn Fn() -> Signals,
    /// Starts a pager, which shows long output on the terminal.
    pub pager: &'a StartPager<'a>,
    /// Returns the time of the clock.
    pub now: &'a dyn Fn() -> SystemTime,
    /// Starts logging to stderr; called with the number of `--verbose` flags if there are any.
    pub start_tracing: &'a dyn Fn(u8),
}

/// Starts a pager: a program with its arguments.
pub type StartPager<'a> = dyn Fn(&[String]) -> std::io::Result<Pager> + 'a;

/// Running pager.
#[expect(missing_debug_implementations, reason = "made of trait objects")]
pub struct Pager {
    /// Text to show.
    pub input: Box<dyn Write>,
    /// Waits until the user leaves the pager. Called after `input` was dropped.
    pub wait: Box<dyn FnOnce()>,
}

/// Opens a page in the browser of this computer.
pub type OpenBrowser = Arc<dyn Fn(&Url) -> std::io::Result<()> + Send + Sync>;

#[cfg(feature = "mcp")]
impl<'a> Environment<'a> {
    /// Returns a copy with other streams, which are no terminals, for a command that another one runs.
    pub(crate) fn with_streams<'s>(
        &self,
        stdin: &'s mut dyn BufRead,
        stdout: &'s mut dyn Write,
        stderr: &'s mut dyn Write,
    ) -> Environment<'s>
    where
        'a: 's,
    {
        Environment {
            stdin,
            stdout,
            stderr,
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            stdout_is_lost: false,
            stderr_is_terminal: false,
            config_directory: self.config_directory.clone(),
            cache_directory: self.cache_directory.clone(),
            data_directory: self.data_directory.clone(),
            ..*self
        }
    }
}

impl Environment<'_> {
    /// Returns whether to colour stdout (see <https://no-color.org>).
    pub(crate) fn colour(&self) -> bool {
        self.stdout_is_terminal
            && (self.variable)("NO_COLOR").is_none_or(|value| value.is_empty())
            && !self.is_dumb()
    }

    /// Returns whether a line on stderr can be overwritten, as progress lines need.
    pub(crate) fn can_overwrite_stderr(&self) -> bool {
        self.stderr_is_terminal && !self.is_dumb()
    }

    /// Returns the sources of the settings of credentials.
    pub(crate) fn settings(&self) -> profiles::Environment<'_> {
        profiles::Environment {
            variable: self.variable,
            config_directory: self.config_directory.clone(),
            keyring: self.keyring,
        }
    }

    /// The value of an environment variable. `None` if unset, whitespace only or not UTF-8.
    pub(crate) fn set(&self, name: &str) -> Option<String> {
        self.settings().get(name)
    }

    /// Name of a `PCENTER_` variable whose value is not UTF-8.
    pub(crate) fn unreadable_variable(&self) -> Option<&'static str> {
        let unreadable =
            |name: &str| (self.variable)(name).is_some_and(|value| value.to_str().is_none());
        reference::variable_names().find(|name| unreadable(name))
    }

    /// Returns whether the command may prompt and a user can answer.
    pub(crate) fn can_prompt(&self, matches: &ArgMatches) -> bool {
        self.stdin_is_terminal && self.stderr_is_terminal && !self.prompts_disabled(matches)
    }

    /// Returns whether prompts are disabled by `--no-input` or `PCENTER_NO_INPUT`.
    pub(crate) fn prompts_disabled(&self, matches: &ArgMatches) -> bool {
        let variable = self.set(reference::NO_INPUT);
        let off = ["0", "false", "no"];
        matches.get_flag(NO_INPUT_FLAG)
            || variable
                .is_some_and(|value| !off.contains(&value.trim().to_ascii_lowercase().as_str()))
    }

    /// Returns whether the terminal cannot move its cursor.
    pub(crate) fn is_dumb(&self) -> bool {
        (self.variable)("TERM").is_some_and(|value| value == "dumb")
    }
}
