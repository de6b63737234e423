//! Table of the faults: names, fields, types, defaults and meanings.
//!
//! Everything that reads or shows faults uses it: JSON, TOML, `name=value` text, the list of the
//! control endpoint and its form.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

/// Type of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// Whole number.
    Integer {
        minimum: i64,
        maximum: u64,
    },
    /// Whole number from 1, or `unlimited`.
    Count,
    /// Number of seconds, fractions allowed.
    Seconds,
    Text,
    Boolean,
    Choice(&'static [&'static str]),
    /// Names with texts.
    Headers,
    /// Any JSON value.
    Any,
}

impl FieldType {
    /// Returns the name of the type in the list of kinds.
    fn name(self) -> &'static str {
        match self {
            Self::Integer { .. } => "integer",
            Self::Count => "count",
            Self::Seconds => "number",
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Choice(_) => "choice",
            Self::Headers => "object",
            Self::Any => "any",
        }
    }
}

/// Field of a fault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) value: FieldType,
    pub(crate) required: bool,
    /// Default in JSON.
    default: Option<&'static str>,
    /// Field and value that this field belongs to.
    pub(crate) only_with: Option<(&'static str, &'static str)>,
    pub(crate) meaning: &'static str,
}

impl Field {
    const fn new(name: &'static str, value: FieldType, meaning: &'static str) -> Self {
        Self {
            name,
            value,
            required: false,
            default: None,
            only_with: None,
            meaning,
        }
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn default(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self
    }

    const fn only_with(mut self, field: &'static str, value: &'static str) -> Self {
        self.only_with = Some((field, value));
        self
    }

    /// Returns the default value.
    pub(crate) fn default_value(&self) -> Option<Value> {
        self.default
            .and_then(|json| serde_json::from_str(json).ok())
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry("type", self.value.name())?;
        map.serialize_entry("required", &self.required)?;
        if let Some(default) = self.default_value() {
            map.serialize_entry("default", &default)?;
        }
        match self.value {
            FieldType::Integer { minimum, maximum } => {
                map.serialize_entry("minimum", &minimum)?;
                map.serialize_entry("maximum", &maximum)?;
            }
            FieldType::Count => {
                map.serialize_entry("minimum", &1)?;
                map.serialize_entry("maximum", &(u32::MAX - 1))?;
                map.serialize_entry("alternative", UNLIMITED)?;
            }
            FieldType::Seconds => {
                map.serialize_entry("minimum", &0)?;
                map.serialize_entry("maximum", &MAXIMUM_SECONDS)?;
            }
            FieldType::Choice(choices) => map.serialize_entry("choices", choices)?,
            _ => {}
        }
        if let Some((field, value)) = self.only_with {
            let mut condition = serde_json::Map::new();
            condition.insert(field.to_owned(), value.into());
            map.serialize_entry("onlyWith", &condition)?;
        }
        map.serialize_entry("meaning", self.meaning)?;
        map.end()
    }
}

/// Kind of fault in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) fields: &'static [Field],
    /// `true` if it applies to token requests by default.
    pub(crate) on_token: bool,
    /// Number of calls by default.
    pub(crate) times: u32,
}

impl Kind {
    const fn new(name: &'static str, summary: &'static str, fields: &'static [Field]) -> Self {
        Self {
            name,
            summary,
            fields,
            on_token: false,
            times: 1,
        }
    }

    const fn on_token(mut self) -> Self {
        self.on_token = true;
        self
    }

    const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", self.name)?;
        map.serialize_entry("summary", self.summary)?;
        map.serialize_entry("on", if self.on_token { "token" } else { "api" })?;
        map.serialize_entry("times", &self.times)?;
        map.serialize_entry("fields", self.fields)?;
        map.end()
    }
}

/// Text for a fault that applies until it is removed.
pub(crate) const UNLIMITED: &str = "unlimited";

/// Longest wait of a fault, in seconds: about 31 years.
pub(crate) const MAXIMUM_SECONDS: u32 = 1_000_000_000;

const STATUS: FieldType = FieldType::Integer {
    minimum: 200,
    maximum: 999,
};

/// AADSTS codes and codes of the API.
const CODE: FieldType = FieldType::Integer {
    minimum: 0,
    maximum: 99_999_999,
};

const WAIT: FieldType = FieldType::Integer {
    minimum: 0,
    maximum: MAXIMUM_SECONDS as u64,
};

const SKEW: FieldType = FieldType::Integer {
    minimum: -(MAXIMUM_SECONDS as i64),
    maximum: MAXIMUM_SECONDS as u64,
};

const CALLS: FieldType = FieldType::Integer {
    minimum: 0,
    maximum: u32::MAX as u64,
};

