use std::str::FromStr;

use uuid::Uuid;

use super::SettingsError;

/// Device names on Windows, which are reserved with any extension.
const RESERVED: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8",
    "COM9", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// Maximum length of a name.
const MAX_LENGTH: usize = 64;

/// Name of a profile: 1 to 64 letters, digits, `.`, `_` and `-`, so that it can be part of a file
/// name on every platform.
///
/// ```
/// use partner_center_identity::profiles::ProfileName;
///
/// let name: ProfileName = "contoso-nightly".parse()?;
/// assert_eq!(name.as_str(), "contoso-nightly");
/// assert!("con".parse::<ProfileName>().is_err(), "a device of Windows");
/// # Ok::<(), partner_center_identity::profiles::SettingsError>(())
/// ```
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ProfileName(String);

impl ProfileName {
    /// Name of the first profile unless the user names it.
    pub const DEFAULT: &str = "default";

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether both names denote the same file on a case-insensitive file system.
    pub fn same_file(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Default for ProfileName {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl FromStr for ProfileName {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() || text.len() > MAX_LENGTH || !text.chars().all(fine) {
            return Err(SettingsError::invalid(format!(
                "the name of a profile has 1 to {MAX_LENGTH} characters of A-Z, a-z, 0-9, `.`, \
                 `_` and `-`"
            )));
        }
        let stem = text.split('.').next().unwrap_or_default();
        if RESERVED.iter().any(|name| name.eq_ignore_ascii_case(stem)) {
            return Err(SettingsError::invalid(format!(
                "`{stem}` is a device name on Windows and cannot name a profile"
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Display for ProfileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Parses an application (client) id and returns it as written, without surrounding white space.
///
/// # Errors
///
/// The expected format, if the text is not a GUID.
#[doc(hidden)]
pub fn parse_client_id(text: &str) -> Result<String, String> {
    match Uuid::parse_str(text.trim()) {
        Ok(_) => Ok(text.trim().to_owned()),
        Err(_) => Err("expected a GUID such as 6492b9d6-5629-429b-934c-040b1946e760".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_names_that_can_be_part_of_a_file_name() {
        for name in [
            "default",
            "a.b_c-D9",
            "..",
            "console",
            "com10",
            &"x".repeat(64),
        ] {
            assert_eq!(name.parse::<ProfileName>().unwrap().as_str(), name);
        }
        for name in [
            "",
            " ",
            "a b",
            "a/b",
            "a\\b",
            "caf\u{e9}",
            "a\n",
            "CON",
            "nul.contoso",
            "Lpt1",
            &"x".repeat(65),
        ] {
            assert!(name.parse::<ProfileName>().is_err(), "{name}");
        }
    }
}
