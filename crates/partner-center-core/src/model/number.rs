use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Unexpected};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::model::scalar::Wire;
use crate::query::QueryError;

/// Decimal number that keeps all its digits.
///
/// Created from an integer, a finite `f64`, or text such as `-12`, `0.5` or `1e3`. It is stored
/// and compared as text, so `1` and `1.0` differ. Use [`as_f64`](Self::as_f64) to compare values.
///
/// ```
/// use partner_center_core::Number;
///
/// let quantity: Number = "22.50".parse()?;
/// assert_eq!(quantity.to_string(), "22.50");
/// assert_eq!(quantity.as_f64(), 22.5);
///
/// // Compared as text; compare the values as `f64`.
/// let same: Number = "22.5".parse()?;
/// assert_ne!(quantity, same);
/// assert_eq!(quantity.as_f64(), same.as_f64());
/// # Ok::<(), partner_center_core::query::QueryError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(Box<str>);

impl Number {
    /// Returns the digits as they are sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the nearest `f64`; infinity for a number beyond its range.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Parses `-`, digits, a fraction and an exponent; all parts except the digits are optional.
    pub(crate) fn read(text: &str) -> Option<Self> {
        fn without_digits(text: &str) -> Option<&str> {
            let rest = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
            (rest.len() < text.len()).then_some(rest)
        }

        let mut rest = without_digits(text.strip_prefix('-').unwrap_or(text))?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = without_digits(fraction)?;
        }
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            rest = without_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?;
        }
        rest.is_empty().then(|| Self(text.into()))
    }

    /// Returns the number as JSON, which does not allow leading zeros.
    pub(crate) fn json(&self) -> Cow<'_, str> {
        let (sign, digits) = match self.0.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", &*self.0),
        };
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        let zeros = digits[..end].len() - digits[..end].trim_start_matches('0').len();
        match zeros.min(end.saturating_sub(1)) {
            0 => Cow::Borrowed(&self.0),
            leading => Cow::Owned(format!("{sign}{}", &digits[leading..])),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Number {
    type Err = QueryError;

    /// Parses a decimal number such as `-12`, `0.5` or `1e3`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for any other text, including `NaN` and `inf`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text).ok_or_else(|| QueryError::not_a_number(text))
    }
}

impl TryFrom<f64> for Number {
    type Error = QueryError;

    /// Converts a finite number to the shortest digits that are read as the same number.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for `NaN` and infinities, which neither JSON nor a filter can represent.
    fn try_from(value: f64) -> Result<Self, Self::Error> {
        value.to_string().parse()
    }
}

macro_rules! from_integer {
    ($($integer:ty),+) => {$(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                Self(value.to_string().into())
            }
        }
    )+};
}

from_integer!(i8, i16, i32, i64, u8, u16, u32, u64);

impl Serialize for Number {
    /// Writes the digits unchanged. A format other than JSON gets an integer or an `f64` if it has
    /// the same digits.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.json();
        if let Ok(integer) = text.parse::<i64>()
            && integer.to_string() == text
        {
            return serializer.serialize_i64(integer);
        }
        let number = self.as_f64();
        if !text.contains(['e', 'E']) && format!("{number:?}") == text {
            return serializer.serialize_f64(number);
        }
        RawValue::from_string(text.into_owned())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        of_json(json.get()).ok_or_else(|| de::Error::invalid_type(kind(json.get()), &EXPECTED))
    }
}

impl<'de> Wire<'de> for Number {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    fn read_optional<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let text = json.get();
        let is_blank =
            || matches!(serde_json::from_str::<&str>(text), Ok(text) if text.trim().is_empty());
        if text == "null" || is_blank() {
            return Ok(None);
        }
        of_json(text)
            .map(Some)
            .ok_or_else(|| de::Error::invalid_type(kind(text), &EXPECTED))
    }
}

const EXPECTED: &str = "a number";

/// Parses a JSON number, or a JSON string that contains a number ([T45](crate::deviations#t45)).
fn of_json(json: &str) -> Option<Number> {
    if json.starts_with('"') {
        let text: String = serde_json::from_str(json).ok()?;
        let text = text.trim();
        return Number::read(text.strip_prefix('+').unwrap_or(text));
    }
    Number::read(json)
}

/// Returns the kind of a JSON value, for an error that does not contain the value.
pub(crate) fn kind(json: &str) -> Unexpected<'static> {
    match json.as_bytes().first() {
        Some(b'"') => Unexpected::Str(""),
        Some(b'{') => Unexpected::Map,
        Some(b'[') => Unexpected::Seq,
        Some(b't' | b'f') => Unexpected::Bool(false),
        Some(b'n') => Unexpected::Unit,
        _ => Unexpected::Float(0.5),
    }
}

crate::model::conversions::inline_schema! { Number, { "type": "number", "format": "double" } }

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Result<Option<Number>, String> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Number::read_optional(&mut deserializer).map_err(|error| error.to_string())
    }

    #[test]
    fn digits_are_written_as_they_were_read() {
        for json in [
            "20",
            "20.0",
            "-0",
            "-0.0",
            "1e3",
            "9007199254740993",
            "9223372036854775808",
            "36893488147419103232",
            "0.1234567890123456789",
            "1234567890123456.789",
            "1e999",
        ] {
            let number = read(json).unwrap().unwrap();
            assert_eq!(number.as_str(), json);
            let written = serde_json::to_string(&number).unwrap();
            assert_eq!(written, json);
        }
    }

    #[test]
    fn numbers_are_also_read_from_text() {
        for (json, text, written) in [
            (r#""22.50""#, "22.50", "22.50"),
            (r#"" 7 ""#, "7", "7"),
            (r#""+7""#, "7", "7"),
            (r#""007""#, "007", "7"),
            (r#""-00.5""#, "-00.5", "-0.5"),
            (r#""000""#, "000", "0"),
        ] {
            let number = read(json).unwrap().unwrap();
            assert_eq!(number.as_str(), text);
            assert_eq!(serde_json::to_string(&number).unwrap(), written);
        }
        for none in ["null", r#""""#, r#"" ""#] {
            assert_eq!(read(none), Ok(None), "{none}");
        }
        for json in [r#""NaN""#, r#""inf""#, r#""1,5""#, "true", "[1]", "{}"] {
            let error = read(json).unwrap_err();
            assert!(error.contains("expected a number"), "{json}: {error}");
            assert!(!error.contains("1,5"), "{error}");
        }
        assert!(serde_json::from_str::<Number>("null").is_err());
    }

    #[test]
    fn values_are_compared_as_f64() {
        let number: Number = serde_json::from_str("20").unwrap();
        assert_eq!(number, Number::from(20));
        assert_eq!(number.as_f64(), 20.0);
        assert_eq!(Number::try_from(20.5).unwrap().as_f64(), 20.5);
        assert!(Number::try_from(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn every_fraction_is_read_from_numbers_and_text(number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
            let json = serde_json::to_string(&number).unwrap();
            let read_back = read(&json).unwrap().unwrap();
            prop_assert_eq!(read_back.as_f64(), number);
            prop_assert_eq!(serde_json::to_string(&read_back).unwrap(), json.clone());
            prop_assert_eq!(read(&format!("\"{json}\"")).unwrap().unwrap().as_f64(), number);
        }

        #[test]
        fn text_never_panics_and_numbers_are_written_as_json(text in "[-+0-9.eE]{0,12}") {
            if let Some(number) = of_json(&format!("\"{text}\"")) {
                let written = serde_json::to_string(&number).unwrap();
                prop_assert!(serde_json::from_str::<Box<RawValue>>(&written).is_ok(), "{}", written);
            }
        }
    }
}
