//! Timestamp type that accepts every documented spelling and keeps the spelling of a value.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{Date, Duration, Month, OffsetDateTime};

use crate::model::conversions::{inline_schema, try_from_text};
use crate::model::sanitize::excerpt;
use crate::model::scalar::Wire;

/// Length in bytes of the longest documented spelling, `YYYY-MM-DDTHH:MM:SS.fffffff+HH:MM`.
const MAX_DOCUMENTED: usize = 33;

/// Number of .NET ticks (100 ns) per second; seven fraction digits represent ticks.
const TICKS_PER_SECOND: i64 = 10_000_000;
const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
const TICKS_PER_DAY: i64 = 24 * 60 * TICKS_PER_MINUTE;

/// Moment or day, in the spelling of the service.
///
/// The service writes dates in several spellings, few of which conform to RFC 3339. All of them are
/// accepted; a missing offset means UTC:
///
/// | spelling | example |
/// |---|---|
/// | date only | `2018-05-30` |
/// | no offset | `2018-10-14T00:00:00`, `2016-10-18T19:16:25.107` |
/// | offset | `2017-03-14T03:25:16.36+00:00` |
/// | `Z` | `2018-05-30T00:00:00Z` |
/// | never | `0001-01-01T00:00:00` |
///
/// The fraction has 1 to 7 digits (the resolution of .NET is 100 ns), the offset is at most
/// `±14:59`, and the year is from 0001 to 9999. In a response, other unambiguous spellings are
/// accepted as well: `t`, `z`, a space instead of `T` or before the offset, no seconds, an offset
/// without a colon or without minutes, and more fraction digits, of which the first 7 are used.
/// Text of a caller ([`FromStr`](std::str::FromStr)) may be sent in a request and must have a
/// spelling of the table. Everything else is rejected, including a leap second, a day that the
/// month does not have, and a date with an ambiguous order of day and month.
///
/// A value keeps its spelling: it is written exactly as it was read, and `+00:00`, `-00:00`, `Z`
/// and no offset stay different. A value takes 48 bytes, like `Option<Timestamp>`, and no
/// allocation for the spellings of the table.
///
/// # Comparing
///
/// `==`, ordering and hashing use the instant in UTC, not the spelling. `2017-03-10` equals
/// `2017-03-10T00:00:00Z` and `2017-03-10T01:00:00+01:00`. Use [`as_str`](Self::as_str) to
/// compare spellings. The sentinel for "never" is a date in the year 1 and sorts first.
///
/// # Examples
///
/// ```
/// # use partner_center_core::Timestamp;
/// let processed: Timestamp = "2017-03-14T03:25:16.36+00:00".parse()?;
/// assert_eq!(processed.to_string(), "2017-03-14T03:25:16.36+00:00");
/// assert_eq!(processed.to_utc().map(|utc| utc.millisecond()), Some(360));
///
/// let suspended: Timestamp = "0001-01-01T00:00:00".parse()?;
/// assert!(suspended.is_never());
/// assert_eq!(suspended.to_utc(), None);
/// # Ok::<(), partner_center_core::TimestampError>(())
/// ```
#[derive(Clone)]
pub struct Timestamp {
    /// Ticks since 1970-01-01T00:00:00Z, by which timestamps are compared.
    ticks: i64,
    text: Text,
}

/// Text of a timestamp.
#[derive(Clone)]
enum Text {
    /// Short text, as bytes and their number, since most rows have timestamps.
    Short([u8; MAX_DOCUMENTED], u8),
    /// Text that is longer than every documented spelling.
    Long(Box<str>),
}

impl Timestamp {
    #[inline]
    fn new(ticks: i64, text: &str) -> Self {
        let mut bytes = [0; MAX_DOCUMENTED];
        let text = match bytes.get_mut(..text.len()) {
            None => Text::Long(text.into()),
            Some(start) => {
                copy(text.as_bytes(), start);
                Text::Short(bytes, text.len() as u8)
            }
        };
        Self { ticks, text }
    }

