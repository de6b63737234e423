//! Values in a filter.

use std::fmt;

use crate::{Number, Timestamp};

use super::Guid;

/// Value in a filter.
///
/// `Display` writes the text that is sent: text in single quotes, with quotes within it doubled
/// ([T19](crate::deviations#t19)); booleans and numbers without quotes; a date as
/// `cast('2018-01-01',Edm.DateTimeOffset)` ([T36](crate::deviations#t36),
/// [T37](crate::deviations#t37)). A GUID is written like text.
///
/// ```
/// use partner_center_core::Timestamp;
/// use partner_center_core::query::Literal;
///
/// assert_eq!(Literal::from("O'Brien").to_string(), "'O''Brien'");
/// assert_eq!(Literal::from(true).to_string(), "true");
/// let day: Timestamp = "2018-01-01".parse()?;
/// assert_eq!(Literal::from(day).to_string(), "cast('2018-01-01',Edm.DateTimeOffset)");
/// # Ok::<(), partner_center_core::TimestampError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Literal {
    /// Text or a GUID.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// Decimal number.
    Number(Number),
    /// Moment or day; sent in a documented spelling, even if a response had another.
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
            Self::DateTime(timestamp) => {
                write!(f, "cast('{}',Edm.DateTimeOffset)", timestamp.documented())
            }
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

macro_rules! from_integer {
    ($($integer:ty),+) => {$(
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
        let guid: Guid = "00000000-0000-0000-0000-000000000001".parse().unwrap();
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
                serde_json::from_str::<Timestamp>("\"2018-01-01 10:00z\"")
                    .unwrap()
                    .into(),
                "cast('2018-01-01T10:00:00Z',Edm.DateTimeOffset)",
            ),
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
                    "`{value}` is not a valid number in a filter; expected a finite decimal number such as `5` or `-0.25`"
                )
            );
        }
        assert_eq!(Number::try_from(f64::MAX).unwrap().as_str().len(), 309);
        assert_eq!(Number::try_from(-0.0).unwrap().as_str(), "-0");
    }
}
