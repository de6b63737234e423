use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// Properties that the service sent but the spec does not name.
///
/// The service adds properties without notice. They are kept as JSON text, under the names with
/// which they were sent, so that numbers keep all their digits. They are written again when the
/// object is serialised. An empty value needs one pointer and no allocation.
///
/// Values are compared as JSON text. Objects with additional properties can only be read from
/// JSON: serde's `flatten` and `untagged` use another format in between.
///
/// ```
/// use partner_center_core::{Page, decode};
/// use serde_json::{Value, json};
///
/// let page: Page<Value> = decode::decode(br#"{"Value": [], "price": 1.10, "note": "x"}"#)?;
/// let unknown = &page.additional_properties;
///
/// // The text has the digits that were sent; a JSON value has a number.
/// assert_eq!(unknown.json("price"), Some("1.10"));
/// assert_eq!(unknown.get("note"), Some(json!("x")));
/// assert_eq!(unknown.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["note", "price"]);
/// # Ok::<(), decode::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct AdditionalProperties(Option<Box<Properties>>);

/// Heap part, so that the many objects without additional properties stay small.
#[derive(Clone, Debug, Default)]
struct Properties {
    by_name: BTreeMap<String, Box<RawValue>>,
}

impl AdditionalProperties {
    /// Creates an empty collection of properties.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Returns the value of the property `name`, which is case-sensitive. A number with more
    /// digits than `f64` can represent is rounded; [`json`](Self::json) returns all digits.
    pub fn get(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.json(name)?).ok()
    }

    /// Returns the value of the property `name` as JSON text without spaces.
    pub fn json(&self, name: &str) -> Option<&str> {
        self.0.as_ref()?.by_name.get(name).map(|json| json.get())
    }

    /// Returns all properties with their values as JSON text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().map(|(name, json)| (name.as_str(), json.get()))
    }

    fn all(&self) -> impl Iterator<Item = (&String, &Box<RawValue>)> {
        self.0.iter().flat_map(|properties| &properties.by_name)
    }

    /// Returns the number of properties.
    pub fn len(&self) -> usize {
        self.all().count()
    }

    /// Returns whether there are no properties.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Writes the properties after those of an object.
    pub(crate) fn serialize_into<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.all()
            .try_for_each(|(name, json)| map.serialize_entry(name, json))
    }

    /// Adds a property; returns the value that it replaces, if any.
    ///
    /// ```
    /// use partner_center_core::AdditionalProperties;
    ///
    /// let mut properties = AdditionalProperties::new();
    /// assert_eq!(properties.insert("tier".to_owned(), "gold".into()), None);
    /// assert_eq!(properties.insert("tier".to_owned(), "silver".into()), Some("gold".into()));
    /// ```
    pub fn insert(&mut self, name: String, value: Value) -> Option<Value> {
        // Writing a JSON value as JSON text cannot fail.
        let json = to_raw_value(&value).ok()?;
        let replaced = self.insert_json(name, json)?;
        serde_json::from_str(replaced.get()).ok()
    }

    /// Adds a property from the JSON text of its value.
    pub(crate) fn insert_text(&mut self, name: &str, json: &str) {
        if let Ok(json) = RawValue::from_string(json.to_owned()) {
            self.insert_json(name.to_owned(), json);
        }
    }

    /// Adds a property as JSON text. For [`deserialize_object`](crate::deserialize_object).
    #[doc(hidden)]
    pub fn insert_json(&mut self, name: String, json: Box<RawValue>) -> Option<Box<RawValue>> {
        let properties = self.0.get_or_insert_default();
        properties.by_name.insert(name, compact(json))
    }
}

/// Removes whitespace between the parts of the value, so that it fits on one line of output, and
/// replaces lone surrogates, which cannot be read as text.
fn compact(json: Box<RawValue>) -> Box<RawValue> {
    let text = json.get();
    if !text.bytes().any(|byte| byte <= b' ') && !text.contains("\\u") {
        return json;
    }
    let whole = crate::model::decode::without_lone_surrogates(text.as_bytes());
    let text = str::from_utf8(&whole).unwrap_or(text);
    let (mut compact, mut is_text, mut is_escaped) = (String::new(), false, false);
    for c in text.chars() {
        if is_text || c > ' ' {
            compact.push(c);
        }
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_text,
            '"' => is_text = !is_text,
            _ => {}
        }
    }
    RawValue::from_string(compact).unwrap_or(json)
}

impl PartialEq for AdditionalProperties {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl From<Map<String, Value>> for AdditionalProperties {
    fn from(map: Map<String, Value>) -> Self {
        let mut properties = Self::new();
        for (name, value) in map {
            properties.insert(name, value);
        }
        properties
    }
}

impl Serialize for AdditionalProperties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.all())
    }
}

impl<'de> Deserialize<'de> for AdditionalProperties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<String, Box<RawValue>>::deserialize(deserializer)?;
        let mut properties = Self::new();
        for (name, json) in map {
            properties.insert_json(name, json);
        }
        Ok(properties)
    }
}

crate::model::conversions::inline_schema! { AdditionalProperties, { "type": "object", "additionalProperties": true } }

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> AdditionalProperties {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn digits_of_numbers_are_kept() {
        let json = r#"{"amount":1234567890123456.789,"id":36893488147419103232,"list":[1e400,-0]}"#;
        let properties = read(json);
        assert_eq!(serde_json::to_string(&properties).unwrap(), json);
        assert_eq!(properties.json("id"), Some("36893488147419103232"));
        assert_eq!(properties.get("missing"), None);
    }

    #[test]
    fn values_are_written_on_one_line() {
        let properties = read("{\"a\": {\r\n  \"b c\": [1,\t\"x \\\" y\\n\"]\n}}");
        assert_eq!(properties.json("a"), Some(r#"{"b c":[1,"x \" y\n"]}"#));
        assert_eq!(properties, read(r#"{"a":{"b c":[1,"x \" y\n"]}}"#));
    }

    #[test]
    fn lone_surrogates_are_replaced() {
        let properties = read(r#"{"a":"\ud83d x","b":"\ud83d\ude00"}"#);
        assert_eq!(properties.get("a"), Some("\u{fffd} x".into()));
        assert_eq!(properties.get("b"), Some("😀".into()));
    }

    #[test]
    fn a_value_that_is_replaced_is_returned() {
        let mut properties = read(r#"{"a":1}"#);
        assert_eq!(properties.insert("a".to_owned(), 2.into()), Some(1.into()));
        assert_eq!(properties.insert("b".to_owned(), 3.into()), None);
        assert_eq!(
            properties.iter().collect::<Vec<_>>(),
            [("a", "2"), ("b", "3")]
        );
    }
}
