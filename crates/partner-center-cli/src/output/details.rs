//! One row for a person: a line for each of its values.

use std::io::{self, Write};

use super::columns::text;
use super::members::Members;
use crate::printable::printable;

/// What every resource has, and no person reads.
const LEFT_OUT: [&str; 2] = ["attributes", "links"];

pub(super) fn write(rows: &[String], colour: bool, out: &mut dyn Write) -> io::Result<()> {
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let mut lines = Vec::new();
        flatten("", serde_json::from_str(row)?, &mut lines)?;
        let width = lines.iter().map(|(name, _)| name.chars().count()).max();
        for (name, value) in lines {
            let padding = width.unwrap_or(0) - name.chars().count();
            let blanks = " ".repeat(padding);
            match colour {
                true => writeln!(out, "\u{1b}[1m{name}\u{1b}[0m{blanks}  {value}")?,
                false => writeln!(out, "{name}{blanks}  {value}")?,
            }
        }
    }
    Ok(())
}

/// Values that are no objects, with dotted names, in the order of the wire.
fn flatten(
    prefix: &str,
    Members(members): Members<'_>,
    lines: &mut Vec<(String, String)>,
) -> serde_json::Result<()> {
    for (name, value) in members {
        if LEFT_OUT.contains(&&*name) {
            continue;
        }
        let name = format!("{prefix}{name}");
        if value.get().starts_with('{') {
            let members = serde_json::from_str(value.get())?;
            flatten(&format!("{name}."), members, lines)?;
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
    fn values_are_named_by_their_place_and_cannot_steer_a_terminal() {
        let row = r#"{"z":1.50,"a":{"b":{"c":"x\u001b[1m"},"none":null,"links":{"self":1}},"list":["y"]}"#;
        let mut out = Vec::new();
        write(&[row.to_owned()], false, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "z      1.50\na.b.c  x\\u{1b}[1m\nlist   [\"y\"]\n"
        );
    }
}
