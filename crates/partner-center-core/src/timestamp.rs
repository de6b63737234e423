//! The one timestamp type of the wire: reads every documented spelling, writes back what it read.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

/// .NET's tick, 100 ns, is what the last of seven fraction digits counts.
const TICKS_PER_SECOND: i64 = 10_000_000;
const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
const TICKS_PER_DAY: i64 = 24 * 60 * TICKS_PER_MINUTE;
const UNIX_EPOCH_JULIAN_DAY: i32 = OffsetDateTime::UNIX_EPOCH.to_julian_day();
/// What one unit of the last fraction digit is worth in ticks, by number of digits.
const FRACTION_UNIT: [u32; 8] = [10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
/// The most characters of refused input an error message repeats.
const EXCERPT_LIMIT: usize = 40;

/// A moment, or a day, as the service spells it.
///
/// The service writes dates in several spellings, few of them RFC 3339. All are read; a missing
/// offset means UTC:
///
/// | spelling | example |
/// |---|---|
/// | date only | `2018-05-30` |
/// | no offset | `2018-10-14T00:00:00`, `2016-10-18T19:16:25.107` |
/// | offset | `2017-03-14T03:25:16.36+00:00` |
/// | `Z` | `2018-05-30T00:00:00Z` |
/// | never | `0001-01-01T00:00:00` |
///
/// The fraction has 1 to 7 digits (the unit of .NET, 100 ns), the offset is at most `±14:59`, the
/// year is 0001 to 9999. Everything else is refused: lower-case `t` and `z`, a leap second, a
/// blank, a day the month does not have.
///
/// A value keeps its spelling: text read and written again is the same text, byte for byte, and
/// `+00:00`, `-00:00`, `Z` and no offset stay four different texts. It is `Copy` and takes
/// 16 bytes, as does `Option<Timestamp>`.
///
/// # Comparing
///
/// `==`, ordering and hashing look at the instant in UTC, not at the spelling. `2017-03-10` equals
/// `2017-03-10T00:00:00Z` and `2017-03-10T01:00:00+01:00`. Use [`same_text`](Self::same_text) to
/// compare spellings. The sentinel for "never" is a date in the year 1 and sorts as one: first.
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
#[derive(Clone, Copy)]
pub struct Timestamp {
    /// What is written of century, year, month, day, hour, minute and second, a byte each, the
    /// century highest: text is read and written by pairs of digits, and in this order they sort
    /// as the clock does.
    pairs: u64,
    /// The fraction of the second in ticks.
    fraction: u32,
    /// What is east of UTC is positive; 0 where none is written.
    offset_minutes: i16,
    /// How many fraction digits are written, 0 to 7.
    fraction_digits: u8,
    zone: Zone,
}

/// What stands after the date, and after the time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    DateOnly,
    Unwritten,
    Zulu,
    East,
    West,
}

impl Timestamp {
    /// Length in bytes of the longest text, `YYYY-MM-DDTHH:MM:SS.fffffff+HH:MM`.
    pub const MAX_TEXT: usize = 33;

