//! Conversions between timestamps and text, the types of `time`, JSON and JSON Schema.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use time::{Date, OffsetDateTime};

use super::error::Problem;
use super::{Timestamp, TimestampError, Zone};

impl From<Timestamp> for String {
    /// Returns the same text as `Display`.
    fn from(timestamp: Timestamp) -> Self {
        timestamp.as_text(&mut [0; Timestamp::MAX_TEXT]).to_owned()
    }
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
        Self::read(text.as_bytes()).map_err(|problem| TimestampError::refused(text, problem))
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
        let [century, year, month, day] = writable_date(moment.date())?;
        let (hours, minutes, seconds) = moment.offset().as_hms();
        if hours.unsigned_abs() > 14 || seconds != 0 {
            return Err(TimestampError::unwritable(Problem::OffsetRange));
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
            spelling: None,
        })
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
        writable_date(date).map(Self::date_only)
    }
}

/// Returns century, year, month and day.
fn writable_date(date: Date) -> Result<[u8; 4], TimestampError> {
    match u16::try_from(date.year()) {
        Ok(year @ 1..=9999) => Ok([
            (year / 100) as u8,
            (year % 100) as u8,
            date.month().into(),
            date.day(),
        ]),
        _ => Err(TimestampError::unwritable(Problem::Year)),
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
        Timestamp::of_service(text)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
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
        "partner_center_core::Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "partner-center-timestamp" })
    }
}
