//! Untrusted text in error messages.

/// Returns at most `limit` characters of a rejected text, on one line. Quotes are not escaped,
/// because filters contain many of them.
pub(crate) fn excerpt(text: &str, limit: usize) -> Box<str> {
    let mut shown = String::new();
    let mut length = 0;
    for character in text.chars() {
        let escaped: String = match character {
            '\'' | '"' => character.into(),
            _ => character.escape_debug().collect(),
        };
        // An escape is ASCII; an unescaped character counts as one.
        length += escaped.chars().count();
        if length > limit {
            while shown.chars().count() > limit - 3 {
                shown.pop();
            }
            shown.push_str("...");
            break;
        }
        shown.push_str(&escaped);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        assert_eq!(&*excerpt("O'Brien \"x\"", 60), "O'Brien \"x\"");
        assert_eq!(
            &*excerpt("a\r\nb\t\u{202e}\0", 60),
            "a\\r\\nb\\t\\u{202e}\\0"
        );
        for limit in [40, 60] {
            assert_eq!(excerpt(&"é".repeat(limit), limit).chars().count(), limit);
            for long in ["é".repeat(61), "\n".repeat(40), "\u{202e}".repeat(100)] {
                let shown = excerpt(&long, limit);
                assert!(shown.chars().count() <= limit, "{shown}");
                assert!(shown.ends_with("..."), "{shown}");
            }
        }
    }
}