    /// The instant in UTC, or `None` when there is none.
    ///
    /// `None` means "never", see [`is_never`](Self::is_never). The one other case is an instant
    /// past the end of the year 9999 in UTC, such as `9999-12-31T23:59:59-08:00`, which
    /// [`OffsetDateTime`] does not hold.
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
        // A program may build `time` with its feature for years of more than four digits.
        (utc.year() <= 9999).then_some(utc)
    }

    /// Whether the written date is `0001-01-01`, by which the service says "this did not happen".
    ///
    /// It is the zero value of .NET's `DateTime`; the time of day and the offset do not matter.
    #[must_use]
    pub fn is_never(&self) -> bool {
        let [century, year, month, day, ..] = self.pairs.to_be_bytes();
        [century, year, month, day] == [0, 1, 1, 1]
    }

    /// The date as written, in the written offset: `2017-03-10` for `2017-03-10T23:00:00-08:00`.
    #[must_use]
    pub fn date(&self) -> Date {
        let [century, year, month, day, ..] = self.pairs.to_be_bytes();
        // Was checked when it was read, so the fallback is never taken.
        calendar_date(century, year, month, day).unwrap_or(Date::MIN)
    }

    /// The offset as written: `None` when none was written, which reads as UTC, and
    /// [`UtcOffset::UTC`] for `Z`.
    #[must_use]
    pub fn offset(&self) -> Option<UtcOffset> {
        match self.zone {
            Zone::DateOnly | Zone::Unwritten => None,
            Zone::Zulu | Zone::East | Zone::West => {
                UtcOffset::from_whole_seconds(i32::from(self.offset_minutes) * 60).ok()
            }
        }
    }

    /// Whether both are spelled alike, byte for byte, which `==` does not ask.
    #[must_use]
    pub fn same_text(&self, other: &Self) -> bool {
        self.pairs == other.pairs
            && self.fraction == other.fraction
            && self.offset_minutes == other.offset_minutes
            && self.fraction_digits == other.fraction_digits
            && self.zone == other.zone
    }

    /// Writes the text into `buffer` and answers the part that was written.
    ///
    /// The same text as `Display`, without a formatter and without an allocation.
    #[must_use]
    pub fn as_text<'buffer>(&self, buffer: &'buffer mut [u8; Self::MAX_TEXT]) -> &'buffer str {
        let length = self.write(buffer);
        // Only ASCII was written, so the fallback is never taken.
        std::str::from_utf8(&buffer[..length]).unwrap_or_default()
    }

    /// Answers how much of the buffer is text; what is behind it has no meaning.
    ///
    /// The text is put together in integers, first character lowest: three wide stores take half
    /// the time of thirty narrow ones.
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
            // The digits that were not written leave at the top.
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
                // The one character that does not fit into `rest`, where the text is that long.
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

    // Inlined, so that the value is handed over in registers: through memory costs as much again.
    #[inline(always)]
    fn read(text: &[u8]) -> Result<Self, Fault> {
        const YEAR: Form = Form::new(b"0000-00-");
        const DATE: Form = Form::new(b"00-00-00");
        const TIME: Form = Form::new(b"00:00:00");

        let [century, _, year, ..] = YEAR.pairs(text).ok_or(Fault::Date)?;
        let [_, _, _, month, _, _, day, _] = text
            .get(2..)
            .and_then(|text| DATE.pairs(text))
            .ok_or(Fault::Date)?;
        if century == 0 && year == 0 {
            return Err(Fault::Year);
        }
        if month == 0 || month > 12 {
            return Err(Fault::Month);
        }
        // Every month has 28 days; more is a question for the calendar.
        if day == 0 || day > 28 && calendar_date(century, year, month, day).is_none() {
            return Err(Fault::Day);
        }
        if text.len() == 10 {
            return Ok(Self::date_only([century, year, month, day]));
        }

        let [b'T', text @ ..] = &text[10..] else {
            return Err(Fault::Separator);
        };
        let [hour, _, _, minute, _, _, second, _] = TIME.pairs(text).ok_or(Fault::Time)?;
        if hour > 23 {
            return Err(Fault::Hour);
        }
        if minute > 59 {
            return Err(Fault::Minute);
        }
        if second > 59 {
            return Err(Fault::Second);
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
        })
    }

    fn date_only([century, year, month, day]: [u8; 4]) -> Self {
        Self {
            pairs: u64::from_be_bytes([century, year, month, day, 0, 0, 0, 0]),
            fraction: 0,
            offset_minutes: 0,
            fraction_digits: 0,
            zone: Zone::DateOnly,
        }
    }

    /// Ticks since 1970-01-01T00:00:00Z: the instant, which is what is compared.
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

