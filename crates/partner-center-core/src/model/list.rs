//! Deserialisation of a list in all its formats, shared by both families of operations.

use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

use crate::model::decode::{ERROR_IN_SUCCESS, ROWS_TWICE, found_names};
use crate::model::error_in_success::Context;
use crate::model::lenient_object::{Key, Likeness, documented_names};
use crate::model::row_seed::Rows;
use crate::model::scalar::Wire;
use crate::{AdditionalProperties, ApiError, Link};

/// Properties of the envelope of one family, apart from rows and count.
pub(crate) trait Head: Default {
    /// Description of the expected value, for errors.
    const EXPECTED: &'static str;
    /// Documented name of the property with the rows.
    const ROWS: &'static str;
    /// Documented name of the property with the stated count.
    const COUNT: &'static str;
    /// Whether an object without an envelope is read as a row ([T4](crate::deviations#t4)).
    const BARE_ROW: bool;

    /// Reads the property `name` if it belongs to this family; returns whether it does.
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// Deserialised list.
pub(crate) struct List<T, H> {
    pub(crate) head: H,
    pub(crate) rows: Vec<T>,
    pub(crate) stated: Option<i64>,
    pub(crate) others: AdditionalProperties,
}

/// Reads a list.
pub(crate) fn read<'de, T, H, D>(deserializer: D) -> Result<List<T, H>, D::Error>
where
    T: Deserialize<'de>,
    H: Head,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(ListVisitor(PhantomData))
}

struct ListVisitor<T, H>(PhantomData<fn() -> (T, H)>);

impl<'de, T: Deserialize<'de>, H: Head> Visitor<'de> for ListVisitor<T, H> {
    type Value = List<T, H>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(H::EXPECTED)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<Self::Value, A::Error> {
        Ok(List {
            head: H::default(),
            rows: Rows::new().visit_seq(rows)?.unwrap_or_default(),
            stated: None,
            others: AdditionalProperties::new(),
        })
    }

    // Rows are read directly into their type, without an intermediate value. Other properties
    // are collected: with an envelope they are additional properties, without one they are the
    // row.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut head = H::default();
        let mut rows: Option<Vec<T>> = None;
        let (mut is_null, mut is_envelope) = (false, false);
        let (mut stated, mut stated_elsewhere) = (None, None);
        let mut others = AdditionalProperties::new();
        while let Some(Key(key)) = map.next_key()? {
            if is_any(&key, &["Value", "items"]) {
                match map.next_value_seed(Rows::new())? {
                    None => is_null = true,
                    // Rows under two names: one set of rows would be lost.
                    Some(more)
                        if !more.is_empty()
                            && rows.as_ref().is_some_and(|rows| !rows.is_empty()) =>
                    {
                        return Err(Error::custom(ROWS_TWICE));
                    }
                    Some(more) if more.is_empty() && rows.is_some() => {}
                    Some(more) => rows = Some(more),
                }
            } else if is_count(&key) {
                let json: Box<RawValue> = map.next_value()?;
                // A count is a hint, so an invalid count does not reject the rows (T7).
                match i64::read_optional(&*json) {
                    Ok(count) if key == H::COUNT => stated = stated.max(count),
                    Ok(count) => stated_elsewhere = stated_elsewhere.max(count),
                    Err(_) => {
                        others.insert_json(key.into_owned(), json);
                    }
                }
            } else if !head.read(&key, &mut map)? {
                others.insert_json(key.into_owned(), map.next_value()?);
                continue;
            }
            is_envelope = true;
        }
        // Counts that differ: the larger one shows that rows are missing.
        let stated = stated.max(stated_elsewhere);
        if rows.is_none() && is_null {
            rows = Some(no_rows(stated)?);
        }
        if let Some(rows) = rows {
            if ApiError::among(&others, Context::List).is_some() {
                return Err(Error::custom(ERROR_IN_SUCCESS));
            }
            return Ok(List {
                head,
                rows,
                stated,
                others,
            });
        }
        if H::BARE_ROW && !is_envelope && is_row::<T>(&others) {
            return Ok(List {
                head,
                rows: vec![bare_row(&others)?],
                stated,
                others: AdditionalProperties::new(),
            });
        }
        if ApiError::among(&others, Context::Unknown).is_some() {
            return Err(Error::custom(ERROR_IN_SUCCESS));
        }
        if others.is_empty() {
            return Err(Error::missing_field(H::ROWS));
        }
        let names: Vec<_> = others.iter().map(|(name, _)| name).collect();
        let (rows, found) = (H::ROWS, found_names("response", &names));
        Err(Error::custom(format_args!(
            "missing field `{rows}`; {found}"
        )))
    }
}

/// Returns whether an object is a row. All properties of rows are optional, so any object could
/// be read as a row; only a value that no other kind of object has distinguishes it from an
/// envelope, an error or a job.
fn is_row<'de, T: Deserialize<'de>>(properties: &AdditionalProperties) -> bool {
    match documented_names::<T>() {
        Some(documented) => {
            matches!(Likeness::of(properties, documented), Ok(Likeness::Special))
        }
        None => !properties.is_empty() && ApiError::among(properties, Context::Unknown).is_none(),
    }
}

fn bare_row<'de, T: Deserialize<'de>, E: Error>(row: &AdditionalProperties) -> Result<T, E> {
    let json = serde_json::to_vec(row).map_err(E::custom)?;
    // A reader deserialises without borrowing, so that the row may outlive the text.
    let mut deserializer = serde_json::Deserializer::from_reader(&*json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner().to_string();
        let error = error
            .rsplit_once(" at line ")
            .map_or(&*error, |(text, _)| text);
        if path == "." || error == ERROR_IN_SUCCESS {
            E::custom(error)
        } else {
            E::custom(format_args!("{error} at `{path}`"))
        }
    })
}

/// Returns the rows of a list with `null` instead of rows: an empty list, or an error if the
/// stated count is not zero ([T4](crate::deviations#t4)).
fn no_rows<T, E: Error>(stated: Option<i64>) -> Result<Vec<T>, E> {
    if stated.is_some_and(|rows| rows > 0) {
        return Err(E::invalid_type(
            Unexpected::Unit,
            &"rows, since the stated count is more than 0",
        ));
    }
    Ok(Vec::new())
}

/// Returns whether `name` is one of `names`, case-insensitively ([T5](crate::deviations#t5)).
pub(crate) fn is_any(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

pub(crate) fn is_count(name: &str) -> bool {
    is_any(name, &["TotalCount", "@odata.count", "odata.count"])
}

/// Returns whether a property of this name is a link to the next page.
pub(crate) fn is_next_link(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "@nextLink",
        "nextLink",
        "@odata.nextLink",
        "odata.nextLink",
        "nextPageLink",
        "nextPageUrl",
        "nextUrl",
        "next",
    ];
    is_any(name, &NAMES)
}

/// Address of a link, given as text or in an object.
pub(crate) struct Address(pub(crate) String);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AddressVisitor;

        impl<'de> Visitor<'de> for AddressVisitor {
            type Value = Address;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a link")
            }

            fn visit_str<E: Error>(self, address: &str) -> Result<Address, E> {
                Ok(Address(address.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Address, A::Error> {
                let link = Link::deserialize(MapAccessDeserializer::new(map))?;
                let address = link.address();
                address
                    .map(Address)
                    .ok_or_else(|| A::Error::invalid_type(Unexpected::Map, &"a link"))
            }
        }

        deserializer.deserialize_any(AddressVisitor)
    }
}
