//! Failures of commands: messages for the user and exit codes for the scheduler.

use std::io::{self, Write};
use std::time::Duration;

use partner_center::credential::profiles::{SettingsError, SettingsErrorKind};
use partner_center::paging::PagingError;
use partner_center::{BuildError, Error, ErrorKind};

use crate::printable::printable;

mod causes;
mod exit;
mod refresh_token_issue;

pub(crate) use causes::{cause, cli_messages, messages};
pub use exit::Exit;
pub(crate) use refresh_token_issue::RefreshTokenIssue;

use causes::secret_help;

/// Failure of a command, printed as `error:`, `caused by:` and `help:` lines.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// The error and its causes, outermost first.
    messages: Vec<String>,
    /// Possible fixes.
    help: Vec<String>,
    /// Response body, printed with `--verbose` only: it can contain names of customers.
    body: Option<String>,
    /// Problem of the refresh token that was used, if it is the cause.
    pub(crate) refresh_token_issue: Option<RefreshTokenIssue>,
    broken_pipe: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            messages: vec![message.into()],
            help: Vec::new(),
            body: None,
            refresh_token_issue: None,
            broken_pipe: false,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Removes the response body, of which a copy was written already.
    pub(crate) fn without_body(self) -> Self {
        Self { body: None, ..self }
    }

    /// Returns the error and its causes on one line.
    pub(crate) fn summary(&self) -> String {
        self.messages.join(": ")
    }

    /// Returns the fixes on one line; empty if none is known.
    pub(crate) fn fix(&self) -> String {
        self.help.join("; ")
    }

    /// Appends the messages of another failure as causes.
    pub(crate) fn also(mut self, other: Self) -> Self {
        self.messages.extend(other.messages);
        self
    }

    /// Replaces the name of a library setting in the messages by the flag that sets it.
    fn naming_the_flag(mut self, error: Option<&Error>) -> Self {
        if let Some(Error::BodyTooLarge { .. }) = error {
            for message in &mut self.messages {
                *message = message.replace(
                    "raise the body limit (`ClientBuilder::body_limit`)",
                    "raise it with --body-limit",
                );
            }
        }
        self
    }

    /// Adds help that names the environment variables that can fix the error.
    pub(crate) fn naming_variables(self, error: &(dyn std::error::Error + 'static)) -> Self {
        let failure = match secret_help(error) {
            Some(help) => self.help(help),
            None => self,
        };
        let untrusted = ["UnknownIssuer", "invalid peer certificate"];
        let is_untrusted = |message: &String| untrusted.iter().any(|word| message.contains(word));
        match failure.messages.iter().any(is_untrusted) {
            true => failure.help(CERTIFICATE_HELP),
            false => failure,
        }
    }

    /// Returns whether the reader of stdout has closed the pipe, which is not an error.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    pub(crate) fn print(&self, out: &mut dyn Write, verbose: bool) -> io::Result<()> {
        for (index, message) in self.messages.iter().enumerate() {
            let word = if index == 0 { "error:" } else { "  caused by:" };
            writeln!(out, "{word} {}", lines(message))?;
        }
        for help in &self.help {
            writeln!(out, "  help: {}", lines(help))?;
        }
        match &self.body {
            Some(body) if verbose && !body.is_empty() => {
                writeln!(out, "  response body:")?;
                for line in body.lines() {
                    writeln!(out, "    {}", printable(line))?;
                }
            }
            Some(body) if !body.is_empty() => {
                writeln!(out, "  note: --verbose also prints the response body")?;
            }
            _ => {}
        }
        Ok(())
    }
}

const CERTIFICATE_HELP: &str = if cfg!(all(unix, not(target_os = "macos"))) {
    "this computer does not trust the certificate: SSL_CERT_FILE names a PEM file with the \
     certificates to trust, such as the one that `pcenter emulator start --https FILE` writes"
} else {
    "this computer does not trust the certificate: add its issuer to the certificates that the \
     operating system trusts"
};

/// Escapes control characters but keeps line breaks, which some messages have.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    lines.join("\n")
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            body: error.body_text(),
            help: help(error.retry_after(), error.help()),
            messages: cli_messages(&error),
            refresh_token_issue: RefreshTokenIssue::of(&error),
            ..Self::new(exit(error.kind()), "")
        }
        .naming_the_flag(Some(&error))
        .naming_variables(&error)
    }
}

impl From<PagingError> for Failure {
    fn from(error: PagingError) -> Self {
        Self {
            body: error.call().and_then(Error::body_text),
            help: help(error.retry_after(), error.help()),
            messages: cli_messages(&error),
            refresh_token_issue: RefreshTokenIssue::of(&error),
            ..Self::new(exit(error.kind()), "")
        }
        .naming_the_flag(error.call())
        .naming_variables(&error)
    }
}

fn exit(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::InvalidRequest => Exit::Usage,
        ErrorKind::Authentication => Exit::Authentication,
        ErrorKind::Throttled => Exit::Throttled,
        ErrorKind::Service | ErrorKind::UnexpectedResponse => Exit::Service,
        ErrorKind::Network => Exit::Network,
        _ => Exit::Other,
    }
}

fn help(retry_after: Option<Duration>, help: Option<&str>) -> Vec<String> {
    match retry_after {
        Some(wait) => vec![format!(
            "the service asks to wait {} s",
            // Rounded up: a call that comes too early is throttled again.
            wait.as_millis().div_ceil(1_000)
        )],
        None => help.map(str::to_owned).into_iter().collect(),
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        let exit = match error.kind {
            SettingsErrorKind::Credentials => Exit::Authentication,
            _ => Exit::Usage,
        };
        Self {
            help: error.help,
            ..Self::new(exit, error.message)
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let help = (error.kind() == io::ErrorKind::StorageFull).then(|| {
            "free some space, or name a file in another folder with --output-file".to_owned()
        });
        #[cfg(feature = "lake")]
        let help = help.or_else(|| {
            let error: &partner_center_lake::LakeError = error.get_ref()?.downcast_ref()?;
            error.help()
        });
        Self {
            broken_pipe,
            help: help.into_iter().collect(),
            ..Self::new(
                Exit::Other,
                format!("the output could not be written: {error}"),
            )
        }
    }
}
