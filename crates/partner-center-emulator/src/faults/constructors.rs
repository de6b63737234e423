//! Faults of pages, of the connection and of the sign-in, and the conditions of faults.

use std::{borrow::Cow, fmt, time::Duration};

use http::HeaderValue;
use serde_json::Value;

use crate::faults::{
    fault::{Fault, Target},
    kind::{BodyFormat, Drift, FaultKind, FieldDrift, Replacement},
    listings::REMEMBERED_ROWS,
    read::{FaultError, operation},
    table::UNLIMITED,
};

impl Fault {
    /// Responds with this server error, 500 to 599, to three calls in a row. Any other number
    /// becomes 503.
    pub fn burst(status: u16) -> Self {
        let status = match status {
            500..=599 => status,
            _ => 503,
        };
        let replacement = Replacement::new(status, BodyFormat::None);
        Self::new(FaultKind::Burst(replacement)).times(3)
    }

    /// Sends the normal response after this delay. Other faults of the same call are applied as
    /// well.
    ///
    /// The delay is measured like the interval of [`slow_body`](Self::slow_body).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use partner_center_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// // Every call takes a second, and one in ten gets a 503 after it.
    /// emulator.inject(Fault::latency(Duration::from_secs(1)).unlimited());
    /// emulator.inject(Fault::status(503).one_in(10, 1).unlimited());
    /// # Ok(())
    /// # }
    /// ```
    pub fn latency(delay: Duration) -> Self {
        Self::new(FaultKind::Latency { seconds: delay })
    }

    /// Resets the connection before the first byte of the response.
    pub fn reset_before_response() -> Self {
        Self::new(FaultKind::ResetBeforeResponse)
    }

    /// Sends the normal status with an empty body.
    pub fn empty_body() -> Self {
        Self::new(FaultKind::EmptyBody)
    }

    /// Sends the normal body with this `Content-Type`. An invalid value becomes `text/plain`.
    pub fn wrong_content_type(content_type: impl Into<String>) -> Self {
        let content_type = content_type.into();
        let content_type = match HeaderValue::from_str(&content_type) {
            Ok(_) => content_type,
            Err(_) => "text/plain".to_owned(),
        };
        Self::new(FaultKind::WrongContentType { content_type })
    }

    /// Sends the normal body with or without a UTF-8 byte-order mark.
    pub fn byte_order_mark(present: bool) -> Self {
        Self::new(FaultKind::ByteOrderMark { present })
    }

    /// Responds with 204 and no body.
    pub fn no_content() -> Self {
        Self::new(FaultKind::NoContent)
    }

