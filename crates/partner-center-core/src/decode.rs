//! From the bytes of a body to a value, with the place of a failure.

use std::borrow::Cow;

use serde::de::{Deserialize, DeserializeOwned};

use crate::object::{Likeness, documented_names};

/// Problem of a body that holds an error of the service, though its status says success.
pub(crate) const ERROR_IN_SUCCESS: &str = "an error of the service in a successful response";
const ENDS_TOO_EARLY: &str = "the JSON ends too early";
const NOT_JSON: &str = "not JSON: ";
/// Problem of an object that is not of the described kind.
pub(crate) const NO_DOCUMENTED: &str = "no documented property has a value";
/// Problem of an object that has two values for one property.
pub(crate) const DIFFERENT: &str = "two different values of the same property";
/// Problem of a list that has rows under two names.
pub(crate) const TWICE: &str = "rows under more than one name";

/// A body that is not what the spec describes.
///
/// Says where and what kind of thing is wrong, never what the body holds: names
/// of customers must not reach a log through an error.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DecodeError {
    /// The place, as a JSON path: `items[3].licensesSold`. Empty for the body as a whole.
    pub path: String,
    /// What is wrong there, without the value.
    pub problem: String,
    /// Line of the place, from 1.
    pub line: usize,
    /// Column of the place in bytes, from 1 (0: the end of the line before).
    pub column: usize,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        write!(
            f,
            "{} (line {}, column {})",
            self.problem, self.line, self.column
        )
    }
}

impl std::error::Error for DecodeError {}

#[cfg(feature = "client")]
impl DecodeError {
    /// Whether an error of the service can be the reason: it was recognised, or it stands where
    /// the JSON breaks off.
    pub(crate) fn may_be_of_the_service(&self) -> bool {
        self.problem == ERROR_IN_SUCCESS
            || self.problem == ENDS_TOO_EARLY
            || self.problem.starts_with(NOT_JSON)
    }
}

/// The body without its UTF-8 byte-order mark, if it has one.
///
/// Success bodies of the `/v1` family begin with one, which JSON does not allow (T1).
/// Only one is taken off.
pub fn strip_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Reads a body, byte-order mark or not. A lone half of a character (a name that was cut in the
/// middle of an emoji) is read as U+FFFD.
///
/// # Errors
///
/// When the body is not JSON, is cut off, differs from the spec, or is an object without a
/// value of a documented property. The body is then read a second time to find the place, so that success
/// costs nothing.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let body = strip_byte_order_mark(body);
    let value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(first) => match without_lone_surrogates(body) {
            Cow::Borrowed(_) => return Err(locate::<T>(body, first)),
            Cow::Owned(body) => {
                serde_json::from_slice(&body).map_err(|first| locate::<T>(&body, first))?
            }
        },
    };
    match documented_names::<T>() {
        Some(names) => require_one_of(names, body).map(|()| value),
        None => Ok(value),
    }
}

/// Refuses an object that is not of its type: all properties of most types are optional, so an
/// error or a list could be read as one.
fn require_one_of(names: &[&str], body: &[u8]) -> Result<(), DecodeError> {
    let Ok(found) = serde_json::from_slice(&without_lone_surrogates(body)) else {
        // Read as a value already, so an object of properties.
        return Ok(());
    };
    let problem = match Likeness::of(&found, names) {
        Ok(Likeness::Special | Likeness::Common) => return Ok(()),
        Ok(Likeness::None) => {
            let found: Vec<_> = found.iter().map(|(name, _)| name).collect();
            format!("{NO_DOCUMENTED}; {}", found_names("response", &found))
        }
        Err(_) => ERROR_IN_SUCCESS.to_owned(),
    };
    Err(DecodeError {
        path: String::new(),
        problem,
        line: 1,
        column: 1,
    })
}

/// The names that a body has, for an error: those that no customer could have.
pub(crate) fn found_names<S: AsRef<str>>(of: &str, names: &[S]) -> String {
    let mut list = String::new();
    for name in names.iter().map(AsRef::as_ref).take(8) {
        let name = plain_name(name);
        list.push_str(if list.is_empty() { "" } else { ", " });
        list.push_str(&format!("`{name}`"));
    }
    match names.len() {
        0 => format!("the {of} has no property"),
        1..=8 => format!("the {of} has {list}"),
        _ => format!("the {of} has {list} and more"),
    }
}

