//! Whitespace of JSON texts, whose values stay as the service sends them, digit by digit.

use serde::de::IgnoredAny;

/// Whitespace between the values of a JSON text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Layout {
    /// None, so that the text is one line.
    Compact,
    /// Two spaces per level, and one value per line.
    Indented,
}

/// Returns a body without its byte-order mark, which JSON does not allow (RFC 8259, 8.1).
pub(super) fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Returns whether a text is one JSON value.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Returns a JSON text with other whitespace.
pub(super) fn arranged(json: &str, layout: Layout) -> String {
    let mut arranged = String::with_capacity(json.len());
    let (mut level, mut in_text, mut is_escaped) = (0_usize, false, false);
    let line = |text: &mut String, level: usize| {
        if layout == Layout::Indented {
            text.push('\n');
            text.extend(std::iter::repeat_n("  ", level));
        }
    };
    let mut characters = json.chars().peekable();
    while let Some(c) = characters.next() {
        if in_text {
            arranged.push(c);
            in_text = c != '"' || is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            continue;
        }
        match c {
            c if is_space(c) => {}
            '"' => {
                in_text = true;
                arranged.push(c);
            }
            '{' | '[' => {
                arranged.push(c);
                while characters.next_if(|next| is_space(*next)).is_some() {}
                match characters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => arranged.push(end),
                    None => {
                        level += 1;
                        line(&mut arranged, level);
                    }
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                line(&mut arranged, level);
                arranged.push(c);
            }
            ',' => {
                arranged.push(c);
                line(&mut arranged, level);
            }
            ':' if layout == Layout::Indented => arranged.push_str(": "),
            c => arranged.push(c),
        }
    }
    arranged
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whitespace_between_values_changes() {
        let json = "{ \"a\" :[1.50,{} , [ ],\r\n\t{\"b, c\":\"x\\\"{ y\\\\\"}],\"d\":\" \" }";
        assert_eq!(
            arranged(json, Layout::Compact),
            r#"{"a":[1.50,{},[],{"b, c":"x\"{ y\\"}],"d":" "}"#
        );
        let indented = arranged(json, Layout::Indented);
        assert_eq!(
            indented,
            "{\n  \"a\": [\n    1.50,\n    {},\n    [],\n    {\n      \"b, c\": \"x\\\"{ y\\\\\"\n    \
             }\n  ],\n  \"d\": \" \"\n}"
        );
        assert_eq!(arranged(&indented, Layout::Indented), indented);
    }
}
