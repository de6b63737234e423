//! Decoding of the rows of a list. All properties of most rows are optional, so any object could be
//! read as a row; therefore an object without a documented property is rejected.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::model::decode::no_documented;
use crate::model::lenient_object::{Key, is_frame};
use crate::model::list::is_any;

/// Seed that decodes an array of rows, or `null`.
pub(crate) struct Rows<T>(PhantomData<fn() -> T>);

impl<T> Rows<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Rows<T> {
    type Value = Option<Vec<T>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = list.next_element_seed(Row(PhantomData))? {
            rows.push(row);
        }
        Ok(Some(rows))
    }
}

/// Seed that decodes one row.
struct Row<T>(PhantomData<fn() -> T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Row<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(RowDeserializer(deserializer))
    }
}

/// Deserializer that forwards all calls, and checks the property names of an object with documented
/// properties.
struct RowDeserializer<D>(D);

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(
            self,
            $($argument: $type,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            self.0.$method($($argument,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for RowDeserializer<D> {
    type Error = D::Error;

    forward! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        documented: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = RowVisitor {
            documented,
            visitor,
        };
        self.0.deserialize_struct(name, documented, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

struct RowVisitor<V> {
    documented: &'static [&'static str],
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for RowVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let mut names = Names {
            documented: self.documented,
            others: Vec::new(),
            is_row: false,
        };
        let row = self.visitor.visit_map(NamedMap {
            map,
            names: &mut names,
        });
        // Returned as a whole, because a row is large and every move copies it.
        if names.is_row || row.is_err() {
            return row;
        }
        Err(A::Error::custom(no_documented("row", &names.others)))
    }
}

/// Property names of a row up to the first documented one.
struct Names {
    documented: &'static [&'static str],
    others: Vec<String>,
    is_row: bool,
}

impl Names {
    fn enter(&mut self, name: &str) {
        self.is_row = !is_frame(name) && is_any(name, self.documented);
        if !self.is_row {
            self.others.push(name.to_owned());
        }
    }
}

/// Map access that records the property names.
struct NamedMap<'n, A> {
    map: A,
    names: &'n mut Names,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for NamedMap<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(Key(name)) = self.map.next_key()? else {
            return Ok(None);
        };
        if !self.names.is_row {
            self.names.enter(&name);
        }
        let key = match name {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
            Cow::Owned(name) => seed.deserialize(StringDeserializer::new(name)),
        };
        key.map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.map.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use crate::model::decode::decode;
    use crate::{AdditionalProperties, Collection, Page, deserialize_object};

    #[derive(Debug, Default, PartialEq)]
    struct Row {
        sold: Option<i64>,
        attributes: Option<String>,
        additional_properties: AdditionalProperties,
    }

    deserialize_object! {
        Row {
            sold: optional "licensesSold" | "sold",
            attributes: optional "attributes",
        }
    }

    #[test]
    fn an_object_without_a_documented_property_is_not_a_row() {
        for (row, text) in [
            ("{}", "the row has no property"),
            (r#"{"foo":1}"#, "the row has `foo`"),
            (r#"{"Value":[{"licensesSold":1}]}"#, "the row has `Value`"),
            (
                r#"{"reason":"Fabrikam","requestId":"1"}"#,
                "the row has `reason`, `requestId`",
            ),
            (r#"{"attributes":"Customer"}"#, "the row has `attributes`"),
            (r#"{"Fabrikam GmbH":1}"#, "the row has `…`"),
        ] {
            for (body, path) in [
                (format!(r#"{{"Value":[{{"sold":1}},{row}]}}"#), "`Value[1]`"),
                (format!("[{row}]"), "`[0]`"),
            ] {
                let page = decode::<Page<Row>>(body.as_bytes()).unwrap_err();
                let list = decode::<Collection<Row>>(body.as_bytes()).unwrap_err();
                assert_eq!(page, list);
                let error = page.to_string();
                let expected = format!("{path}: no documented property has a value; {text}");
                assert!(error.starts_with(&expected), "{body}: {error}");
                assert!(!error.contains("Fabrikam"), "{error}");
            }
        }
    }

    #[test]
    fn one_documented_property_is_enough_for_a_row() {
        for row in [
            r#"{"licensesSold":null}"#,
            r#"{"foo":1,"SOLD":2}"#,
            r#"{"\u0073old":1,"error":"x"}"#,
        ] {
            let body = format!("[{row}]");
            assert!(decode::<Page<Row>>(body.as_bytes()).is_ok(), "{body}");
        }
    }
}
