//! Deserializer of a row.

use std::borrow::Cow;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use super::Sent;
use super::cell::{Cells, Value};
use super::tree::{Chosen, Node, Object};

/// Place in a row: an object, or the value of a column.
#[derive(Clone, Copy)]
pub(super) enum Place<'row> {
    Object(&'row Object<'row>, usize, Option<&'row Sent>),
    Value(&'row Cells<'row>, usize, Option<&'row Sent>),
}

impl<'row> Place<'row> {
    fn of(node: &'row Node<'row>, row: usize, sent: Option<&'row Sent>) -> Self {
        match node {
            Node::Value(cells) => Self::Value(cells, row, sent),
            Node::Object(object) => Self::Object(object, row, sent),
        }
    }

    /// Returns the text as sent, if the column cannot represent the value.
    fn sent(self) -> Option<&'row str> {
        match self {
            Self::Object(..) => None,
            Self::Value(cells, _, sent) => sent?.get(cells.name).map(String::as_str),
        }
    }

    fn is_null(self) -> bool {
        match self {
            Self::Object(object, row, sent) => {
                let mut members = object.members.iter();
                members.all(|(_, node)| Place::of(node, row, sent).is_null())
            }
            Self::Value(cells, row, _) => self.sent().is_none() && cells.is_null(row),
        }
    }

    /// Returns the value of the column; `None` for an object.
    fn value(self) -> Option<Value<'row>> {
        match self {
            Self::Object(..) => None,
            Self::Value(cells, row, _) => Some(match self.sent() {
                Some(text) => Value::Text(Cow::Borrowed(text)),
                None => cells.value(row),
            }),
        }
    }

    /// Returns the value as JSON. `text_is_json` tells whether text is JSON, or a string of it.
    fn json(self, text_is_json: bool) -> Result<String, Error> {
        Ok(match self.value() {
            None | Some(Value::Null) => "null".to_owned(),
            Some(Value::Count(count)) => count.to_string(),
            Some(Value::Decimal(text)) => text,
            Some(Value::Boolean(value)) => value.to_string(),
            Some(Value::Text(text)) if text_is_json => text.into_owned(),
            Some(Value::Text(text)) => serde_json::to_string(&*text)?,
        })
    }
}

impl<'de> Deserializer<'de> for Place<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value() {
            None => self.deserialize_map(visitor),
            Some(Value::Null) => visitor.visit_unit(),
            Some(Value::Text(text)) => visitor.visit_str(&text),
            Some(Value::Count(count)) => visitor.visit_i64(count),
            Some(Value::Boolean(value)) => visitor.visit_bool(value),
            Some(Value::Decimal(text)) => {
                serde_json::Deserializer::from_reader(text.as_bytes()).deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.is_null() {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Object(object, row, sent) => {
                let chosen = object.chosen(names);
                visitor.visit_map(Members::new(object, row, sent, chosen))
            }
            Self::Value(..) => {
                let json = self.json(true)?;
                serde_json::Deserializer::from_reader(json.as_bytes())
                    .deserialize_struct(name, names, visitor)
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Object(object, row, sent) => {
                let all = Chosen::All(0..object.members.len());
                visitor.visit_map(Members::new(object, row, sent, all))
            }
            Self::Value(..) => {
                let json = self.json(true)?;
                serde_json::Deserializer::from_reader(json.as_bytes()).deserialize_map(visitor)
            }
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let json = self.json(true)?;
        serde_json::Deserializer::from_reader(json.as_bytes()).deserialize_seq(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    // Numbers with all their digits are read as raw JSON, which serde_json requests in this way.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Object(..) => visitor.visit_newtype_struct(self),
            Self::Value(..) => {
                // Of a number, the text as sent is JSON.
                let json = self.json(self.sent().is_some())?;
                serde_json::Deserializer::from_reader(json.as_bytes())
                    .deserialize_newtype_struct(name, visitor)
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value() {
            Some(Value::Text(text)) => {
                let text: StrDeserializer<'_, Error> = (&*text).into_deserializer();
                visitor.visit_enum(text)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct identifier
    }
}

/// Members of an object that have a value.
struct Members<'row> {
    object: &'row Object<'row>,
    row: usize,
    sent: Option<&'row Sent>,
    positions: Chosen<'row>,
    next: Option<Place<'row>>,
}

impl<'row> Members<'row> {
    fn new(
        object: &'row Object<'row>,
        row: usize,
        sent: Option<&'row Sent>,
        positions: Chosen<'row>,
    ) -> Self {
        Self {
            object,
            row,
            sent,
            positions,
            next: None,
        }
    }
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        for position in self.positions.by_ref() {
            let Some((name, node)) = self.object.members.get(position) else {
                continue;
            };
            let place = Place::of(node, self.row, self.sent);
            if place.is_null() {
                continue;
            }
            self.next = Some(place);
            let name: StrDeserializer<'_, Error> = name.as_str().into_deserializer();
            return seed.deserialize(name).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        match self.next.take() {
            Some(place) => seed.deserialize(place),
            None => Err(serde::de::Error::custom("a value was read before its name")),
        }
    }
}
