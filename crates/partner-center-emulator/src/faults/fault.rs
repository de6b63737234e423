//! Faults to inject.

use std::{borrow::Cow, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, header};

use crate::faults::kind::{BodyFormat, FaultKind, Replacement};

/// Fault of future calls; see [`Emulator::inject`](crate::Emulator::inject).
///
/// By default a fault applies to the next API call only. A fault of the connection or of
/// the body changes the normal response, so the effects of the call, such as a used
/// refresh token, still happen. A [`status`](Self::status) fault replaces the call.
///
/// ```
/// use std::time::Duration;
///
/// use partner_center_emulator::Fault;
///
/// let outage = Fault::status(503).html().retry_after("10").times(3);
/// let second_page = Fault::reset().after(1);
/// let occasional = Fault::status(500).one_in(10, 42).times(u32::MAX);
/// let slow_token_endpoint = Fault::slow_body(Duration::from_secs(1)).on_token_requests();
/// let redirect = Fault::redirect("https://fabrikam.example/");
/// let sign_in = Fault::sign_in_error("invalid_grant", 50076, "Use a second factor.");
/// # let _ = (outage, second_page, occasional, slow_token_endpoint, redirect, sign_in);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a fault has no effect before it is injected"]
pub struct Fault {
    pub(crate) target: Target,
    pub(crate) kind: FaultKind,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) operation: Option<&'static str>,
    pub(crate) page: Option<u32>,
    pub(crate) times: u32,
    pub(crate) after: u32,
    pub(crate) chance: Option<Chance>,
}

/// Kind of request that a fault applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Api,
    Token,
}

impl Target {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Token => "token",
        }
    }
}

/// Seeded random choice of one in `one_in` calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chance {
    pub(crate) one_in: u32,
    pub(crate) seed: u64,
    state: u64,
}

impl Chance {
    /// Returns whether the fault applies to the next call. The generator is SplitMix64.
    pub(crate) fn hits(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        mixed.is_multiple_of(u64::from(self.one_in))
    }
}

impl Fault {
    pub(crate) fn new(kind: FaultKind) -> Self {
        Self {
            target: Target::Api,
            kind,
            headers: Vec::new(),
            operation: None,
            page: None,
            times: 1,
            after: 0,
            chance: None,
        }
    }

    /// Responds with this HTTP status, 200 to 999, and an empty body. Any other number
    /// becomes 500.
    pub fn status(status: u16) -> Self {
        let status = match status {
            200..=999 => status,
            _ => 500,
        };
        Self::new(FaultKind::Status(Replacement::new(
            status,
            BodyFormat::None,
        )))
    }

    /// Responds with the gateway's 429, with `Retry-After` in seconds.
    pub fn throttled(seconds: u64) -> Self {
        Self::new(FaultKind::Throttle {
            retry_after_seconds: seconds,
            retry_after_date: false,
            retry_after: None,
        })
    }

    /// Responds with 200 and an HTML page instead of data.
    pub fn html_page() -> Self {
        Self::new(FaultKind::HtmlPage { status: 200 })
    }

    /// Responds to a token request with a sign-in error: status 400, the OAuth error, the
    /// AADSTS code and its description.
    pub fn sign_in_error(error: &'static str, code: u32, description: impl Into<String>) -> Self {
        Self::new(FaultKind::SignInError {
            error: Cow::Borrowed(error),
            code,
            description: description.into(),
            status: 400,
        })
        .on_token_requests()
    }

    /// Sends half the body, with a matching `Content-Length`.
    pub fn truncated() -> Self {
        Self::new(FaultKind::TruncatedJson)
    }

    /// Closes the connection in the middle of the body.
    pub fn incomplete_body() -> Self {
        Self::new(FaultKind::IncompleteBody)
    }

    /// Resets the connection in the middle of the body.
    pub fn reset() -> Self {
        Self::new(FaultKind::ResetInBody)
    }

    /// Sends the normal response with one byte of the body per interval; the head is sent
    /// immediately, with a matching `Content-Length`.
    ///
    /// The interval is measured by tokio's clock, which may be paused. The runtime needs
    /// timers (`enable_time` or `enable_all`); without them the task of the connection
    /// panics and the connection ends.
    pub fn slow_body(interval: Duration) -> Self {
        Self::new(FaultKind::SlowBody {
            bytes_per_second: None,
            interval_seconds: Some(interval),
        })
    }

    /// Responds with 302 and this `Location`. A text that is not a valid header value is
    /// omitted together with the header.
    pub fn redirect(location: &str) -> Self {
        if HeaderValue::from_str(location).is_err() {
            return Self::status(302);
        }
        Self::new(FaultKind::Redirect {
            location: location.to_owned(),
            status: 302,
        })
    }

