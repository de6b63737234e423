//! Access to the fields of a row by position, without JSON in between.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::{
    AdditionalProperties, Identifier, Link, Number, ResourceAttributes, ResourceLinks, Timestamp,
};

/// Object of the service whose fields can be read by position.
///
/// Implemented by every generated type of a response, and for nested objects. The names are those
/// of the response; decimal numbers and timestamps keep the text of the response.
///
/// ```
/// use partner_center_core::{FieldValue, Link, Row};
///
/// let link = Link::new("/customers");
/// assert_eq!(link.names(), ["uri", "method", "headers", "body"]);
/// assert!(matches!(link.value(0), FieldValue::Text("/customers")));
/// assert!(matches!(link.value(3), FieldValue::Null));
/// ```
pub trait Row: fmt::Debug + Send + Sync {
    /// Returns the names of the documented fields, in the order of the response.
    fn names(&self) -> &'static [&'static str];

    /// Returns the value of the field at this position of [`names`](Self::names).
    /// [`FieldValue::Null`] for a position without a field.
    fn value(&self, position: usize) -> FieldValue<'_>;

    /// Returns the properties that the spec does not name.
    fn additional(&self) -> &AdditionalProperties;
}

impl<T: Row + ?Sized> Row for Box<T> {
    fn names(&self) -> &'static [&'static str] {
        (**self).names()
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        (**self).value(position)
    }

    fn additional(&self) -> &AdditionalProperties {
        (**self).additional()
    }
}

/// Value of a field of a [`Row`], borrowed from the row.
///
/// ```
/// use partner_center_core::{FieldValue, ResourceAttributes, Row};
///
/// /// Writes a row as one line of text.
/// fn line(row: &dyn Row) -> String {
///     let cells = (0..row.names().len()).map(|position| match row.value(position) {
///         FieldValue::Null => "-".to_owned(),
///         FieldValue::Text(text) => text.to_owned(),
///         other => format!("{other:?}"),
///     });
///     cells.collect::<Vec<_>>().join(" | ")
/// }
///
/// let attributes = ResourceAttributes::new("Customer");
/// assert_eq!(attributes.names(), ["etag", "objectType"]);
/// assert_eq!(line(&attributes), "- | Customer");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum FieldValue<'row> {
    /// No value: the response has no such property, or `null`.
    Null,
    /// Text.
    Text(&'row str),
    /// Integer.
    Integer(i64),
    /// Decimal number with all its digits.
    Number(&'row Number),
    /// `true` or `false`.
    Boolean(bool),
    /// Moment or day, with the text of the response.
    Timestamp(&'row Timestamp),
    /// Nested object.
    Object(&'row dyn Row),
    /// List, map or value of another type, which can be written as JSON.
    Json(&'row dyn ToJson),
}

impl<'row> FieldValue<'row> {
    /// Returns whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the value as text, without the quotes and escapes of JSON. Text that is not in the
    /// row itself is written into `buffer`. Objects and lists are JSON; [`Null`](Self::Null) is
    /// empty.
    ///
    /// # Errors
    ///
    /// The error of a list or map that cannot be written as JSON.
    pub fn text<'text>(self, buffer: &'text mut Vec<u8>) -> serde_json::Result<&'text str>
    where
        'row: 'text,
    {
        buffer.clear();
        match self {
            Self::Null => return Ok(""),
            Self::Boolean(true) => return Ok("true"),
            Self::Boolean(false) => return Ok("false"),
            Self::Text(text) => return Ok(text),
            Self::Timestamp(timestamp) => return Ok(timestamp.as_str()),
            other => other.write_json(buffer)?,
        }
        // JSON is UTF-8.
        Ok(str::from_utf8(buffer).unwrap_or_default())
    }

    /// Writes the value as JSON, in the same way as the types are serialised: an object has its
    /// fields with a value, followed by its unknown properties.
    ///
    /// # Errors
    ///
    /// The error of a list or map that cannot be written as JSON.
    pub fn write_json(self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Boolean(true) => out.extend_from_slice(b"true"),
            Self::Boolean(false) => out.extend_from_slice(b"false"),
            Self::Text(text) => serde_json::to_writer(out, text)?,
            Self::Integer(number) => serde_json::to_writer(out, &number)?,
            Self::Number(number) => out.extend_from_slice(number.json().as_bytes()),
            Self::Timestamp(timestamp) => serde_json::to_writer(out, timestamp)?,
            Self::Object(row) => write_object(row, out)?,
            Self::Json(value) => value.write_json(out)?,
        }
        Ok(())
    }
}

fn write_object(row: &dyn Row, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let fields = row.names().iter().enumerate();
    let values = fields.map(|(position, name)| (*name, row.value(position)));
    let mut separator = b'{';
    for (name, value) in values.filter(|(_, value)| !value.is_null()) {
        write_name(name, separator, out)?;
        value.write_json(out)?;
        separator = b',';
    }
    for (name, json) in row.additional().iter() {
        write_name(name, separator, out)?;
        out.extend_from_slice(json.as_bytes());
        separator = b',';
    }
    if separator == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
    Ok(())
}

fn write_name(name: &str, separator: u8, out: &mut Vec<u8>) -> serde_json::Result<()> {
    out.push(separator);
    serde_json::to_writer(&mut *out, name)?;
    out.push(b':');
    Ok(())
}

/// Value that can be written as JSON. Implemented by all types that implement
/// [`serde::Serialize`].
pub trait ToJson: fmt::Debug + Send + Sync {
    /// Writes the value as JSON.
    ///
    /// # Errors
    ///
    /// The error of a value that cannot be serialised.
    fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()>;
}

impl<T: Serialize + fmt::Debug + Send + Sync> ToJson for T {
    fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }
}

/// Conversion of a field to its [`FieldValue`]. For generated code.
#[doc(hidden)]
pub trait AsFieldValue {
    fn as_value(&self) -> FieldValue<'_>;
}

impl<T: Row> AsFieldValue for T {
    fn as_value(&self) -> FieldValue<'_> {
        FieldValue::Object(self)
    }
}

