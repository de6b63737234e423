//! Days and moments of the data.

use std::fmt::Write;

use time::{Date, Month, OffsetDateTime};

/// Julian day of 1 January 1970.
const EPOCH: i32 = 2_440_588;

const MICROS_OF_DAY: i64 = 86_400_000_000;

/// Day, counted from 1 January 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
    pub(crate) fn of(date: Date) -> Self {
        Self(date.to_julian_day().saturating_sub(EPOCH))
    }

    pub(crate) fn of_unix_seconds(seconds: u64) -> Self {
        Self(i32::try_from(seconds / 86_400).unwrap_or(i32::MAX / 2))
    }

    /// Returns the date; 1 January 1970 if the calendar does not have the day.
    pub(crate) fn date(self) -> Date {
        Date::from_julian_day(self.0.saturating_add(EPOCH))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH.date())
    }

    pub(crate) const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Returns the number of days since another day.
    pub(crate) const fn since(self, other: Self) -> i32 {
        self.0.saturating_sub(other.0)
    }

    /// Returns the day this many months later, or the last day of its month.
    pub(crate) fn plus_months(self, months: i32) -> Self {
        let date = self.date();
        let month = i32::from(u8::from(date.month())) - 1 + months;
        let year = date.year() + month.div_euclid(12);
        let month = u8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
        let month = Month::try_from(month).unwrap_or(Month::January);
        let day = date.day().min(month.length(year));
        Date::from_calendar_date(year, month, day).map_or(self, Self::of)
    }

    pub(crate) const fn start(self) -> Moment {
        Moment::at(self, 0)
    }
}

/// Format of a moment in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Precision {
    /// `2018-05-30`
    Day,
    /// `2018-02-10T02:39:57.729`, the fraction only if it is not zero
    Fraction,
}

/// Moment in UTC, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment {
    pub(crate) micros: i64,
    pub(crate) precision: Precision,
}

impl Moment {
    /// Date in the place of a missing date ([T51](partner_center_catalog::deviations#t51)).
    pub(crate) const YEAR_ONE: Self = Self::at(Day(-719_162), 0);

    /// Returns the moment this many milliseconds after midnight.
    pub(crate) const fn at(day: Day, milliseconds: u32) -> Self {
        Self {
            micros: day.0 as i64 * MICROS_OF_DAY + milliseconds as i64 * 1000,
            precision: Precision::Fraction,
        }
    }

    pub(crate) const fn day_only(day: Day) -> Self {
        Self {
            precision: Precision::Day,
            ..day.start()
        }
    }

    pub(crate) fn of(moment: OffsetDateTime, precision: Precision) -> Self {
        let micros = moment.unix_timestamp_nanos().div_euclid(1000);
        Self {
            micros: i64::try_from(micros).unwrap_or(i64::MAX),
            precision,
        }
    }

    pub(crate) fn day(self) -> Day {
        let day = self.micros.div_euclid(MICROS_OF_DAY);
        Day(i32::try_from(day).unwrap_or_default())
    }

    /// Appends the text of the moment, without an offset.
    pub(crate) fn write(self, out: &mut String) {
        let date = self.day().date();
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        // Writing to a `String` does not fail.
        let _ = write!(out, "{year:04}-{month:02}-{day:02}");
        if self.precision == Precision::Day {
            return;
        }
        let micros = self.micros.rem_euclid(MICROS_OF_DAY);
        let seconds = micros / 1_000_000;
        let (hour, minute) = (seconds / 3600, seconds / 60 % 60);
        let _ = write!(out, "T{hour:02}:{minute:02}:{:02}", seconds % 60);
        let fraction = micros % 1_000_000;
        if fraction != 0 {
            let digits = format!("{fraction:06}");
            let _ = write!(out, ".{}", digits.trim_end_matches('0'));
        }
    }

    pub(crate) fn text(self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    /// Returns the first moment of the period that contains this one.
    pub(crate) fn period(self, level: Level) -> Self {
        let day = self.day();
        let first = match level {
            Level::Exact => return self,
            Level::Day => day,
            Level::Week => {
                let weekday = day.date().weekday().number_days_from_monday();
                day.plus(-i32::from(weekday))
            }
            Level::Month => Day::of(day.date().replace_day(1).unwrap_or(day.date())),
        };
        Self {
            precision: self.precision,
            ..first.start()
        }
    }
}

/// Period that dates are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    /// Dates as they are.
    #[default]
    Exact,
    Day,
    /// Weeks that begin on Monday.
    Week,
    Month,
}

/// Parses a date, or a date with a time and an optional offset.
pub(crate) fn parse_moment(text: &str) -> Option<Moment> {
    let timestamp: partner_center_core::Timestamp = text.parse().ok()?;
    let precision = match text.len() {
        10 => Precision::Day,
        _ => Precision::Fraction,
    };
    Some(match timestamp.to_utc() {
        Some(utc) => Moment::of(utc, precision),
        None => Day::of(timestamp.date()).start(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        parse_moment(text).unwrap().day()
    }

    #[test]
    fn moments_have_the_formats_of_the_responses() {
        for text in [
            "2018-05-30",
            "2018-10-14T00:00:00",
            "2016-10-18T19:16:25.107",
            "2018-02-10T02:39:57.7",
            "0001-01-01T00:00:00",
            "1969-12-31T23:59:59.999999",
        ] {
            assert_eq!(parse_moment(text).unwrap().text(), text);
        }
        assert_eq!(Moment::YEAR_ONE.text(), "0001-01-01T00:00:00");
        let offset = parse_moment("2018-05-30T01:00:00+02:00").unwrap();
        assert_eq!(offset.text(), "2018-05-29T23:00:00");
        assert_eq!(parse_moment("30.05.2018"), None);
    }

    #[test]
    fn months_are_added_within_the_length_of_the_month() {
        assert_eq!(day("2024-01-31").plus_months(1), day("2024-02-29"));
        assert_eq!(day("2024-11-30").plus_months(3), day("2025-02-28"));
        assert_eq!(day("2024-01-15").plus_months(-13), day("2022-12-15"));
    }

    #[test]
    fn periods_begin_at_midnight_on_monday_or_the_first() {
        let moment = parse_moment("2026-11-25T17:00:00.5").unwrap();
        let start = |level| moment.period(level).text();
        assert_eq!(start(Level::Exact), "2026-11-25T17:00:00.5");
        assert_eq!(start(Level::Day), "2026-11-25T00:00:00");
        assert_eq!(start(Level::Week), "2026-11-23T00:00:00");
        assert_eq!(start(Level::Month), "2026-11-01T00:00:00");
    }
}
