//! From the bytes of a body to a value, with the place of a failure.

use serde::de::DeserializeOwned;

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

/// The body without its UTF-8 byte-order mark, if it has one.
///
/// Success bodies of the `/v1` family begin with one, which JSON does not allow (T1).
/// Only one is taken off.
pub fn strip_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Reads a body, byte-order mark or not.
///
/// # Errors
///
/// When the body is not JSON, is cut off, or differs from the spec. The body is
/// then read a second time to find the place, so that success costs nothing.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let body = strip_byte_order_mark(body);
    serde_json::from_slice(body).map_err(|first| locate::<T>(body, first))
}

fn locate<T: DeserializeOwned>(body: &[u8], first: serde_json::Error) -> DecodeError {
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
    let is_plain = |part: &str| {
        let name = part.split('[').next().unwrap_or_default();
        name.len() <= 60
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"@_?".contains(&b))
    };
    let parts: Vec<&str> = path.split('.').collect();
    let kept = parts
        .iter()
        .take_while(|part| is_plain(part))
        .count()
        .min(12);
    let mut plain = parts[..kept].join(".");
    if kept < parts.len() {
        plain.push_str(".…");
    }
    plain
}

/// serde's message without the value it quotes.
fn problem(error: &serde_json::Error) -> String {
    use serde_json::error::Category;

    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(text, _)| text);
    match error.classify() {
        Category::Eof => "the JSON ends too early".to_owned(),
        Category::Syntax => format!("not JSON: {message}"),
        Category::Io => "the body could not be read".to_owned(),
        Category::Data if message.starts_with("missing field `") => message.to_owned(),
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
    fn deep_nesting_is_an_error() {
        let deep = "[".repeat(1_000_000);
        assert!(decode::<serde_json::Value>(deep.as_bytes()).is_err());
    }
}
