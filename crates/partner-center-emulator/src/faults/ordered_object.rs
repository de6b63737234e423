//! JSON object that keeps the order of its fields and the text of their values.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Object with its fields in order.
#[derive(Debug, Default)]
pub(crate) struct OrderedObject(Vec<(String, Box<RawValue>)>);

impl OrderedObject {
    pub(crate) fn get(&self, name: &str) -> Option<&RawValue> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Sets a field; a new one is the last.
    pub(crate) fn set(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Renames a field; `None` if it is missing.
    pub(crate) fn rename(&mut self, name: &str, new_name: &str) -> Option<()> {
        let (known, _) = self.0.iter_mut().find(|(known, _)| known == name)?;
        new_name.clone_into(known);
        Some(())
    }

    /// Removes a field; `None` if it is missing.
    pub(crate) fn remove(&mut self, name: &str) -> Option<()> {
        let before = self.0.len();
        self.0.retain(|(known, _)| known != name);
        (self.0.len() < before).then_some(())
    }
}

impl Serialize for OrderedObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for OrderedObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = OrderedObject;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(OrderedObject(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
