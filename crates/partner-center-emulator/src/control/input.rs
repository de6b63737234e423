//! Values of the control endpoint and of scenarios: switches of the sign-in and rate limits.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{
    faults::{rate_limit::RateLimit, table::MAXIMUM_SECONDS},
    identity::Authority,
    naming::{closest, normalised, shortened},
};

/// Error of one field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// Name of the field as it was written; empty for the object.
    pub(crate) field: String,
    pub(crate) message: String,
}

impl FieldError {
    pub(crate) fn new(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            message: message.into(),
        }
    }
}

/// Returns the fields with their known names, each with the name as it was written.
pub(crate) fn known_fields<'a>(
    value: &'a Value,
    known: &'static [&'static str],
) -> Result<Vec<(&'static str, &'a str, &'a Value)>, FieldError> {
    let names = || known.join(", ");
    let map: &Map<_, _> = value.as_object().ok_or_else(|| {
        FieldError::new(
            "",
            format!("an object is needed, with fields of: {}", names()),
        )
    })?;
    let mut fields: Vec<(&'static str, &str, &Value)> = Vec::new();
    for (name, value) in map {
        let wanted = normalised(name);
        let Some(found) = known.iter().find(|known| normalised(known) == wanted) else {
            return Err(FieldError::new(
                name,
                format!(
                    "unknown field `{}`; the fields are {}{}",
                    shortened(name),
                    names(),
                    closest(name, known.iter().copied())
                ),
            ));
        };
        if fields.iter().any(|(known, ..)| known == found) {
            return Err(FieldError::new(
                name,
                format!("`{found}` is given twice: remove one"),
            ));
        }
        fields.push((found, name, value));
    }
    Ok(fields)
}

/// Reads `true` or `false`. `name` is the name as it was written.
pub(crate) fn boolean(field: &str, name: &str, value: &Value) -> Result<bool, FieldError> {
    value
        .as_bool()
        .ok_or_else(|| FieldError::new(name, format!("`{field}` must be true or false")))
}

/// Reads a number of seconds, fractions allowed. `name` is the name as it was written.
pub(crate) fn seconds(field: &str, name: &str, value: &Value) -> Result<Duration, FieldError> {
    value
        .as_f64()
        .filter(|seconds| (0.0..=f64::from(MAXIMUM_SECONDS)).contains(seconds))
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| {
            FieldError::new(
                name,
                format!("`{field}` must be a number of seconds from 0 to {MAXIMUM_SECONDS}"),
            )
        })
}

/// Change of the sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SignInChange {
    require_mfa: Option<bool>,
    with_mfa: Option<bool>,
    consent: Option<bool>,
    revoke_refresh_tokens: bool,
    expire_secret: bool,
    expire_certificates: bool,
}

impl SignInChange {
    /// Reads the switches only.
    pub(crate) fn read_switches(value: &Value) -> Result<Self, FieldError> {
        Self::read_fields(known_fields(value, &["requireMfa", "withMfa", "consent"])?)
    }

    /// Reads the switches and the events.
    pub(crate) fn read(value: &Value) -> Result<Self, FieldError> {
        Self::read_fields(known_fields(
            value,
            &[
                "requireMfa",
                "withMfa",
                "consent",
                "revokeRefreshTokens",
                "expireSecret",
                "expireCertificates",
            ],
        )?)
    }

    fn read_fields(fields: Vec<(&'static str, &str, &Value)>) -> Result<Self, FieldError> {
        if fields.is_empty() {
            return Err(FieldError::new(
                "",
                "no field is given: give at least one, such as requireMfa",
            ));
        }
        let mut change = Self::default();
        for (field, name, value) in fields {
            let value = boolean(field, name, value)?;
            match field {
                "requireMfa" => change.require_mfa = Some(value),
                "withMfa" => change.with_mfa = Some(value),
                "consent" => change.consent = Some(value),
                "revokeRefreshTokens" => change.revoke_refresh_tokens = value,
                "expireSecret" => change.expire_secret = value,
                _ => change.expire_certificates = value,
            }
        }
        Ok(change)
    }

    pub(crate) fn apply(self, authority: &Authority) {
        if let Some(require) = self.require_mfa {
            authority.set_require_mfa(require);
        }
        if let Some(mfa) = self.with_mfa {
            authority.set_mfa(mfa);
        }
        if let Some(consent) = self.consent {
            authority.set_consent(consent);
        }
        if self.revoke_refresh_tokens {
            authority.revoke_refresh_tokens();
        }
        if self.expire_secret {
            authority.expire_secret();
        }
        if self.expire_certificates {
            authority.expire_client_certificates();
        }
    }
}

/// Reads a rate limit.
pub(crate) fn rate_limit(value: &Value) -> Result<RateLimit, FieldError> {
    let (mut requests, mut per) = (None, None);
    for (field, name, value) in known_fields(value, &["requests", "perSeconds"])? {
        if field == "requests" {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            requests = Some(number.ok_or_else(|| {
                FieldError::new(
                    name,
                    format!("`{field}` must be a whole number from 0 to {}", u32::MAX),
                )
            })?);
        } else {
            per = Some(seconds(field, name, value)?);
        }
    }
    match (requests, per) {
        (Some(requests), Some(per)) => Ok(RateLimit { requests, per }),
        _ => Err(FieldError::new(
            "",
            "a rate limit needs `requests` and `perSeconds`, such as 500 and 60",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_compared_without_their_style() {
        let expected = RateLimit {
            requests: 5,
            per: Duration::from_millis(1500),
        };
        for value in [
            json!({"requests": 5, "perSeconds": 1.5}),
            json!({"Requests": 5, "per_seconds": 1.5}),
        ] {
            assert_eq!(rate_limit(&value), Ok(expected));
        }
        let change = SignInChange::read(&json!({"require_mfa": false, "expire-secret": true}));
        assert_eq!(
            change.unwrap(),
            SignInChange {
                require_mfa: Some(false),
                expire_secret: true,
                ..SignInChange::default()
            }
        );
    }

    #[test]
    fn errors_name_the_field() {
        for (value, field, part) in [
            (json!(3), "", "an object is needed"),
            (json!({}), "", "needs `requests` and `perSeconds`"),
            (json!({"request": 1}), "request", "did you mean `requests`?"),
            (json!({"requests": -1}), "requests", "whole number"),
            (
                json!({"requests": 1, "perSeconds": -1}),
                "perSeconds",
                "from 0 to",
            ),
            (json!({"requests": 1, "Requests": 1}), "requests", "twice"),
        ] {
            let error = rate_limit(&value).unwrap_err();
            assert_eq!(error.field, field, "{error:?}");
            assert!(error.message.contains(part), "{error:?}");
        }
        let error = SignInChange::read_switches(&json!({"expireSecret": true})).unwrap_err();
        assert!(error.message.starts_with("unknown field"), "{error:?}");
        let error = SignInChange::read(&json!({"consent": 1})).unwrap_err();
        assert_eq!(error.message, "`consent` must be true or false");
        assert!(SignInChange::read(&json!({})).is_err());
    }
}