    /// Reads text of the service: a documented spelling, or another one that is unambiguous.
    pub(crate) fn of_service(text: &str) -> Option<Self> {
        let ticks = ticks(text).or_else(|_| ticks(&documented(text).ok_or("")?));
        ticks.ok().map(|ticks| Self::new(ticks, text))
    }

    /// Returns the text as it was read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.text {
            // The bytes are those of a text, so the fallback is not used.
            Text::Short(bytes, length) => bytes
                .get(..usize::from(*length))
                .and_then(|text| str::from_utf8(text).ok())
                .unwrap_or_default(),
            Text::Long(text) => text,
        }
    }

    /// Returns the moment in a documented spelling, which requests need.
    pub(crate) fn documented(&self) -> Cow<'_, str> {
        let text = self.as_str();
        match documented(text) {
            Some(documented) if ticks(text).is_err() => Cow::Owned(documented),
            _ => Cow::Borrowed(text),
        }
    }

    /// Returns the instant in UTC, if there is one.
    ///
    /// `None` means "never"; see [`is_never`](Self::is_never). The only other case is an instant
    /// after the end of the year 9999 in UTC, such as `9999-12-31T23:59:59-08:00`, which
    /// [`OffsetDateTime`] cannot represent.
    #[must_use]
    pub fn to_utc(&self) -> Option<OffsetDateTime> {
        if self.is_never() {
            return None;
        }
        let seconds = self.ticks.div_euclid(TICKS_PER_SECOND);
        let nanoseconds = self.ticks.rem_euclid(TICKS_PER_SECOND) * 100;
        let utc = OffsetDateTime::UNIX_EPOCH
            .checked_add(Duration::seconds(seconds) + Duration::nanoseconds(nanoseconds))?;
        // A program may enable the feature of `time` for years with more than four digits.
        (utc.year() <= 9999).then_some(utc)
    }

    /// Returns whether the written date is `0001-01-01`, which the service uses for "never".
    ///
    /// It is the zero value of `DateTime` in .NET. The time of day and the offset do not matter.
    #[must_use]
    pub fn is_never(&self) -> bool {
        // An offset moves the instant by less than a day.
        const THIRD_DAY: i64 = (-719_162 + 2) * TICKS_PER_DAY;
        self.ticks < THIRD_DAY && self.as_str().trim_start().starts_with("0001-01-01")
    }

    /// Returns the date in the written offset, such as `2017-03-10` for
    /// `2017-03-10T23:00:00-08:00`.
    #[must_use]
    pub fn date(&self) -> Date {
        // The date was checked when it was read, so the fallback is not used.
        let read = date(self.as_str().trim_start().as_bytes());
        let date = read.ok().and_then(|((year, month, day), _)| {
            let month = Month::try_from(month as u8).ok()?;
            Date::from_calendar_date(year as i32, month, day as u8).ok()
        });
        date.unwrap_or(Date::MIN)
    }
}

/// Copies bytes to a slice of the same length. Two copies of a fixed length, which may overlap, take
/// less time than one of any length.
#[inline]
fn copy(from: &[u8], to: &mut [u8]) {
    const HALF: usize = 17;

    match (from.first_chunk::<HALF>(), from.last_chunk::<HALF>()) {
        (Some(first), Some(last)) if from.len() <= 2 * HALF => {
            if let Some(start) = to.first_chunk_mut() {
                *start = *first;
            }
            if let Some(end) = to.last_chunk_mut() {
                *end = *last;
            }
        }
        _ => to.copy_from_slice(from),
    }
}

/// Year, month and day, which were checked.
type YearMonthDay = (i64, i64, i64);

/// Reads the date at the start of a text; returns it with the rest of the text.
#[inline]
fn date(text: &[u8]) -> Result<(YearMonthDay, &[u8]), &'static str> {
    const FORMAT: &str = "it does not begin with a date `YYYY-MM-DD`";

    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, rest @ ..] = text else {
        return Err(FORMAT);
    };
    let year = pair(*y1, *y2).ok_or(FORMAT)? * 100 + pair(*y3, *y4).ok_or(FORMAT)?;
    let month = pair(*m1, *m2).ok_or(FORMAT)?;
    let day = pair(*d1, *d2).ok_or(FORMAT)?;
    if year == 0 {
        return Err("the year must be 0001 to 9999");
    }
    if !(1..=12).contains(&month) {
        return Err("the month must be 01 to 12");
    }
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=days).contains(&day) {
        return Err("the month has no such day");
    }
    Ok(((year, month, day), rest))
}