/// The name of a property as a message may have it: one that no customer could have.
pub(crate) fn plain_name(name: &str) -> &str {
    if is_plain(name) { name } else { "…" }
}

/// The text with `\ufffd` for each escape that is one half of a character only, which JSON
/// allows and no Unicode text can hold. The length stays, so that places in it stay.
pub(crate) fn without_lone_surrogates(text: &[u8]) -> Cow<'_, [u8]> {
    let escape = |at: usize| -> Option<u16> {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut whole = Cow::Borrowed(text);
    let mut at = 0;
    while let Some(next) = text[at..].iter().position(|byte| *byte == b'\\') {
        at += next;
        at += match escape(at) {
            Some(0xD800..=0xDBFF) if matches!(escape(at + 6), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                whole.to_mut()[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            Some(_) => 6,
            None => 2,
        };
        if at >= text.len() {
            break;
        }
    }
    whole
}

pub(crate) fn locate<'de, T: Deserialize<'de>>(
    body: &'de [u8],
    first: serde_json::Error,
) -> DecodeError {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let (path, error) = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        // The value itself is fine, so what follows it is not.
        Ok(_) => (String::new(), first),
        Err(error) => (error.path().to_string(), error.into_inner()),
    };
    DecodeError {
        path: match path.as_str() {
            "." | "?" => String::new(),
            path => plain(path),
        },
        problem: problem(&error),
        line: error.line(),
        column: error.column(),
    }
}

/// A path up to the first name that no documented property could have: names come from
/// the body too.
fn plain(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let kept = parts
        .iter()
        .take_while(|part| is_plain(part.split('[').next().unwrap_or_default()))
        .count()
        .min(12);
    let mut plain = parts[..kept].join(".");
    if kept < parts.len() {
        plain.push_str(".…");
    }
    plain
}

/// Returns whether a property could have this name, which then may stand in an error.
fn is_plain(name: &str) -> bool {
    name.len() <= 60
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"@_?.".contains(&b))
}

