//! Deserialisation of JSON objects of the service.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;

use crate::model::decode::{DIFFERENT, ERROR_IN_SUCCESS};
use crate::model::error_in_success::Context;
use crate::model::list::is_any;
use crate::{AdditionalProperties, ApiError};

/// Property name, borrowed from the body unless it contains escapes.
#[doc(hidden)]
#[derive(Debug)]
pub struct Key<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a property name")
            }

            #[inline]
            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }

            fn visit_string<E: Error>(self, name: String) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name)))
            }
        }

        deserializer.deserialize_str(KeyVisitor)
    }
}

/// Returns the names of the documented properties of an object type, including aliases; `None` for
/// types that are not deserialised as an object with known properties.
pub(crate) fn documented_names<'de, T: Deserialize<'de>>() -> Option<&'static [&'static str]> {
    match T::deserialize(NameReader) {
        Err(NameError(names)) if !names.is_empty() => Some(names),
        _ => None,
    }
}

/// Deserializer without data. It fails at the first request and returns the names of the fields
/// that were requested.
struct NameReader;

#[derive(Debug)]
struct NameError(&'static [&'static str]);

impl Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no data")
    }
}

impl std::error::Error for NameError {}

impl Error for NameError {
    fn custom<T: Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for NameReader {
    type Error = NameError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NameError> {
        Err(NameError(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, NameError> {
        Err(NameError(names))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Returns whether a property of this name occurs in every kind of resource, including errors.
#[doc(hidden)]
#[inline]
pub fn is_frame(name: &str) -> bool {
    matches!(name.len(), 5 | 10) && is_any(name, &["links", "attributes"])
}

/// Share of an object in the documented properties of a type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Likeness {
    /// At least one value of a property that no other kind of object is known to have.
    Special,
    /// Only values of properties that objects of any kind may have.
    Common,
    /// No value of a documented property.
    None,
}

impl Likeness {
    /// Compares an object with a type.
    ///
    /// # Errors
    ///
    /// The error of the service, if the other properties contain one.
    pub(crate) fn of(
        properties: &AdditionalProperties,
        documented: &[&str],
    ) -> Result<Self, ApiError> {
        // Jobs, queries and errors have these properties as well.
        const COMMON: [&str; 8] = [
            "id",
            "name",
            "type",
            "kind",
            "status",
            "state",
            "createdDate",
            "createdDateTime",
        ];
        let mut unknown = AdditionalProperties::new();
        let mut likeness = Self::None;
        for (name, json) in properties.iter() {
            if !is_any(name, documented) {
                unknown.insert_text(name, json);
            } else if is_frame(name) || matches!(json, "null" | "\"\"") {
            } else if is_any(name, &COMMON) {
                if likeness == Self::None {
                    likeness = Self::Common;
                }
            } else {
                likeness = Self::Special;
            }
        }
        let context = match likeness {
            Self::Special => Context::Response,
            Self::Common | Self::None => Context::Unknown,
        };
        match ApiError::among(&unknown, context) {
            Some(error) => Err(error),
            // An envelope with the rows under an unknown name.
            None if likeness == Self::Common
                && unknown.iter().any(|(_, json)| json.starts_with("[{")) =>
            {
                Ok(Self::None)
            }
            None => Ok(likeness),
        }
    }
}

/// Rejects an object with an error of the service in undocumented properties. The rows of a listing
/// have no required properties, so an error would otherwise be read as a row.
#[doc(hidden)]
pub fn refuse_error<E: Error>(
    properties: &AdditionalProperties,
    has_documented: bool,
) -> Result<(), E> {
    let context = if has_documented {
        Context::Row
    } else {
        Context::Unknown
    };
    match ApiError::among(properties, context) {
        Some(_) => Err(E::custom(ERROR_IN_SUCCESS)),
        None => Ok(()),
    }
}

/// Returns the first value of a property that was sent under several names; `null` is used only
/// if there is no other value.
#[doc(hidden)]
pub fn first_sent<T>(first: Option<Option<T>>, second: Option<Option<T>>) -> Option<Option<T>> {
    match (first, second) {
        (Some(None), Some(Some(value))) => Some(Some(value)),
        (first, second) => first.or(second),
    }
}

/// Stores the value of a property. `None` does not replace a value.
///
/// # Errors
///
/// If a different value is already stored, because one of the two would be lost.
#[doc(hidden)]
#[inline]
pub fn put<T: PartialEq, E: Error>(place: &mut Option<T>, value: Option<T>) -> Result<(), E> {
    match place {
        None => *place = value,
        Some(before) if value.is_none_or(|value| *before == value) => {}
        Some(_) => return Err(E::custom(DIFFERENT)),
    }
    Ok(())
}

/// Stores the value of a property like [`put`], and records that the property was sent.
#[doc(hidden)]
pub fn put_sent<T: PartialEq, E: Error>(
    place: &mut Option<Option<T>>,
    value: Option<T>,
) -> Result<(), E> {
    put(place.get_or_insert_default(), value)
}

/// Implements `Deserialize` for an object of the service.
///
/// It differs from serde's derive in the following points:
///
/// - Property names are case-insensitive ([T5](crate::deviations#t5), [T28](crate::deviations#t28)).
/// - A property can have several spellings (`"a" | "b"`; `"a"` takes precedence if both are sent).
/// - An unknown property is kept in the field `additional_properties`, without slowing down the
///   known properties.
/// - A repeated property is an error if its values differ; `null` does not replace a value.
/// - An object with an error of the service is rejected.
///
/// Values are read by [`Wire`](crate::model::scalar::Wire). A `required` field must be sent. An `optional`
/// field that is missing gets the default of the spec (`else function`) or of its type.
#[doc(hidden)]
#[macro_export]
macro_rules! deserialize_object {
    ($name:ident $(<$item:ident>)? {
        $(
            $field:ident: $presence:ident $key:literal $(| $alias:literal)* $(else $default:path)?
        ),* $(,)?
    }) => {
        impl<'de $(, $item: $crate::scalar::Wire<'de>)?> ::serde::Deserialize<'de> for $name $(<$item>)? {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                struct ObjectVisitor $(<$item>)? (::std::marker::PhantomData<fn() -> $name $(<$item>)?>);

                impl<'de $(, $item: $crate::scalar::Wire<'de>)?> ::serde::de::Visitor<'de>
                    for ObjectVisitor $(<$item>)?
                {
                    type Value = $name $(<$item>)?;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("an object (", stringify!($name), ")"))
                    }

                    fn visit_map<A: ::serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> ::std::result::Result<Self::Value, A::Error> {
                        // The values under the name and under the other spellings, which may differ.
                        $(let mut $field = (::std::option::Option::None, ::std::option::Option::None);)*
                        let mut additional_properties = $crate::AdditionalProperties::new();
                        let mut has_documented = false;
                        while let Some($crate::lenient_object::Key(key)) = map.next_key()? {
                            let is_documented = match &*key {
                                    $(
                                        $key => {
                                            $crate::deserialize_object!(@read $presence map $field.0);
                                            !$crate::lenient_object::is_frame($key)
                                        }
                                        $($alias => {
                                            $crate::deserialize_object!(@read $presence map $field.1);
                                            true
                                        })*
                                    )*
                                    $(
                                        other if other.eq_ignore_ascii_case($key) => {
                                            $crate::deserialize_object!(@read $presence map $field.0);
                                            !$crate::lenient_object::is_frame($key)
                                        }
                                        $(other if other.eq_ignore_ascii_case($alias) => {
                                            $crate::deserialize_object!(@read $presence map $field.1);
                                            true
                                        })*
                                    )*
                                    _ => {
                                        additional_properties
                                            .insert_json(key.into_owned(), map.next_value()?);
                                        false
                                    }
                                };
                            has_documented |= is_documented;
                        }
                        if !additional_properties.is_empty() {
                            $crate::lenient_object::refuse_error(&additional_properties, has_documented)?;
                        }
                        Ok($name {
                            $($field: $crate::deserialize_object!(@$presence $field $key $(else $default)?),)*
                            additional_properties,
                        })
                    }
                }

                deserializer.deserialize_struct(
                    stringify!($name),
                    &[$($key, $($alias,)*)*],
                    ObjectVisitor(::std::marker::PhantomData),
                )
            }
        }

