//! Text that is safe to print on a terminal.

/// Replaces characters that control a terminal by visible escapes: control characters, characters
/// that change the writing direction, and invisible characters. A tab becomes a space.
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

/// Returns whether a character is invisible or changes the writing direction.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn escapes_control_characters_and_keeps_other_text() {
        assert_eq!(
            printable("a\tb\u{1b}[31m\u{202e}x"),
            "a b\\u{1b}[31m\\u{202e}x"
        );
        assert_eq!(printable("Söhne 日本"), "Söhne 日本");
    }
}
