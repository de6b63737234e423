use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::AdditionalProperties;

/// What the service says about a failure, in one form.
///
/// Reads every documented body: `{code, description, data, source}` with the
/// code as text or number (T70), the gateway's `{statusCode, message}` (T75) and
/// `{error: {code, message}}`; and those of gateways and of OData: `errors`, `odata.error`,
/// `fault`, and the problem details of RFC 9457 (`title`, `detail`). Written out as the first
/// of these, with a code of digits as a number, the way the service sends it.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// Error code, as text. A hint only: the same code means different things
    /// under different statuses, and codes outside the documented list occur (T72).
    pub code: Option<String>,
    /// What went wrong, in the service's words.
    pub description: Option<String>,
    /// Details; text or objects, often empty (T71).
    pub data: Vec<Value>,
    /// Component of the service that reports the failure.
    pub source: Option<String>,
    /// Properties that none of the documented forms has.
    pub additional_properties: AdditionalProperties,
}

/// Code, description and source; of the rest only how much there is, since it can hold
/// anything.
impl std::fmt::Debug for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiError")
            .field("code", &self.code)
            .field("description", &self.description)
            .field("data", &self.data.len())
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl ApiError {
    /// An error as the service would send it. For tests and mocks.
    pub fn new(code: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            code: Some(code.into()),
            description: Some(description.into()),
            source: Some("PartnerApiServiceControllers".to_owned()),
            ..Self::default()
        }
    }

    /// Reads an error body. `None` where it is empty, no JSON, or JSON that says
    /// nothing about an error, as with a gateway's HTML page (T76).
    pub fn from_body(body: &[u8]) -> Option<Self> {
        let body = crate::decode::strip_byte_order_mark(body);
        let error = Self::from_value(serde_json::from_slice(body).ok()?)?;
        (error.code.is_some() || error.description.is_some()).then_some(error)
    }

    pub(crate) fn from_value(value: Value) -> Option<Self> {
        let Value::Object(properties) = value else {
            return None;
        };
        let mut error = Self::default();
        let (mut nested, mut title, mut detail) = (None, None, None);
        for (name, value) in properties {
            match name.to_ascii_lowercase().as_str() {
                "code" | "errorcode" | "faultcode" if error.code.is_none() => {
                    error.code = scalar_text(value);
                }
                "description" | "error_description" => error.description = scalar_text(value),
                // The documented name wins when both are sent.
                "message" | "faultstring" | "errormessage" | "exceptionmessage"
                    if error.description.is_none() =>
                {
                    error.description = message_text(value);
                }
                "title" => title = scalar_text(value),
                "detail" => match value {
                    // Of a `fault`, whose code is in here.
                    Value::Object(_) => {
                        let inner = Self::from_value(value).unwrap_or_default();
                        error.code = error.code.or(inner.code);
                    }
                    text => detail = scalar_text(text),
                },
                "source" => error.source = scalar_text(value),
                "data" => {
                    error.data = match value {
                        Value::Array(data) => data,
                        Value::Null => Vec::new(),
                        other => vec![other],
                    }
                }
                name if is_error(name) => nested = Self::from_nested(value).or(nested),
                _ => {
                    error.additional_properties.insert(name, value);
                }
            }
        }
        if error.description.is_none() {
            error.description = match (title, detail) {
                (Some(title), Some(detail)) => Some(format!("{title}: {detail}")),
                (title, detail) => title.or(detail),
            };
        }
        if let Some(mut inner) = nested {
            // What surrounds an error describes it where it does not describe itself.
            inner.code = inner.code.or(error.code);
            inner.description = inner.description.or(error.description);
            return Some(inner);
        }
        Some(error)
    }

    /// The value of a property such as `error`: an object, a list of them, or text.
    fn from_nested(value: Value) -> Option<Self> {
        match value {
            // A code is a word, as in `invalid_grant`.
            Value::String(text) if text.trim().contains(char::is_whitespace) => Some(Self {
                description: Some(text),
                ..Self::default()
            }),
            Value::String(text) => scalar_text(Value::String(text)).map(|code| Self {
                code: Some(code),
                ..Self::default()
            }),
            Value::Array(mut errors) if !errors.is_empty() => {
                let first = errors.remove(0);
                let mut error = match first {
                    Value::String(text) => Self {
                        description: Some(text),
                        ..Self::default()
                    },
                    first => Self::from_value(first)?,
                };
                error.data.extend(errors);
                Some(error)
            }
            Value::Object(properties) if properties.is_empty() => None,
            object @ Value::Object(_) => {
                let error = Self::from_value(object.clone())?;
                match (&error.code, &error.description) {
                    (None, None) => Some(Self {
                        data: vec![object],
                        ..Self::default()
                    }),
                    _ => Some(error),
                }
            }
            _ => None,
        }
    }
}

/// Returns whether a property of this name, in lower case, holds an error and nothing else.
pub(crate) fn is_error(name: &str) -> bool {
    matches!(
        name,
        "error" | "errors" | "odata.error" | "@odata.error" | "fault"
    )
}

