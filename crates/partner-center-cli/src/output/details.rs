//! Table of a single row: one line per value.

use std::io::{self, Write};

use super::columns::{DEEPEST, text};
use super::members::Members;
use crate::printable::printable;

/// Metadata properties of every resource, which the table omits.
const LEFT_OUT: [&str; 2] = ["attributes", "links"];

/// Writes each row as lines of names and values, with an empty line between rows.
pub(super) fn write(rows: &[String], colour: bool, out: &mut dyn Write) -> io::Result<()> {
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let mut lines = Vec::new();
        flatten("", serde_json::from_str(row)?, 0, &mut lines)?;
        let width = lines.iter().map(|(name, _)| name.chars().count()).max();
        for (name, value) in lines {
            let padding = width.unwrap_or(0) - name.chars().count();
            let spaces = " ".repeat(padding);
            match colour {
                true => writeln!(out, "\u{1b}[1m{name}\u{1b}[0m{spaces}  {value}")?,
                false => writeln!(out, "{name}{spaces}  {value}")?,
            }
        }
    }
    Ok(())
}

/// Collects the values of an object and its nested objects, with dotted names, in their order.
/// Omits `null`.
fn flatten(
    prefix: &str,
    Members(members): Members<'_>,
    depth: usize,
    lines: &mut Vec<(String, String)>,
) -> serde_json::Result<()> {
    for (name, value) in members {
        if LEFT_OUT.contains(&&*name) {
            continue;
        }
        let name = format!("{prefix}{name}");
        if value.get().starts_with('{') && depth < DEEPEST {
            let members = serde_json::from_str(value.get())?;
            flatten(&format!("{name}."), members, depth + 1, lines)?;
        } else if value.get() != "null" {
            lines.push((printable(&name), printable(&text(Some(value)))));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_nested_values_with_dots_and_escapes_control_characters() {
        let row = r#"{"z":1.50,"a":{"b":{"c":"x\u001b[1m"},"none":null,"links":{"self":1}},"list":["y"]}"#;
        let mut out = Vec::new();
        write(&[row.to_owned()], false, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "z      1.50\na.b.c  x\\u{1b}[1m\nlist   [\"y\"]\n"
        );
    }
}
