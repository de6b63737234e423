//! Members of JSON objects, in their order and with their unchanged text.

use std::borrow::Cow;
use std::fmt;

use partner_center::Field;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Members of an object: names and raw values.
pub(super) struct Members<'row>(pub(super) Vec<(Cow<'row, str>, &'row RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::with_capacity(32);
                while let Some((Name(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Name that is borrowed unless it has escapes. `Cow<str>` itself always copies when deserialized.
struct Name<'row>(Cow<'row, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

/// Writes an object with all documented properties in their order, `null` for missing ones,
/// followed by undocumented properties. All rows of a report thus have the same documented keys.
pub(super) fn write_complete(
    row: &str,
    fields: &[Field],
    out: &mut String,
) -> serde_json::Result<()> {
    let Members(members) = serde_json::from_str(row)?;
    out.push('{');
    let mut separator = "";
    // Fast path: rows usually have their properties in the order of the fields.
    let mut next = 0;
    for field in fields {
        let here = members.get(next).filter(|(name, _)| *name == field.name);
        let value = match here {
            Some((_, value)) => {
                next += 1;
                Some(value)
            }
            None => {
                let mut others = members.iter();
                let found = others.find(|(name, _)| *name == field.name);
                found.map(|(_, value)| value)
            }
        };
        out.push_str(separator);
        separator = ",";
        write_name(field.name, out)?;
        match value.map(|value| value.get()) {
            Some(object) if object.starts_with('{') && !field.members.is_empty() => {
                write_complete(object, field.members, out)?;
            }
            Some(value) => out.push_str(value),
            None => out.push_str("null"),
        }
    }
    for (name, value) in members.iter().skip(next) {
        if !fields.iter().any(|field| *name == field.name) {
            out.push_str(separator);
            separator = ",";
            write_name(name, out)?;
            out.push_str(value.get());
        }
    }
    out.push('}');
    Ok(())
}

/// Writes a name and its colon.
pub(super) fn write_name(name: &str, out: &mut String) -> serde_json::Result<()> {
    out.push_str(&serde_json::to_string(name)?);
    out.push(':');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_all_documented_properties_before_unknown_ones() {
        let fields = partner_center::Operation::find("subscribed_skus").unwrap();
        let complete = |row: &str| {
            let mut out = String::new();
            write_complete(row, fields.fields, &mut out).unwrap();
            out
        };
        let keys = |row: &str| {
            let Members(members) = serde_json::from_str(row).unwrap();
            members
                .iter()
                .map(|(name, _)| name.clone().into_owned())
                .collect::<Vec<_>>()
        };
        let empty = complete("{}");
        let documented: Vec<_> = fields.fields.iter().map(|field| field.name).collect();
        assert_eq!(keys(&empty), documented);
        // Also in another order, and within nested objects.
        let row =
            r#"{"new\u0022":1e2,"warningUnits":3,"productSku":{"x":0,"name":"N"},"activeUnits":1}"#;
        let row = complete(row);
        let expected = [&documented[..], &["new\""]].concat();
        assert_eq!(keys(&row), expected);
        assert!(row.ends_with(r#","new\"":1e2}"#), "{row}");
        assert!(row.contains(r#""activeUnits":1,"#) && row.contains(r#""warningUnits":3,"#));
        let sku = r#""productSku":{"id":null,"name":"N","skuPartNumber":null,"#;
        assert!(row.contains(sku), "{row}");
        assert!(row.contains(r#","x":0}"#), "{row}");
    }
}
