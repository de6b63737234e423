//! What a field is compared with, as it is written in a filter.

use std::fmt;
use std::str::FromStr;

use crate::Timestamp;

use super::{Guid, QueryError};

/// A value in a filter.
///
/// `Display` writes it as it is sent: text in single quotes with a quote within it doubled (T19),
/// booleans and numbers bare, a date as `cast('2018-01-01',Edm.DateTimeOffset)` (T36, T37). A GUID
/// is text: nothing on the wire tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Literal {
    /// Text, or a GUID.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A decimal number.
    Number(Number),
    /// A moment, or a day; sent with the text it was read from.
    DateTime(Timestamp),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                f.write_str("'")?;
                for (index, part) in text.split('\'').enumerate() {
                    if index > 0 {
                        f.write_str("''")?;
                    }
                    f.write_str(part)?;
                }
                f.write_str("'")
            }
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::DateTime(timestamp) => write!(f, "cast('{timestamp}',Edm.DateTimeOffset)"),
        }
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Literal {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Literal {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Guid> for Literal {
    fn from(guid: Guid) -> Self {
        Self::Text(guid.as_str().to_owned())
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Timestamp> for Literal {
    fn from(timestamp: Timestamp) -> Self {
        Self::DateTime(timestamp)
    }
}

impl From<Number> for Literal {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

/// A decimal number in a filter.
///
/// Made from an integer, from a finite `f64`, or from text such as `-12`, `0.5` or `1e3`. It is
/// kept as text, so no digit is lost, and compared as text: `1` and `1.0` differ.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(Box<str>);

impl Number {
    /// The digits as they are sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads `-`, digits, a fraction and an exponent; all but the digits are optional.
    pub(super) fn read(text: &str) -> Option<Self> {
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
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Number {
    type Err = QueryError;

    /// Reads a decimal number such as `-12`, `0.5` or `1e3`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for anything else, `NaN` and `inf` among it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text).ok_or_else(|| QueryError::not_a_number(text))
    }
}

impl TryFrom<f64> for Number {
    type Error = QueryError;

    /// Takes every finite number, in the fewest digits that read back as the same number.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for `NaN` and the infinities, which a filter cannot say.
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

        impl From<$integer> for Literal {
            fn from(value: $integer) -> Self {
                Self::Number(value.into())
            }
        }
    )+};
}

from_integer!(i8, i16, i32, i64, u8, u16, u32, u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_it_is_sent() {
        let day: Timestamp = "2018-01-01".parse().unwrap();
        let moment: Timestamp = "2018-01-01T10:00:00+01:00".parse().unwrap();
        let guid = Guid::from_u128(1);
        for (literal, text) in [
            (Literal::from("O'Brien"), "'O''Brien'"),
            (Literal::from("'"), "''''"),
            (Literal::from(""), "''"),
            (Literal::from(&String::from("é%& ")), "'é%& '"),
            (guid.into(), "'00000000-0000-0000-0000-000000000001'"),
            (true.into(), "true"),
            (i64::MIN.into(), "-9223372036854775808"),
            (Number::try_from(0.5).unwrap().into(), "0.5"),
            (day.into(), "cast('2018-01-01',Edm.DateTimeOffset)"),
            (
                moment.into(),
                "cast('2018-01-01T10:00:00+01:00',Edm.DateTimeOffset)",
            ),
        ] {
            assert_eq!(literal.to_string(), text);
        }
    }

    #[test]
    fn a_number_is_finite_and_decimal() {
        for text in ["0", "-1", "007", "1.50", "1e3", "1E+3", "-2.5e-10"] {
            assert_eq!(text.parse::<Number>().unwrap().as_str(), text);
        }
        for text in [
            "", "-", "+1", ".5", "1.", "1e", "1e+", "--1", "NaN", "inf", "0x1", "1_000", "1 ", "٣",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(
                Number::try_from(value).unwrap_err().to_string(),
                format!(
                    "`{value}` is not a number a filter can say; expected a finite decimal number such as `5` or `-0.25`"
                )
            );
        }
        assert_eq!(Number::try_from(f64::MAX).unwrap().as_str().len(), 309);
        assert_eq!(Number::try_from(-0.0).unwrap().as_str(), "-0");
    }
}