/// serde's message without the value it quotes.
fn problem(error: &serde_json::Error) -> String {
    use serde_json::error::Category;

    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(text, _)| text);
    match error.classify() {
        Category::Eof => ENDS_TOO_EARLY.to_owned(),
        Category::Syntax => format!("{NOT_JSON}{message}"),
        Category::Io => "the body could not be read".to_owned(),
        Category::Data
            if message.starts_with("missing field `")
                || message == ERROR_IN_SUCCESS
                || message == TWICE
                || message == DIFFERENT
                || message.starts_with(NO_DOCUMENTED) =>
        {
            message.to_owned()
        }
        Category::Data => {
            let expected = message
                .rsplit_once(", expected ")
                .map(|(_, expected)| expected);
            let found = message
                .strip_prefix("invalid type: ")
                .and_then(|rest| rest.split([' ', ',', '`']).next())
                .map(|kind| match kind {
                    "floating" => "a fraction",
                    "integer" => "an integer",
                    "boolean" => "a boolean",
                    "null" => "null",
                    "map" => "an object",
                    "sequence" => "an array",
                    _ => "a string",
                });
            match (expected, found) {
                (Some(expected), Some(found)) => format!("expected {expected}, found {found}"),
                (Some(expected), None) => format!("expected {expected}, found another value"),
                (None, _) => "not of the documented form".to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Collection;

    fn error(body: &[u8]) -> String {
        decode::<Collection<i64>>(body).unwrap_err().to_string()
    }

    #[test]
    fn one_byte_order_mark_is_taken_off() {
        assert_eq!(decode::<Vec<i64>>(b"\xEF\xBB\xBF[1]"), Ok(vec![1]));
        assert_eq!(decode::<Vec<i64>>(b"[1]"), Ok(vec![1]));
        assert!(decode::<Vec<i64>>(b"\xEF\xBB\xBF\xEF\xBB\xBF[1]").is_err());
    }

    #[test]
    fn the_place_is_named_and_the_value_is_not() {
        for (body, text) in [
            (
                r#"{"items":[1,2,3,"Fabrikam, expected GmbH"]}"#,
                "`items[3]`: expected i64, found a string (line 1, column 41)",
            ),
            (
                r#"{"items":[1.5]}"#,
                "`items[0]`: expected i64, found a fraction (line 1, column 13)",
            ),
            (
                r#"{"items":[[]]}"#,
                "`items[0]`: expected i64, found an array (line 1, column 10)",
            ),
            (
                r#"{"items":[null]}"#,
                "`items[0]`: expected i64, found null (line 1, column 14)",
            ),
            (
                r#"{"items":null,"totalCount":1}"#,
                "expected rows, since the stated count is more than 0, found null (line 1, column 29)",
            ),
            (
                r#"{"totalCount":1}"#,
                "missing field `items` (line 1, column 16)",
            ),
            (
                r#"{"items":[1,"#,
                "`items`: the JSON ends too early (line 1, column 12)",
            ),
            ("", "the JSON ends too early (line 1, column 0)"),
            ("<html>", "not JSON: expected value (line 1, column 1)"),
            (
                r#"{"items":[NaN]}"#,
                "`items[0]`: not JSON: expected value (line 1, column 11)",
            ),
            (
                r#"{"items":[]} x"#,
                "not JSON: trailing characters (line 1, column 14)",
            ),
            (
                r#""Fabrikam""#,
                "expected an object (Collection), found a string (line 1, column 10)",
            ),
            (
                r#"{"items":[99999999999999999999]}"#,
                "`items[0]`: expected i64, found a fraction (line 1, column 30)",
            ),
        ] {
            assert_eq!(error(body.as_bytes()), text, "{body}");
        }
        assert!(
            error(b"{\"items\":[\"\xFF\"]}").contains("not JSON"),
            "{}",
            error(b"{\"items\":[\"\xFF\"]}")
        );
    }

    #[test]
    fn names_that_no_property_has_are_not_repeated() {
        for (body, text) in [
            (
                "{\"by\":{\"Fabrikam <x>\":{\"x\":",
                "`by.…`: the JSON ends too early",
            ),
            ("{\"Fabrikam GmbH\":[", "`.…`: the JSON ends too early"),
            (
                "{\"Value\":[{\"@x\":",
                "`Value[0].@x`: the JSON ends too early",
            ),
        ] {
            let error = decode::<serde_json::Value>(body.as_bytes())
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(text), "{error}");
            assert!(!error.contains("Fabrikam"), "{error}");
        }
    }

    #[test]
    fn half_a_character_is_replaced_and_its_row_is_kept() {
        for (json, text) in [
            (r#"["B \ud83d"]"#, "B \u{fffd}"),
            (r#"["\ude00 B"]"#, "\u{fffd} B"),
            (r#"["\ud83d\ud83d\ude00"]"#, "\u{fffd}😀"),
            (r#"["\uD83D\n"]"#, "\u{fffd}\n"),
            (r#"["\\ud83d\udbff"]"#, "\\ud83d\u{fffd}"),
        ] {
            assert_eq!(
                decode::<Vec<String>>(json.as_bytes()),
                Ok(vec![text.to_owned()])
            );
        }
        for json in [r#"["\ud83"#, r#"["\"#, r#"["\ud83d"#, r#"["\ud83d",1]"#] {
            assert!(decode::<Vec<String>>(json.as_bytes()).is_err(), "{json}");
        }
        // The place of another error stays.
        let error = decode::<Vec<String>>(br#"["\ud83d",1]"#).unwrap_err();
        assert_eq!((error.path.as_str(), error.column), ("[1]", 11));
    }

    #[test]
    fn another_object_is_refused_with_its_names_and_without_its_values() {
        let read = |json: &str| decode::<crate::Link>(json.as_bytes()).map_err(|e| e.problem);
        assert!(read(r#"{"URI":"a","new":1}"#).is_ok());
        assert_eq!(
            read(r#"{"data":"Fabrikam","Fabrikam GmbH":1,"@odata.x":2}"#).unwrap_err(),
            "no documented property has a value; the response has `@odata.x`, `…`, `data`"
        );
        for (json, found) in [
            ("{}", "no property"),
            (r#"{"uri":null}"#, "`uri`"),
            (r#"{"uri":""}"#, "`uri`"),
        ] {
            let expected = format!("no documented property has a value; the response has {found}");
            assert_eq!(read(json).unwrap_err(), expected, "{json}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep = "[".repeat(1_000_000);
        assert!(decode::<serde_json::Value>(deep.as_bytes()).is_err());
    }
}
