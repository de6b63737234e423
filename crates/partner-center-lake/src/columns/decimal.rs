//! Decimal numbers with 38 digits, 18 of them behind the point.

use crate::schema::{PRECISION, SCALE};

/// Number of digits of all numbers that a column can have.
const DIGITS: i64 = PRECISION as i64;
const FRACTION: i64 = SCALE as i64;

/// Factor of a whole number.
pub(crate) const ONE: i128 = 1_000_000_000_000_000_000;

/// Value of a column for a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Decimal {
    Exact(i128),
    /// Rounded half to even, because the number has more than 18 fraction digits.
    Rounded(i128),
    /// The number has more than 20 digits before its point.
    TooLarge,
}

impl Decimal {
    /// Reads the text of a JSON number, which may have leading zeros.
    pub(super) fn read(text: &str) -> Option<Self> {
        short(text).map(Self::Exact).or_else(|| long(text))
    }
}

/// Reads a number with few digits and without an exponent.
fn short(text: &str) -> Option<i128> {
    let (digits, is_negative) = match text.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (mut number, mut fraction) = (0_u64, None);
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                number = number * 10 + u64::from(byte - b'0');
                fraction = fraction.map(|count| count + 1);
            }
            b'.' if fraction.is_none() => fraction = Some(0),
            _ => return None,
        }
    }
    // `.5`, `5.` and `.` are no JSON numbers.
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || fraction == Some(0) {
        return None;
    }
    let scaled = i128::from(number) * 10_i128.pow(18 - fraction.unwrap_or(0));
    Some(if is_negative { -scaled } else { scaled })
}

fn long(text: &str) -> Option<Decimal> {
    let (rest, is_negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() || mantissa.ends_with('.') {
        return None;
    }
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let first = digits.iter().position(|digit| *digit != b'0');
    let last = digits.iter().rposition(|digit| *digit != b'0');
    let (Some(first), Some(last)) = (first, last) else {
        return Some(Decimal::Exact(0));
    };
    let significant = digits.get(first..=last).unwrap_or_default();
    // The number is `significant` times ten to the power of this.
    let dropped = i64::try_from(digits.len() - 1 - last).ok()?;
    let power = exponent
        .saturating_sub(i64::try_from(fraction.len()).ok()?)
        .saturating_add(dropped)
        .saturating_add(FRACTION);
    let length = i64::try_from(significant.len()).ok()?;
    if length.saturating_add(power) > DIGITS {
        return Some(Decimal::TooLarge);
    }
    let signed = |number: i128| if is_negative { -number } else { number };
    if power >= 0 {
        let factor = 10_i128.pow(u32::try_from(power).ok()?);
        return Some(Decimal::Exact(signed(number(significant) * factor)));
    }
    // The digits behind the last place of the column.
    let kept = usize::try_from(length.saturating_add(power)).ok();
    let (kept, cut) = match kept {
        Some(kept) => significant.split_at_checked(kept)?,
        // The first digit is further behind than the place that decides the rounding.
        None => return Some(Decimal::Rounded(0)),
    };
    let number = number(kept);
    let is_above_half = match cut.split_first() {
        Some((b'5', rest)) => rest.iter().any(|digit| *digit != b'0') || number % 2 == 1,
        Some((digit, _)) => *digit > b'5',
        None => false,
    };
    let number = number + i128::from(is_above_half);
    Some(match number < 10_i128.pow(u32::from(PRECISION)) {
        true => Decimal::Rounded(signed(number)),
        false => Decimal::TooLarge,
    })
}

/// Reads an exponent; one with many digits becomes a large one.
fn read_exponent(text: &str) -> Option<i64> {
    let (digits, sign) = match text.strip_prefix('-') {
        Some(digits) => (digits, -1),
        None => (text.strip_prefix('+').unwrap_or(text), 1),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(
        sign * digits
            .parse()
            .unwrap_or(i64::from(i32::MAX))
            .min(i64::from(i32::MAX)),
    )
}

/// Returns the number of at most 38 digits.
fn number(digits: &[u8]) -> i128 {
    let digits = digits.iter().map(|digit| i128::from(digit - b'0'));
    digits.fold(0, |number, digit| number * 10 + digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_exact_rounded_or_too_large() {
        let largest = 10_i128.pow(38) - 1;
        for (text, expected) in [
            ("0", Decimal::Exact(0)),
            ("-0.0", Decimal::Exact(0)),
            ("0e99999999999999999999", Decimal::Exact(0)),
            ("1", Decimal::Exact(ONE)),
            ("-12.50", Decimal::Exact(-12_500_000_000_000_000_000)),
            ("1e3", Decimal::Exact(1000 * ONE)),
            ("1.5E-3", Decimal::Exact(ONE / 1000 * 3 / 2)),
            ("0.000000000000000001", Decimal::Exact(1)),
            ("0.0000000000000000010000", Decimal::Exact(1)),
            ("1e-18", Decimal::Exact(1)),
            ("0.0000000000000000005", Decimal::Rounded(0)),
            ("0.0000000000000000015", Decimal::Rounded(2)),
            ("0.00000000000000000050001", Decimal::Rounded(1)),
            ("-0.0000000000000000025", Decimal::Rounded(-2)),
            ("1e-99999999999999999999", Decimal::Rounded(0)),
            ("5e-20", Decimal::Rounded(0)),
            (
                "99999999999999999999.999999999999999999",
                Decimal::Exact(largest),
            ),
            (
                "99999999999999999999.9999999999999999995",
                Decimal::TooLarge,
            ),
            ("100000000000000000000", Decimal::TooLarge),
            ("1e20", Decimal::TooLarge),
            ("1e400", Decimal::TooLarge),
            ("000000000000000000000000001", Decimal::Exact(ONE)),
        ] {
            assert_eq!(Decimal::read(text), Some(expected), "{text}");
        }
        for text in [
            "", "-", ".", "-.5", "5.", "1.2.3", "x", "1e", "1ex", "+-1", "½",
        ] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_never_panics(text in "[-+0-9.eE]{0,50}") {
            Decimal::read(&text);
        }

        #[test]
        fn numbers_are_those_of_their_text(number in -(10_i128.pow(38) - 1)..10_i128.pow(38)) {
            let (sign, digits) = (if number < 0 { "-" } else { "" }, format!("{:019}", number.abs()));
            let (whole, fraction) = digits.split_at(digits.len() - 18);
            prop_assert_eq!(Decimal::read(&format!("{sign}{whole}.{fraction}")), Some(Decimal::Exact(number)));
            prop_assert_eq!(Decimal::read(&format!("{sign}{digits}e-18")), Some(Decimal::Exact(number)));
        }
    }
}