/// Returns the number of days since 1970-01-01. It takes a third of the time of the calendar of the
/// crate `time`, and a row has several timestamps.
#[inline]
fn days_since_1970((year, month, day): YearMonthDay) -> i64 {
    // The year begins in March, so that the leap day is its last day.
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// Reads a documented spelling.
#[inline]
fn ticks(text: &str) -> Result<i64, &'static str> {
    const TIME: &str = "the time after `T` is not `HH:MM:SS`";

    let (date, rest) = date(text.as_bytes())?;
    let day = days_since_1970(date) * TICKS_PER_DAY;
    if rest.is_empty() {
        return Ok(day);
    }
    let [b'T', rest @ ..] = rest else {
        return Err("only `T` and a time may follow the date");
    };
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest else {
        return Err(TIME);
    };
    let hour = pair(*h1, *h2).ok_or(TIME)?;
    let minute = pair(*m1, *m2).ok_or(TIME)?;
    let second = pair(*s1, *s2).ok_or(TIME)?;
    if hour > 23 {
        return Err("the hour must be 00 to 23");
    }
    if minute > 59 {
        return Err("the minute must be 00 to 59");
    }
    if second > 59 {
        return Err("the second must be 00 to 59");
    }
    let (fraction, rest) = fraction(rest)?;
    let minutes = hour * 60 + minute - offset_minutes(rest)?;
    Ok(day + minutes * TICKS_PER_MINUTE + second * TICKS_PER_SECOND + fraction)
}

/// Reads the fraction of a second, if there is one; returns its ticks and the rest of the text.
#[inline]
fn fraction(text: &[u8]) -> Result<(i64, &[u8]), &'static str> {
    /// Number of ticks of the last digit, by the number of digits.
    const UNITS: [i64; 8] = [0, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    let [b'.', text @ ..] = text else {
        return Ok((0, text));
    };
    let (mut number, mut digits, mut rest) = (0, 0, text);
    while let [digit @ b'0'..=b'9', after @ ..] = rest
        && digits < UNITS.len()
    {
        number = number * 10 + i64::from(digit - b'0');
        digits += 1;
        rest = after;
    }
    match UNITS.get(digits) {
        Some(unit) if digits > 0 => Ok((number * unit, rest)),
        _ => Err("the fraction of a second must have 1 to 7 digits"),
    }
}

/// Reads the offset from UTC, positive to the east.
#[inline]
fn offset_minutes(text: &[u8]) -> Result<i64, &'static str> {
    const FORMAT: &str = "only an offset, `Z` or `±HH:MM`, may follow the time";

    match *text {
        [] | [b'Z'] => Ok(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let hours = pair(h1, h2).ok_or(FORMAT)?;
            let minutes = pair(m1, m2).ok_or(FORMAT)?;
            if hours > 14 || minutes > 59 {
                return Err(OFFSET_RANGE);
            }
            let offset = hours * 60 + minutes;
            Ok(if sign == b'-' { -offset } else { offset })
        }
        _ => Err(FORMAT),
    }
}

const OFFSET_RANGE: &str = "the offset must be whole minutes from -14:59 to +14:59";

