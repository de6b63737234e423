//! Untrusted text in error messages.

/// Maximum number of characters of an excerpt.
const EXCERPT_LIMIT: usize = 40;

/// Returns the beginning of a rejected text, escaped to ASCII, for a message.
pub(crate) fn excerpt(text: &str) -> Box<str> {
    let mut shown: String = text
        .chars()
        .take(EXCERPT_LIMIT + 1)
        .flat_map(char::escape_default)
        .collect();
    if shown.len() > EXCERPT_LIMIT {
        shown.truncate(EXCERPT_LIMIT - 3);
        shown.push_str("...");
    }
    shown.into_boxed_str()
}

/// Returns at most `limit` characters of a text of a service, without control characters, so that
/// it can be printed on one line of a terminal.
#[cfg(feature = "client")]
pub fn one_line(text: &str, limit: usize) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(limit)
        .collect();
    if text.chars().nth(limit).is_some() {
        line.push('…');
    }
    line
}
