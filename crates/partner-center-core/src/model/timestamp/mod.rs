//! Timestamp type that accepts every documented spelling and keeps the spelling of a value.

mod convert;
mod error;
mod spelling;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

use self::error::Problem;
pub use self::error::TimestampError;
use self::spelling::Spelling;

/// Number of .NET ticks (100 ns) per second; seven fraction digits represent ticks.
const TICKS_PER_SECOND: i64 = 10_000_000;
const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
const TICKS_PER_DAY: i64 = 24 * 60 * TICKS_PER_MINUTE;
const UNIX_EPOCH_JULIAN_DAY: i32 = OffsetDateTime::UNIX_EPOCH.to_julian_day();
/// Ticks per unit of the last fraction digit, by number of digits.
const FRACTION_UNIT: [u32; 8] = [10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

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
/// and no offset stay different. A value takes 24 bytes, like `Option<Timestamp>`, and no
/// allocation for the spellings of the table.
///
/// # Comparing
///
/// `==`, ordering and hashing use the instant in UTC, not the spelling. `2017-03-10` equals
/// `2017-03-10T00:00:00Z` and `2017-03-10T01:00:00+01:00`. Use [`same_text`](Self::same_text) to
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
    /// Century, year, month, day, hour, minute and second as written, one byte each, with the
    /// century in the highest byte. Text is read and written in pairs of digits, and in this order
    /// values sort chronologically.
    pairs: u64,
    /// Fraction of the second in ticks.
    fraction: u32,
    /// Offset from UTC, positive to the east; 0 if none is written.
    offset_minutes: i16,
    /// Number of written fraction digits, 0 to 7.
    fraction_digits: u8,
    zone: Zone,
    /// Original text, if it differs from the text that [`plain`](Self::plain) writes.
    spelling: Option<Box<Spelling>>,
}

/// Presence of a time, and kind of the offset after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    DateOnly,
    Unwritten,
    Zulu,
    East,
    West,
}