/// Returns the number of two digits.
#[inline]
fn pair(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// Converts the text to a documented spelling; `None` if its format is unknown. The day and the
/// time are not checked.
fn documented(text: &str) -> Option<String> {
    let (date, rest) = text.trim().split_at_checked(10)?;
    if rest.is_empty() {
        return Some(date.to_owned());
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (minutes, rest) = rest.split_at_checked(5)?;
    let (seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => rest.split_at_checked(2)?,
        None => ("00", rest),
    };
    let mut plain = format!("{date}T{minutes}:{seconds}");
    let mut zone = rest;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit());
        let (digits, rest) = fraction.split_at(end.unwrap_or(fraction.len()));
        plain.push('.');
        plain.push_str(&digits[..digits.len().min(7)]);
        zone = rest;
    }
    let zone = zone.strip_prefix(' ').unwrap_or(zone);
    match (zone.len(), zone.contains(':')) {
        (0, _) | (6, true) => plain.push_str(zone),
        (1, _) => plain.push_str(&zone.to_ascii_uppercase()),
        (3, false) => plain.push_str(&format!("{zone}:00")),
        (5, false) => {
            let (hours, minutes) = zone.split_at_checked(3)?;
            plain.push_str(&format!("{hours}:{minutes}"));
        }
        _ => return None,
    }
    Some(plain)
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Parses one of the spellings in the table above.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] with the invalid part if the text has another format.
    #[inline]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match ticks(text) {
            Ok(ticks) => Ok(Self::new(ticks, text)),
            Err(problem) => Err(TimestampError {
                problem,
                excerpt: Some(excerpt(text, 40)),
            }),
        }
    }
}

try_from_text! { Timestamp, TimestampError }

impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = TimestampError;

    /// Converts to the spelling `YYYY-MM-DDTHH:MM:SS[.f]+HH:MM`, in the offset of the value
    /// (`+00:00` for UTC).
    ///
    /// Nanoseconds below 100 are truncated; trailing zeros of the fraction are not written.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] if the year is not from 1 to 9999, or if the offset has seconds or is
    /// beyond `±14:59`.
    fn try_from(moment: OffsetDateTime) -> Result<Self, Self::Error> {
        let day = Self::try_from(moment.date())?;
        let (hours, minutes, seconds) = moment.offset().as_hms();
        if hours.unsigned_abs() > 14 || seconds != 0 {
            return Err(TimestampError::unwritable(OFFSET_RANGE));
        }
        let (hour, minute, second) = moment.time().as_hms();
        let fraction = format!(".{:07}", moment.nanosecond() / 100);
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        let sign = if moment.offset().is_negative() {
            '-'
        } else {
            '+'
        };
        let (hours, minutes) = (hours.unsigned_abs(), minutes.unsigned_abs());
        format!("{day}T{hour:02}:{minute:02}:{second:02}{fraction}{sign}{hours:02}:{minutes:02}")
            .parse()
    }
}

impl TryFrom<Date> for Timestamp {
    type Error = TimestampError;

    /// Converts to the spelling `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] if the year is not from 1 to 9999.
    fn try_from(date: Date) -> Result<Self, Self::Error> {
        let (year, month, day) = date.to_calendar_date();
        match year {
            1..=9999 => format!("{year:04}-{:02}-{day:02}", u8::from(month)).parse(),
            _ => Err(TimestampError::unwritable("the year must be 0001 to 9999")),
        }
    }
}

impl From<Timestamp> for String {
    /// Returns the same text as `Display`.
    fn from(timestamp: Timestamp) -> Self {
        timestamp.as_str().to_owned()
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.ticks == other.ticks
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.ticks.cmp(&other.ticks)
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ticks.hash(state);
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

inline_schema! { Timestamp, { "type": "string", "format": "partner-center-timestamp" } }

/// Error of a text that is not a [`Timestamp`], or of a moment that cannot be written as one.
///
/// The message states the invalid part and the expected format, and contains at most 40 characters
/// of the text, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampError {
    problem: &'static str,
    /// Excerpt of the parsed text; `None` for the conversion of a moment.
    excerpt: Option<Box<str>>,
}

impl TimestampError {
    fn unwritable(problem: &'static str) -> Self {
        Self {
            problem,
            excerpt: None,
        }
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.excerpt {
            Some(excerpt) => write!(f, "`{excerpt}` is not a timestamp: ")?,
            None => f.write_str("the moment cannot be written as a timestamp: ")?,
        }
        f.write_str(self.problem)?;
        f.write_str(
            "; expected `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`, \
             the latter with an optional `.` and 1 to 7 digits and an optional `Z` or `±HH:MM`",
        )
    }
}

impl std::error::Error for TimestampError {}