    /// Sends a page whose next link points to the page itself.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use partner_center_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::builder().start().await?;
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
    /// emulator.inject(Fault::repeated_next_link().on_page(2));
    /// let failed = client.azure_usage().top(1).collect_all().await.unwrap_err();
    /// assert_eq!(failed.error().pages_read(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn repeated_next_link() -> Self {
        Self::new(FaultKind::RepeatedNextLink)
    }

    /// Sends a page whose next link points to this URL, which is joined with the normal link. A
    /// text that is not an absolute URL becomes `https://fabrikam.example/`.
    pub fn foreign_next_link(url: impl Into<String>) -> Self {
        let url = url.into();
        let url = match url::Url::parse(&url) {
            Ok(_) => url,
            Err(_) => "https://fabrikam.example/".to_owned(),
        };
        Self::new(FaultKind::ForeignNextLink { url })
    }

    /// Sends a page that begins with the last rows of the page before, as after an insertion
    /// between two calls; at most 100. The counts do not change.
    pub fn duplicate_rows(rows: u32) -> Self {
        let rows = rows.clamp(1, REMEMBERED_ROWS);
        Self::new(FaultKind::DuplicateRows { rows })
    }

    /// Sends a page without its first rows, as after a deletion between two calls; at most 100.
    /// The counts do not change.
    pub fn missing_rows(rows: u32) -> Self {
        let rows = rows.clamp(1, REMEMBERED_ROWS);
        Self::new(FaultKind::MissingRows { rows })
    }

    /// Renames a field in all rows.
    pub fn renamed_field(field: impl Into<String>, new_name: impl Into<String>) -> Self {
        Self::drift(Drift::Rename, field.into(), Some(new_name.into()), None)
    }

    /// Removes a field from all rows.
    pub fn removed_field(field: impl Into<String>) -> Self {
        Self::drift(Drift::Remove, field.into(), None, None)
    }

    /// Adds a field with this text to all rows.
    ///
    /// ```
    /// use partner_center_emulator::Fault;
    ///
    /// let additional = Fault::added_field("sustainabilityScore", "B").unlimited();
    /// let missing = Fault::removed_field("licensesSold").unlimited();
    /// let text_for_number = Fault::retyped_field("licensesDeployed").unlimited();
    /// # let _ = (additional, missing, text_for_number);
    /// ```
    pub fn added_field(field: impl Into<String>, text: impl Into<String>) -> Self {
        let value = Value::String(text.into());
        Self::drift(Drift::Add, field.into(), None, Some(value))
    }

    /// Changes the type of a field in all rows: a text for a number, a number for a text.
    pub fn retyped_field(field: impl Into<String>) -> Self {
        Self::drift(Drift::ChangeType, field.into(), None, None)
    }

    fn drift(change: Drift, field: String, new_name: Option<String>, value: Option<Value>) -> Self {
        Self::new(FaultKind::FieldDrift(FieldDrift {
            change,
            field,
            new_name,
            value,
            new_type: None,
        }))
    }

    /// Sends a `Date` header, and on [token requests](Self::on_token_requests) tokens, of a clock
    /// with this difference, until the fault is removed; negative for behind. Other faults of the
    /// same call are applied as well.
    pub fn clock_skew(seconds: i64) -> Self {
        Self::new(FaultKind::ClockSkew { seconds }).unlimited()
    }

    /// Rejects a token request because the sign-in has expired: AADSTS700082. On
    /// [API calls](Self::on_api_calls), 401.
    pub fn expired_sign_in() -> Self {
        Self::new(FaultKind::ExpiredSignIn).on_token_requests()
    }

    /// Rejects a token request because the sign-in was revoked: AADSTS50173. On
    /// [API calls](Self::on_api_calls), 401.
    pub fn revoked_sign_in() -> Self {
        Self::new(FaultKind::RevokedSignIn).on_token_requests()
    }

    /// Applies the fault to API calls, which is the default of most faults.
    pub fn on_api_calls(mut self) -> Self {
        self.target = Target::Api;
        self
    }

    /// Applies the fault only to calls of this operation, such as `azure_usage`.
    ///
    /// # Errors
    ///
    /// Returns an error that lists the operations if there is none with this id.
    ///
    /// ```
    /// use partner_center_emulator::Fault;
    ///
    /// let fault = Fault::status(503).on_operation("azure_usage")?;
    /// assert_eq!(fault.to_string(), "status (status 503) on azure_usage, once");
    /// assert!(Fault::status(503).on_operation("azure_usages").is_err());
    /// # Ok::<(), partner_center_emulator::FaultError>(())
    /// ```
    pub fn on_operation(mut self, id: &str) -> Result<Self, FaultError> {
        self.operation = Some(operation(id)?);
        Ok(self)
    }

    /// Applies the fault only to this page of a listing, from 1.
    ///
    /// A call without `skip` and without a continuation token is page 1. With `skip`, pages are
    /// counted by `top`, by default the largest page of the operation. With a continuation
    /// token, each new token after a call of the same path without one is the next page, so
    /// two listings with tokens at the same time are counted as one.
    pub fn on_page(mut self, page: u32) -> Self {
        self.page = Some(page.max(1));
        self
    }

    /// Applies the fault until it is removed; it does not delay later faults.
    pub fn unlimited(self) -> Self {
        self.times(u32::MAX)
    }
}

/// The kind with its fields, then the conditions:
/// `status (status 503) on azure_usage, page 2, 3 times`.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let map = self.to_map();
        let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
        let own = self.kind.to_map();
        formatter.write_str(kind)?;
        let fields: Vec<String> = map
            .iter()
            .filter(|(name, _)| *name != "kind" && own.contains_key(*name))
            .map(|(name, value)| match value {
                Value::String(text) => format!("{name} {}", text.escape_debug()),
                value => format!("{name} {value}"),
            })
            .collect();
        if !fields.is_empty() {
            write!(formatter, " ({})", fields.join(", "))?;
        }
        match (self.target, self.operation) {
            (Target::Token, _) => formatter.write_str(" on token requests")?,
            (Target::Api, None) => formatter.write_str(" on API calls")?,
            (Target::Api, Some(operation)) => write!(formatter, " on {operation}")?,
        }
        if let Some(page) = self.page {
            write!(formatter, ", page {page}")?;
        }
        if self.after > 0 {
            write!(formatter, ", after {} calls", self.after)?;
        }
        if let Some(chance) = self.chance {
            write!(
                formatter,
                ", 1 in {} calls (seed {})",
                chance.one_in, chance.seed
            )?;
        }
        let times: Cow<'_, str> = match self.times {
            0 => "never".into(),
            1 => "once".into(),
            u32::MAX => UNLIMITED.into(),
            times => format!("{times} times").into(),
        };
        write!(formatter, ", {times}")
    }
}
