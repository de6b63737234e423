use std::error::Error;

/// Error of the settings of credentials: environment variables, profiles or a token store.
///
/// `Display` prints the problem and the remedies.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SettingsError {
    /// Kind of the problem.
    pub kind: SettingsErrorKind,
    /// The problem, with the file and line or the variable. Contains no secret.
    pub message: String,
    /// Possible remedies, one sentence each.
    pub help: Vec<String>,
}

/// Kind of a [`SettingsError`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SettingsErrorKind {
    /// A setting is invalid, or the file with the profiles cannot be used.
    Invalid,
    /// Credentials are missing or cannot be used.
    Credentials,
}

impl SettingsError {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(SettingsErrorKind::Invalid, message)
    }

    pub(crate) fn new(kind: SettingsErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            help: Vec::new(),
        }
    }

    /// Adds a remedy.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds the remedies of another error.
    pub(crate) fn with_help_of(mut self, other: Self) -> Self {
        self.help.extend(other.help);
        self
    }
}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match self.help.as_slice() {
            [] => Ok(()),
            help => write!(f, " (help: {})", help.join("; ")),
        }
    }
}

impl Error for SettingsError {}

/// Returns the messages of an error and its causes on one line, without messages that an earlier
/// one already contains.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let message = cause.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        source = cause.source();
    }
    text
}
