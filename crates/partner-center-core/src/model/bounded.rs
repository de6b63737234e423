use std::fmt;
use std::str::FromStr;

/// Integer from `MIN` to `MAX`, inclusive.
///
/// Used for parameters with documented limits, so that an invalid value is rejected before the
/// call.
///
/// ```
/// use partner_center_core::Bounded;
///
/// type Top = Bounded<1, 10_000>;
///
/// assert_eq!(Top::try_from(500_u64).map(Top::get), Ok(500));
/// let error = "0".parse::<Top>().unwrap_err();
/// assert_eq!(error.to_string(), "expected a whole number from 1 to 10000");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Bounded<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Bounded<MIN, MAX> {
    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl<const MIN: u64, const MAX: u64> fmt::Display for Bounded<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: u64, const MAX: u64> serde::Serialize for Bounded<MIN, MAX> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

/// Error of a number outside its limits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OutOfBounds {
    /// Smallest allowed number.
    pub min: u64,
    /// Largest allowed number.
    pub max: u64,
}

impl fmt::Display for OutOfBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            u64::MAX => write!(f, "expected a whole number of at least {}", self.min),
            max => write!(f, "expected a whole number from {} to {max}", self.min),
        }
    }
}

impl std::error::Error for OutOfBounds {}

impl<const MIN: u64, const MAX: u64> Bounded<MIN, MAX> {
    fn checked(number: Option<u64>) -> Result<Self, OutOfBounds> {
        number
            .filter(|number| (MIN..=MAX).contains(number))
            .map(Self)
            .ok_or(OutOfBounds { min: MIN, max: MAX })
    }
}

impl<const MIN: u64, const MAX: u64> FromStr for Bounded<MIN, MAX> {
    type Err = OutOfBounds;

    fn from_str(text: &str) -> Result<Self, OutOfBounds> {
        Self::checked(text.parse().ok())
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl<const MIN: u64, const MAX: u64> TryFrom<$integer> for Bounded<MIN, MAX> {
            type Error = OutOfBounds;

            fn try_from(number: $integer) -> Result<Self, OutOfBounds> {
                Self::checked(u64::try_from(number).ok())
            }
        }
    )*};
}

from_integers!(i32, i64, u16, u32, u64, usize);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn limits_are_inclusive_and_other_numbers_are_errors() {
        type Top = Bounded<1, 10_000>;
        assert_eq!(Top::try_from(1_i32).map(Top::get), Ok(1));
        assert_eq!(Top::try_from(10_000_usize).unwrap().to_string(), "10000");
        for error in [
            Top::try_from(0_i32).unwrap_err(),
            Top::try_from(-1_i32).unwrap_err(),
            Top::try_from(10_001_u64).unwrap_err(),
            "ten".parse::<Top>().unwrap_err(),
            "".parse::<Top>().unwrap_err(),
        ] {
            assert_eq!(error.to_string(), "expected a whole number from 1 to 10000");
        }
        let error = Bounded::<0, { u64::MAX }>::try_from(-1_i64).unwrap_err();
        assert_eq!(error.to_string(), "expected a whole number of at least 0");
    }

    proptest! {
        #[test]
        fn every_number_is_accepted_or_rejected(number in any::<i64>()) {
            type Top = Bounded<1, 9_999>;
            let read = Top::try_from(number);
            prop_assert_eq!(read.is_ok(), (1..=9_999).contains(&number));
            prop_assert_eq!(read, number.to_string().parse::<Top>());
            if let Ok(top) = read {
                prop_assert_eq!(top.to_string(), number.to_string());
            }
        }
    }
}