impl Timestamp {
    /// Length in bytes of the longest spelling of the table, `YYYY-MM-DDTHH:MM:SS.fffffff+HH:MM`.
    pub const MAX_TEXT: usize = 33;

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
        let ticks = self.unix_ticks();
        let seconds = ticks.div_euclid(TICKS_PER_SECOND);
        let nanoseconds = ticks.rem_euclid(TICKS_PER_SECOND) * 100;
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
        let [century, year, month, day, ..] = self.pairs.to_be_bytes();
        [century, year, month, day] == [0, 1, 1, 1]
    }

    /// Returns the date in the written offset, such as `2017-03-10` for
    /// `2017-03-10T23:00:00-08:00`.
    #[must_use]
    pub fn date(&self) -> Date {
        let [century, year, month, day, ..] = self.pairs.to_be_bytes();
        // The date was checked when it was read, so the fallback is not used.
        calendar_date(century, year, month, day).unwrap_or(Date::MIN)
    }

    /// Returns the written offset: [`UtcOffset::UTC`] for `Z`, and `None` if no offset was
    /// written, which means UTC.
    #[must_use]
    pub fn offset(&self) -> Option<UtcOffset> {
        match self.zone {
            Zone::DateOnly | Zone::Unwritten => None,
            Zone::Zulu | Zone::East | Zone::West => {
                UtcOffset::from_whole_seconds(i32::from(self.offset_minutes) * 60).ok()
            }
        }
    }

    /// Returns whether both have exactly the same text, unlike `==`, which compares instants.
    #[must_use]
    pub fn same_text(&self, other: &Self) -> bool {
        self.pairs == other.pairs
            && self.fraction == other.fraction
            && self.offset_minutes == other.offset_minutes
            && self.fraction_digits == other.fraction_digits
            && self.zone == other.zone
            && self.spelling == other.spelling
    }

    /// Returns the text. The buffer is used if the text has a spelling of the table.
    ///
    /// It is the same text as that of `Display`, but without a formatter and an allocation.
    #[must_use]
    pub fn as_text<'text>(&'text self, buffer: &'text mut [u8; Self::MAX_TEXT]) -> &'text str {
        match &self.spelling {
            Some(spelling) => &spelling.text,
            None => self.plain(buffer),
        }
    }

    /// Writes the moment in a spelling of the table, independent of the original text.
    pub(crate) fn plain<'text>(&self, buffer: &'text mut [u8; Self::MAX_TEXT]) -> &'text str {
        let length = self.write(buffer);
        // The text is always ASCII, so the fallback is not used.
        std::str::from_utf8(&buffer[..length]).unwrap_or_default()
    }

    /// Writes the text to the buffer and returns its length. The rest of the buffer is undefined.
    ///
    /// The text is composed in integers, with the first character in the lowest byte: three wide
    /// stores take half the time of thirty narrow ones.
    fn write(&self, buffer: &mut [u8; Self::MAX_TEXT]) -> usize {
        let [century, year, month, day, hour, minute, second, _] = self.pairs.to_be_bytes();
        let date = digits(century)
            | digits(year) << 16
            | u64::from(b'-') << 32
            | digits(month) << 40
            | u64::from(b'-') << 56;
        let time = digits(day)
            | u64::from(b'T') << 16
            | digits(hour) << 24
            | u64::from(b':') << 40
            | digits(minute) << 48;

        let mut rest = u128::from(u64::from(b':') | digits(second) << 8);
        let mut bits = 24;
        if self.fraction_digits > 0 {
            let ticks = self.fraction;
            let fraction = u64::from(b'.')
                | digits((ticks / 100_000) as u8) << 8
                | digits((ticks / 1_000 % 100) as u8) << 24
                | digits((ticks / 10 % 100) as u8) << 40
                | digits((ticks % 10 * 10) as u8) << 56;
            // Shifts out the digits that are not written.
            let unwritten = 8 * (7 - u32::from(self.fraction_digits));
            rest |= u128::from(fraction << unwritten >> unwritten) << bits;
            bits += 64 - unwritten;
        }
        match self.zone {
            Zone::DateOnly | Zone::Unwritten => {}
            Zone::Zulu => {
                rest |= u128::from(b'Z') << bits;
                bits += 8;
            }
            Zone::East | Zone::West => {
                let minutes = self.offset_minutes.unsigned_abs();
                let sign = if self.zone == Zone::West { b'-' } else { b'+' };
                let offset = u64::from(sign)
                    | digits((minutes / 60) as u8) << 8
                    | u64::from(b':') << 24
                    | digits((minutes % 60) as u8) << 32;
                rest |= u128::from(offset) << bits;
                bits += 48;
                // The last character of the longest text does not fit into `rest`.
                buffer[32] = (offset >> 40) as u8;
            }
        }

        buffer[..8].copy_from_slice(&date.to_le_bytes());
        buffer[8..16].copy_from_slice(&time.to_le_bytes());
        buffer[16..32].copy_from_slice(&rest.to_le_bytes());
        if self.zone == Zone::DateOnly {
            10
        } else {
            16 + bits as usize / 8
        }
    }

    // Inlined, so that the value is returned in registers; through memory, reading takes twice the
    // time.
    #[inline(always)]
    fn read(text: &[u8]) -> Result<Self, Problem> {
        const YEAR: Form = Form::new(b"0000-00-");
        const DATE: Form = Form::new(b"00-00-00");
        const TIME: Form = Form::new(b"00:00:00");

        let [century, _, year, ..] = YEAR.pairs(text).ok_or(Problem::Date)?;
        let [_, _, _, month, _, _, day, _] = text
            .get(2..)
            .and_then(|text| DATE.pairs(text))
            .ok_or(Problem::Date)?;
        if century == 0 && year == 0 {
            return Err(Problem::Year);
        }
        if month == 0 || month > 12 {
            return Err(Problem::Month);
        }
        // Every month has 28 days; only later days need the calendar.
        if day == 0 || day > 28 && calendar_date(century, year, month, day).is_none() {
            return Err(Problem::Day);
        }
        if text.len() == 10 {
            return Ok(Self::date_only([century, year, month, day]));
        }

        let [b'T', text @ ..] = &text[10..] else {
            return Err(Problem::Separator);
        };
        let [hour, _, _, minute, _, _, second, _] = TIME.pairs(text).ok_or(Problem::Time)?;
        if hour > 23 {
            return Err(Problem::Hour);
        }
        if minute > 59 {
            return Err(Problem::Minute);
        }
        if second > 59 {
            return Err(Problem::Second);
        }
        let mut text = &text[8..];
        let (mut fraction, mut fraction_digits) = (0, 0);
        if let [b'.', after @ ..] = text {
            (fraction, fraction_digits, text) = read_fraction(after)?;
        }
        let (zone, offset_minutes) = read_zone(text)?;
        let pairs = u64::from_be_bytes([century, year, month, day, hour, minute, second, 0]);
        Ok(Self {
            pairs,
            fraction,
            offset_minutes,
            fraction_digits,
            zone,
            spelling: None,
        })
    }

    fn date_only([century, year, month, day]: [u8; 4]) -> Self {
        Self {
            pairs: u64::from_be_bytes([century, year, month, day, 0, 0, 0, 0]),
            fraction: 0,
            offset_minutes: 0,
            fraction_digits: 0,
            zone: Zone::DateOnly,
            spelling: None,
        }
    }

    /// Returns the ticks since 1970-01-01T00:00:00Z, by which timestamps are compared.
    fn unix_ticks(&self) -> i64 {
        let [_, _, _, _, hour, minute, second, _] = self.pairs.to_be_bytes();
        let days = self.date().to_julian_day() - UNIX_EPOCH_JULIAN_DAY;
        let minutes = i64::from(hour) * 60 + i64::from(minute) - i64::from(self.offset_minutes);
        i64::from(days) * TICKS_PER_DAY
            + minutes * TICKS_PER_MINUTE
            + i64::from(second) * TICKS_PER_SECOND
            + i64::from(self.fraction)
    }
}

