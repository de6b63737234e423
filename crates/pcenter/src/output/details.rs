//! Table of a single row: one line per value.

use std::io::{self, Write};

use partner_center::{FieldValue, Row};
use serde_json::value::RawValue;

use super::cells::{MAX_DEPTH, json_text};
use super::members::Members;
use super::table::{Look, write_values};
use crate::printable::printable;

/// Metadata properties of every resource, which the table omits.
const LEFT_OUT: [&str; 2] = ["attributes", "links"];

/// Names and values of a row.
type Lines = Vec<(String, String)>;

/// Writes each row as lines of names and values, with an empty line between rows. `first`: whether
/// no row precedes these rows.
pub(super) fn write(
    rows: &[&dyn Row],
    mut first: bool,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    for row in rows.iter().copied() {
        if !std::mem::take(&mut first) {
            writeln!(out)?;
        }
        let mut lines = Vec::new();
        flatten("", row, 0, &mut lines)?;
        let values: Vec<_> = lines
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        write_values(&values, look, out)?;
    }
    Ok(())
}

/// Collects the values of an object and its nested objects, with dotted names, in their order.
/// Omits `null`.
fn flatten(prefix: &str, object: &dyn Row, depth: usize, lines: &mut Lines) -> io::Result<()> {
    let mut buffer = Vec::new();
    for (position, name) in object.names().iter().enumerate() {
        let value = object.value(position);
        if value.is_null() || LEFT_OUT.contains(name) {
            continue;
        }
        let name = format!("{prefix}{name}");
        match value {
            FieldValue::Object(part) if depth < MAX_DEPTH => {
                flatten(&format!("{name}."), part, depth + 1, lines)?;
            }
            FieldValue::Json(value) => {
                buffer.clear();
                value.write_json(&mut buffer)?;
                flatten_json(&name, &String::from_utf8_lossy(&buffer), depth, lines)?;
            }
            value => lines.push((printable(&name), printable(value.text(&mut buffer)?))),
        }
    }
    for (name, json) in object.additional().iter() {
        if !LEFT_OUT.contains(&name) {
            flatten_json(&format!("{prefix}{name}"), json, depth, lines)?;
        }
    }
    Ok(())
}

/// Collects a value that is JSON text, or the values of its nested objects.
fn flatten_json(name: &str, json: &str, depth: usize, lines: &mut Lines) -> io::Result<()> {
    if json.starts_with('{') && depth < MAX_DEPTH {
        let Members(members) = serde_json::from_str(json)?;
        for (part, value) in &members {
            if !LEFT_OUT.contains(&&**part) {
                let name = format!("{name}.{part}");
                flatten_json(&name, RawValue::get(value), depth + 1, lines)?;
            }
        }
    } else if json != "null" {
        let mut buffer = Vec::new();
        lines.push((printable(name), printable(json_text(json, &mut buffer))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use partner_center::types::Customer;

    use super::*;

    #[test]
    fn names_nested_values_with_dots_and_escapes_control_characters() {
        let row = r#"{"id":"1","companyProfile":{"domain":"d","z":{"n":null,"m":2},"links":{}},"z":1.50,"a":{"b":{"c":"x\u001b[1m"},"none":null,"links":{"self":1}},"list":["y"],"links":{"self":{"uri":"/"}}}"#;
        let row: Customer = serde_json::from_str(row).unwrap();
        let mut out = Vec::new();
        write(&[&row], true, Look::default(), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "id                     1\n\
             companyProfile.domain  d\n\
             companyProfile.z.m     2\n\
             a.b.c                  x\\u{1b}[1m\n\
             list                   [\"y\"]\n\
             z                      1.50\n"
        );
    }
}
