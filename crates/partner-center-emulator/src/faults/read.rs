//! Faults in JSON, TOML and `name=value` text, read by the [table](super::table).

use std::str::FromStr;

use http::{HeaderName, HeaderValue};
use partner_center_catalog::OPERATIONS;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

use crate::{
    faults::{
        fault::{Fault, Target},
        kind::FaultKind,
        table::{CONDITIONS, Field, FieldType, KINDS, Kind, MAXIMUM_SECONDS, UNLIMITED},
    },
    naming::{closest, normalised, shortened},
};

/// Error of reading a [`Fault`] from text or JSON.
///
/// ```
/// use partner_center_emulator::Fault;
///
/// let error = "kind=throtle".parse::<Fault>().unwrap_err();
/// assert!(error.to_string().contains("did you mean `throttle`?"), "{error}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct FaultError {
    message: String,
    field: Option<String>,
    unknown_kind: bool,
}

impl FaultError {
    fn new(message: String) -> Self {
        Self {
            message,
            field: None,
            unknown_kind: false,
        }
    }

    fn of(field: &str, message: String) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(message)
        }
    }

    /// Returns the name of the field that is wrong, as it was written.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Returns the code of the control endpoint.
    pub(crate) fn code(&self) -> &'static str {
        if self.unknown_kind {
            "unknownFault"
        } else {
            "invalidFault"
        }
    }
}

impl Fault {
    /// Reads a fault from its fields.
    pub(crate) fn from_map(map: &Map<String, Value>) -> Result<Self, FaultError> {
        let (kind_name, kind) = kind_of(map)?;
        let mut own = Map::new();
        let mut common = Map::new();
        own.insert("kind".to_owned(), kind.name.into());
        for (name, value) in map.iter().filter(|(name, _)| *name != kind_name) {
            let (fields, field) = match find(kind.fields, name) {
                Some(field) => (&mut own, field),
                None => (
                    &mut common,
                    find(CONDITIONS, name).ok_or_else(|| unknown_field(kind, name))?,
                ),
            };
            let value = checked(field, name, value)?;
            if fields.insert(field.name.to_owned(), value).is_some() {
                return Err(FaultError::of(
                    name,
                    format!("`{}` is given twice: remove one", field.name),
                ));
            }
        }
        infer_body(&mut own);
        complete(kind, &mut own)?;
        // The table has checked names and types, so only a combination can be wrong.
        let mut fault = serde_json::from_value(Value::Object(own))
            .map(Self::new)
            .map_err(|error| FaultError::new(format!("the fault is not valid: {error}")))?;
        if kind.on_token {
            fault.target = Target::Token;
        }
        fault.times = kind.times;
        fault.set_conditions(&common)?;
        fault.check_combination()?;
        Ok(fault)
    }