/// Returns the date, if it exists in the calendar.
fn calendar_date(century: u8, year: u8, month: u8, day: u8) -> Option<Date> {
    let year = i32::from(century) * 100 + i32::from(year);
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// Format of eight characters, in which `0` represents any digit. The characters are checked and
/// read at once, as one integer.
struct Form {
    text: u64,
    /// Largest value that can be added to a matching byte without changing its upper half: 6 for
    /// a digit, 15 for the 0 that remains of other characters.
    slack: u64,
}

impl Form {
    const fn new(text: &[u8; 8]) -> Self {
        let mut slack = [15; 8];
        let mut at = 0;
        while at < 8 {
            if text[at] == b'0' {
                slack[at] = 6;
            }
            at += 1;
        }
        Self {
            text: u64::from_le_bytes(*text),
            slack: u64::from_le_bytes(slack),
        }
    }

    /// Returns the two-digit number that begins at each of the first eight characters; `None` if
    /// they have another format.
    fn pairs(&self, text: &[u8]) -> Option<[u8; 8]> {
        let digits = u64::from_le_bytes(*text.first_chunk()?) ^ self.text;
        // Only a byte that is already too large produces a carry.
        let wrong = (digits | digits.wrapping_add(self.slack)) & 0xf0f0_f0f0_f0f0_f0f0;
        (wrong == 0).then(|| (digits * 10 + (digits >> 8)).to_le_bytes())
    }
}

/// Reads the digits at the start of `text`; returns them as ticks, their number, and the rest.
fn read_fraction(text: &[u8]) -> Result<(u32, u8, &[u8]), Problem> {
    let mut value = 0;
    let mut rest = text;
    let mut digits = 0_u8;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        if digits == 7 {
            return Err(Problem::Fraction);
        }
        value = value * 10 + u32::from(digit - b'0');
        digits += 1;
        rest = after;
    }
    if digits == 0 {
        return Err(Problem::Fraction);
    }
    Ok((value * FRACTION_UNIT[usize::from(digits)], digits, rest))
}

#[inline]
fn read_zone(text: &[u8]) -> Result<(Zone, i16), Problem> {
    match *text {
        [] => Ok((Zone::Unwritten, 0)),
        [b'Z'] => Ok((Zone::Zulu, 0)),
        [b'+', b'0', b'0', b':', b'0', b'0'] => Ok((Zone::East, 0)),
        [
            sign @ (b'+' | b'-'),
            h1 @ b'0'..=b'9',
            h2 @ b'0'..=b'9',
            b':',
            m1 @ b'0'..=b'9',
            m2 @ b'0'..=b'9',
        ] => {
            let hours = i16::from(h1 - b'0') * 10 + i16::from(h2 - b'0');
            let minutes = i16::from(m1 - b'0') * 10 + i16::from(m2 - b'0');
            if hours > 14 || minutes > 59 {
                return Err(Problem::OffsetRange);
            }
            let offset = hours * 60 + minutes;
            Ok(if sign == b'-' {
                (Zone::West, -offset)
            } else {
                (Zone::East, offset)
            })
        }
        _ => Err(Problem::Offset),
    }
}

/// Returns the two digits of a number below 100, with the first in the lowest byte.
fn digits(number: u8) -> u64 {
    /// Table with more entries than needed, so that seven bits are always a valid index.
    const DIGITS: [u16; 128] = {
        let mut digits = [0; 128];
        let mut number = 0;
        while number < 100 {
            digits[number as usize] = number / 10 + number % 10 * 256 + 0x3030;
            number += 1;
        }
        digits
    };
    u64::from(DIGITS[usize::from(number & 0x7f)])
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
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
        if self.offset_minutes == other.offset_minutes {
            (self.pairs, self.fraction).cmp(&(other.pairs, other.fraction))
        } else {
            self.unix_ticks().cmp(&other.unix_ticks())
        }
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.unix_ticks().hash(state);
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_text(&mut [0; Self::MAX_TEXT]))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
