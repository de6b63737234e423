use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::AdditionalProperties;
use crate::list::is_any;

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

    fn from_value(value: Value) -> Option<Self> {
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
                "message" | "faultstring" if error.description.is_none() => {
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

    /// The error that these properties hold, which the spec does not name.
    pub(crate) fn among(properties: &AdditionalProperties, beside: Beside) -> Option<Self> {
        let says_error = properties.iter().any(|(name, json)| {
            let name = name.to_ascii_lowercase();
            // A new property of a row may be called `error` and be text or a count.
            let can_be = beside != Beside::Values || json.starts_with(['{', '[']);
            is_error(&name) && can_be && is_filled(json)
                || beside != Beside::Values && states_failure(&name, json)
        });
        let has = |names: &[&str]| {
            properties
                .iter()
                .any(|(name, json)| is_any(name, names) && is_filled(json))
        };
        let has_code = || {
            properties
                .iter()
                .any(|(name, json)| is_any(name, &["code", "errorCode"]) && is_failure_code(json))
        };
        let is_described = || match beside {
            Beside::Values => false,
            Beside::Rows => {
                has_code() && has(&["message", "description"])
                    || has(&["title"]) && has(&["detail", "status"])
            }
            Beside::Nothing => {
                has_code()
                    || has(&["message", "statusCode", "error_description"])
                    || has(&["title"]) && has(&["detail", "status", "type"])
            }
        };
        if !says_error && !is_described() {
            return None;
        }
        let all = properties.iter().map(|(name, json)| {
            (
                name.to_owned(),
                serde_json::from_str(json).unwrap_or_default(),
            )
        });
        let error = Self::from_value(Value::Object(all.collect()))?;
        // `{"code":0,"message":"OK"}` under `error` is none.
        let is_success = error.code.as_deref().is_some_and(is_success_code);
        (!is_success || !says_error).then_some(error)
    }

    /// The error in a body whose status says success: at its top, in place of a row, or
    /// appended where the rows break off.
    #[cfg(feature = "client")]
    pub(crate) fn in_success(body: &[u8]) -> Option<Self> {
        let body = crate::decode::without_lone_surrogates(body);
        match serde_json::from_slice::<AdditionalProperties>(&body) {
            Ok(properties) => {
                let beside = match properties.iter().any(|(name, _)| is_any(name, ROWS)) {
                    true => Beside::Rows,
                    false => Beside::Nothing,
                };
                let top = Self::among(&properties, beside);
                top.or_else(|| {
                    let rows = properties.iter().find(|(name, _)| is_any(name, ROWS))?.1;
                    Self::among_rows(rows)
                })
            }
            Err(error) if error.is_data() => Self::among_rows(str::from_utf8(&body).ok()?),
            Err(_) => Self::appended(&body),
        }
    }

    #[cfg(feature = "client")]
    fn among_rows(rows: &str) -> Option<Self> {
        let rows: Vec<&serde_json::value::RawValue> = serde_json::from_str(rows).ok()?;
        rows.into_iter().find_map(|row| Self::in_row(row.get()))
    }

    /// The error that is in place of a row.
    #[cfg(feature = "client")]
    pub(crate) fn in_row(row: &str) -> Option<Self> {
        let properties: AdditionalProperties = serde_json::from_str(row).ok()?;
        Self::among(&properties, Beside::Values)
            .or_else(|| Self::among(&properties, Beside::Nothing))
    }

    /// Returns whether what could not be read as a row is an error of the service.
    #[cfg(feature = "client")]
    pub(crate) fn is_row(row: &str, problem: &crate::decode::DecodeError) -> bool {
        let holds_error = |properties| Self::among(&properties, Beside::Values).is_some();
        problem.problem == crate::decode::ERROR_IN_SUCCESS
            || serde_json::from_str(row).is_ok_and(holds_error)
    }

    /// The error that a service wrote where it could not go on with the rows.
    #[cfg(feature = "client")]
    fn appended(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let (at, _) = text.rmatch_indices('{').find(|(at, _)| {
            let name = text[at + 1..].trim_start().strip_prefix('"');
            let name = name.and_then(|rest| rest.split('"').next());
            name.is_some_and(|name| is_error(&name.to_ascii_lowercase()))
        })?;
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter();
        Self::among(&values.next()?.ok()?, Beside::Nothing)
    }
}

/// Names of the property with the rows of a list.
#[cfg(feature = "client")]
const ROWS: &[&str] = &["Value", "items"];

/// What properties without a meaning in the spec stand beside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Beside {
    /// Documented properties of the same object, which may get new ones of any name.
    Values,
    /// The rows of a list.
    Rows,
    /// Nothing that the spec knows.
    Nothing,
}