/// The day, if the calendar has it.
fn calendar_date(century: u8, year: u8, month: u8, day: u8) -> Option<Date> {
    let year = i32::from(century) * 100 + i32::from(year);
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// What eight characters must look like, `0` standing for any digit, so that they are checked and
/// read all at once in one integer.
struct Form {
    text: u64,
    /// What can be added to a byte that fits without its upper half being touched: 6 to a digit,
    /// 15 to the 0 that is left of anything else.
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

    /// The two-digit number that begins at each of the first eight characters; `None` when they
    /// have another form.
    fn pairs(&self, text: &[u8]) -> Option<[u8; 8]> {
        let digits = u64::from_le_bytes(*text.first_chunk()?) ^ self.text;
        // A carry out of a byte comes only from one that is already too large.
        let wrong = (digits | digits.wrapping_add(self.slack)) & 0xf0f0_f0f0_f0f0_f0f0;
        (wrong == 0).then(|| (digits * 10 + (digits >> 8)).to_le_bytes())
    }
}

/// The digits that begin `text` as ticks, how many there are, and what follows them.
fn read_fraction(text: &[u8]) -> Result<(u32, u8, &[u8]), Fault> {
    let mut value = 0;
    let mut rest = text;
    let mut digits = 0_u8;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        if digits == 7 {
            return Err(Fault::Fraction);
        }
        value = value * 10 + u32::from(digit - b'0');
        digits += 1;
        rest = after;
    }
    if digits == 0 {
        return Err(Fault::Fraction);
    }
    Ok((value * FRACTION_UNIT[usize::from(digits)], digits, rest))
}

#[inline]
fn read_zone(text: &[u8]) -> Result<(Zone, i16), Fault> {
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
                return Err(Fault::OffsetRange);
            }
            let offset = hours * 60 + minutes;
            Ok(if sign == b'-' {
                (Zone::West, -offset)
            } else {
                (Zone::East, offset)
            })
        }
        _ => Err(Fault::Offset),
    }
}

/// The two digits of a number below 100, the first one lowest.
fn digits(number: u8) -> u64 {
    /// Longer than it must be, so that seven bits are always an index.
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

impl From<Timestamp> for String {
    /// The same text as `Display`.
    fn from(timestamp: Timestamp) -> Self {
        timestamp.as_text(&mut [0; Timestamp::MAX_TEXT]).to_owned()
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads one of the spellings in the table above.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when the text is none of them; it says which part is wrong.
    #[inline]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text.as_bytes()).map_err(|fault| TimestampError::refused(text, fault))
    }
}

impl TryFrom<&str> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<&String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: &String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = TimestampError;

    /// Spells the moment as `YYYY-MM-DDTHH:MM:SS[.f]+HH:MM`, in its own offset (`+00:00` for UTC).
    ///
    /// Nanoseconds below 100 are cut, zeros at the end of the fraction are not written.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when its year is not 1 to 9999, or when its offset has seconds or
    /// is beyond `±14:59`.
    fn try_from(moment: OffsetDateTime) -> Result<Self, Self::Error> {
        let [century, year, month, day] = writable_date(moment.date())?;
        let (hours, minutes, seconds) = moment.offset().as_hms();
        if hours.unsigned_abs() > 14 || seconds != 0 {
            return Err(TimestampError::unwritable(Fault::OffsetRange));
        }
        let (hour, minute, second) = moment.time().as_hms();
        let fraction = moment.nanosecond() / 100;
        let mut fraction_digits = if fraction == 0 { 0 } else { 7 };
        let mut trimmed = fraction;
        while fraction_digits > 0 && trimmed.is_multiple_of(10) {
            trimmed /= 10;
            fraction_digits -= 1;
        }
        Ok(Self {
            pairs: u64::from_be_bytes([century, year, month, day, hour, minute, second, 0]),
            fraction,
            offset_minutes: i16::from(hours) * 60 + i16::from(minutes),
            fraction_digits,
            zone: if moment.offset().is_negative() {
                Zone::West
            } else {
                Zone::East
            },
        })
    }
}

