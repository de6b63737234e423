use std::sync::Arc;

use azure_core::time::OffsetDateTime;

/// Clock of a credential: the system clock, or a custom one for simulations and tests.
///
/// Credentials use it for the lifetime and age of tokens. Waiting uses tokio's timers.
///
/// ```
/// use azure_core::time::{Duration, OffsetDateTime};
/// use partner_center_core::Clock;
///
/// // A test moves time past the expiry of a token, instead of waiting.
/// let tomorrow = Clock::new(|| OffsetDateTime::now_utc() + Duration::days(1));
/// assert!(tomorrow.now() > Clock::SYSTEM.now());
/// ```
#[derive(Clone)]
pub struct Clock(Option<Arc<dyn Fn() -> OffsetDateTime + Send + Sync>>);

impl Clock {
    /// The system clock.
    pub const SYSTEM: Self = Self(None);

    /// Creates a clock whose current time is the result of `now`.
    pub fn new(now: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// Returns the current time.
    pub fn now(&self) -> OffsetDateTime {
        match &self.0 {
            Some(now) => now(),
            None => OffsetDateTime::now_utc(),
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::SYSTEM
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Clock::new(..)"
        } else {
            "Clock::SYSTEM"
        })
    }
}
