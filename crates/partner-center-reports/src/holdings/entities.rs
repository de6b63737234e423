//! Customers and products: their ids without regard to case, and the names they were seen under.

use std::collections::HashMap;
use std::sync::Arc;

use super::moment::Moment;
use super::names::{Texts, normal, number};

/// Identity of a customer or a product.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Key {
    Guid([u8; 16]),
    /// Id that is not a GUID, in lower case.
    Id(Box<str>),
    /// Normal form of the name, for rows without an id.
    Name(Box<str>),
}

impl Key {
    /// Returns the id in lower case; `None` without one.
    pub(crate) fn id(&self) -> Option<Arc<str>> {
        match self {
            Self::Guid(bytes) => Some(guid_text(bytes).into()),
            Self::Id(text) => Some((&**text).into()),
            Self::Name(_) => None,
        }
    }
}

/// Returns the bytes of a GUID in any case; `None` for other text.
pub(crate) fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 16];
    let mut digits = 0_usize;
    for (at, byte) in text.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return None,
        };
        let slot = bytes.get_mut(digits / 2)?;
        *slot = *slot << 4 | digit;
        digits += 1;
    }
    Some(bytes)
}

/// Returns a GUID in lower case.
fn guid_text(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}

/// Returns a text without spaces around it; `None` for an empty one.
pub(crate) fn trimmed(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Customers or products of the rows read so far.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    entities: Vec<Entity>,
    guids: HashMap<[u8; 16], u32>,
    /// Other ids, in every spelling of the rows.
    ids: HashMap<Box<str>, u32>,
    /// Names of entities without an id, in every spelling of the rows.
    names: HashMap<Box<str>, u32>,
    last: Option<([u8; 16], u32)>,
}

#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) key: Key,
    /// Names with the latest processing time of a row that has the name.
    names: Vec<(u32, Option<Moment>)>,
}

impl Entity {
    /// Returns the numbers of its names.
    pub(crate) fn names(&self) -> impl Iterator<Item = u32> {
        self.names.iter().map(|(name, _)| *name)
    }

    /// Returns the name that was added last.
    pub(crate) fn recent_name(&self) -> Option<u32> {
        self.names.last().map(|(name, _)| *name)
    }

    /// Notes a name of a row.
    pub(crate) fn called(&mut self, name: u32, processed: Option<Moment>) {
        match self.names.iter_mut().rfind(|(known, _)| *known == name) {
            Some((_, latest)) => *latest = processed.max(*latest),
            None => self.names.push((name, processed)),
        }
    }

    /// Returns the name of the latest row, of several the first in the alphabet.
    pub(crate) fn name(&self, texts: &Texts) -> Option<Arc<str>> {
        let names = self.names.iter().filter_map(|(name, latest)| {
            let text = texts.text(*name)?;
            Some((*latest, std::cmp::Reverse(text)))
        });
        let (_, name) = names.max()?;
        Some(Arc::clone(name.0))
    }
}

impl Entities {
    /// Returns the number of the entity with this id, or else this name. Allocates only for a new
    /// spelling.
    pub(crate) fn number(&mut self, id: Option<&str>, name: Option<&str>) -> u32 {
        match trimmed(id) {
            Some(id) => match guid_bytes(id) {
                Some(guid) => self.of_guid(guid),
                None => self.of_id(id),
            },
            None => self.of_name(trimmed(name).unwrap_or_default()),
        }
    }

    fn of_guid(&mut self, guid: [u8; 16]) -> u32 {
        if let Some((last, found)) = self.last
            && last == guid
        {
            return found;
        }
        let next = number(self.entities.len());
        let found = *self.guids.entry(guid).or_insert(next);
        if found == next {
            self.add(Key::Guid(guid));
        }
        self.last = Some((guid, found));
        found
    }

    fn of_id(&mut self, id: &str) -> u32 {
        if let Some(found) = self.ids.get(id) {
            return *found;
        }
        let lower = id.to_lowercase();
        let found = match self.ids.get(&*lower) {
            Some(found) => *found,
            None => {
                let new = self.add(Key::Id(lower.as_str().into()));
                self.ids.insert(lower.into(), new);
                new
            }
        };
        self.ids.insert(id.into(), found);
        found
    }

    /// Returns the number of the entity that has only a name.
    pub(crate) fn of_name(&mut self, name: &str) -> u32 {
        if let Some(found) = self.names.get(name) {
            return *found;
        }
        let normal = normal(name);
        let found = match self.names.get(&*normal) {
            Some(found) => *found,
            None => {
                let new = self.add(Key::Name(normal.as_str().into()));
                self.names.insert(normal.into(), new);
                new
            }
        };
        self.names.insert(name.into(), found);
        found
    }

    fn add(&mut self, key: Key) -> u32 {
        self.entities.push(Entity {
            key,
            names: Vec::new(),
        });
        number(self.entities.len() - 1)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Entity> {
        self.entities.get(number as usize)
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Entity> {
        self.entities.get_mut(number as usize)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Entity)> {
        (0..).zip(&self.entities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_read_in_any_case_and_written_in_lower_case() {
        let upper = guid_bytes("0112A436-B14E-4888-967B-CA4BB2CF1234").unwrap();
        let lower = guid_bytes("0112a436-b14e-4888-967b-ca4bb2cf1234").unwrap();
        assert_eq!(upper, lower);
        assert_eq!(guid_text(&upper), "0112a436-b14e-4888-967b-ca4bb2cf1234");
        for other in [
            "",
            "0112a436b14e4888967bca4bb2cf1234",
            "0112a436-b14e-4888-967b-ca4bb2cf123g",
            "0112a436-b14e-48889-67b-ca4bb2cf1234",
        ] {
            assert_eq!(guid_bytes(other), None, "{other}");
        }
    }

    #[test]
    fn ids_come_before_names_and_ignore_case() {
        let mut entities = Entities::default();
        let contoso = entities.number(Some("ID-1"), Some("Contoso"));
        assert_eq!(entities.number(Some(" id-1"), Some("Fabrikam")), contoso);
        let unnamed = entities.number(None, Some("Contoso"));
        assert_ne!(unnamed, contoso);
        assert_eq!(entities.number(Some(" "), Some("CONTOSO ")), unnamed);
    }

    #[test]
    fn the_latest_name_is_shown_whatever_the_order() {
        let moment = |text: &str| Moment::of(&text.parse().unwrap());
        let (old, new) = (moment("2026-01-01"), moment("2026-02-01"));
        let rows = [
            ("Older", old),
            ("B newer", new),
            ("A newer", new),
            ("Undated", None),
        ];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0]] {
            let (mut entities, mut texts) = (Entities::default(), Texts::default());
            let one = entities.number(Some("1"), None);
            for (name, processed) in order.map(|row: usize| rows[row]) {
                let name = texts.number(name);
                entities.get_mut(one).unwrap().called(name, processed);
            }
            let name = entities.get(one).unwrap().name(&texts);
            assert_eq!(name.as_deref(), Some("A newer"));
        }
    }
}