/// Returns whether a property of this name, in lower case, holds an error and nothing else.
fn is_error(name: &str) -> bool {
    matches!(
        name,
        "error" | "errors" | "odata.error" | "@odata.error" | "fault"
    )
}

fn is_filled(json: &str) -> bool {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => map
            .values()
            .any(|value| !matches!(value, Value::Null) && value.as_str() != Some("")),
    }
}

/// Returns whether a property says of the response as a whole that it failed.
fn states_failure(name: &str, json: &str) -> bool {
    let text = json.trim_matches('"').trim();
    match name {
        "status" | "state" | "result" => {
            const FAILED: [&str; 6] = [
                "failed",
                "failure",
                "error",
                "faulted",
                "cancelled",
                "canceled",
            ];
            is_any(text, &FAILED) || is_failure_status(text)
        }
        "statuscode" | "httpstatuscode" => is_failure_status(text),
        "success" | "succeeded" | "issuccess" | "issuccessful" => {
            text.eq_ignore_ascii_case("false")
        }
        _ => false,
    }
}

fn is_failure_status(text: &str) -> bool {
    matches!(text.parse(), Ok(400..=599_u16))
}

fn is_success_code(text: &str) -> bool {
    is_any(text.trim(), &["0", "200", "ok", "success"])
}

fn is_failure_code(json: &str) -> bool {
    is_filled(json) && !is_success_code(json.trim_matches('"'))
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

    fn among(json: &str, beside: Beside) -> bool {
        ApiError::among(&serde_json::from_str(json).unwrap(), beside).is_some()
    }

    #[test]
    fn an_error_is_recognised_by_what_it_stands_beside() {
        for (json, values, rows, nothing) in [
            (
                r#"{"error":{"code":"500","message":"m"}}"#,
                true,
                true,
                true,
            ),
            (r#"{"Errors":[{"code":"500"}]}"#, true, true, true),
            (
                r#"{"odata.error":{"message":{"value":"m"}}}"#,
                true,
                true,
                true,
            ),
            (r#"{"fault":"m"}"#, false, true, true),
            (r#"{"errors":3}"#, false, true, true),
            (r#"{"error":{"innerError":{"x":1}}}"#, true, true, true),
            (r#"{"error":true}"#, false, true, true),
            (r#"{"status":"Failed","message":"m"}"#, false, true, true),
            (r#"{"statusCode":429}"#, false, true, true),
            (r#"{"success":false}"#, false, true, true),
            (r#"{"code":2000,"description":"d"}"#, false, true, true),
            (
                r#"{"title":"t","status":503,"detail":"d"}"#,
                false,
                true,
                true,
            ),
            (r#"{"title":"t","detail":"d"}"#, false, true, true),
            (r#"{"message":"m"}"#, false, false, true),
            (r#"{"code":2001}"#, false, false, true),
            (
                r#"{"error":null,"errors":[],"fault":""}"#,
                false,
                false,
                false,
            ),
            (
                r#"{"error":{"code":null,"message":""}}"#,
                false,
                false,
                false,
            ),
            (
                r#"{"error":{"code":0,"message":"Success"}}"#,
                false,
                false,
                false,
            ),
            (r#"{"status":"ok","code":0}"#, false, false, false),
            (r#"{"status":200,"success":true}"#, false, false, false),
            (r#"{"data":[1],"total":1}"#, false, false, false),
            ("{}", false, false, false),
        ] {
            let found = [Beside::Values, Beside::Rows, Beside::Nothing];
            let found = found.map(|beside| among(json, beside));
            assert_eq!(found, [values, rows, nothing], "{json}");
        }
    }

    #[cfg(feature = "client")]
    #[test]
    fn an_error_is_found_wherever_it_is_in_a_successful_body() {
        let found = |body: &str| {
            ApiError::in_success(body.as_bytes()).map(|error| (error.code, error.description))
        };
        let expected = Some((some("500"), some("m")));
        for body in [
            r#"{"Value":[],"error":{"code":"500","message":"m"}}"#,
            r#"{"error":{"code":500,"message":"m"},"items":[{}]}"#,
            r#"{"Value":[{"a":1},{"error":{"code":"500","message":"m"}}]}"#,
            r#"[{"a":1},{"code":"500","message":"m"}]"#,
            r#"{"Value":[{"a":1},{"a"{"error":{"code":"500","message":"m"}}"#,
            r#"{"Value":[{"a":1},{ "odata.error" : {"code":"500","message":{"value":"m"}}}"#,
        ] {
            assert_eq!(found(body), expected, "{body}");
        }
        for body in [
            "",
            "<html>",
            r#"{"Value":[{"a":1}]}"#,
            r#"{"Value":[{"a":1},{"a""#,
            "[1]",
        ] {
            assert_eq!(found(body), None, "{body}");
        }
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
