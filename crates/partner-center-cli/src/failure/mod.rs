//! Failures, as the person at the terminal or the scheduler sees them.

use std::io::{self, Write};
use std::time::Duration;

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

/// Why a command did not do what it should.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// What, then the causes, outermost first.
    messages: Vec<String>,
    /// What to do about it.
    help: Vec<String>,
    /// Text of the answer, for `--verbose` only.
    body: Option<String>,
    /// What is wrong with the sign-in that was used.
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

    /// The same, with the help of another one as well.
    pub(crate) fn with_help_of(mut self, other: Self) -> Self {
        self.help.extend(other.help);
        self
    }

    /// What went wrong, on one line.
    pub(crate) fn summary(&self) -> String {
        self.messages.join(": ")
    }

    /// What to do about it, on one line; empty where nobody knows.
    pub(crate) fn fix(&self) -> String {
        self.help.join("; ")
    }

    /// The same, with what went wrong after it.
    pub(crate) fn also(mut self, other: Self) -> Self {
        self.messages.extend(other.messages);
        self
    }

    /// The same, with the flag in place of the function of the library.
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

    /// The same, with the variables of this program that could cure it.
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

    /// Whether the reader of stdout has gone: nothing to complain about.
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
                writeln!(out, "  the answer was:")?;
                for line in body.lines() {
                    writeln!(out, "    {}", printable(line))?;
                }
            }
            Some(body) if !body.is_empty() => {
                writeln!(out, "  note: --verbose also prints the text of the answer")?;
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

/// Some messages have lines; nothing else in them may steer the terminal.
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
        ErrorKind::Service | ErrorKind::UnexpectedAnswer => Exit::Service,
        ErrorKind::Network => Exit::Network,
        _ => Exit::Other,
    }
}

fn help(retry_after: Option<Duration>, help: Option<&str>) -> Vec<String> {
    match retry_after {
        Some(wait) => vec![format!(
            "the service asks to wait {} s",
            // Rounded up: a second too early is refused again.
            wait.as_millis().div_ceil(1_000)
        )],
        None => help.map(str::to_owned).into_iter().collect(),
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
        Self {
            broken_pipe,
            ..Self::new(
                Exit::Other,
                format!("the output could not be written: {error}"),
            )
        }
    }
}
