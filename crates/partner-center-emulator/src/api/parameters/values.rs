//! Checks of values that depend only on their parameter.

use partner_center_core::{Locale, Timestamp};

use super::problem::Problem;
use crate::ids::is_guid;

/// Checks an integer in decimal digits. A minus sign is accepted only if negative numbers are
/// allowed, a plus sign never ([T8](partner_center_catalog::deviations#t8)). Leading zeros are
/// accepted.
pub(super) fn integer(text: &str, minimum: i64, maximum: i64) -> Result<(), String> {
    let digits = match text.strip_prefix('-') {
        Some(digits) if minimum < 0 => digits,
        _ => text,
    };
    let is_decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A number that does not fit into an `i64` is outside every limit.
    let value = text.parse::<i64>().ok();
    if is_decimal && value.is_some_and(|value| (minimum..=maximum).contains(&value)) {
        return Ok(());
    }
    Err(format!("a whole number from {minimum} to {maximum}"))
}

pub(super) fn number(text: &str) -> Result<(), String> {
    // `f64` also parses words such as `inf`.
    let of_digits = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if of_digits && text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Ok(());
    }
    Err("a decimal number".to_owned())
}

pub(super) fn enumeration(text: &str, values: &[&str]) -> Result<(), String> {
    if values.iter().any(|value| value.eq_ignore_ascii_case(text)) {
        return Ok(());
    }
    Err(format!("one of: {}", values.join(", ")))
}

pub(super) fn uuid(text: &str) -> Result<(), String> {
    if is_guid(text) {
        return Ok(());
    }
    Err("a GUID such as 0c39d6d5-c70d-4c55-bc02-f620844f3fd1".to_owned())
}

pub(super) fn timestamp(text: &str) -> Result<(), String> {
    if text.parse::<Timestamp>().is_ok() {
        return Ok(());
    }
    let mut allowed = "a date such as 2018-10-14 or 2018-10-14T00:00:00Z".to_owned();
    if text.contains(' ') {
        allowed.push_str("; a plus sign is sent as %2B");
    }
    Err(allowed)
}

pub(super) fn locale(text: &str) -> Result<(), String> {
    if text.parse::<Locale>().is_ok() {
        return Ok(());
    }
    Err("a language and a country such as en-US or sr-Latn-RS".to_owned())
}

/// Checks that a text is not empty. No message repeats the text, because it may be
/// secret.
pub(super) fn text(text: &str) -> Result<(), Problem> {
    if text.is_empty() {
        return Err(Problem::invalid("is empty"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_decimal_digits_and_are_within_their_limits() {
        for text in ["1", "10000", "0001", "00000000000000000000000000000001"] {
            assert_eq!(integer(text, 1, 10_000), Ok(()), "{text}");
        }
        for text in [
            "",
            "0",
            "10001",
            "-1",
            "-0",
            "+1",
            " 1",
            "1 ",
            "1.0",
            "1e3",
            "0x1",
            "1_000",
            "1,000",
            "٣",
            "１",
            "NaN",
            "9223372036854775808",
            "99999999999999999999999999",
        ] {
            assert_eq!(
                integer(text, 1, 10_000),
                Err("a whole number from 1 to 10000".to_owned()),
                "{text}"
            );
        }
        assert_eq!(integer("-5", -5, 5), Ok(()));
        assert!(integer("-6", -5, 5).is_err());
        assert!(integer("--5", -5, 5).is_err());
        assert_eq!(integer("-9223372036854775808", i64::MIN, 0), Ok(()));
    }

    #[test]
    fn numbers_are_finite() {
        for text in ["0", "-1.5", "1e3"] {
            assert_eq!(number(text), Ok(()), "{text}");
        }
        for text in ["", "inf", "NaN", "1e999", "1,5", "e"] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_are_case_insensitive_and_compared_whole() {
        for text in ["Group1", "group1", "GROUP2"] {
            assert_eq!(enumeration(text, &["Group1", "Group2"]), Ok(()), "{text}");
        }
        for text in ["", "Group", "Group11", " Group1", "Group1,Group2"] {
            assert_eq!(
                enumeration(text, &["Group1", "Group2"]),
                Err("one of: Group1, Group2".to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn dates_have_an_optional_time() {
        for text in [
            "2018-10-14",
            "2018-10-14T00:00:00",
            "2018-10-14T00:00:00.5Z",
            "2018-10-14T00:00:00+02:00",
        ] {
            assert_eq!(timestamp(text), Ok(()), "{text}");
        }
        for text in [
            "",
            "banana",
            "2018-02-30",
            "14.10.2018",
            "2018-10-14T",
            "20181014",
        ] {
            let allowed = timestamp(text).unwrap_err();
            assert!(!allowed.contains("%2B"), "{text}: {allowed}");
        }
        let allowed = timestamp("2018-10-14T00:00:00 02:00").unwrap_err();
        assert!(allowed.ends_with("a plus sign is sent as %2B"), "{allowed}");
    }

    #[test]
    fn locales_have_a_language_and_a_country() {
        for text in ["en-US", "EN-us", "sr-Latn-RS"] {
            assert_eq!(locale(text), Ok(()), "{text}");
        }
        for text in ["", "en", "en_US", "english", "en-US,de-DE", "*"] {
            assert!(locale(text).is_err(), "{text}");
        }
    }
}
