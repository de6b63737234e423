//! Name and steps of a scenario.

use std::{path::Path, time::Duration};

use serde_json::Value;

use crate::{
    control::input::SignInChange,
    faults::{fault::Fault, rate_limit::RateLimit},
    scenario::{
        error::ScenarioError,
        read::{self, Invalid},
        spans::Spans,
    },
};

/// Largest scenario, in bytes.
pub(crate) const MAXIMUM_BYTES: usize = 1024 * 1024;

/// Changes of an emulator at given times, such as the failures of a bad night.
///
/// A scenario is a TOML file with a name and steps. The times of the steps count from the start of
/// the scenario, by the emulator's clock, and must not decrease:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use partner_center_emulator::{Emulator, Scenario};
///
/// let scenario = Scenario::from_toml(
///     r#"
///     name = "outage at 02:05"
///
///     [[step]]
///     at = "5m"
///     message = "The service is overloaded."
///     fault = { kind = "status", status = 503, times = "unlimited" }
///
///     [[step]]
///     at = "00:20"
///     clear_faults = true
///     "#,
/// )?;
/// let emulator = Emulator::builder().scenario(scenario).start().await?;
/// # use std::sync::Arc;
/// # use partner_center::{Client, RetryOptions};
/// # use partner_center::credential::StaticTokenCredential;
/// # use partner_center_emulator::TokenOptions;
/// # let token = emulator.mint_token(TokenOptions::new());
/// # let client = Client::builder()
/// #     .base_url(emulator.url())
/// #     .credential(Arc::new(StaticTokenCredential::new(token)))
/// #     .retry(RetryOptions::none())
/// #     .build()?;
/// assert!(client.customers().send().await.is_ok());
/// emulator.advance(Duration::from_secs(300));
/// assert!(client.customers().send().await.is_err());
/// emulator.advance(Duration::from_secs(900));
/// assert!(client.customers().send().await.is_ok());
/// # Ok(())
/// # }
/// ```
///
/// Each step has `at` and at least one of:
///
/// | key | change |
/// |---|---|
/// | `fault` | injects a [fault](Fault) |
/// | `clear_faults = true` | removes all faults |
/// | `sign_in` | sets `require_mfa`, `with_mfa` or `consent`; with `revoke_refresh_tokens`, `expire_secret` or `expire_certificates` set to `true`, these events |
/// | `rate_limit` | limits calls to `requests` in `per_seconds`; `false` removes the limit |
/// | `advance_clock` | moves the clock forward, which makes later steps due |
/// | `message` | logs a text |
///
/// Times are numbers with units (`90s`, `5m`, `1h30m`) or hours and minutes (`00:05`,
/// `00:05:30`). If a step has several changes, faults are removed first, and the clock is moved
/// last. A step takes effect before the first request at or after its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    pub(crate) name: String,
    pub(crate) steps: Vec<Step>,
}

/// Changes at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Time after the start of the scenario.
    pub(crate) at: Duration,
    pub(crate) clear_faults: bool,
    pub(crate) sign_in: Option<SignInChange>,
    /// Another rate limit, or none.
    pub(crate) rate_limit: Option<Option<RateLimit>>,
    pub(crate) fault: Option<Fault>,
    pub(crate) message: Option<String>,
    pub(crate) advance_clock: Option<Duration>,
}

impl Scenario {
    /// Reads a scenario in TOML.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Invalid`] with line and column if the text is not TOML, is longer than
    /// 1 MiB, has an unknown key or fault, or the times of the steps decrease.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        check_length(text)?;
        let spans = Spans::read(text)?;
        read::scenario(&spans.value).map_err(|invalid| ScenarioError::Invalid {
            position: Some(spans.position(text, &invalid.path)),
            message: invalid.text(),
        })
    }

    /// Reads a scenario in JSON, with the keys of TOML: an object with `name` and the array
    /// `step`.
    ///
    /// ```
    /// use partner_center_emulator::Scenario;
    ///
    /// let text = r#"{"name": "a", "step": [{"at": "5m", "fault": {"kind": "burst"}}]}"#;
    /// assert_eq!(Scenario::from_json(text)?.name(), "a");
    /// # Ok::<(), partner_center_emulator::ScenarioError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`from_toml`](Self::from_toml), with a position only for invalid JSON.
    pub fn from_json(text: &str) -> Result<Self, ScenarioError> {
        check_length(text)?;
        let value: Value = serde_json::from_str(text).map_err(|error| ScenarioError::Invalid {
            position: Some((error.line(), error.column())),
            message: "the scenario is not valid JSON: correct it at this place".to_owned(),
        })?;
        read::scenario(&value).map_err(|invalid: Invalid| ScenarioError::Invalid {
            position: None,
            message: invalid.text(),
        })
    }

    /// Reads a file in TOML, or in JSON if its name ends with `.json`.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Read`] if the file cannot be read; otherwise as
    /// [`from_toml`](Self::from_toml).
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ScenarioError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| ScenarioError::Read {
            path: path.to_owned(),
            source,
        })?;
        let extension = path.extension().unwrap_or_default();
        match extension.eq_ignore_ascii_case("json") {
            true => Self::from_json(&text),
            false => Self::from_toml(&text),
        }
    }

    /// Returns the scenario that the package contains: the failures of a bad night within two
    /// hours. Its text is [`BAD_NIGHT`](Self::BAD_NIGHT).
    ///
    /// # Errors
    ///
    /// None in practice, because a test reads the text.
    pub fn bad_night() -> Result<Self, ScenarioError> {
        Self::from_toml(Self::BAD_NIGHT)
    }

    /// Text of [`bad_night`](Self::bad_night), an example of all kinds of steps.
    pub const BAD_NIGHT: &'static str = include_str!("../../scenarios/bad-night.toml");

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the time of the last step, after the start.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.steps.last().map_or(Duration::ZERO, |step| step.at)
    }
}

fn check_length(text: &str) -> Result<(), ScenarioError> {
    match text.len() {
        0..=MAXIMUM_BYTES => Ok(()),
        _ => Err(ScenarioError::Invalid {
            position: None,
            message: "the scenario is longer than 1 MiB: remove steps".to_owned(),
        }),
    }
}

impl Step {
    /// Returns the changes in one line.
    pub(crate) fn summary(&self) -> String {
        let mut parts = Vec::new();
        if self.clear_faults {
            parts.push("remove all faults".to_owned());
        }
        if self.sign_in.is_some() {
            parts.push("change the sign-in".to_owned());
        }
        match self.rate_limit {
            Some(Some(RateLimit { requests, per })) => {
                parts.push(format!(
                    "limit to {requests} calls in {} s",
                    per.as_secs_f64()
                ));
            }
            Some(None) => parts.push("remove the rate limit".to_owned()),
            None => {}
        }
        parts.extend(self.fault.as_ref().map(|fault| format!("inject {fault}")));
        parts.extend(
            self.advance_clock
                .map(|duration| format!("advance the clock by {} s", duration.as_secs_f64())),
        );
        parts.join("; ")
    }
}

#[cfg(test)]
mod tests;
