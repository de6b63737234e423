//! Licences that a customer keeps as a reserve.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::holdings::clamp;

/// Unused licences that a customer keeps as a reserve, per product.
///
/// # Examples
///
/// ```
/// use partner_center_reports::Spare;
///
/// assert_eq!("5".parse(), Ok(Spare::Licenses(5)));
/// assert_eq!("10%".parse(), Ok(Spare::Percent(10)));
/// assert_eq!("10 %".parse::<Spare>()?.to_string(), "10%");
/// assert!("many".parse::<Spare>().is_err());
/// # Ok::<(), partner_center_reports::SpareError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spare {
    /// A number of licences.
    Licenses(u32),
    /// A share of the licences sold, in percent, rounded up to whole licences.
    Percent(u8),
}

impl Spare {
    pub(super) fn of(self, sold: i64) -> i64 {
        match self {
            Self::Licenses(number) => i64::from(number),
            Self::Percent(percent) => {
                let hundredths = i128::from(sold.max(0)) * i128::from(percent);
                clamp((hundredths + 99) / 100)
            }
        }
    }
}

impl fmt::Display for Spare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Licenses(number) => write!(f, "{number}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// Error of a text that is not a [`Spare`].
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("expected a number of licences such as 5, or a share of those sold such as 10%")]
pub struct SpareError(());

impl FromStr for Spare {
    type Err = SpareError;

    /// Reads a number of licences, or a whole percentage from 0 to 100.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let spare = match text.strip_suffix('%').map(str::trim_end) {
            Some(share) => Some(share)
                .filter(|share| is_number(share))
                .and_then(|share| share.parse().ok())
                .filter(|share| *share <= 100)
                .map(Self::Percent),
            None => Some(text)
                .filter(|text| is_number(text))
                .and_then(|text| text.parse().ok())
                .map(Self::Licenses),
        };
        spare.ok_or(SpareError(()))
    }
}
