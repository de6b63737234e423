//! GUID in the spelling of the service.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::QueryError;

const LENGTH: usize = 36;
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// GUID in the format `0112a436-b14e-4888-967b-ca4bb2cf1234`.
///
/// Keeps its case. Comparison and hashing are case-insensitive, because the service writes some
/// GUIDs in upper case and others in lower case ([T52](crate::deviations#t52)). Braces and the
/// format without hyphens are rejected. The text is stored inline: a value is `Copy` and takes 36
/// bytes.
///
/// # Examples
///
/// ```
/// # use partner_center_core::query::Guid;
/// let tenant: Guid = "0112A436-B14E-4888-967B-CA4BB2CF1234".parse()?;
/// assert_eq!(tenant, "0112A436-B14E-4888-967B-CA4BB2CF1234".parse()?);
/// assert_eq!(tenant.as_str(), "0112A436-B14E-4888-967B-CA4BB2CF1234");
/// # Ok::<(), partner_center_core::query::QueryError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Guid([u8; LENGTH]);

impl Guid {
    /// Returns the text as it was read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The text is always ASCII, so the fallback is not used.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| match HYPHENS.contains(&at) {
                true => *byte == b'-',
                false => byte.is_ascii_hexdigit(),
            })
            .then_some(Self(bytes))
    }
}

impl PartialEq for Guid {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Guid {}

impl Hash for Guid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Guid {
    type Err = QueryError;

    /// Parses 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12, case-insensitively.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if the text has another format.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text).ok_or_else(|| QueryError::not_a_guid(text))
    }
}

crate::model::conversions::try_from_text! { Guid, QueryError }

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    #[test]
    fn reads_any_letter_case_and_keeps_it() {
        let upper: Guid = "0112A436-B14E-4888-967B-CA4BB2CF1234".parse().unwrap();
        let lower: Guid = "0112a436-b14e-4888-967b-ca4bb2cf1234".parse().unwrap();
        assert_eq!(upper, lower);
        assert_ne!(upper.to_string(), lower.to_string());
        let state = RandomState::new();
        assert_eq!(state.hash_one(upper), state.hash_one(lower));
        assert_ne!("00000000-0000-0000-0000-000000000000".parse(), Ok(upper));
    }

    #[test]
    fn refuses_other_forms() {
        for text in [
            "",
            "0112a436b14e4888967bca4bb2cf1234",
            "{0112a436-b14e-4888-967b-ca4bb2cf1234}",
            "0112a436-b14e-4888-967b-ca4bb2cf123",
            "0112a436-b14e-4888-967b-ca4bb2cf123g",
            "0112a436-b14e-48889-67b-ca4bb2cf1234",
            "0112a436-b14e-4888-967b-ca4bb2cf12\u{e9}",
        ] {
            assert!(text.parse::<Guid>().is_err(), "{text}");
        }
        assert_eq!(
            "contoso".parse::<Guid>().unwrap_err().to_string(),
            "`contoso` is not a GUID; expected the format `0112a436-b14e-4888-967b-ca4bb2cf1234`"
        );
    }
}
