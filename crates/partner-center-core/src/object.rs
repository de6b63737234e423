//! Reading JSON objects the way the service writes them.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A property name, borrowed from the body where it has no escapes.
#[doc(hidden)]
#[derive(Debug)]
pub struct Key<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a property name")
            }

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

/// Implements `Deserialize` for an object of the service.
///
/// Differs from serde's derive in what the service needs: properties are found
/// in any letter case (T5, T28), other spellings can be named (`"a" | "b"`, where
/// `"a"` wins when both are sent), an unknown property goes to the field
/// `additional_properties` without slowing the others down, and a repeated
/// property is not an error (the last one counts).
///
/// Values are read as [`Wire`](crate::wire::Wire) says. A `required` field must be sent;
/// an `optional` one takes its default value when it is missing in any of the
/// service's spellings: the one that the spec gives (`else function`), or that of its type.
#[doc(hidden)]
#[macro_export]
macro_rules! deserialize_object {
    ($name:ident $(<$item:ident>)? {
        $(
            $field:ident: $presence:ident $key:literal $(| $alias:literal)* $(else $default:path)?
        ),* $(,)?
    }) => {
        impl<'de $(, $item: $crate::wire::Wire<'de>)?> ::serde::Deserialize<'de> for $name $(<$item>)? {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                struct ObjectVisitor $(<$item>)? (::std::marker::PhantomData<fn() -> $name $(<$item>)?>);

                impl<'de $(, $item: $crate::wire::Wire<'de>)?> ::serde::de::Visitor<'de>
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
                        $(let mut $field = ::std::option::Option::None;)*
                        let mut additional_properties = $crate::AdditionalProperties::new();
                        while let Some($crate::object::Key(key)) = map.next_key()? {
                            match &*key {
                                $(
                                    $key => $field = $crate::deserialize_object!(@read $presence map),
                                    $($alias => {
                                        let value = $crate::deserialize_object!(@read $presence map);
                                        $field = $field.or(value);
                                    })*
                                )*
                                $(
                                    other if other.eq_ignore_ascii_case($key)
                                        $(|| other.eq_ignore_ascii_case($alias))* =>
                                    {
                                        let value = $crate::deserialize_object!(@read $presence map);
                                        $field = $field.or(value);
                                    }
                                )*
                                _ => {
                                    additional_properties.insert(key.into_owned(), map.next_value()?);
                                }
                            }
                        }
                        Ok($name {
                            $($field: $crate::deserialize_object!(@$presence $field $key $(else $default)?),)*
                            additional_properties,
                        })
                    }
                }

                deserializer.deserialize_map(ObjectVisitor(::std::marker::PhantomData))
            }
        }

        impl<'de $(, $item: $crate::wire::Wire<'de>)?> $crate::wire::Wire<'de> for $name $(<$item>)? {
            fn read<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                ::serde::Deserialize::deserialize(deserializer)
            }
        }
    };
    (@read required $map:ident) => {
        Some($map.next_value_seed($crate::wire::Required(::std::marker::PhantomData))?)
    };
    (@read optional $map:ident) => {
        $map.next_value_seed($crate::wire::Optional(::std::marker::PhantomData))?
    };
    (@required $field:ident $key:literal) => {
        match $field {
            Some(value) => value,
            None => return Err(::serde::de::Error::missing_field($key)),
        }
    };
    (@optional $field:ident $key:literal) => {
        $field.unwrap_or_default()
    };
    (@optional $field:ident $key:literal else $default:path) => {
        $field.unwrap_or_else($default)
    };
}

#[cfg(test)]
mod tests {
    use crate::AdditionalProperties;

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
    fn letter_case_of_names_does_not_matter() {
        let row = read(r#"{"NAME":"a","LicensesActive":3}"#);
        assert_eq!((row.name.as_str(), row.licenses_active), ("a", Some(3)));
        assert!(row.additional_properties.is_empty());
    }

    #[test]
    fn the_documented_name_wins_over_its_alias_in_either_order() {
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
    fn unknown_properties_are_kept_as_sent() {
        let row = read(r#"{"name":"a","Neu\u0041":{"x":[1]}}"#);
        assert_eq!(
            row.additional_properties.get("NeuA"),
            Some(&serde_json::json!({"x": [1]}))
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
    fn absent_null_and_blank_values_take_the_default_of_the_spec() {
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
    fn what_cannot_be_read_is_an_error() {
        for (json, text) in [
            (r#"{"licensesActive":1}"#, "missing field `name`"),
            (r#"{"name":null}"#, "invalid type: null"),
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
