use std::sync::Arc;

use azure_core::time::OffsetDateTime;

/// What a credential takes for the present: the system's clock, or one of a simulation.
///
/// Decides about life and age of tokens. Waiting goes by the timers of tokio.
#[derive(Clone)]
pub struct Clock(Option<Arc<dyn Fn() -> OffsetDateTime + Send + Sync>>);

impl Clock {
    /// The system's clock.
    pub const SYSTEM: Self = Self(None);

    /// A clock that shows what `now` returns.
    pub fn new(now: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// The present.
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