impl<T: AsFieldValue> AsFieldValue for Option<T> {
    fn as_value(&self) -> FieldValue<'_> {
        self.as_ref().map_or(FieldValue::Null, T::as_value)
    }
}

impl AsFieldValue for Identifier {
    /// An id that was sent as a number stays a number.
    fn as_value(&self) -> FieldValue<'_> {
        match self.number() {
            Some(number) => FieldValue::Integer(number),
            None => FieldValue::Text(self.as_str()),
        }
    }
}

macro_rules! as_field_value {
    ($($type:ty { $value:ident => $variant:ident($result:expr) })+) => {$(
        impl AsFieldValue for $type {
            fn as_value(&self) -> FieldValue<'_> {
                let $value = self;
                FieldValue::$variant($result)
            }
        }
    )+};
}

as_field_value! {
    String { text => Text(text) }
    bool { value => Boolean(*value) }
    i64 { number => Integer(*number) }
    Number { number => Number(number) }
    Timestamp { timestamp => Timestamp(timestamp) }
}

macro_rules! as_json {
    ($($type:ty),+) => {$(
        impl AsFieldValue for $type {
            fn as_value(&self) -> FieldValue<'_> {
                FieldValue::Json(self)
            }
        }
    )+};
}

as_json!(u8, u16, u32, u64, i8, i16, i32, f32, f64, serde_json::Value);

impl<T: Serialize + fmt::Debug + Send + Sync> AsFieldValue for Vec<T> {
    fn as_value(&self) -> FieldValue<'_> {
        FieldValue::Json(self)
    }
}

