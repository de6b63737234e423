//! Comparison of values: numbers by their exact value, dates as moments, text without regard to
//! case.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::io;

use partner_center::{FieldValue, Timestamp};

use super::super::cells::{Cell, json_text};

/// Value of a row that can be compared.
#[derive(Clone, Debug)]
pub(super) enum Value<'row> {
    Missing,
    Boolean(bool),
    Integer(i64),
    /// Decimal number with all its digits.
    Decimal(Cow<'row, str>),
    Time(&'row Timestamp),
    Text(Cow<'row, str>),
}

impl<'row> Value<'row> {
    /// Returns the value of a cell.
    pub(super) fn new(cell: &'row Cell<'_>) -> io::Result<Self> {
        Ok(match cell {
            Cell::Missing | Cell::Value(FieldValue::Null) => Self::Missing,
            Cell::Value(FieldValue::Boolean(value)) => Self::Boolean(*value),
            Cell::Value(FieldValue::Integer(number)) => Self::Integer(*number),
            Cell::Value(FieldValue::Number(number)) => Self::Decimal(number.as_str().into()),
            Cell::Value(FieldValue::Timestamp(time)) => Self::Time(time),
            Cell::Value(FieldValue::Text(text)) => Self::Text((*text).into()),
            Cell::Value(other) => {
                let mut json = Vec::new();
                other.write_json(&mut json)?;
                Value::of_json(&String::from_utf8_lossy(&json)).into_owned()
            }
            Cell::Json(json) => Self::of_json(json),
        })
    }

    fn of_json(json: &'row str) -> Self {
        match json.as_bytes().first() {
            Some(b'n') => Self::Missing,
            Some(b't' | b'f') => Self::Boolean(json == "true"),
            Some(b'0'..=b'9' | b'-') => match json.parse() {
                Ok(number) => Self::Integer(number),
                Err(_) => Self::Decimal(json.into()),
            },
            Some(b'"') if json.contains('\\') => {
                let mut buffer = Vec::new();
                Self::Text(json_text(json, &mut buffer).to_owned().into())
            }
            Some(b'"') => Self::Text(json.trim_matches('"').into()),
            _ => Self::Text(json.into()),
        }
    }

    /// Returns a value that does not borrow from the row. A time becomes its text, since it is
    /// never within JSON.
    fn into_owned<'any>(self) -> Value<'any> {
        match self {
            Self::Missing => Value::Missing,
            Self::Boolean(value) => Value::Boolean(value),
            Self::Integer(number) => Value::Integer(number),
            Self::Decimal(number) => Value::Decimal(number.into_owned().into()),
            Self::Time(time) => Value::Text(time.as_str().to_owned().into()),
            Self::Text(text) => Value::Text(text.into_owned().into()),
        }
    }
}

/// Returns a text in lower case, by which texts are compared.
pub(super) fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Compares a text with a folded one.
pub(super) fn compare_text(text: &str, folded: &str) -> Ordering {
    text.chars()
        .flat_map(char::to_lowercase)
        .cmp(folded.chars())
}

/// Compares two numbers as JSON writes them, by their exact value.
pub(super) fn compare_decimals(one: &str, two: &str) -> Ordering {
    let (one, two) = (Decimal::new(one), Decimal::new(two));
    let magnitudes = || {
        let exponents = one.exponent.cmp(&two.exponent);
        exponents.then_with(|| one.digits.cmp(&two.digits))
    };
    match (one.sign(), two.sign()) {
        (-1, -1) => magnitudes().reverse(),
        (1, 1) => magnitudes(),
        (one, two) => one.cmp(&two),
    }
}

/// Number `0.digits` times ten to the power of the exponent.
struct Decimal {
    is_negative: bool,
    /// Digits without zeros at either end; empty for zero.
    digits: String,
    exponent: i128,
}

impl Decimal {
    fn new(text: &str) -> Self {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // Longer exponents than memory has digits compare by their sign.
        let exponent =
            exponent
                .parse::<i64>()
                .unwrap_or_else(|_| match exponent.starts_with('-') {
                    true => i64::MIN,
                    false => i64::MAX,
                });
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let leading = all.len() - significant.len();
        let place = |length: usize| i128::try_from(length).unwrap_or(i128::MAX);
        Self {
            is_negative,
            digits: significant.trim_end_matches('0').to_owned(),
            exponent: i128::from(exponent) + place(whole.len()) - place(leading),
        }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_their_exact_value() {
        let ascending = [
            "-1e400",
            "-12.5",
            "-12.25",
            "-1",
            "-0.001",
            "0",
            "1e-400",
            "0.1",
            "0.10000000000000001",
            "1",
            "9007199254740992",
            "9007199254740993",
            "1e17",
            "1e99999999999999999999",
        ];
        for (index, one) in ascending.iter().enumerate() {
            for (other, two) in ascending.iter().enumerate() {
                assert_eq!(compare_decimals(one, two), index.cmp(&other), "{one} {two}");
            }
        }
        for (one, two) in [
            ("1", "1.000"),
            ("0", "-0.0"),
            ("100", "1E2"),
            ("0.5", "5e-1"),
            ("007", "7"),
        ] {
            assert_eq!(compare_decimals(one, two), Ordering::Equal, "{one} {two}");
        }
    }

    #[test]
    fn text_is_compared_without_case() {
        for (text, other) in [("Contoso", "CONTOSO"), ("MÜLLER", "Müller"), ("İ", "İ")] {
            assert_eq!(compare_text(text, &folded(other)), Ordering::Equal);
        }
        assert_eq!(compare_text("a", &folded("B")), Ordering::Less);
    }
}
