//! Decoded responses as lists of properties, which tests compare with the documentation.

use std::collections::BTreeMap;
use std::fmt;

use partner_center::decode::{DecodeError, decode};
use partner_center::query::AggregationLevel;
use partner_center::{
    AdditionalProperties, Collection, Identifier, Link, LinkHeader, Number, Page,
    ResourceAttributes, ResourceLinks, Timestamp,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// All properties of a decoded response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// Properties with a typed field, in the order of encoding.
    pub properties: Vec<Property>,
    /// Paths of the properties without a typed field, at any depth.
    pub unknown: Vec<String>,
}

/// Typed property of a decoded response.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Path from the root of the response, such as `items[0].licensesSold`.
    pub path: String,
    /// Name of the value's type.
    pub kind: &'static str,
    /// Value as text; `None` if the response has no value.
    pub value: Option<String>,
}

impl Decoded {
    /// Returns the property at this path.
    pub fn property(&self, path: &str) -> Option<&Property> {
        self.properties
            .iter()
            .find(|property| property.path == path)
    }

    /// Adds a typed property.
    pub fn push(&mut self, at: &str, kind: &'static str, value: Option<String>) {
        self.properties.push(Property {
            path: at.to_owned(),
            kind,
            value,
        });
    }

    /// Adds the properties without a typed field of the object at this path.
    pub fn push_unknown(&mut self, at: &str, properties: &AdditionalProperties) {
        let names = properties.iter().map(|(name, _)| joined(at, name));
        self.unknown.extend(names);
    }
}

/// Writes one property per line: path, type, value.
impl fmt::Display for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Property { path, kind, value } in &self.properties {
            match value {
                Some(value) => writeln!(f, "{path}: {kind} = {value}")?,
                None => writeln!(f, "{path}: {kind}, no value")?,
            }
        }
        for path in &self.unknown {
            writeln!(f, "{path}: no typed field")?;
        }
        Ok(())
    }
}

/// Value that can list its properties.
pub trait View {
    /// Name of the type in the listing.
    const KIND: &'static str;

    /// Lists the value at this path; `None` if the response has no value.
    fn view(value: Option<&Self>, at: &str, into: &mut Decoded);
}

/// Decodes a response and lists its properties.
///
/// # Errors
///
/// See [`decode`].
pub fn decoded<T: DeserializeOwned + View>(body: &[u8]) -> Result<Decoded, DecodeError> {
    let value: T = decode(body)?;
    let mut into = Decoded::default();
    T::view(Some(&value), "", &mut into);
    Ok(into)
}

/// Returns the path of a property of the object at `at`.
pub fn joined(at: &str, property: &str) -> String {
    match at {
        "" => property.to_owned(),
        at => format!("{at}.{property}"),
    }
}

/// Implements [`View`] for a type that is listed as one value.
#[macro_export]
macro_rules! value_view {
    ($type:ty, $kind:literal, $text:expr) => {
        impl $crate::view::View for $type {
            const KIND: &'static str = $kind;

            fn view(value: Option<&Self>, at: &str, into: &mut $crate::view::Decoded) {
                let text: fn(&Self) -> String = $text;
                into.push(at, $kind, value.map(text));
            }
        }
    };
}

/// Implements [`View`] for an open enumeration.
#[macro_export]
macro_rules! text_view {
    ($module:ident::$type:ident { }) => {
        impl $crate::view::View for $module::$type {
            const KIND: &'static str = stringify!($type);

            fn view(value: Option<&Self>, at: &str, into: &mut $crate::view::Decoded) {
                into.push(
                    at,
                    Self::KIND,
                    value.map(|value| format!("{:?}", value.as_str())),
                );
            }
        }
    };
}

/// Implements [`View`] for an object type, by its fields and their properties.
#[macro_export]
macro_rules! object_view {
    ($($type:ident)::+ $(<$item:ident>)? { $($field:ident: $property:literal),* $(,)? }) => {
        impl $(<$item: $crate::view::View>)? $crate::view::View for $($type)::+ $(<$item>)? {
            const KIND: &'static str = "object";

            fn view(value: Option<&Self>, at: &str, into: &mut $crate::view::Decoded) {
                let Some(value) = value else {
                    into.push(at, Self::KIND, None);
                    return;
                };
                $(
                    $crate::view::view_field(&value.$field, &$crate::view::joined(at, $property), into);
                )*
                into.push_unknown(at, &value.additional_properties);
            }
        }
    };
}

/// Lists one field of an object.
pub fn view_field<T: View>(field: &T, at: &str, into: &mut Decoded) {
    T::view(Some(field), at, into);
}

impl<T: View> View for Option<T> {
    const KIND: &'static str = T::KIND;

    fn view(value: Option<&Self>, at: &str, into: &mut Decoded) {
        T::view(value.and_then(Option::as_ref), at, into);
    }
}

impl<T: View> View for Box<T> {
    const KIND: &'static str = T::KIND;

    fn view(value: Option<&Self>, at: &str, into: &mut Decoded) {
        T::view(value.map(Box::as_ref), at, into);
    }
}

impl<T: View> View for Vec<T> {
    const KIND: &'static str = "list";

    fn view(value: Option<&Self>, at: &str, into: &mut Decoded) {
        match value {
            Some(items) if items.is_empty() => into.push(at, Self::KIND, Some("[]".to_owned())),
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    T::view(Some(item), &format!("{at}[{index}]"), into);
                }
            }
            None => into.push(at, Self::KIND, None),
        }
    }
}

impl<T: View> View for BTreeMap<String, T> {
    const KIND: &'static str = "map";

    fn view(value: Option<&Self>, at: &str, into: &mut Decoded) {
        match value {
            Some(entries) if entries.is_empty() => {
                into.push(at, Self::KIND, Some("{}".to_owned()));
            }
            Some(entries) => {
                for (key, entry) in entries {
                    T::view(Some(entry), &joined(at, key), into);
                }
            }
            None => into.push(at, Self::KIND, None),
        }
    }
}

/// Lists a response without a body, which has no properties.
///
/// # Errors
///
/// Returns an error if there is a body.
pub fn no_properties(body: &[u8]) -> Result<Decoded, DecodeError> {
    crate::cases::no_body(body).map(|_| Decoded::default())
}

value_view!(u64, "integer", u64::to_string);
value_view!(Uuid, "uuid", Uuid::to_string);
value_view!(Value, "any", Value::to_string);
value_view!(AdditionalProperties, "any", |properties| {
    properties
        .iter()
        .map(|(name, value)| format!("{name}: {value};"))
        .collect()
});
value_view!(i64, "integer", i64::to_string);
value_view!(Number, "number", Number::to_string);
value_view!(bool, "boolean", bool::to_string);
value_view!(String, "text", |text| format!("{text:?}"));
value_view!(Timestamp, "timestamp", Timestamp::to_string);
value_view!(AggregationLevel, "AggregationLevel", |level| format!(
    "{:?}",
    level.to_string()
));
value_view!(Identifier, "identifier", |id| format!("{:?}", id.as_str()));

object_view! { ResourceLinks { self_: "self", next: "next", previous: "previous" } }
object_view! { Link { uri: "uri", method: "method", headers: "headers", body: "body" } }
object_view! { LinkHeader { key: "key", value: "value" } }
object_view! { ResourceAttributes { etag: "etag", object_type: "objectType" } }
object_view! {
    Page<T> { value: "Value", next_link: "@nextLink", total_count: "TotalCount" }
}
object_view! {
    Collection<T> {
        continuation_token: "continuationToken",
        total_count: "totalCount",
        items: "items",
        links: "links",
        attributes: "attributes",
    }
}