impl TryFrom<Date> for Timestamp {
    type Error = TimestampError;

    /// Spells the day as `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when its year is not 1 to 9999.
    fn try_from(date: Date) -> Result<Self, Self::Error> {
        writable_date(date).map(Self::date_only)
    }
}

/// Century, year, month and day.
fn writable_date(date: Date) -> Result<[u8; 4], TimestampError> {
    match u16::try_from(date.year()) {
        Ok(year @ 1..=9999) => Ok([
            (year / 100) as u8,
            (year % 100) as u8,
            date.month().into(),
            date.day(),
        ]),
        _ => Err(TimestampError::unwritable(Fault::Year)),
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_text(&mut [0; Self::MAX_TEXT]))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timestamp such as `2017-03-10T00:00:00+00:00` or `2017-03-10`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        concat!(module_path!(), "::Timestamp").into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "partner-center-timestamp" })
    }
}

/// Why a text is not a [`Timestamp`], or a moment cannot be written as one.
///
/// The message says which part is wrong and what is expected, and repeats the refused text: at
/// most 40 characters of it, escaped to ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampError {
    fault: Fault,
    /// What was read; `None` when a moment was converted.
    excerpt: Option<Box<str>>,
}

impl TimestampError {
    #[cold]
    #[inline(never)]
    fn refused(text: &str, fault: Fault) -> Self {
        Self {
            fault,
            excerpt: Some(excerpt(text)),
        }
    }

    #[cold]
    #[inline(never)]
    fn unwritable(fault: Fault) -> Self {
        Self {
            fault,
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
        f.write_str(self.fault.describe())?;
        f.write_str(
            "; expected `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`, \
             the latter with an optional `.` and 1 to 7 digits and an optional `Z` or `±HH:MM`",
        )
    }
}

impl std::error::Error for TimestampError {}

/// The part that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Date,
    Year,
    Month,
    Day,
    Separator,
    Time,
    Hour,
    Minute,
    Second,
    Fraction,
    Offset,
    OffsetRange,
}

impl Fault {
    fn describe(self) -> &'static str {
        match self {
            Self::Date => "it does not begin with a date `YYYY-MM-DD`",
            Self::Year => "the year must be 0001 to 9999",
            Self::Month => "the month must be 01 to 12",
            Self::Day => "the month has no such day",
            Self::Separator => "only `T` and a time may follow the date",
            Self::Time => "the time after `T` is not `HH:MM:SS`",
            Self::Hour => "the hour must be 00 to 23",
            Self::Minute => "the minute must be 00 to 59",
            Self::Second => "the second must be 00 to 59",
            Self::Fraction => "the fraction of a second must have 1 to 7 digits",
            Self::Offset => "only an offset, `Z` or `±HH:MM`, may follow the time",
            Self::OffsetRange => "the offset must be whole minutes from -14:59 to +14:59",
        }
    }
}

