//! Text that is safe to print on a terminal.

/// Text that cannot steer a terminal: control characters, and those that turn the
/// direction of writing or cannot be seen, become visible escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => printable.push(' '),
            c if c.is_control() || is_hidden(c) => printable.extend(c.escape_unicode()),
            c => printable.push(c),
        }
    }
    printable
}

pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn text_cannot_steer_a_terminal() {
        assert_eq!(
            printable("a\tb\u{1b}[31m\u{202e}x"),
            "a b\\u{1b}[31m\\u{202e}x"
        );
        assert_eq!(printable("Söhne 日本"), "Söhne 日本");
    }
}
