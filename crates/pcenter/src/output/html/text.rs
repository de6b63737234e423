//! Text of a page: escapes, and labels of columns.

use std::io::{self, Write};

use crate::output::table;
use crate::printable::is_hidden;

/// Zero width non-joiner and joiner, which spell words and emoji without changing the writing
/// direction.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// Returns text for an element or a quoted attribute. Control characters, which HTML forbids, and
/// characters that change the writing direction become visible escapes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control()
                || (is_hidden(c) && !JOINERS.contains(&c))
                || is_noncharacter(c) =>
            {
                escaped.extend(c.escape_unicode());
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Returns whether a code point is reserved for internal use, which HTML forbids.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// Writes text of the data. Text that may be written from right to left is isolated, so that it
/// does not reorder what surrounds it.
pub(super) fn write_data(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let escaped = escaped(text);
    match text.is_ascii() {
        true => write!(out, "{escaped}"),
        false => write!(out, "<bdi>{escaped}</bdi>"),
    }
}

/// Returns the label of a column: the words of its name, such as `Customer tenant ID` for
/// `customerTenantId`.
pub(super) fn label(name: &str) -> String {
    let mut label = String::with_capacity(name.len() + 4);
    for word in words(name) {
        if !label.is_empty() {
            label.push(' ');
        }
        match &*word {
            "id" | "mpn" | "sku" | "url" => label.push_str(&word.to_ascii_uppercase()),
            "percent" => label.push('%'),
            "license" => label.push_str("licence"),
            "licenses" => label.push_str("licences"),
            word => label.push_str(word),
        }
    }
    let mut rest = label.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => label,
    }
}

/// Returns the words of a name in lower case. A capital letter or a dot starts a word.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut starts = true;
    for c in name.chars() {
        if c == '.' {
            starts = true;
            continue;
        }
        if starts || c.is_uppercase() {
            words.push(String::new());
        }
        starts = false;
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// Returns a number with commas between groups of three digits and a minus sign. A number with an
/// exponent stays as it is.
pub(super) fn grouped(number: &str) -> String {
    let grouped = table::grouped(number);
    let is_plain = |digits: &str| {
        let mut bytes = digits.bytes();
        bytes.all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'))
    };
    match grouped.strip_prefix('-').filter(|digits| is_plain(digits)) {
        Some(digits) => format!("\u{2212}{digits}"),
        None => grouped.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_markup_control_characters_and_writing_directions() {
        assert_eq!(
            escaped("<b>\"A\" & 'B'</b>\t\u{0}\u{1b}[31m\u{85}\u{202e}x\u{ffff}"),
            "&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt; \
             \\u{0}\\u{1b}[31m\\u{85}\\u{202e}x\\u{ffff}"
        );
        assert_eq!(escaped("می\u{200c}خواهم 日本"), "می\u{200c}خواهم 日本");
    }

    #[test]
    fn isolates_text_that_is_not_ascii() {
        let written = |text| {
            let mut out = Vec::new();
            write_data(text, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written("Contoso & Co"), "Contoso &amp; Co");
        assert_eq!(written("שלום <1>"), "<bdi>שלום &lt;1&gt;</bdi>");
    }

    #[test]
    fn labels_are_words() {
        for (name, expected) in [
            ("customerTenantId", "Customer tenant ID"),
            ("licensesDeployed", "Licences deployed"),
            ("usagePercent", "Usage %"),
            ("companyProfile.domain", "Company profile domain"),
            ("", ""),
        ] {
            assert_eq!(label(name), expected);
        }
    }

    #[test]
    fn numbers_have_groups_of_three_digits() {
        for (number, expected) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.50", "\u{2212}1,234,567.50"),
            ("9223372036854775807", "9,223,372,036,854,775,807"),
            ("1e3", "1e3"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }
}
