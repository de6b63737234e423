use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::scalar::Wire;

/// Id that is documented as text, but that the service also sends as a number
/// ([T47](crate::deviations#t47)). It is compared and printed as text, and serialised as the JSON
/// type from which it was read.
///
/// ```
/// use partner_center_core::Identifier;
///
/// let number: Identifier = serde_json::from_str("2604568")?;
/// let text: Identifier = serde_json::from_str("\"2604568\"")?;
/// assert_eq!(number, text);
/// assert_eq!(serde_json::to_string(&number)?, "2604568");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Identifier {
    text: String,
    is_number: bool,
}

impl Identifier {
    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn of_number(text: String) -> Self {
        let is_number = true;
        Self { text, is_number }
    }

    /// Returns the id as a number, if it was read from a JSON number.
    pub(crate) fn number(&self) -> Option<i64> {
        self.is_number.then(|| self.text.parse().ok()).flatten()
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Identifier {}

impl std::hash::Hash for Identifier {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<String> for Identifier {
    fn from(text: String) -> Self {
        Self {
            text,
            is_number: false,
        }
    }
}

impl From<&str> for Identifier {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Serialize for Identifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.number() {
            Some(number) => serializer.serialize_i64(number),
            None => serializer.serialize_str(&self.text),
        }
    }
}

impl<'de> Deserialize<'de> for Identifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

crate::model::conversions::inline_schema! { Identifier, { "type": "string", "format": "partner-center-id" } }

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_round_trip_as_text_and_as_numbers() {
        for json in [
            "2604568",
            r#""2604568""#,
            "-1",
            r#""007""#,
            "18446744073709551615",
        ] {
            let id: Identifier = serde_json::from_str(json).unwrap();
            assert_eq!(id.as_str(), json.trim_matches('"'));
            if json != "18446744073709551615" {
                assert_eq!(serde_json::to_string(&id).unwrap(), json);
            }
        }
        assert_eq!(Identifier::from("1"), serde_json::from_str("1").unwrap());
        let optional = |json: &str| {
            Identifier::read_optional(&mut serde_json::Deserializer::from_str(json)).ok()
        };
        for none in ["null", r#""""#, r#"" ""#] {
            assert_eq!(optional(none), Some(None), "{none}");
        }
        assert_eq!(optional("7"), Some(Some(Identifier::from("7"))));
        assert_eq!(optional("[]"), None);
        for json in ["1.5", "null", "true", "[]"] {
            let error = serde_json::from_str::<Identifier>(json)
                .unwrap_err()
                .to_string();
            assert!(error.contains("expected an id"), "{json}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_id_round_trips(text in "\\PC{1,40}", number in any::<i64>()) {
            for json in [serde_json::to_string(&text).unwrap(), number.to_string()] {
                let id: Identifier = serde_json::from_str(&json).unwrap();
                prop_assert_eq!(serde_json::to_string(&id).unwrap(), json);
            }
        }
    }
}
