//! Tree of a YAML document: keys in file order, every node with its place.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Number, Value};
use serde_saphyr::Spanned;

use super::pointer;

/// Maximum nesting. A spec needs about fifteen levels; much deeper nesting is a mistake, and every
/// level uses stack in each of the following parsers.
pub(super) const MAX_DEPTH: usize = 32;

/// Node with its children in the order of the file.
#[derive(Debug)]
pub(super) enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

/// Place of a node in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
    /// Position among all nodes of the document, used for sorting.
    pub(super) order: usize,
}

/// Index of the nodes by JSON pointer.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) places: HashMap<String, Place>,
    pub(super) keys: HashMap<String, Vec<String>>,
}

impl Node {
    /// Reads YAML text.
    ///
    /// Duplicate keys, unknown tags and values that JSON cannot hold are errors; `yes`, `no`, `on`
    /// and `1_000` are text.
    pub(super) fn parse(text: &str) -> Result<Spanned<Node>, serde_saphyr::Error> {
        serde_saphyr::from_str_with_options(
            text,
            serde_saphyr::options! {
                budget: serde_saphyr::budget! { max_depth: MAX_DEPTH },
                strict_booleans: true,
                underscored_numbers_as_strings: true,
                leading_zero_numbers_as_strings: true,
                reject_unsupported_tags: true,
            },
        )
    }

    /// Returns the content as a JSON value, whose keys are sorted.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Node::Scalar(value) => value.clone(),
            Node::List(items) => items.iter().map(|item| item.value.to_value()).collect(),
            Node::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, node)| (key.value.clone(), node.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// Records the place of every node and the order of the keys of every mapping.
    pub(super) fn index(&self) -> Index {
        let mut index = Index::default();
        index.places.insert(
            String::new(),
            Place {
                line: 1,
                column: 1,
                order: 0,
            },
        );
        self.index_under("", &mut index);
        index
    }

    fn index_under(&self, at: &str, index: &mut Index) {
        match self {
            Node::Scalar(_) => {}
            Node::List(items) => {
                for (position, item) in items.iter().enumerate() {
                    let pointer = format!("{at}/{position}");
                    index.note(&pointer, item.referenced);
                    item.value.index_under(&pointer, index);
                }
            }
            Node::Map(entries) => {
                index.keys.insert(
                    at.to_owned(),
                    entries.iter().map(|(key, _)| key.value.clone()).collect(),
                );
                for (key, node) in entries {
                    let pointer = pointer::join(at, &key.value);
                    index.note(&pointer, key.referenced);
                    node.value.index_under(&pointer, index);
                }
            }
        }
    }
}

impl Index {
    fn note(&mut self, pointer: &str, location: serde_saphyr::Location) {
        let place = Place {
            line: usize::try_from(location.line()).unwrap_or(0),
            column: usize::try_from(location.column()).unwrap_or(0),
            order: self.places.len(),
        };
        self.places.insert(pointer.to_owned(), place);
    }

    /// The place of a node, or of the nearest one above it that exists.
    pub(super) fn nearest(&self, pointer: &str) -> Option<Place> {
        let mut at = pointer;
        loop {
            if let Some(place) = self.places.get(at) {
                return Some(*place);
            }
            at = &at[..at.rfind('/')?];
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mapping, a sequence, text, a number, true, false or null")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Node, E> {
        self.visit_unit()
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node, E> {
        Number::from_f64(value)
            .map(|number| Node::Scalar(Value::Number(number)))
            .ok_or_else(|| E::custom("JSON has no such number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Scalar(value) => value.serialize(serializer),
            Node::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&item.value)?;
                }
                list.end()
            }
            Node::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, node) in entries {
                    map.serialize_entry(&key.value, &node.value)?;
                }
                map.end()
            }
        }
    }
}