    /// Never responds; the connection stays open until the caller closes it or the emulator
    /// stops.
    pub fn no_response() -> Self {
        Self::new(FaultKind::NoResponse)
    }

    /// Gives the response of [`status`](Self::status) an HTML page, as gateways do.
    pub fn html(self) -> Self {
        self.with_body(|body| body.body = BodyFormat::Html)
    }

    /// Gives the response of [`status`](Self::status) the documented error body.
    ///
    /// ```
    /// use partner_center_emulator::Fault;
    ///
    /// // As the service refuses a user without a role.
    /// let forbidden = Fault::status(403).documented(2032, "The user has no access.");
    /// # let _ = forbidden;
    /// ```
    pub fn documented(self, code: u32, description: impl Into<String>) -> Self {
        self.with_body(|body| {
            body.body = BodyFormat::Documented;
            body.code = Some(code);
            body.description = Some(description.into());
        })
    }

    /// Gives the response of [`status`](Self::status) a custom body.
    ///
    /// ```
    /// use partner_center_emulator::Fault;
    ///
    /// let empty_page = Fault::status(200).body("application/json", r#"{"Value": [], "TotalCount": 0}"#);
    /// # let _ = empty_page;
    /// ```
    pub fn body(self, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        let (text, base64) = match String::from_utf8(body.into()) {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(STANDARD.encode(error.as_bytes()))),
        };
        self.with_body(|body| {
            body.body = BodyFormat::Custom;
            body.content_type = Some(content_type.into());
            body.text = text;
            body.base64 = base64;
        })
    }

    /// Replaces the body of a fault that replaces the response.
    fn with_body(mut self, set: impl FnOnce(&mut Replacement)) -> Self {
        let status = match &self.kind {
            FaultKind::Status(body) | FaultKind::Burst(body) => body.status,
            FaultKind::Throttle { .. } => 429,
            FaultKind::HtmlPage { status } | FaultKind::SignInError { status, .. } => *status,
            _ => return self,
        };
        let mut replacement = Replacement::new(status, BodyFormat::None);
        set(&mut replacement);
        self.kind = match self.kind {
            FaultKind::Burst(_) => FaultKind::Burst(replacement),
            _ => FaultKind::Status(replacement),
        };
        self
    }

    /// Sets a header of the response. An invalid name or value is ignored.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (name.parse(), HeaderValue::from_str(value)) {
            self.headers.push((name, value));
        }
        self
    }

    /// Sets `Retry-After` to any text: seconds, a date or an invalid value. It replaces the
    /// value of [`throttled`](Self::throttled).
    pub fn retry_after(self, value: &str) -> Self {
        self.header(header::RETRY_AFTER.as_str(), value)
    }

    /// Applies the fault to token requests instead of API calls.
    pub fn on_token_requests(mut self) -> Self {
        self.target = Target::Token;
        self
    }

    /// Sets the number of calls that the fault applies to. Default: 1.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Sets the number of calls that pass before the fault applies. Default: 0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use partner_center_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// # use std::sync::Arc;
    /// # use partner_center::{Client, RetryOptions};
    /// # use partner_center::credential::{RefreshTokenCredential, StaticTokenCredential};
    /// # use partner_center_emulator::TokenOptions;
    /// # let token = emulator.mint_token(TokenOptions::new());
    /// # let client = Client::builder()
    /// #     .base_url(emulator.url())
    /// #     .credential(Arc::new(StaticTokenCredential::new(token)))
    /// #     .retry(RetryOptions::none())
    /// #     .build()?;
    /// // The second page of the listing fails.
    /// emulator.inject(Fault::reset().after(1));
    /// let failed = client.azure_usage().top(1).collect_all().await.unwrap_err();
    /// assert_eq!(failed.error().pages_read(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }

    /// Applies the fault to one in `calls` calls on average; the seed alone determines which
    /// ones. Default: every call.
    pub fn one_in(mut self, calls: u32, seed: u64) -> Self {
        self.chance = Some(Chance {
            one_in: calls.max(1),
            seed,
            state: seed,
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_has_the_given_frequency_and_repeats_with_the_seed() {
        let draw = |seed| {
            let mut chance = Fault::reset().one_in(10, seed).chance.unwrap();
            (0..10_000).map(|_| chance.hits()).collect::<Vec<_>>()
        };
        let hits = draw(1).into_iter().filter(|hit| *hit).count();
        assert!((900..1_100).contains(&hits), "{hits}");
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn invalid_statuses_and_headers_are_replaced_or_ignored() {
        for status in [0, 100, 199, 1_000, u16::MAX] {
            assert_eq!(Fault::status(status), Fault::status(500), "{status}");
        }
        let fault = Fault::status(500).header("", "x").header("x", "\n");
        assert!(fault.headers.is_empty());
        let fault = Fault::redirect("https://fabrikam.example/\n");
        assert_eq!(fault, Fault::status(302));
    }
}