        impl<'de $(, $item: $crate::scalar::Wire<'de>)?> $crate::scalar::Wire<'de> for $name $(<$item>)? {
            fn read<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                ::serde::Deserialize::deserialize(deserializer)
            }
        }
    };
    (@read required $map:ident $place:expr) => {
        $crate::lenient_object::put_sent(
            &mut $place,
            $map.next_value_seed($crate::scalar::NotNull(::std::marker::PhantomData))?,
        )?
    };
    (@read optional $map:ident $place:expr) => {
        $crate::lenient_object::put(
            &mut $place,
            $map.next_value_seed($crate::scalar::Optional(::std::marker::PhantomData))?,
        )?
    };
    (@required $field:ident $key:literal) => {
        match $crate::lenient_object::first_sent($field.0, $field.1) {
            Some(Some(value)) => value,
            Some(None) => match $crate::scalar::Wire::of_null() {
                Some(value) => value,
                None => return Err(::serde::de::Error::missing_field($key)),
            },
            None => return Err(::serde::de::Error::missing_field($key)),
        }
    };
    (@optional $field:ident $key:literal) => {
        $field.0.or($field.1).unwrap_or_default()
    };
    (@optional $field:ident $key:literal else $default:path) => {
        $field.0.or($field.1).unwrap_or_else($default)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Row {
        licenses_active: Option<i64>,
        name: String,
        additional_properties: AdditionalProperties,
    }

    deserialize_object! {
        Row {
            licenses_active: optional "licensesActive" | "licenseActive",
            name: required "name",
        }
    }

    fn read(json: &str) -> Row {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn property_names_are_case_insensitive() {
        let row = read(r#"{"NAME":"a","LicensesActive":3}"#);
        assert_eq!((row.name.as_str(), row.licenses_active), ("a", Some(3)));
        assert!(row.additional_properties.is_empty());
    }

    #[test]
    fn the_documented_name_takes_precedence_in_either_order() {
        for json in [
            r#"{"name":"a","licenseActive":1,"licensesActive":2}"#,
            r#"{"name":"a","licensesActive":2,"licenseActive":1}"#,
        ] {
            assert_eq!(read(json).licenses_active, Some(2), "{json}");
        }
        assert_eq!(
            read(r#"{"name":"a","licenseActive":1}"#).licenses_active,
            Some(1)
        );
    }

    #[test]
    fn null_does_not_replace_a_value_under_another_spelling() {
        for (json, active) in [
            (r#"{"licensesActive":null,"licenseActive":7}"#, Some(7)),
            (r#"{"licenseActive":7,"licensesActive":null}"#, Some(7)),
            (r#"{"licenseActive":null,"licensesActive":7}"#, Some(7)),
            (r#"{"licensesActive":7,"LICENSESACTIVE":null}"#, Some(7)),
            (r#"{"LicensesActive":"","licenseactive":"7"}"#, Some(7)),
            (r#"{"licensesActive":7,"licensesActive":null}"#, Some(7)),
            (r#"{"licensesActive":null,"licenseActive":null}"#, None),
        ] {
            let row = read(&json.replacen('{', r#"{"name":null,"NAME":"a","#, 1));
            assert_eq!(
                (row.name.as_str(), row.licenses_active),
                ("a", active),
                "{json}"
            );
            let row = read(&json.replacen('{', r#"{"Name":"a","name":null,"#, 1));
            assert_eq!(
                (row.name.as_str(), row.licenses_active),
                ("a", active),
                "{json}"
            );
        }
    }

    #[test]
    fn names_of_the_documented_properties_are_known() {
        assert_eq!(
            documented_names::<Row>(),
            Some(&["licensesActive", "licenseActive", "name"][..])
        );
        assert_eq!(documented_names::<i64>(), None);
        assert_eq!(documented_names::<serde_json::Value>(), None);
        assert_eq!(documented_names::<crate::Page<Row>>(), None);
    }

    #[test]
    fn two_values_of_one_property_are_an_error_unless_they_are_equal() {
        for json in [
            r#"{"name":"a","licensesActive":5,"LicensesActive":7}"#,
            r#"{"name":"a","LICENSESACTIVE":5,"licensesActive":7}"#,
            r#"{"name":"a","licensesActive":5,"licensesActive":7}"#,
            r#"{"name":"a","licenseActive":5,"LicenseActive":7}"#,
            r#"{"name":"a","NAME":"b"}"#,
            r#"{"name":"a","name":null,"name":"b"}"#,
        ] {
            let error = serde_json::from_str::<Row>(json).unwrap_err().to_string();
            assert!(error.starts_with(DIFFERENT), "{json}: {error}");
        }
        let row = read(r#"{"name":"a","licensesActive":5,"LicensesActive":"5.0","Name":"a"}"#);
        assert_eq!(row.licenses_active, Some(5));
    }

    #[test]
    fn an_error_is_not_read_as_an_object() {
        for json in [
            r#"{"error":{"code":"500","message":"Fabrikam"}}"#,
            r#"{"name":"a","error":{"code":"500","message":"Fabrikam"}}"#,
            r#"{"code":2000,"description":"Fabrikam"}"#,
            r#"{"errors":[{"message":"Fabrikam"}],"name":"a"}"#,
        ] {
            let error = serde_json::from_str::<Row>(json).unwrap_err().to_string();
            assert!(error.starts_with(ERROR_IN_SUCCESS), "{json}: {error}");
        }
        for json in [
            r#"{"name":"a","error":null,"errors":[]}"#,
            r#"{"name":"a","code":1,"message":"x","status":"failed"}"#,
        ] {
            assert_eq!(read(json).name, "a", "{json}");
        }
    }

    #[test]
    fn unknown_properties_are_kept_as_sent() {
        let row = read(r#"{"name":"a","Neu\u0041":{"x":[1]}}"#);
        assert_eq!(
            row.additional_properties.get("NeuA"),
            Some(serde_json::json!({"x": [1]}))
        );
        assert_eq!(row.additional_properties.len(), 1);
    }

    #[test]
    fn absent_and_null_optional_fields_are_none() {
        assert_eq!(read(r#"{"name":"a"}"#).licenses_active, None);
        assert_eq!(
            read(r#"{"name":"a","licensesActive":null}"#).licenses_active,
            None
        );
    }

    #[derive(Debug, PartialEq)]
    struct Leveled {
        level: String,
        additional_properties: AdditionalProperties,
    }

    mod defaults {
        pub(super) fn level() -> String {
            "plain".to_owned()
        }
    }

    deserialize_object! {
        Leveled {
            level: optional "level" | "grade" else defaults::level,
        }
    }

    #[test]
    fn absent_null_and_blank_values_get_the_default_of_the_spec() {
        for (json, level) in [
            ("{}", "plain"),
            (r#"{"level":null}"#, "plain"),
            (r#"{"level":" "}"#, "plain"),
            (r#"{"level":"high"}"#, "high"),
            (r#"{"Grade":"low"}"#, "low"),
        ] {
            let read: Leveled = serde_json::from_str(json).unwrap();
            assert_eq!(read.level, level, "{json}");
        }
    }

    #[test]
    fn unreadable_objects_are_errors() {
        for (json, text) in [
            (r#"{"licensesActive":1}"#, "missing field `name`"),
            (r#"{"name":null}"#, "missing field `name`"),
            (r#"[1]"#, "an object (Row)"),
            (
                r#"{"name":"a","licensesActive":"x"}"#,
                "invalid type: string",
            ),
        ] {
            let error = serde_json::from_str::<Row>(json).unwrap_err().to_string();
            assert!(error.contains(text), "{json}: {error}");
        }
    }
}
