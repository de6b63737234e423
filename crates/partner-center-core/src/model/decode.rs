//! Decoding of a response body, with the position of an error.

use std::borrow::Cow;

use serde::de::{Deserialize, DeserializeOwned};

use crate::model::lenient_object::{Likeness, documented_names};

/// Problem of a body with an error of the service in spite of a success status.
pub(crate) const ERROR_IN_SUCCESS: &str = "an error of the service in a successful response";
const ENDS_TOO_EARLY: &str = "the JSON ends too early";
const NOT_JSON: &str = "not JSON: ";
/// Problem of an object that is not of the described kind.
const NO_DOCUMENTED: &str = "no documented property has a value";

/// Problem of an object with two values for one property.
pub(crate) const DIFFERENT: &str = "two different values of the same property";

/// Problem of a list with rows under two names.
pub(crate) const ROWS_TWICE: &str = "rows under more than one name";

/// Error of a body that differs from the spec.
///
/// Contains the position and the kind of the problem, but no value of the body, so that names of
/// customers do not get into logs.
///
/// ```
/// use partner_center_core::{Page, Timestamp, decode};
///
/// let body = br#"{"Value": ["2018-10-14", "yesterday"]}"#;
/// let error = decode::decode::<Page<Timestamp>>(body).unwrap_err();
///
/// assert_eq!(error.path, "Value[1]");
/// assert!(!error.to_string().contains("yesterday"), "no value of the body is printed");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DecodeError {
    /// JSON path, such as `items[3].licensesSold`. Empty for the body as a whole.
    pub path: String,
    /// Problem, without the value.
    pub problem: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1; 0 for the end of the previous line.
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
    /// Returns whether an error of the service may be the cause: it was recognised, or it may
    /// have been appended where the JSON ends early.
    pub(crate) fn may_be_of_the_service(&self) -> bool {
        self.problem == ERROR_IN_SUCCESS
            || self.problem == ENDS_TOO_EARLY
            || self.problem.starts_with(NOT_JSON)
    }
}

/// Removes one UTF-8 byte-order mark from the start of a body.
///
/// Success bodies of the `/v1` family start with a byte-order mark, which JSON does not allow
/// ([T1](crate::deviations#t1); RFC 8259, 8.1).
pub fn strip_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Decodes a body with or without a byte-order mark. A lone surrogate, as in a name that was cut
/// in the middle of an emoji, is read as U+FFFD.
///
/// # Errors
///
/// If the body is not JSON, is truncated, differs from the spec, or is an object without a value
/// of a documented property. The position of an error is found by reading the body a second time, so
/// that a success is not slowed down.
///
/// # Examples
///
/// ```
/// use partner_center_core::{Page, decode};
///
/// let page: Page<u32> = decode::decode("\u{feff}{\"Value\": [1, 2]}".as_bytes())?;
/// assert_eq!(page.value, [1, 2]);
///
/// let error = decode::decode::<Page<u32>>(br#"{"Value": [1, "#).unwrap_err();
/// assert_eq!(error.problem, "the JSON ends too early");
/// # Ok::<(), decode::DecodeError>(())
/// ```
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let body = strip_byte_order_mark(body);
    // One check of the whole body is faster than one per text, as `serde_json::from_slice` does.
    let text = str::from_utf8(body).ok();
    let value = match text.and_then(|text| serde_json::from_str(text).ok()) {
        Some(value) => value,
        None => locate(&without_lone_surrogates(body))?,
    };
    match documented_names::<T>() {
        Some(names) => require_one_of(names, body).map(|()| value),
        None => Ok(value),
    }
}

/// Rejects an object that is not of its type. All properties of most types are optional, so an
/// error or a list could be read as an object of the type.
fn require_one_of(names: &[&str], body: &[u8]) -> Result<(), DecodeError> {
    let Ok(found) = serde_json::from_slice(&without_lone_surrogates(body)) else {
        // The body was already read as an object, so this does not occur.
        return Ok(());
    };
    let problem = match Likeness::of(&found, names) {
        Ok(Likeness::Special | Likeness::Common) => return Ok(()),
        Ok(Likeness::None) => {
            let found: Vec<_> = found.iter().map(|(name, _)| name).collect();
            no_documented("response", &found)
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

/// Returns the problem of an object without a documented property.
pub(crate) fn no_documented<S: AsRef<str>>(of: &str, names: &[S]) -> String {
    format!("{NO_DOCUMENTED}; {}", found_names(of, names))
}

/// Lists the property names of a body for an error. Names that could contain the name of a
/// customer are replaced.
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

/// Returns the name of a property for a message; `…` if it could be the name of a customer.
pub(crate) fn plain_name(name: &str) -> &str {
    if is_plain(name) { name } else { "…" }
}

/// Replaces each escape of a lone surrogate by `\ufffd`. JSON allows such escapes (RFC 8259,
/// 8.2), but Unicode text cannot contain them. The length stays the same, so that positions stay
/// valid.
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

/// Decodes a body slowly, with the position of an error.
pub(crate) fn locate<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| (error.path().to_string(), error.into_inner()))
        .and_then(|value| match deserializer.end() {
            Ok(()) => Ok(value),
            Err(error) => Err((String::new(), error)),
        });
    read.map_err(|(path, error)| DecodeError {
        path: match path.as_str() {
            "." | "?" => String::new(),
            path => plain(path),
        },
        problem: problem(&error),
        line: error.line(),
        column: error.column(),
    })
}

/// Cuts a path at the first name that cannot be that of a documented property. Such names come
/// from the body and may be those of customers.
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

/// Returns whether a property could have this name, so that an error may contain it.
fn is_plain(name: &str) -> bool {
    name.len() <= 60
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"@_?.".contains(&b))
}

/// Returns serde's message without the value that it quotes.
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
                || message == ROWS_TWICE
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
    fn one_byte_order_mark_is_removed() {
        assert_eq!(decode::<Vec<i64>>(b"\xEF\xBB\xBF[1]"), Ok(vec![1]));
        assert_eq!(decode::<Vec<i64>>(b"[1]"), Ok(vec![1]));
        assert!(decode::<Vec<i64>>(b"\xEF\xBB\xBF\xEF\xBB\xBF[1]").is_err());
    }

    #[test]
    fn an_error_contains_the_position_but_not_the_value() {
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
    fn names_that_cannot_be_documented_are_replaced() {
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
    fn a_lone_surrogate_is_replaced_and_its_row_is_kept() {
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
        // The position of another error stays the same.
        let error = decode::<Vec<String>>(br#"["\ud83d",1]"#).unwrap_err();
        assert_eq!((error.path.as_str(), error.column), ("[1]", 11));
    }

    #[test]
    fn another_object_is_rejected_with_its_names_but_not_its_values() {
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