/// Text, or text with its language as OData has it.
fn message_text(value: Value) -> Option<String> {
    match value {
        Value::Object(mut message) => message.remove("value").and_then(scalar_text),
        value => scalar_text(value),
    }
}

fn scalar_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl<'de> Deserialize<'de> for ApiError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).ok_or_else(|| {
            serde::de::Error::custom(
                "not an error body, expected an object with `code` or `message`",
            )
        })
    }
}

impl Serialize for ApiError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(code) = &self.code {
            match code.parse::<u64>() {
                Ok(number) if number.to_string() == *code => {
                    map.serialize_entry("code", &number)?
                }
                _ => map.serialize_entry("code", code)?,
            }
        }
        if let Some(description) = &self.description {
            map.serialize_entry("description", description)?;
        }
        map.serialize_entry("data", &self.data)?;
        if let Some(source) = &self.source {
            map.serialize_entry("source", source)?;
        }
        self.additional_properties.serialize_into(&mut map)?;
        map.end()
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ApiError {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ApiError".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "properties": {
                "code": { "oneOf": [{ "type": "string" }, { "type": "integer" }] },
                "description": { "type": "string" },
                "data": { "type": "array", "items": {} },
                "source": { "type": "string" },
                "statusCode": { "type": "integer" },
                "message": { "type": "string" },
            },
            "additionalProperties": true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<(Option<String>, Option<String>)> {
        ApiError::from_body(body.as_bytes()).map(|error| (error.code, error.description))
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn every_documented_form_ends_in_one() {
        for (body, code, description) in [
            (
                r#"{"code":2032,"description":"d","data":[],"source":"s"}"#,
                some("2032"),
                some("d"),
            ),
            (
                r#"{"code":"2000","description":"d","data":["x","y"]}"#,
                some("2000"),
                some("d"),
            ),
            (
                r#"{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }"#,
                None,
                some("Rate limit is exceeded. Try again in 57 seconds."),
            ),
            (
                r#"{"error":{"code":"Forbidden","message":"m"}}"#,
                some("Forbidden"),
                some("m"),
            ),
            (
                r#"{"error":"invalid_grant","error_description":"AADSTS70000"}"#,
                some("invalid_grant"),
                some("AADSTS70000"),
            ),
            (r#"{"Code":5,"Description":"d"}"#, some("5"), some("d")),
            (r#"{"message":"m","description":"d"}"#, None, some("d")),
            (
                r#"{"odata.error":{"code":"x","message":{"lang":"en-US","value":"m"}}}"#,
                some("x"),
                some("m"),
            ),
            (
                r#"{"error":"query timed out"}"#,
                None,
                some("query timed out"),
            ),
            (
                r#"{"errors":[{"code":"x","message":"m"},{"code":"y"}]}"#,
                some("x"),
                some("m"),
            ),
            (r#"{"errors":["m"]}"#, None, some("m")),
            (
                r#"{"fault":{"faultstring":"m","detail":{"errorcode":"q.Quota"}}}"#,
                some("q.Quota"),
                some("m"),
            ),
            (
                r#"{"type":"about:blank","title":"Bad filter","status":400,"detail":"Field q is unknown","traceId":"t"}"#,
                None,
                some("Bad filter: Field q is unknown"),
            ),
            (
                r#"{"title":"t","status":400,"errors":{"top":["too large"]}}"#,
                None,
                some("t"),
            ),
            (r#"{"status":"failed","message":"m"}"#, None, some("m")),
        ] {
            assert_eq!(read(body), Some((code, description)), "{body}");
        }
    }

    #[test]
    fn what_is_no_error_body_is_none() {
        for body in [
            "",
            " ",
            "<html>Bad gateway</html>",
            "null",
            "[]",
            "{}",
            "\"text\"",
            r#"{"code":null}"#,
            "{",
        ] {
            assert_eq!(read(body), None, "{body}");
        }
    }

    #[test]
    fn a_byte_order_mark_and_odd_data_do_no_harm() {
        let error =
            ApiError::from_body(b"\xEF\xBB\xBF{\"code\":1,\"data\":{\"a\":1},\"x\":true}").unwrap();
        assert_eq!(error.data, [serde_json::json!({"a": 1})]);
        assert_eq!(
            error.additional_properties.get("x"),
            Some(Value::Bool(true))
        );
    }

    #[test]
    fn deep_nesting_is_refused_not_a_crash() {
        let deep = format!("{}{}", r#"{"error":"#.repeat(100_000), "}".repeat(100_000));
        assert_eq!(read(&deep), None);
    }

    #[test]
    fn is_written_in_the_first_documented_form() {
        assert_eq!(
            serde_json::to_string(&ApiError::new("2032", "Access denied.")).unwrap(),
            r#"{"code":2032,"description":"Access denied.","data":[],"source":"PartnerApiServiceControllers"}"#
        );
        assert_eq!(
            serde_json::to_string(&ApiError::new("007", "d")).unwrap(),
            r#"{"code":"007","description":"d","data":[],"source":"PartnerApiServiceControllers"}"#
        );
    }
}