/// The beginning of a refused text, escaped to ASCII, short enough for a message.
pub(crate) fn excerpt(text: &str) -> Box<str> {
    let mut shown: String = text
        .chars()
        .take(EXCERPT_LIMIT + 1)
        .flat_map(char::escape_default)
        .collect();
    if shown.len() > EXCERPT_LIMIT {
        shown.truncate(EXCERPT_LIMIT - 3);
        shown.push_str("...");
    }
    shown.into_boxed_str()
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use proptest::prelude::*;
    use time::format_description::well_known::Rfc3339;

    use super::*;

    fn read(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn utc(text: &str) -> Option<OffsetDateTime> {
        Some(OffsetDateTime::parse(text, &Rfc3339).unwrap())
    }

    #[test]
    fn is_small() {
        assert_eq!(size_of::<Timestamp>(), 16);
        assert_eq!(size_of::<Option<Timestamp>>(), 16);
        assert!(size_of::<TimestampError>() <= 24);
    }

    #[test]
    fn documented_spellings_keep_their_text_and_their_instant() {
        for (text, instant) in [
            ("2017-03-10T00:00:00+00:00", "2017-03-10T00:00:00Z"),
            ("2017-03-14T03:25:16.36+00:00", "2017-03-14T03:25:16.36Z"),
            ("2018-10-14T00:00:00", "2018-10-14T00:00:00Z"),
            ("2018-05-27T00:00:00", "2018-05-27T00:00:00Z"),
            ("2016-10-18T19:16:25.107", "2016-10-18T19:16:25.107Z"),
            ("2018-11-07T00:00:00", "2018-11-07T00:00:00Z"),
            ("2016-02-04T19:29:38.037", "2016-02-04T19:29:38.037Z"),
            ("2018-02-10T02:39:57.729", "2018-02-10T02:39:57.729Z"),
            ("2018-05-30", "2018-05-30T00:00:00Z"),
            ("2018-02-07T23:43:19", "2018-02-07T23:43:19Z"),
            ("2018-01-01", "2018-01-01T00:00:00Z"),
            ("2018-05-30T01:02:03Z", "2018-05-30T01:02:03Z"),
            (
                "2018-05-30T01:02:03.1234567Z",
                "2018-05-30T01:02:03.1234567Z",
            ),
            ("2018-05-30T01:02:03.1200000Z", "2018-05-30T01:02:03.12Z"),
            ("2018-05-30T01:02:03.0", "2018-05-30T01:02:03Z"),
            ("2018-05-30T01:02:03-08:30", "2018-05-30T09:32:03Z"),
            ("2018-05-30T01:02:03.5+14:00", "2018-05-29T11:02:03.5Z"),
            ("2018-05-30T01:02:03-00:00", "2018-05-30T01:02:03Z"),
            ("2016-02-29", "2016-02-29T00:00:00Z"),
            (
                "2000-02-29T23:59:59.9999999",
                "2000-02-29T23:59:59.9999999Z",
            ),
            ("0001-01-02", "0001-01-02T00:00:00Z"),
            ("0001-01-02T00:00:00+14:59", "0001-01-01T09:01:00Z"),
            (
                "9999-12-31T23:59:59.9999999Z",
                "9999-12-31T23:59:59.9999999Z",
            ),
        ] {
            let timestamp = read(text);
            assert_eq!(timestamp.to_string(), text);
            assert_eq!(timestamp.to_utc(), utc(instant), "{text}");
            assert!(!timestamp.is_never(), "{text}");
        }
    }

    #[test]
    fn the_sentinel_is_never() {
        for text in [
            "0001-01-01",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:59",
            "0001-01-01T23:59:59.9999999-14:59",
        ] {
            let timestamp = read(text);
            assert!(timestamp.is_never(), "{text}");
            assert_eq!(timestamp.to_utc(), None, "{text}");
            assert_eq!(timestamp.to_string(), text);
            assert_eq!(timestamp.date().to_ordinal_date(), (1, 1), "{text}");
            assert!(timestamp < read("0001-01-03"), "{text}");
        }
    }

    #[test]
    fn an_instant_past_the_last_year_has_no_utc_but_an_order() {
        let past = read("9999-12-31T23:59:59.9999999-08:00");
        assert_eq!(past.to_utc(), None);
        assert!(!past.is_never());
        assert!(past > read("9999-12-31T23:59:59.9999999Z"));
        assert_eq!(past.to_string(), "9999-12-31T23:59:59.9999999-08:00");
    }

    #[test]
    fn wrong_text_is_refused_at_the_part_that_is_wrong() {
        use Fault::*;
        for (text, fault) in [
            ("", Date),
            (" ", Date),
            ("null", Date),
            ("2017", Date),
            ("2017-03", Date),
            ("2017-3-1", Date),
            ("17-03-2010", Date),
            ("20170310", Date),
            ("2017/03/10", Date),
            (" 2017-03-10", Date),
            ("+2017-03-10", Date),
            ("2017-03-1\u{660}", Date),
            ("２017-03-10", Date),
            ("1546469802", Date),
            ("Tue, 14 Mar 2017 17:55:01 GMT", Date),
            ("cast('2018-01-01', Edm.DateTimeOffset)", Date),
            ("0000-01-01", Year),
            ("2017-00-10", Month),
            ("2017-13-10", Month),
            ("2017-03-00", Day),
            ("2017-03-32", Day),
            ("2017-04-31", Day),
            ("2017-02-29", Day),
            ("1900-02-29", Day),
            ("2017-03-10 ", Separator),
            ("2017-03-10Z", Separator),
            ("2017-03-10 00:00:00", Separator),
            ("2017-03-10t00:00:00", Separator),
            ("2017-03-10\u{e9}", Separator),
            ("2017-03-10T", Time),
            ("2017-03-10T00", Time),
            ("2017-03-10T00:00", Time),
            ("2017-03-10T00:00Z", Time),
            ("2017-03-10T0:00:00Z", Time),
            ("2017-03-10T00.00.00", Time),
            ("2017-03-10T00:00:0x", Time),
            ("2017-03-10T-1:00:00", Time),
            ("2017-03-10T24:00:00", Hour),
            ("2017-03-10T00:60:00", Minute),
            ("2017-03-10T23:59:60Z", Second),
            ("2017-03-10T00:00:00.", Fraction),
            ("2017-03-10T00:00:00.Z", Fraction),
            ("2017-03-10T00:00:00.12345678", Fraction),
            ("2017-03-10T00:00:00.1.2", Offset),
            ("2017-03-10T00:00:00,5", Offset),
            ("2017-03-10T00:00:00z", Offset),
            ("2017-03-10T00:00:00ZZ", Offset),
            ("2017-03-10T00:00:00 ", Offset),
            ("2017-03-10T00:00:00\0", Offset),
            ("2017-03-10T00:00:00+00", Offset),
            ("2017-03-10T00:00:00+0000", Offset),
            ("2017-03-10T00:00:00+0:00", Offset),
            ("2017-03-10T00:00:00+00:00:00", Offset),
            ("2017-03-10T00:00:00 00:00", Offset),
            ("2017-03-10T00:00:00\u{2212}08:00", Offset),
            ("2017-03-10T00:00:00+15:00", OffsetRange),
            ("2017-03-10T00:00:00-14:60", OffsetRange),
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert_eq!(error.fault, fault, "{text:?}");
        }
    }

    #[test]
    fn errors_say_what_where_and_what_instead() {
        assert_eq!(
            read_error("2017-02-29"),
            "`2017-02-29` is not a timestamp: the month has no such day; expected `YYYY-MM-DD` or \
             `YYYY-MM-DDTHH:MM:SS`, the latter with an optional `.` and 1 to 7 digits and an \
             optional `Z` or `±HH:MM`"
        );
        let hostile = format!("\u{202e}\n\"{}", "x".repeat(1 << 20));
        let message = read_error(&hostile);
        assert!(message.starts_with(r#"`\u{202e}\n\"xxx"#), "{message}");
        assert!(message.len() < 250, "{message}");
        assert_eq!(excerpt(&"x".repeat(40)).len(), 40);
        assert_eq!(excerpt(&"x".repeat(41)).len(), 40);
    }

    fn read_error(text: &str) -> String {
        text.parse::<Timestamp>().unwrap_err().to_string()
    }

    #[test]
    fn equal_instants_are_equal_whatever_their_text() {
        let hasher = RandomState::new();
        let day = read("2017-03-10");
        for text in [
            "2017-03-10T00:00:00",
            "2017-03-10T00:00:00Z",
            "2017-03-10T00:00:00.000",
            "2017-03-10T00:00:00+00:00",
            "2017-03-10T00:00:00-00:00",
            "2017-03-10T01:00:00+01:00",
            "2017-03-09T16:00:00-08:00",
        ] {
            let other = read(text);
            assert_eq!(day, other);
            assert_eq!(day.cmp(&other), Ordering::Equal);
            assert_eq!(hasher.hash_one(day), hasher.hash_one(other));
            assert!(!day.same_text(&other));
            assert!(other.same_text(&read(text)));
        }
        assert!(!read("2017-03-10T00:00:00+00:00").same_text(&read("2017-03-10T00:00:00-00:00")));
    }

    #[test]
    fn date_and_offset_are_as_written() {
        let timestamp = read("2017-03-10T23:00:00-08:30");
        assert_eq!(
            timestamp.date(),
            Date::from_calendar_date(2017, Month::March, 10).unwrap()
        );
        assert_eq!(timestamp.offset(), UtcOffset::from_hms(-8, -30, 0).ok());
        assert_eq!(read("2017-03-10T23:00:00Z").offset(), Some(UtcOffset::UTC));
        assert_eq!(
            read("2017-03-10T23:00:00-00:00").offset(),
            Some(UtcOffset::UTC)
        );
        assert_eq!(read("2017-03-10T23:00:00").offset(), None);
        assert_eq!(read("2017-03-10").offset(), None);
    }

    #[test]
    fn moments_and_days_are_written() {
        for (moment, text) in [
            ("2017-03-10T00:00:00Z", "2017-03-10T00:00:00+00:00"),
            ("2017-03-14T03:25:16.360Z", "2017-03-14T03:25:16.36+00:00"),
            (
                "2017-03-14T03:25:16.123456789-08:30",
                "2017-03-14T03:25:16.1234567-08:30",
            ),
            (
                "2017-03-14T03:25:16.000000099+14:59",
                "2017-03-14T03:25:16+14:59",
            ),
            (
                "9999-12-31T23:59:59.9999999-00:01",
                "9999-12-31T23:59:59.9999999-00:01",
            ),
        ] {
            let moment = OffsetDateTime::parse(moment, &Rfc3339).unwrap();
            let timestamp = Timestamp::try_from(moment).unwrap();
            assert_eq!(timestamp.to_string(), text);
            assert!(timestamp.same_text(&read(text)));
        }
        let day = Date::from_calendar_date(2018, Month::May, 30).unwrap();
        assert!(
            Timestamp::try_from(day)
                .unwrap()
                .same_text(&read("2018-05-30"))
        );
    }

    #[test]
    fn moments_that_have_no_text_are_refused() {
        let year_zero = Date::from_ordinal_date(0, 1).unwrap();
        assert_eq!(
            Timestamp::try_from(year_zero).unwrap_err().fault,
            Fault::Year
        );
        assert_eq!(
            Timestamp::try_from(year_zero.midnight().assume_utc())
                .unwrap_err()
                .to_string(),
            "the moment cannot be written as a timestamp: the year must be 0001 to 9999; expected \
             `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`, the latter with an optional `.` and 1 to 7 \
             digits and an optional `Z` or `±HH:MM`"
        );
        for offset in [(15, 0, 0), (-15, 0, 0), (1, 0, 1), (0, 0, -1)] {
            let offset = UtcOffset::from_hms(offset.0, offset.1, offset.2).unwrap();
            let moment = OffsetDateTime::UNIX_EPOCH.to_offset(offset);
            assert_eq!(
                Timestamp::try_from(moment).unwrap_err().fault,
                Fault::OffsetRange
            );
        }
    }

    #[test]
    fn formats_like_a_string() {
        let day = read("2018-05-30");
        assert_eq!(
            format!("[{day:>12}] [{day:<12}] {day:?}"),
            "[  2018-05-30] [2018-05-30  ] 2018-05-30"
        );
    }

    #[test]
    fn json_is_the_text() {
        let json = r#"["2017-03-10T00:00:00+00:00","2018-05-30",null]"#;
        let read: Vec<Option<Timestamp>> = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
        let escaped: Timestamp = serde_json::from_str(r#""2018\u002d05-30""#).unwrap();
        assert_eq!(escaped.to_string(), "2018-05-30");
        let error = serde_json::from_str::<Timestamp>("1546469802")
            .unwrap_err()
            .to_string();
        assert!(error.contains("expected a timestamp such as"), "{error}");
        let error = serde_json::from_str::<Timestamp>(r#""today""#)
            .unwrap_err()
            .to_string();
        assert!(error.contains("`today` is not a timestamp"), "{error}");
    }

    #[cfg(feature = "schemars")]
    #[test]
    fn schema_is_a_string_with_its_own_format() {
        let schema = schemars::schema_for!(Timestamp);
        assert_eq!(schema.get("type").unwrap(), "string");
        assert_eq!(schema.get("format").unwrap(), "partner-center-timestamp");
    }

    prop_compose! {
        fn any_date()(year in 1..=9999_i32, month in 1..=12_u8, day in any::<u8>()) -> String {
            let length = Month::try_from(month).unwrap().length(year);
            format!("{year:04}-{month:02}-{:02}", day % length + 1)
        }
    }

    prop_compose! {
        fn any_moment(zone: &'static str)(
            date in prop_oneof![8 => any_date(), 1 => Just("0001-01-01".into()), 1 => Just("9999-12-31".into())],
            (hour, minute, second) in (0..24, 0..60, 0..60),
            fraction in r"(\.[0-9]{1,7})?",
            zone in zone,
        ) -> String {
            format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![1 => any_date(), 4 => any_moment("(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?")]
    }

    proptest! {
        #[test]
        fn text_survives(text in any_text()) {
            let timestamp = read(&text);
            prop_assert_eq!(timestamp.to_string(), text.as_str());
            prop_assert_eq!(String::from(timestamp), text.as_str());
            let again = read(&timestamp.to_string());
            prop_assert_eq!(timestamp, again);
            prop_assert!(timestamp.same_text(&again));
            prop_assert_eq!(timestamp.date().to_string(), &text[..10]);
            prop_assert_eq!(serde_json::to_value(timestamp).unwrap(), text);
        }

        #[test]
        fn any_string_is_read_or_refused(text in any::<String>()) {
            if let Ok(timestamp) = text.parse::<Timestamp>() {
                prop_assert_eq!(timestamp.to_string(), text);
            }
        }

        #[test]
        fn a_near_miss_is_read_or_refused(text in any_text(), at in any::<prop::sample::Index>(), other in any::<char>()) {
            let mut characters: Vec<char> = text.chars().collect();
            let at = at.index(characters.len());
            characters[at] = other;
            let near: String = characters.into_iter().collect();
            if let Ok(timestamp) = near.parse::<Timestamp>() {
                let _ = timestamp.to_utc();
                prop_assert_eq!(timestamp.to_string(), near);
            }
        }

        #[test]
        fn agrees_with_the_rfc_3339_parser(text in any_moment("(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])")) {
            let ours = read(&text);
            if let (Ok(theirs), Some(utc)) = (OffsetDateTime::parse(&text, &Rfc3339), ours.to_utc()) {
                prop_assert_eq!(utc, theirs);
                prop_assert_eq!(ours.offset(), Some(theirs.offset()));
                prop_assert_eq!(Timestamp::try_from(theirs).unwrap(), ours);
            }
        }

        #[test]
        fn refuses_what_the_rfc_3339_parser_refuses(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9]Z") {
            let ours = text.parse::<Timestamp>().is_ok();
            let theirs = OffsetDateTime::parse(&text, &Rfc3339).is_ok() && !text.starts_with("0000");
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn order_agrees_with_utc(left in any_text(), right in any_text()) {
            let (left, right) = (read(&left), read(&right));
            prop_assert_eq!(left == right, left.cmp(&right) == Ordering::Equal);
            if let (Some(left_utc), Some(right_utc)) = (left.to_utc(), right.to_utc()) {
                prop_assert_eq!(left.cmp(&right), left_utc.cmp(&right_utc));
            }
        }
    }
}
