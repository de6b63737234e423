//! Settings of the control endpoint, and the same changes from Rust.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{
    builder::EmulatorBuilder,
    emulator::Emulator,
    faults::{fault::Fault, rate_limit::RateLimit},
    journal::observer::Observer,
    scenario::definition::Scenario,
};

/// Settings that a reset restores, and those of the control endpoint.
#[derive(Clone)]
pub(crate) struct ControlSettings {
    pub(crate) is_enabled: bool,
    pub(crate) secret: Option<String>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) scenario: Option<Scenario>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) observer: Option<Observer>,
    pub(crate) started: Instant,
    /// Time of the start since 1970, by the system clock.
    pub(crate) started_at: Duration,
}

impl ControlSettings {
    pub(crate) fn new() -> Self {
        Self {
            is_enabled: true,
            secret: None,
            faults: Vec::new(),
            scenario: None,
            rate_limit: None,
            observer: None,
            started: Instant::now(),
            started_at: Duration::ZERO,
        }
    }

    /// Returns the settings of an emulator that starts now.
    pub(crate) fn started(mut self, rate_limit: Option<RateLimit>) -> Self {
        self.rate_limit = rate_limit;
        self.started = Instant::now();
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        self.started_at = now.unwrap_or_default();
        self
    }
}

/// The secret is left out.
impl std::fmt::Debug for ControlSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ControlSettings")
            .field("is_enabled", &self.is_enabled)
            .field("faults", &self.faults)
            .field("scenario", &self.scenario)
            .finish_non_exhaustive()
    }
}

impl EmulatorBuilder {
    /// Sets whether the [control endpoint](crate#control-endpoint) and the page are available.
    /// Default: `true`.
    pub fn control(mut self, enabled: bool) -> Self {
        self.control.is_enabled = enabled;
        self
    }

    /// Sets the secret that requests to the control endpoint must have in the header
    /// `X-Emulator-Secret`. Default: none, since the emulator listens on the loopback interface
    /// only and refuses requests of other web pages.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use partner_center_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().control_secret("correct horse").start().await?;
    /// let url = emulator.url().join("_emulator/clock")?;
    /// # let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    /// let client = reqwest::Client::new();
    /// assert_eq!(client.get(url.clone()).send().await?.status(), 401);
    /// let request = client.get(url).header("X-Emulator-Secret", "correct horse");
    /// assert_eq!(request.send().await?.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn control_secret(mut self, secret: impl Into<String>) -> Self {
        self.control.secret = Some(secret.into());
        self
    }

    /// Adds a fault that is injected at the start and after each [reset](Emulator::reset).
    /// Default: none.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.control.faults.push(fault);
        self
    }

    /// Sets the scenario that begins at the start and after each [reset](Emulator::reset).
    /// Default: none.
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.control.scenario = Some(scenario);
        self
    }
}

impl Emulator {
    /// Moves the emulator's clock forward: tokens and codes expire, rate limits end, and steps of
    /// a scenario become due. The clock stops at the end of the year 9999.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use partner_center_emulator::Emulator;
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
    /// client.customers().send().await?;
    /// emulator.advance(Duration::from_secs(2 * 3600));
    /// let error = client.customers().send().await.unwrap_err();
    /// assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance(&self, duration: Duration) {
        self.service().authority().clock().advance(duration);
    }

    /// Stops the emulator's clock at its current time; [`advance`](Self::advance) still moves it.
    pub fn freeze(&self) {
        self.service().authority().clock().freeze(None);
    }

    /// Stops the emulator's clock at this time; a time before 1970 becomes 1970.
    pub fn freeze_at(&self, time: SystemTime) {
        let at = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.service().authority().clock().freeze(Some(at));
    }

    /// Lets a stopped clock run, from the time at which it stands.
    pub fn resume_clock(&self) {
        self.service().authority().clock().resume();
    }

    /// Returns the current time of the emulator's clock.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        UNIX_EPOCH + self.service().authority().clock().since_epoch()
    }

    /// Sets the rate limit, or removes it; calls so far are forgotten.
    pub fn set_rate_limit(&self, limit: Option<RateLimit>) {
        self.service().limiter().set_limit(limit);
    }

    /// Starts a scenario at the current time of the emulator's clock. It replaces the one before,
    /// whose changes stay.
    pub fn play(&self, scenario: Scenario) {
        self.service().play(scenario);
    }

    /// Restores the state after the start: faults, clock, sign-in, rate limit, journal and
    /// scenario. Access tokens stay valid.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use partner_center_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::builder().fault(Fault::throttled(30)).start().await?;
    /// emulator.inject(Fault::no_response());
    /// emulator.advance(Duration::from_secs(86_400));
    /// emulator.reset();
    /// assert_eq!(emulator.faults().len(), 1);
    /// assert!(emulator.requests().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(&self) {
        self.service().reset();
    }
}