const FROM_ONE: FieldType = FieldType::Integer {
    minimum: 1,
    maximum: u32::MAX as u64,
};

const ROWS: FieldType = FieldType::Integer {
    minimum: 1,
    maximum: super::listings::REMEMBERED_ROWS as u64,
};

/// OAuth errors of the identity platform.
pub(crate) const OAUTH_ERRORS: &[&str] = &[
    "access_denied",
    "authorization_pending",
    "consent_required",
    "expired_token",
    "interaction_required",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_resource",
    "invalid_scope",
    "login_required",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
];

const REPLACEMENT: [Field; 6] = [
    Field::new(
        "body",
        FieldType::Choice(&["none", "html", "documented", "gateway", "custom"]),
        "Body: none, an HTML page, the documented error, the error of the gateway, or a custom text.",
    )
    .default("\"none\""),
    Field::new("code", CODE, "Error code in the documented body.")
        .only_with("body", "documented"),
    Field::new(
        "description",
        FieldType::Text,
        "Description in the documented body, message in the gateway's body.",
    ),
    Field::new(
        "contentType",
        FieldType::Text,
        "Content-Type of the custom body.",
    )
    .only_with("body", "custom"),
    Field::new("text", FieldType::Text, "Custom body.").only_with("body", "custom"),
    Field::new(
        "base64",
        FieldType::Text,
        "Custom body in base64, for bytes that are not text.",
    )
    .only_with("body", "custom"),
];

