//! Processing time of a row, small enough to be kept once per product of a customer.

use partner_center_core::Timestamp;
use time::{Date, OffsetDateTime};

/// Moment in UTC, in seconds of the Unix epoch.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Moment(i64);

impl Moment {
    /// Returns the moment of a timestamp; `None` for the sentinel "never" and beyond the calendar.
    pub(crate) fn of(timestamp: &Timestamp) -> Option<Self> {
        if timestamp.is_never() {
            return None;
        }
        Some(Self(timestamp.to_utc()?.unix_timestamp()))
    }

    pub(crate) fn date(self) -> Option<Date> {
        Some(OffsetDateTime::from_unix_timestamp(self.0).ok()?.date())
    }
}

/// Returns a day as a value of a row.
pub(crate) fn day(date: Option<Date>) -> Option<Timestamp> {
    Timestamp::try_from(date?).ok()
}

/// Returns the day of a timestamp; `None` for "never".
pub(crate) fn date_of(timestamp: Option<&Timestamp>) -> Option<Date> {
    Moment::of(timestamp?)?.date()
}
