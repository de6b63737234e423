//! JSON parser that is independent of the crates, for comparison with theirs.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Properties of an object in their order, including repeated ones.
pub(crate) struct Members(pub(crate) Vec<(String, Box<RawValue>)>);

impl Members {
    pub(crate) fn read(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// Returns the values of the properties with this name, case-insensitive.
    pub(crate) fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m str> {
        let members = self.0.iter();
        let members = members.filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        members.map(|(_, json)| json.get())
    }

    /// Returns the value of the property with this name; `None` if there are several.
    pub(crate) fn only<'m>(&'m self, name: &'m str) -> Option<&'m str> {
        let mut all = self.all(name);
        all.next().filter(|_| all.next().is_none())
    }

    /// Returns the text of the property with this name; `None` if there are several.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.only(name)?).ok()
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Returns the JSON text of the rows of a body: those of the envelope, or of a bare array.
pub(crate) fn rows(body: &[u8]) -> Option<Vec<Box<RawValue>>> {
    if let Ok(rows) = serde_json::from_slice(body) {
        return Some(rows);
    }
    let members = Members::read(body)?;
    let lists = members.all("value").chain(members.all("items"));
    let lists: Option<Vec<Vec<Box<RawValue>>>> =
        lists.map(|json| serde_json::from_str(json).ok()).collect();
    lists?.into_iter().max_by_key(Vec::len)
}

/// Returns whether a value is a number.
pub(crate) fn is_number(json: &str) -> bool {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

/// Returns whether a number was written as it was read: a whole number with the same digits, any
/// other number as the same `f64`; as a number, or as text with the same digits.
pub(crate) fn is_same_number(read: &str, written: &str) -> bool {
    if read == written {
        return true;
    }
    let is_whole = |json: &str| !json.contains(['.', 'e', 'E']);
    if let Some(text) = written.strip_prefix('"') {
        return text.strip_suffix('"') == Some(read);
    }
    match (read.parse::<f64>(), written.parse::<f64>()) {
        // `5.0` for a whole number is written `5`.
        (Ok(read_value), Ok(written_value)) if !(is_whole(read) && is_whole(written)) => {
            read_value == written_value
        }
        (Ok(0.0), Ok(0.0)) => true,
        _ => false,
    }
}
