//! Exact sums of counts and decimals.

use std::fmt;
use std::ops::{Add, Sub};

/// Parts of a whole: the fractions of columns have 18 digits.
const PARTS: i128 = 1_000_000_000_000_000_000;

/// Exact sum of counts or of decimal numbers with at most 18 digits of a fraction.
///
/// Whole numbers and fractions are added up separately, so that no sum of a table overflows. Displays
/// as a JSON number, without zeros at the end of the fraction.
///
/// # Examples
///
/// ```
/// use partner_center_lake::Amount;
///
/// let sum = Amount::from(i64::MAX) + Amount::from(1);
/// assert_eq!(sum.to_string(), "9223372036854775808");
/// assert_eq!((sum - Amount::from(i64::MAX)).as_i64(), Some(1));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Amount {
    whole: i128,
    /// At least 0, and less than a whole.
    parts: i128,
}

impl Amount {
    /// Creates an amount from the value of a decimal column with 18 digits of a fraction.
    pub(super) fn of_parts(parts: i128) -> Self {
        Self {
            whole: parts.div_euclid(PARTS),
            parts: parts.rem_euclid(PARTS),
        }
    }

    /// Returns whether this is 0.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// Returns the amount as an integer; `None` with a fraction, and beyond the limits of `i64`.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self.parts {
            0 => self.whole.try_into().ok(),
            _ => None,
        }
    }
}

impl From<i64> for Amount {
    fn from(count: i64) -> Self {
        Self {
            whole: count.into(),
            parts: 0,
        }
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let parts = self.parts + other.parts;
        Self {
            whole: self.whole.saturating_add(other.whole) + i128::from(parts >= PARTS),
            parts: parts % PARTS,
        }
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let parts = self.parts - other.parts;
        Self {
            whole: self.whole.saturating_sub(other.whole) - i128::from(parts < 0),
            parts: parts.rem_euclid(PARTS),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut whole, mut parts) = (self.whole, self.parts);
        // The fraction of a negative number counts from the next whole number towards zero.
        if whole < 0 && parts > 0 {
            (whole, parts) = (whole + 1, PARTS - parts);
            if whole == 0 {
                f.write_str("-")?;
            }
        }
        write!(f, "{whole}")?;
        if parts > 0 {
            let digits = format!("{parts:018}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

/// Sum of the values of a column, in which a missing value is not zero.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Sum {
    amount: Amount,
    is_known: bool,
}

impl Sum {
    pub(super) fn add(&mut self, value: Option<Amount>) {
        if let Some(value) = value {
            self.amount = self.amount + value;
            self.is_known = true;
        }
    }

    /// Returns the sum of the known values; `None` if none is known.
    pub(super) fn value(self) -> Option<Amount> {
        self.is_known.then_some(self.amount)
    }
}
