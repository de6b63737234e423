use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::AdditionalProperties;

/// Error body of the service, in a common format.
///
/// Deserialises every documented format: `{code, description, data, source}` with the code as text
/// or number ([T70](crate::deviations#t70)), `{statusCode, message}` of the gateway
/// ([T75](crate::deviations#t75)) and `{error: {code, message}}`. Also deserialises the formats of
/// other gateways and of OData: `errors`, `odata.error`, `fault`, and the problem details of RFC
/// 9457 (`title`, `detail`). Serialises to the first of these formats, with a code of digits as a
/// number, as the service does.
///
/// ```
/// use partner_center_core::ApiError;
///
/// let documented = ApiError::from_body(br#"{"code": 2032, "description": "No access."}"#).unwrap();
/// assert_eq!(documented.code.as_deref(), Some("2032"));
///
/// let gateway = br#"{"statusCode": 429, "message": "Rate limit is exceeded."}"#;
/// let gateway = ApiError::from_body(gateway).unwrap();
/// assert_eq!(gateway.description.as_deref(), Some("Rate limit is exceeded."));
/// ```
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// Error code, as text. It is only a hint: the meaning of a code depends on the status, and
    /// the service sends undocumented codes, too ([T72](crate::deviations#t72)).
    pub code: Option<String>,
    /// Description of the error by the service.
    pub description: Option<String>,
    /// Details; text or objects, often empty ([T71](crate::deviations#t71)).
    pub data: Vec<Value>,
    /// Component of the service that reports the failure.
    pub source: Option<String>,
    /// Properties that are not part of a documented format.
    pub additional_properties: AdditionalProperties,
}

/// Prints code, description, source and the number of details, but not the details, because they
/// may contain business data.
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
    /// Creates an error like those of the service. For tests and mocks.
    pub fn new(code: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            code: Some(code.into()),
            description: Some(description.into()),
            source: Some("PartnerApiServiceControllers".to_owned()),
            ..Self::default()
        }
    }

    /// Reads an error body. `None` if it is empty, not JSON (such as the HTML page of a gateway,
    /// [T76](crate::deviations#t76)), or JSON without code and description.
    ///
    /// ```
    /// use partner_center_core::ApiError;
    ///
    /// assert_eq!(ApiError::from_body(b"<html>Bad Gateway</html>"), None);
    /// assert_eq!(ApiError::from_body(b""), None);
    /// ```
    pub fn from_body(body: &[u8]) -> Option<Self> {
        let body = crate::model::decode::strip_byte_order_mark(body);
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
                // The documented name takes precedence if both are sent.
                "message" | "faultstring" | "errormessage" | "exceptionmessage"
                    if error.description.is_none() =>
                {
                    error.description = message_text(value);
                }
                "title" => title = scalar_text(value),
                "detail" => match value {
                    // The `detail` of a `fault` contains its code.
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
            // The outer object may contain the code or description that the error lacks.
            inner.code = inner.code.or(error.code);
            inner.description = inner.description.or(error.description);
            return Some(inner);
        }
        Some(error)
    }

    /// Reads the value of a property such as `error`: an object, a list of objects, or text.
    fn from_nested(value: Value) -> Option<Self> {
        match value {
            // Text without whitespace is a code, such as `invalid_grant`.
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

/// Returns whether a property of this name, in lower case, always contains an error.
pub(crate) fn is_error(name: &str) -> bool {
    matches!(
        name,
        "error" | "errors" | "odata.error" | "@odata.error" | "fault"
    )
}

/// Returns text, or the text of an OData message, which also has a language.
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
    fn every_documented_error_format_is_read() {
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
    fn a_body_without_an_error_is_none() {
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
    fn a_byte_order_mark_and_unexpected_data_are_accepted() {
        let error =
            ApiError::from_body(b"\xEF\xBB\xBF{\"code\":1,\"data\":{\"a\":1},\"x\":true}").unwrap();
        assert_eq!(error.data, [serde_json::json!({"a": 1})]);
        assert_eq!(
            error.additional_properties.get("x"),
            Some(Value::Bool(true))
        );
    }

    #[test]
    fn deep_nesting_is_rejected_without_a_crash() {
        let deep = format!("{}{}", r#"{"error":"#.repeat(100_000), "}".repeat(100_000));
        assert_eq!(read(&deep), None);
    }

    #[test]
    fn an_error_is_written_in_the_first_documented_format() {
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