/// All kinds of faults.
pub(crate) const KINDS: &[Kind] = &[
    Kind::new(
        "status",
        "Another HTTP status instead of the normal response.",
        &[
            Field::new("status", STATUS, "HTTP status.").required(),
            REPLACEMENT[0],
            REPLACEMENT[1],
            REPLACEMENT[2],
            REPLACEMENT[3],
            REPLACEMENT[4],
            REPLACEMENT[5],
        ],
    ),
    Kind::new(
        "burst",
        "Several server errors in a row, as during an outage; three by default.",
        &[
            Field::new(
                "status",
                FieldType::Integer {
                    minimum: 500,
                    maximum: 599,
                },
                "HTTP status.",
            )
            .default("503"),
            REPLACEMENT[0],
            REPLACEMENT[1],
            REPLACEMENT[2],
            REPLACEMENT[3],
            REPLACEMENT[4],
            REPLACEMENT[5],
        ],
    )
    .times(3),
    Kind::new(
        "throttle",
        "The gateway's 429 with Retry-After.",
        &[
            Field::new(
                "retryAfterSeconds",
                WAIT,
                "Time to wait, in seconds; also in the body.",
            )
            .default("30"),
            Field::new(
                "retryAfterDate",
                FieldType::Boolean,
                "Retry-After as a date, by the emulator's clock, instead of seconds.",
            )
            .default("false"),
            Field::new(
                "retryAfter",
                FieldType::Text,
                "Text of Retry-After as it is sent, valid or not; replaces the two other forms.",
            ),
        ],
    ),
    Kind::new(
        "latency",
        "The normal response after a delay; in addition to other faults.",
        &[Field::new("seconds", FieldType::Seconds, "Delay, in seconds.").required()],
    ),
    Kind::new(
        "slowBody",
        "The normal response with a body that arrives slowly.",
        &[
            Field::new(
                "bytesPerSecond",
                FROM_ONE,
                "Speed of the body, in bytes per second. Default: 100, without intervalSeconds.",
            ),
            Field::new(
                "intervalSeconds",
                FieldType::Seconds,
                "Time between two bytes, in seconds, instead of a speed.",
            ),
        ],
    ),
    Kind::new(
        "resetBeforeResponse",
        "The connection is reset before the first byte of the response.",
        &[],
    ),
    Kind::new(
        "resetInBody",
        "The connection is reset after half the body.",
        &[],
    ),
    Kind::new(
        "incompleteBody",
        "The connection is closed after half the body.",
        &[],
    ),
    Kind::new(
        "truncatedJson",
        "Half the body, with a matching Content-Length.",
        &[],
    ),
    Kind::new("emptyBody", "The normal status with an empty body.", &[]),
    Kind::new(
        "htmlPage",
        "An HTML page instead of data.",
        &[Field::new("status", STATUS, "HTTP status.").default("200")],
    ),
    Kind::new(
        "wrongContentType",
        "The normal body with another Content-Type.",
        &[
            Field::new("contentType", FieldType::Text, "Content-Type to send.")
                .default("\"text/plain; charset=utf-8\""),
        ],
    ),
    Kind::new(
        "byteOrderMark",
        "The normal body with or without a UTF-8 byte-order mark.",
        &[Field::new("present", FieldType::Boolean, "Whether the mark is sent.").default("true")],
    ),
    Kind::new("noContent", "204 without a body instead of a page.", &[]),
    Kind::new(
        "repeatedNextLink",
        "A page whose next link points to the page itself.",
        &[],
    ),
    Kind::new(
        "foreignNextLink",
        "A page whose next link points to another host.",
        &[
            Field::new("url", FieldType::Text, "Base URL of the other host.")
                .default("\"https://fabrikam.example/\""),
        ],
    ),
    Kind::new(
        "duplicateRows",
        "A page that begins with the last rows of the page before, as after an insertion.",
        &[Field::new("rows", ROWS, "Number of rows.").default("1")],
    ),
    Kind::new(
        "missingRows",
        "A page without its first rows, as after a deletion; the counts do not change.",
        &[Field::new("rows", ROWS, "Number of rows.").default("1")],
    ),
    Kind::new(
        "fieldDrift",
        "A field of the rows that is renamed, removed, added or of another type.",
        &[
            Field::new(
                "change",
                FieldType::Choice(&["rename", "remove", "add", "changeType"]),
                "Change of the field.",
            )
            .required(),
            Field::new("field", FieldType::Text, "Name of the field on the wire.").required(),
            Field::new(
                "newName",
                FieldType::Text,
                "New name. Default: the name with V2.",
            )
            .only_with("change", "rename"),
            Field::new(
                "value",
                FieldType::Any,
                "Value of the added field. Default: \"new\".",
            )
            .only_with("change", "add"),
            Field::new(
                "type",
                FieldType::Choice(&["text", "number", "null", "object", "array"]),
                "New type. Default: text for a number, number for a text.",
            )
            .only_with("change", "changeType"),
        ],
    ),
    Kind::new(
        "clockSkew",
        "A Date header, and times of issued tokens, that are ahead or behind; in addition to \
         other faults.",
        &[Field::new(
            "seconds",
            SKEW,
            "Difference to the emulator's clock, in seconds; negative for behind.",
        )
        .required()],
    )
    .times(u32::MAX),
    Kind::new(
        "redirect",
        "A redirect to another URL.",
        &[
            Field::new("location", FieldType::Text, "URL of the redirect.")
                .default("\"https://fabrikam.example/\""),
            Field::new(
                "status",
                FieldType::Integer {
                    minimum: 300,
                    maximum: 399,
                },
                "HTTP status.",
            )
            .default("302"),
        ],
    ),
    Kind::new("noResponse", "No response; the connection stays open.", &[]),
    Kind::new(
        "signInError",
        "An error of the sign-in.",
        &[
            Field::new("error", FieldType::Choice(OAUTH_ERRORS), "OAuth error.")
                .default("\"invalid_grant\""),
            Field::new("code", CODE, "AADSTS code.").default("50076"),
            Field::new("description", FieldType::Text, "Text after the code.")
                .default("\"The sign-in failed because a fault is injected.\""),
            Field::new("status", STATUS, "HTTP status.").default("400"),
        ],
    )
    .on_token(),
    Kind::new(
        "expiredSignIn",
        "An expired sign-in: AADSTS700082 for token requests, 401 for API calls.",
        &[],
    )
    .on_token(),
    Kind::new(
        "revokedSignIn",
        "A revoked sign-in: AADSTS50173 for token requests, 401 for API calls.",
        &[],
    )
    .on_token(),
];

/// Fields of every kind: conditions, and headers of the response.
pub(crate) const CONDITIONS: &[Field] = &[
    Field::new(
        "on",
        FieldType::Choice(&["api", "token"]),
        "Kind of request: API calls or token requests. Default: that of the kind.",
    ),
    Field::new(
        "operation",
        FieldType::Text,
        "Operation, such as azure_usage. Default: every operation.",
    ),
    Field::new(
        "page",
        FROM_ONE,
        "Page of a listing, from 1. Default: every page; from 2 for faults between pages.",
    ),
    Field::new(
        "after",
        CALLS,
        "Number of calls that pass before the fault applies.",
    )
    .default("0"),
    Field::new(
        "times",
        FieldType::Count,
        "Number of calls that the fault applies to. Default: that of the kind.",
    ),
    Field::new(
        "oneIn",
        FROM_ONE,
        "Applies to one in this many calls on average. Default: every call.",
    ),
    Field::new(
        "seed",
        FieldType::Integer {
            minimum: 0,
            maximum: u64::MAX,
        },
        "Seed that determines which calls of oneIn are affected.",
    )
    .default("0"),
    Field::new(
        "headers",
        FieldType::Headers,
        "Headers of the response, by name.",
    ),
];