    /// Returns the fields of the fault; fields with their default are left out.
    pub(crate) fn to_map(&self) -> Map<String, Value> {
        let mut map = self.kind.to_map();
        let kind = self.table_kind();
        map.retain(|name, value| {
            let field = kind.and_then(|kind| find(kind.fields, name));
            field
                .is_none_or(|field| field.required || field.default_value().as_ref() != Some(value))
        });
        let on_token = self.target == Target::Token;
        if kind.is_none_or(|kind| kind.on_token != on_token) {
            map.insert("on".to_owned(), self.target.name().into());
        }
        if let Some(operation) = self.operation {
            map.insert("operation".to_owned(), operation.into());
        }
        if let Some(page) = self.page {
            map.insert("page".to_owned(), page.into());
        }
        if self.after > 0 {
            map.insert("after".to_owned(), self.after.into());
        }
        if kind.is_none_or(|kind| kind.times != self.times) {
            let times = match self.times {
                u32::MAX => UNLIMITED.into(),
                times => times.into(),
            };
            map.insert("times".to_owned(), times);
        }
        if let Some(chance) = self.chance {
            map.insert("oneIn".to_owned(), chance.one_in.into());
            map.insert("seed".to_owned(), chance.seed.into());
        }
        if !self.headers.is_empty() {
            let headers: Map<_, _> = self
                .headers
                .iter()
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    (name.as_str().to_owned(), Value::String(value))
                })
                .collect();
            map.insert("headers".to_owned(), headers.into());
        }
        map
    }

    /// Returns the entry of the table.
    pub(crate) fn table_kind(&self) -> Option<&'static Kind> {
        let map = self.kind.to_map();
        let name = map.get("kind")?.as_str()?;
        KINDS.iter().find(|kind| kind.name == name)
    }

    fn set_conditions(&mut self, given: &Map<String, Value>) -> Result<(), FaultError> {
        let integer = |name: &str| given.get(name).and_then(Value::as_u64);
        let small = |name: &str| integer(name).and_then(|value| u32::try_from(value).ok());
        match given.get("on").and_then(Value::as_str) {
            Some("token") => self.target = Target::Token,
            Some(_) => self.target = Target::Api,
            None => {}
        }
        if let Some(id) = given.get("operation").and_then(Value::as_str) {
            self.operation = Some(operation(id)?);
        }
        self.page = small("page");
        self.after = small("after").unwrap_or(0);
        if let Some(times) = given.get("times") {
            self.times = times
                .as_u64()
                .and_then(|times| u32::try_from(times).ok())
                .unwrap_or(u32::MAX);
        }
        let seed = integer("seed");
        match (small("oneIn"), seed) {
            (Some(one_in), seed) => *self = self.clone().one_in(one_in, seed.unwrap_or(0)),
            (None, Some(_)) => {
                return Err(FaultError::of(
                    "seed",
                    "`seed` has an effect only with `oneIn`: add `oneIn`, such as oneIn=10"
                        .to_owned(),
                ));
            }
            (None, None) => {}
        }
        for (name, value) in given
            .get("headers")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let value = value.as_str().unwrap_or_default();
            let header = name
                .parse::<HeaderName>()
                .ok()
                .zip(HeaderValue::from_str(value).ok());
            let header = header.ok_or_else(|| {
                FaultError::of(
                    "headers",
                    format!(
                        "the header `{}` has an invalid name or value",
                        shortened(name)
                    ),
                )
            })?;
            self.headers.push(header);
        }
        Ok(())
    }

    /// Checks what the table cannot express.
    fn check_combination(&self) -> Result<(), FaultError> {
        let wrong = |field: &str, message: &str| Err(FaultError::of(field, message.to_owned()));
        if self.target == Target::Token && (self.page.is_some() || self.operation.is_some()) {
            let field = if self.page.is_some() {
                "page"
            } else {
                "operation"
            };
            return wrong(
                field,
                "token requests have no operation and no pages: remove the field, or set on=api",
            );
        }
        match &self.kind {
            FaultKind::SlowBody {
                bytes_per_second: Some(_),
                interval_seconds: Some(_),
            } => wrong(
                "intervalSeconds",
                "`bytesPerSecond` and `intervalSeconds` exclude each other: remove one",
            ),
            FaultKind::Redirect { location, .. } if HeaderValue::from_str(location).is_err() => {
                wrong("location", "`location` is not a valid header value")
            }
            FaultKind::WrongContentType { content_type }
                if HeaderValue::from_str(content_type).is_err() =>
            {
                wrong("contentType", "`contentType` is not a valid header value")
            }
            FaultKind::Throttle {
                retry_after: Some(text),
                ..
            } if HeaderValue::from_str(text).is_err() => {
                wrong("retryAfter", "`retryAfter` is not a valid header value")
            }
            FaultKind::ForeignNextLink { url } if url::Url::parse(url).is_err() => wrong(
                "url",
                "`url` is not an absolute URL: use one such as https://fabrikam.example/",
            ),
            FaultKind::Status(replacement) | FaultKind::Burst(replacement) => {
                let content_type = replacement.content_type.as_deref().unwrap_or_default();
                if HeaderValue::from_str(content_type).is_err() {
                    return wrong("contentType", "`contentType` is not a valid header value");
                }
                if replacement.text.is_some() && replacement.base64.is_some() {
                    return wrong(
                        "base64",
                        "`text` and `base64` exclude each other: remove one",
                    );
                }
                match &replacement.base64 {
                    Some(text) if super::apply::decode_base64(text).is_none() => {
                        wrong("base64", "`base64` is not valid base64 text")
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

/// Returns the kind, and the name under which it was given.
fn kind_of(map: &Map<String, Value>) -> Result<(&str, &'static Kind), FaultError> {
    let names = || KINDS.iter().map(|kind| kind.name);
    let all = || names().collect::<Vec<_>>().join(", ");
    let Some((name, value)) = map.iter().find(|(name, _)| normalised(name) == "kind") else {
        return Err(FaultError::new(format!(
            "the fault has no `kind`: add one of {}",
            all()
        )));
    };
    let Some(text) = value.as_str() else {
        return Err(FaultError::of(
            name,
            format!("`kind` must be text: one of {}", all()),
        ));
    };
    let wanted = normalised(text);
    match KINDS.iter().find(|kind| normalised(kind.name) == wanted) {
        Some(kind) => Ok((name, kind)),
        None => Err(FaultError {
            unknown_kind: true,
            ..FaultError::of(
                name,
                format!(
                    "unknown fault kind `{}`; the kinds are {}{}",
                    shortened(text),
                    all(),
                    closest(text, names())
                ),
            )
        }),
    }
}

fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    let wanted = normalised(name);
    fields.iter().find(|field| normalised(field.name) == wanted)
}

fn unknown_field(kind: &Kind, name: &str) -> FaultError {
    let names = || kind.fields.iter().chain(CONDITIONS).map(|field| field.name);
    FaultError::of(
        name,
        format!(
            "the fault `{}` has no field `{}`; its fields are {}{}",
            kind.name,
            shortened(name),
            names().collect::<Vec<_>>().join(", "),
            closest(name, names())
        ),
    )
}

/// Returns the value in the type of the field. Text is converted, as command lines have nothing
/// else.
fn checked(field: &Field, name: &str, value: &Value) -> Result<Value, FaultError> {
    let wrong = |expected: &str| {
        let given = match value {
            Value::String(text) => shortened(text),
            value => shortened(&value.to_string()),
        };
        let message = format!("`{}` must be {expected}, not `{given}`", field.name);
        Err(FaultError::of(name, message))
    };
    match field.value {
        FieldType::Integer { minimum, maximum } => {
            let integer = match value {
                Value::Number(number) => number.as_i128(),
                Value::String(text) => text.trim().parse::<i128>().ok(),
                _ => None,
            };
            match integer {
                Some(integer) if integer >= minimum.into() && integer <= maximum.into() => {
                    Ok(match u64::try_from(integer) {
                        Ok(integer) => integer.into(),
                        Err(_) => i64::try_from(integer).unwrap_or(minimum).into(),
                    })
                }
                _ => wrong(&format!("a whole number from {minimum} to {maximum}")),
            }
        }
        FieldType::Count => {
            let integer = match value {
                Value::Number(number) => number.as_u64(),
                Value::String(text) if text.trim().eq_ignore_ascii_case(UNLIMITED) => {
                    return Ok(UNLIMITED.into());
                }
                Value::String(text) => text.trim().parse::<u64>().ok(),
                _ => None,
            };
            match integer {
                Some(integer) if (1..u64::from(u32::MAX)).contains(&integer) => Ok(integer.into()),
                _ => wrong(&format!(
                    "a whole number from 1 to {}, or {UNLIMITED}",
                    u32::MAX - 1
                )),
            }
        }
        FieldType::Seconds => {
            let seconds = match value {
                Value::Number(number) => number.as_f64(),
                Value::String(text) => text.trim().parse::<f64>().ok(),
                _ => None,
            };
            match seconds {
                Some(seconds) if (0.0..=f64::from(MAXIMUM_SECONDS)).contains(&seconds) => {
                    Ok(seconds.into())
                }
                _ => wrong(&format!("a number of seconds from 0 to {MAXIMUM_SECONDS}")),
            }
        }
        FieldType::Text => match value {
            Value::String(text) => Ok(text.as_str().into()),
            Value::Number(number) => Ok(number.to_string().into()),
            _ => wrong("text"),
        },
        FieldType::Boolean => match value {
            Value::Bool(value) => Ok((*value).into()),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true.into()),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false.into()),
            _ => wrong("true or false"),
        },
        FieldType::Choice(choices) => {
            let text = value.as_str().unwrap_or_default();
            let wanted = normalised(text);
            match choices.iter().find(|choice| normalised(choice) == wanted) {
                Some(choice) => Ok((*choice).into()),
                None => wrong(&format!("one of {}", choices.join(", "))),
            }
        }
        FieldType::Headers => match value.as_object() {
            Some(map) if map.values().all(Value::is_string) => Ok(value.clone()),
            _ => wrong("names with texts, such as headers.X-Name=value"),
        },
        FieldType::Any => Ok(value.clone()),
    }
}

/// Chooses the body that the given fields belong to.
fn infer_body(own: &mut Map<String, Value>) {
    if own.contains_key("body") {
        return;
    }
    let body = if own.contains_key("text") || own.contains_key("base64") {
        "custom"
    } else if own.contains_key("code") {
        "documented"
    } else {
        return;
    };
    own.insert("body".to_owned(), body.into());
}

/// Adds the defaults, and checks required fields and fields that belong to others.
fn complete(kind: &Kind, own: &mut Map<String, Value>) -> Result<(), FaultError> {
    for field in kind.fields {
        if !own.contains_key(field.name) {
            if field.required {
                return Err(FaultError::of(
                    field.name,
                    format!("the fault `{}` needs `{}`", kind.name, field.name),
                ));
            }
            if let Some(default) = field.default_value() {
                own.insert(field.name.to_owned(), default);
            }
        }
    }
    for field in kind
        .fields
        .iter()
        .filter(|field| own.contains_key(field.name))
    {
        if let Some((other, value)) = field.only_with
            && own.get(other).and_then(Value::as_str) != Some(value)
        {
            return Err(FaultError::of(
                field.name,
                format!(
                    "`{}` has an effect only with {other}={value}: change `{other}` or remove `{}`",
                    field.name, field.name
                ),
            ));
        }
    }
    Ok(())
}

/// Returns the id of an operation, case-insensitive.
pub(crate) fn operation(id: &str) -> Result<&'static str, FaultError> {
    let ids = || OPERATIONS.iter().map(|operation| operation.id);
    let wanted = normalised(id);
    ids()
        .find(|known| normalised(known) == wanted)
        .ok_or_else(|| {
            FaultError::of(
                "operation",
                format!(
                    "unknown operation `{}`; the operations are {}{}",
                    shortened(id),
                    ids().collect::<Vec<_>>().join(", "),
                    closest(id, ids())
                ),
            )
        })
}

/// Splits `name=value,name="value, with comma"` at commas outside of double quotes.
fn pairs(text: &str) -> Result<Map<String, Value>, FaultError> {
    let mut map = Map::new();
    let mut rest = text;
    loop {
        let mut quoted = false;
        let end = rest.find(|character| {
            quoted ^= character == '"';
            character == ',' && !quoted
        });
        if end.is_none() && quoted {
            return Err(FaultError::new(
                "a double quote has no end: close it, or remove it".to_owned(),
            ));
        }
        let pair = &rest[..end.unwrap_or(rest.len())];
        match pair.split_once('=') {
            Some((name, value)) => add_pair(&mut map, name.trim(), value.trim())?,
            // `throttle,times=3` is short for `kind=throttle,times=3`.
            None if map.is_empty() && !pair.trim().is_empty() => {
                map.insert("kind".to_owned(), pair.trim().into());
            }
            None => {
                return Err(FaultError::new(format!(
                    "`{}` is not name=value: write a fault as kind=throttle,times=3",
                    shortened(pair)
                )));
            }
        }
        match end {
            Some(end) => rest = &rest[end + 1..],
            None => return Ok(map),
        }
    }
}

fn add_pair(map: &mut Map<String, Value>, name: &str, value: &str) -> Result<(), FaultError> {
    let value = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value);
    let (map, name) = match name.split_once('.') {
        Some((outer, inner)) if normalised(outer) == "headers" => {
            let headers = map
                .entry("headers")
                .or_insert_with(|| Map::new().into())
                .as_object_mut();
            match headers {
                Some(headers) => (headers, inner),
                None => return Err(unreadable_headers()),
            }
        }
        _ => (map, name),
    };
    match map.insert(name.to_owned(), value.into()) {
        None => Ok(()),
        Some(_) => Err(FaultError::of(
            name,
            format!("`{}` is given twice: remove one", shortened(name)),
        )),
    }
}

fn unreadable_headers() -> FaultError {
    FaultError::of(
        "headers",
        "`headers` must be names with texts, such as headers.X-Name=value".to_owned(),
    )
}

/// Reads `kind=throttle,times=3`, `throttle,times=3` or a JSON object.
impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let map = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(text).map_err(|error| {
                FaultError::new(format!("the fault is not valid JSON: {error}"))
            })?,
            false => pairs(text)?,
        };
        Self::from_map(&map)
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_map().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::deserialize(deserializer)?;
        Self::from_map(&map).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
