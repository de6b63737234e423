use std::str::FromStr;

/// The profile of who names none.
pub(crate) const DEFAULT_NAME: &str = "default";

/// Devices on Windows, whatever follows after a dot.
const RESERVED: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8",
    "COM9", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// Longer names are no names.
const LONGEST: usize = 64;

/// Name of a profile: letters, digits, `.`, `_` and `-`, so that it can be part of a file
/// name everywhere.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct ProfileName(String);

impl ProfileName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a file of this name is one of the other name as well, on some systems.
    pub(crate) fn same_file(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl FromStr for ProfileName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() || text.len() > LONGEST || !text.chars().all(fine) {
            return Err(format!(
                "a profile's name has 1 to {LONGEST} characters of A-Z, a-z, 0-9, `.`, `_` and `-`"
            ));
        }
        let stem = text.split('.').next().unwrap_or_default();
        if RESERVED.iter().any(|name| name.eq_ignore_ascii_case(stem)) {
            return Err(format!(
                "`{stem}` names a device on Windows, and cannot name a profile"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Display for ProfileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The known name that a mistyped one was meant to be, unless even the nearest is far.
pub(crate) fn nearest<'name>(
    word: &str,
    names: impl IntoIterator<Item = &'name str>,
) -> Option<&'name str> {
    let word = word.to_ascii_lowercase();
    names
        .into_iter()
        .map(|name| {
            let known = name.to_ascii_lowercase();
            (strsim::damerau_levenshtein(&word, &known), name)
        })
        .filter(|(distance, _)| *distance <= 1.max(word.len() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_part_of_a_file_name() {
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

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["tenant", "client_id", "cloud"];
        assert_eq!(nearest("tennant", names), Some("tenant"));
        assert_eq!(nearest("clientid", names), Some("client_id"));
        assert_eq!(nearest("CLOUD", names), Some("cloud"));
        assert_eq!(nearest("frequency", names), None);
    }
}