impl<K, V> AsFieldValue for BTreeMap<K, V>
where
    K: Serialize + fmt::Debug + Ord + Send + Sync,
    V: Serialize + fmt::Debug + Send + Sync,
{
    fn as_value(&self) -> FieldValue<'_> {
        FieldValue::Json(self)
    }
}

impl Row for ResourceAttributes {
    fn names(&self) -> &'static [&'static str] {
        &["etag", "objectType"]
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        match position {
            0 => self.etag.as_value(),
            1 => self.object_type.as_value(),
            _ => FieldValue::Null,
        }
    }

    fn additional(&self) -> &AdditionalProperties {
        &self.additional_properties
    }
}

impl Row for ResourceLinks {
    fn names(&self) -> &'static [&'static str] {
        &["self", "next", "previous"]
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        match position {
            0 => self.self_.as_value(),
            1 => self.next.as_value(),
            2 => self.previous.as_value(),
            _ => FieldValue::Null,
        }
    }

    fn additional(&self) -> &AdditionalProperties {
        &self.additional_properties
    }
}

impl Row for Link {
    fn names(&self) -> &'static [&'static str] {
        &["uri", "method", "headers", "body"]
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        match position {
            0 => self.uri.as_value(),
            1 => self.method.as_value(),
            2 => self.headers.as_value(),
            3 => self.body.as_value(),
            _ => FieldValue::Null,
        }
    }

    fn additional(&self) -> &AdditionalProperties {
        &self.additional_properties
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: FieldValue<'_>) -> String {
        let mut out = Vec::new();
        value.write_json(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn text(value: FieldValue<'_>) -> String {
        value.text(&mut Vec::new()).unwrap().to_owned()
    }

    #[test]
    fn values_have_the_text_of_the_response() {
        let number: Number = serde_json::from_str("\"-007.50\"").unwrap();
        let moment: Timestamp = serde_json::from_str("\"2018-01-31T00:00:00\"").unwrap();
        let [numeric, textual] = ["42", "\"42\""].map(|id| {
            let id: Identifier = serde_json::from_str(id).unwrap();
            id
        });
        let tags = vec!["a\"b".to_owned()];
        for (value, as_text, as_json) in [
            (FieldValue::Null, "", "null"),
            (FieldValue::Text("a\"b\n"), "a\"b\n", r#""a\"b\n""#),
            (5_i64.as_value(), "5", "5"),
            (number.as_value(), "-7.50", "-7.50"),
            (true.as_value(), "true", "true"),
            (
                moment.as_value(),
                "2018-01-31T00:00:00",
                "\"2018-01-31T00:00:00\"",
            ),
            (numeric.as_value(), "42", "42"),
            (textual.as_value(), "42", "\"42\""),
            (tags.as_value(), r#"["a\"b"]"#, r#"["a\"b"]"#),
            (7_u64.as_value(), "7", "7"),
            (None::<String>.as_value(), "", "null"),
        ] {
            assert_eq!((text(value), json(value)), (as_text.into(), as_json.into()));
        }
    }

    #[test]
    fn objects_are_written_as_they_are_serialised() {
        for sent in [
            r#"{"self":{"uri":"/a","headers":[{"key":"k","neu":1}],"b":2,"a":{"x":null}},"z":1e400}"#,
            r#"{"next":{"headers":[]}}"#,
            "{}",
        ] {
            let links: ResourceLinks = serde_json::from_str(sent).unwrap();
            let serialised = serde_json::to_string(&links).unwrap();
            assert_eq!(json(links.as_value()), serialised);
            assert_eq!(text(links.as_value()), serialised);
        }
    }

    #[test]
    fn positions_follow_the_names() {
        let attributes = ResourceAttributes::new("Customer");
        let row: &dyn Row = &Box::new(attributes);
        assert_eq!(row.names(), ["etag", "objectType"]);
        assert!(matches!(row.value(1), FieldValue::Text("Customer")));
        assert!(row.value(0).is_null() && row.value(2).is_null());
        assert!(row.additional().is_empty());
    }
}
