//! Properties of the text of errors.

use std::error::Error;

/// Value that no error may repeat. It is in the dictionaries, so that inputs contain it.
pub(crate) const PLANTED: &str = "planted-value-0123456789";

/// Returns the messages of an error and of its causes, one per line.
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

/// Checks that a message is short and contains no terminal control characters.
pub(crate) fn is_printable(message: &str) {
    assert!(message.len() <= 4096, "{} bytes: {message}", message.len());
    let is_control = |c: char| c.is_control() && c != '\n';
    assert!(!message.contains(is_control), "{message:?}");
}
