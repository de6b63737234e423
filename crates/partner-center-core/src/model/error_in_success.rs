//! Errors of the service in responses with a success status.

use serde_json::Value;

use crate::model::api_error::is_error;
use crate::model::list::is_any;
use crate::{AdditionalProperties, ApiError};

impl ApiError {
    /// Returns the error that undocumented properties contain, if any. `context` decides which
    /// properties indicate an error.
    pub(crate) fn among(properties: &AdditionalProperties, context: Context) -> Option<Self> {
        let says_error = properties.iter().any(|(name, json)| {
            let name = name.to_ascii_lowercase();
            // A new property of a row may be named `error` and be text or a number.
            let can_be = context != Context::Row || json.starts_with(['{', '[']);
            let states = matches!(context, Context::List | Context::Unknown);
            is_error(&name) && can_be && is_filled(json) || states && states_failure(&name, json)
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
        let is_described = || match context {
            Context::Row => false,
            Context::Response => has_code() && has(MESSAGES),
            Context::List => {
                has_code() && has(MESSAGES) || has(&["title"]) && has(&["detail", "status"])
            }
            Context::Unknown => {
                has_code()
                    || has(&["message", "statusCode", "error_description"])
                    || has(&["errorMessage", "exceptionMessage"])
                    || has(&["title"]) && has(&["detail", "status", "type"])
            }
        };
        if !says_error && !is_described() {
            return None;
        }
        let error = Self::from_value(object(properties))?;
        // `{"code":0,"message":"OK"}` under `error` is not an error.
        let is_success = error.code.as_deref().is_some_and(is_success_code)
            && error.description.as_deref().is_none_or(is_success_text);
        (!is_success || !says_error).then_some(error)
    }

    /// Returns the error in the body of a response with a success status: at the top level,
    /// instead of a row, or appended where the rows end early.
    #[cfg(feature = "client")]
    pub(crate) fn in_success(body: &[u8]) -> Option<Self> {
        let body = crate::model::decode::without_lone_surrogates(body);
        match serde_json::from_slice::<AdditionalProperties>(&body) {
            Ok(properties) => {
                let context = match properties.iter().any(|(name, _)| is_any(name, ROWS)) {
                    true => Context::List,
                    false => Context::Unknown,
                };
                let top = Self::among(&properties, context);
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

    /// Returns the error that is sent instead of a row.
    #[cfg(feature = "client")]
    pub(crate) fn in_row(row: &str) -> Option<Self> {
        let properties: AdditionalProperties = serde_json::from_str(row).ok()?;
        Self::among(&properties, Context::Row)
            .or_else(|| Self::among(&properties, Context::Unknown))
    }

    /// Returns whether an unreadable row is an error of the service.
    #[cfg(feature = "client")]
    pub(crate) fn is_row(row: &str, problem: &crate::model::decode::DecodeError) -> bool {
        let holds_error = |properties| Self::among(&properties, Context::Row).is_some();
        problem.problem == crate::model::decode::ERROR_IN_SUCCESS
            || serde_json::from_str(row).is_ok_and(holds_error)
    }

    /// Returns the error that a service appended when it could not send further rows.
    #[cfg(feature = "client")]
    fn appended(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let (at, _) = text.rmatch_indices('{').find(|(at, _)| {
            let name = text[at + 1..].trim_start().strip_prefix('"');
            let name = name.and_then(|rest| rest.split('"').next());
            name.is_some_and(|name| is_error(&name.to_ascii_lowercase()))
        })?;
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter();
        Self::among(&values.next()?.ok()?, Context::Unknown)
    }
}

/// Names of the property with the rows of a list.
#[cfg(feature = "client")]
const ROWS: &[&str] = &["Value", "items"];

/// Object that contains undocumented properties.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Context {
    /// Object with documented properties, to which the service may add properties of any name.
    Row,
    /// Object with documented properties that is the whole response.
    Response,
    /// Envelope of a list with rows.
    List,
    /// Object without documented properties.
    Unknown,
}

/// Returns the properties as one value. If `serde_json` cannot represent a value (a number beyond
/// `f64`, deep nesting), only the parts that it can represent are kept.
fn object(properties: &AdditionalProperties) -> Value {
    let all = properties.iter().map(|(name, json)| {
        let value = serde_json::from_str(json).unwrap_or_else(|_| {
            let parts: AdditionalProperties = serde_json::from_str(json).unwrap_or_default();
            let parts = parts.iter().filter_map(|(name, json)| {
                Some((name.to_owned(), serde_json::from_str(json).ok()?))
            });
            Value::Object(parts.collect())
        });
        (name.to_owned(), value)
    });
    Value::Object(all.collect())
}

/// Returns whether there is anything in a value. What `serde_json` cannot hold is something.
pub(crate) fn is_filled(json: &str) -> bool {
    let Ok(value) = serde_json::from_str(json) else {
        return true;
    };
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

/// Returns whether a property states that the whole response is a failure.
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

/// Names under which the text of an error is sent.
const MESSAGES: &[&str] = &["message", "description", "errorMessage", "exceptionMessage"];

pub(crate) fn is_success_code(text: &str) -> bool {
    is_any(text.trim(), &["0", "200", "ok", "success"])
}

/// Returns whether a message states a success.
pub(crate) fn is_success_text(text: &str) -> bool {
    let text = text
        .trim()
        .trim_end_matches(['.', '!'])
        .to_ascii_lowercase();
    matches!(text.as_str(), "" | "ok" | "none" | "no error" | "no errors")
        || text.contains("success") && !text.contains("unsuccess")
}

fn is_failure_code(json: &str) -> bool {
    is_filled(json) && !is_success_code(json.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(json: &str, context: Context) -> bool {
        ApiError::among(&serde_json::from_str(json).unwrap(), context).is_some()
    }

    #[test]
    fn an_error_is_recognised_by_its_context() {
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
            let found = [Context::Row, Context::List, Context::Unknown];
            let found = found.map(|context| among(json, context));
            assert_eq!(found, [values, rows, nothing], "{json}");
        }
    }

    #[cfg(feature = "client")]
    #[test]
    fn an_error_is_found_wherever_it_is_in_a_successful_body() {
        let found = |body: &str| {
            ApiError::in_success(body.as_bytes()).map(|error| (error.code, error.description))
        };
        let expected = Some((Some("500".to_owned()), Some("m".to_owned())));
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
}
