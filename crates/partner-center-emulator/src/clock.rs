//! The emulator's clock, and the time formats of responses.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// `Date` header: `Tue, 14 Mar 2017 17:55:01 GMT`.
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// Time in sign-in errors: `2017-03-14 17:55:01Z`.
const SIGN_IN_TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");

/// Time inside the description of a sign-in error.
const SIGN_IN_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].0000000Z");

/// Source of the emulator's current time.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Returns the whole seconds since 1970; 0 before.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.since_epoch().as_secs()
    }

    /// Returns the time since 1970; zero before.
    pub(crate) fn since_epoch(&self) -> Duration {
        (self.0)().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    /// Returns the current time in the format of the `Date` header.
    pub(crate) fn http_date(&self) -> String {
        format(self.unix_seconds(), HTTP_DATE)
    }

    /// Returns the current time in the format of a sign-in error.
    pub(crate) fn sign_in_timestamp(&self) -> String {
        format(self.unix_seconds(), SIGN_IN_TIMESTAMP)
    }

    /// Formats a time for the description of a sign-in error:
    /// `2017-03-14T17:55:01.0000000Z`.
    pub(crate) fn sign_in_time(unix_seconds: u64) -> String {
        format(unix_seconds, SIGN_IN_TIME)
    }
}

fn format(unix_seconds: u64, format: &[BorrowedFormatItem<'_>]) -> String {
    // Times after the year 9999 cannot be formatted, so they become the epoch.
    i64::try_from(unix_seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(format)
        .unwrap_or_default()
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Clock").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_have_their_documented_format() {
        let clock = Clock::new(|| UNIX_EPOCH + Duration::from_secs(1_489_514_101));
        assert_eq!(clock.http_date(), "Tue, 14 Mar 2017 17:55:01 GMT");
        assert_eq!(clock.sign_in_timestamp(), "2017-03-14 17:55:01Z");
        assert_eq!(
            Clock::sign_in_time(clock.unix_seconds()),
            "2017-03-14T17:55:01.0000000Z"
        );
    }

    #[test]
    fn times_before_1970_and_after_9999_are_clamped() {
        let before = Clock::new(|| UNIX_EPOCH - Duration::from_secs(5));
        assert_eq!(before.unix_seconds(), 0);
        let far = Clock::new(|| UNIX_EPOCH + Duration::from_secs(1 << 40));
        assert_eq!(far.http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
