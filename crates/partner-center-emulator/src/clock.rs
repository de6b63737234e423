//! The emulator's clock, and the time formats of responses.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// `Date` header: `Tue, 14 Mar 2017 17:55:01 GMT`.
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// Time in the control endpoint: `2017-03-14T17:55:01Z`.
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// Latest time of a clock that was moved: the end of the year 9999, since later years have no
/// format.
const LATEST: Duration = Duration::from_secs(253_402_300_799);

const NANOSECONDS: i128 = 1_000_000_000;

/// Time in sign-in errors: `2017-03-14 17:55:01Z`.
const SIGN_IN_TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");

/// Time inside the description of a sign-in error.
const SIGN_IN_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].0000000Z");

tokio::task_local! {
    /// Difference of the clock in the current task, in seconds.
    static SKEW: i64;
}

/// Runs a future whose clock differs by this many seconds.
pub(crate) async fn skewed<T>(seconds: i64, future: impl Future<Output = T>) -> T {
    SKEW.scope(seconds, future).await
}

/// Source of the emulator's current time, with the changes of [`advance`](Self::advance) and
/// [`freeze`](Self::freeze). Clones share the changes.
#[derive(Clone)]
pub(crate) struct Clock {
    source: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    change: Arc<Mutex<Change>>,
}

/// Difference between the source and the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// Runs this many nanoseconds ahead of the source; negative for behind.
    Offset(i128),
    /// Stands still at this time since 1970.
    Frozen(Duration),
}

/// State of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockState {
    /// Time since 1970.
    pub(crate) now: Duration,
    pub(crate) frozen: bool,
    /// Seconds ahead of the source.
    pub(crate) offset_seconds: i64,
}

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            source: Arc::new(now),
            change: Arc::new(Mutex::new(Change::Offset(0))),
        }
    }

    /// Returns a clock with the same source and without changes.
    pub(crate) fn unchanged(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            change: Arc::new(Mutex::new(Change::Offset(0))),
        }
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, duration: Duration) {
        let mut change = self.change();
        *change = match *change {
            Change::Offset(offset) => Change::Offset(offset.saturating_add(nanoseconds(duration))),
            Change::Frozen(at) => Change::Frozen(at.saturating_add(duration).min(LATEST)),
        };
    }

    /// Stops the clock at this time since 1970, or at its current time.
    pub(crate) fn freeze(&self, at: Option<Duration>) {
        let at = at.unwrap_or_else(|| self.state().now).min(LATEST);
        *self.change() = Change::Frozen(at);
    }

    /// Lets a stopped clock run from the time at which it stands.
    pub(crate) fn resume(&self) {
        let source = self.source_time();
        let mut change = self.change();
        if let Change::Frozen(at) = *change {
            *change = Change::Offset(nanoseconds(at) - nanoseconds(source));
        }
    }

    /// Undoes all changes.
    pub(crate) fn reset(&self) {
        *self.change() = Change::Offset(0);
    }

    pub(crate) fn state(&self) -> ClockState {
        let source = self.source_time();
        let change = *self.change();
        let now = change.apply(source);
        let offset = nanoseconds(now) - nanoseconds(source);
        ClockState {
            now,
            frozen: matches!(change, Change::Frozen(_)),
            offset_seconds: i64::try_from(offset / NANOSECONDS).unwrap_or_default(),
        }
    }

    /// Returns the whole seconds since 1970; 0 before.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.since_epoch().as_secs()
    }

    /// Returns the time since 1970; zero before.
    pub(crate) fn since_epoch(&self) -> Duration {
        let change = *self.change();
        let now = change.apply(self.source_time());
        match SKEW.try_with(|skew| i128::from(*skew) * NANOSECONDS) {
            Ok(skew) => Change::Offset(skew).apply(now),
            Err(_) => now,
        }
    }

    fn source_time(&self) -> Duration {
        (self.source)()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
    }

    fn change(&self) -> MutexGuard<'_, Change> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the time in so many seconds, in the format of the `Date` header.
    pub(crate) fn http_date_in(&self, seconds: u64) -> String {
        format(self.unix_seconds().saturating_add(seconds), HTTP_DATE)
    }

    /// Formats a time since 1970: `2017-03-14T17:55:01Z`.
    pub(crate) fn timestamp(since_epoch: Duration) -> String {
        format(since_epoch.as_secs(), TIMESTAMP)
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

impl Change {
    fn apply(self, source: Duration) -> Duration {
        match self {
            Self::Offset(0) => source,
            Self::Offset(offset) => {
                let now = nanoseconds(source).saturating_add(offset);
                let now = u128::try_from(now).unwrap_or_default();
                Duration::from_nanos_u128(now.min(LATEST.as_nanos()))
            }
            Self::Frozen(at) => at,
        }
    }
}

fn nanoseconds(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
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
    use crate::testing::MovableClock;

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

    #[test]
    fn a_clock_is_moved_stopped_and_resumed() {
        let source = MovableClock::at(100);
        let clock = source.clock();
        let same = clock.clone();
        clock.advance(Duration::from_secs(60));
        source.set(110);
        assert_eq!(same.unix_seconds(), 170);
        clock.freeze(None);
        source.set(200);
        assert_eq!(same.unix_seconds(), 170);
        clock.advance(Duration::from_secs(5));
        clock.resume();
        clock.resume();
        source.set(201);
        let expected = ClockState {
            now: Duration::from_secs(176),
            frozen: false,
            offset_seconds: -25,
        };
        assert_eq!(same.state(), expected);
        clock.freeze(Some(Duration::from_secs(7)));
        assert_eq!(same.unix_seconds(), 7);
        assert!(same.state().frozen);
        clock.reset();
        assert_eq!(same.unix_seconds(), 201);
        assert_eq!(clock.unchanged().unix_seconds(), 201);
    }

    #[test]
    fn a_clock_cannot_be_moved_out_of_its_range() {
        let source = MovableClock::at(100);
        let clock = source.clock();
        for _ in 0..3 {
            clock.advance(Duration::MAX);
            assert_eq!(clock.http_date(), "Fri, 31 Dec 9999 23:59:59 GMT");
        }
        clock.freeze(Some(Duration::MAX));
        assert_eq!(clock.http_date(), "Fri, 31 Dec 9999 23:59:59 GMT");
        clock.freeze(Some(Duration::ZERO));
        clock.resume();
        source.set(0);
        assert_eq!(clock.since_epoch(), Duration::ZERO);
    }

    #[tokio::test]
    async fn the_clock_of_a_task_can_differ() {
        let clock = MovableClock::at(100).clock();
        for (seconds, expected) in [(50, 150), (-50, 50), (-500, 0), (0, 100)] {
            let seen = skewed(seconds, async { clock.unix_seconds() }).await;
            assert_eq!(seen, expected);
        }
        assert_eq!(clock.unix_seconds(), 100);
    }
}
