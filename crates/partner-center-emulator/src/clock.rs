//! The time as the emulator sees it.

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

/// Moment inside the text of a sign-in error.
const SIGN_IN_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].0000000Z");

/// Where the emulator reads the time from.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Whole seconds since 1970; 0 for any time before.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.since_epoch().as_secs()
    }

    /// Time since 1970; nothing for any time before.
    pub(crate) fn since_epoch(&self) -> Duration {
        (self.0)().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    /// Now, in the form of the `Date` header.
    pub(crate) fn http_date(&self) -> String {
        format(self.unix_seconds(), HTTP_DATE)
    }

    /// Now, in the form of a sign-in error.
    pub(crate) fn sign_in_timestamp(&self) -> String {
        format(self.unix_seconds(), SIGN_IN_TIMESTAMP)
    }

    /// A moment inside the text of a sign-in error: `2017-03-14T17:55:01.0000000Z`.
    pub(crate) fn sign_in_time(unix_seconds: u64) -> String {
        format(unix_seconds, SIGN_IN_TIME)
    }
}

fn format(unix_seconds: u64, format: &[BorrowedFormatItem<'_>]) -> String {
    // A clock past the year 9999 has no text; the epoch is as good as any.
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
    fn texts_have_their_documented_form() {
        let clock = Clock::new(|| UNIX_EPOCH + Duration::from_secs(1_489_514_101));
        assert_eq!(clock.http_date(), "Tue, 14 Mar 2017 17:55:01 GMT");
        assert_eq!(clock.sign_in_timestamp(), "2017-03-14 17:55:01Z");
        assert_eq!(
            Clock::sign_in_time(clock.unix_seconds()),
            "2017-03-14T17:55:01.0000000Z"
        );
    }

    #[test]
    fn odd_clocks_do_no_harm() {
        let before = Clock::new(|| UNIX_EPOCH - Duration::from_secs(5));
        assert_eq!(before.unix_seconds(), 0);
        let far = Clock::new(|| UNIX_EPOCH + Duration::from_secs(1 << 40));
        assert_eq!(far.http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
