//! Properties of the text of errors.

use std::error::Error;

/// A value that no error may repeat. In the dictionaries, so that inputs have it.
pub(crate) const PLANTED: &str = "planted-value-0123456789";

/// The messages of an error and of its causes, a line each.
pub(crate) fn messages(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push('\n');
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Checks that a message is short and cannot steer a terminal.
pub(crate) fn is_printable(message: &str) {
    assert!(message.len() <= 4096, "{} bytes: {message}", message.len());
    let steers = |c: char| c.is_control() && c != '\n';
    assert!(!message.contains(steers), "{message:?}");
}
