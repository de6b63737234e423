//! Kinds of faults with their values.
//!
//! Names, types, defaults and limits of the values are in the [table](super::table), which every
//! format is read by.

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Kind of a fault, with the values of its fields.
///
/// The table gives the defaults, so a field without a value is an optional one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum FaultKind {
    Status(Replacement),
    Burst(Replacement),
    Throttle {
        retry_after_seconds: u64,
        #[serde(default)]
        retry_after_date: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
    },
    HtmlPage {
        status: u16,
    },
    Redirect {
        location: String,
        status: u16,
    },
    NoContent,
    NoResponse,
    Latency {
        #[serde(with = "seconds")]
        seconds: Duration,
    },
    SlowBody {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes_per_second: Option<u32>,
        #[serde(
            default,
            with = "optional_seconds",
            skip_serializing_if = "Option::is_none"
        )]
        interval_seconds: Option<Duration>,
    },
    ResetBeforeResponse,
    ResetInBody,
    IncompleteBody,
    TruncatedJson,
    EmptyBody,
    WrongContentType {
        content_type: String,
    },
    ByteOrderMark {
        present: bool,
    },
    RepeatedNextLink,
    ForeignNextLink {
        url: String,
    },
    DuplicateRows {
        rows: u32,
    },
    MissingRows {
        rows: u32,
    },
    FieldDrift(FieldDrift),
    ClockSkew {
        seconds: i64,
    },
    SignInError {
        error: Cow<'static, str>,
        code: u32,
        description: String,
        status: u16,
    },
    ExpiredSignIn,
    RevokedSignIn,
}

/// Response that replaces the normal one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Replacement {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) body: BodyFormat,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base64: Option<String>,
}

impl Replacement {
    pub(crate) fn new(status: u16, body: BodyFormat) -> Self {
        Self {
            status,
            body,
            code: None,
            description: None,
            content_type: None,
            text: None,
            base64: None,
        }
    }
}

/// Format of the body of a replacement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum BodyFormat {
    #[default]
    None,
    Html,
    Documented,
    Gateway,
    Custom,
}

/// Change of one field in every row of a page, or in an object that is not a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldDrift {
    pub(crate) change: Drift,
    pub(crate) field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) new_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) new_type: Option<NewType>,
}

/// Kind of change of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Drift {
    Rename,
    Remove,
    Add,
    ChangeType,
}

/// Type that a field gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum NewType {
    Text,
    Number,
    Null,
    Object,
    Array,
}

impl FaultKind {
    /// Returns `true` if the fault is applied in addition to another fault of the same call.
    pub(crate) fn is_additional(&self) -> bool {
        matches!(self, Self::Latency { .. } | Self::ClockSkew { .. })
    }

    /// Returns `true` if the fault changes the place between two pages, so it needs an earlier
    /// page.
    pub(crate) fn is_between_pages(&self) -> bool {
        matches!(self, Self::DuplicateRows { .. } | Self::MissingRows { .. })
    }

    /// Returns the fault's values as JSON, `kind` included.
    pub(crate) fn to_map(&self) -> serde_json::Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => serde_json::Map::new(),
        }
    }
}

/// Durations as seconds, whole or fractional.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration.subsec_nanos() {
            0 => serializer.serialize_u64(duration.as_secs()),
            _ => serializer.serialize_f64(duration.as_secs_f64()),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
    }
}

/// Optional durations as seconds.
mod optional_seconds {
    use std::time::Duration;

    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::seconds::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        super::seconds::deserialize(deserializer).map(Some)
    }
}
