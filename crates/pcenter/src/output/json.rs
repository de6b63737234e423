//! JSON: rows with all documented keys and unknown properties, values digit by digit as sent, or
//! only the requested columns.

use std::io::{self, Write};

use partner_center::{Field, FieldValue, Row};

use super::Columns;
use super::cells::Cell;
use crate::printable::is_hidden;

/// Format of JSON rows.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// Properties that every row has.
    fields: Vec<Field>,
    /// Whether characters that control a terminal are escaped.
    terminal: bool,
    /// Keys of a row; `None` until the first row.
    object: Option<ObjectKeys>,
}

impl Keys {
    pub(super) fn new(fields: Vec<Field>, terminal: bool) -> Self {
        Self {
            fields,
            terminal,
            object: None,
        }
    }
}

/// Keys of an object, matched to the fields of its type once for all rows.
#[derive(Clone, Debug)]
struct ObjectKeys {
    /// Documented keys that every object has.
    keys: Vec<Key>,
    /// Positions and keys of the other fields, which are written if they have a value.
    others: Vec<(usize, String)>,
}

#[derive(Clone, Debug)]
struct Key {
    /// Quoted name and its colon.
    name: String,
    /// Position of the field in the type.
    position: Option<usize>,
    members: &'static [Field],
    /// Keys of the nested object; `None` until a row has one.
    object: Option<Box<ObjectKeys>>,
}

/// Writes the start of the array.
pub(super) fn open(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")
}

/// Writes one array element per line.
pub(super) fn elements(
    rows: &[&dyn Row],
    number: u64,
    columns: &mut Columns,
    keys: &mut Keys,
    mut first: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (mut text, mut cells) = (Vec::new(), Vec::new());
    for (row, number) in rows.iter().copied().zip(number..) {
        text.clear();
        text.extend_from_slice(if first { b"\n  " } else { b",\n  " });
        object(row, number, columns, keys, &mut cells, &mut text)?;
        out.write_all(&text)?;
        first = false;
    }
    Ok(())
}

/// Writes the end of the array.
pub(super) fn close(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n]")
}

/// Writes one object per line.
pub(super) fn lines(
    rows: &[&dyn Row],
    number: u64,
    columns: &mut Columns,
    keys: &mut Keys,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (mut text, mut cells) = (Vec::new(), Vec::new());
    for (row, number) in rows.iter().copied().zip(number..) {
        text.clear();
        object(row, number, columns, keys, &mut cells, &mut text)?;
        text.push(b'\n');
        out.write_all(&text)?;
    }
    Ok(())
}

/// Writes the row, or only the columns of `--columns`, with `null` for missing values.
pub(super) fn object<'row>(
    row: &'row dyn Row,
    number: u64,
    columns: &mut Columns,
    keys: &mut Keys,
    cells: &mut Vec<Cell<'row>>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let start = out.len();
    if columns.typed {
        columns.cells(row, number, cells)?;
        out.push(b'{');
        for (index, (column, cell)) in columns.columns.iter().zip(cells).enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(quoted(&column.name)?.as_bytes());
            cell.write_json(out)?;
        }
        out.push(b'}');
    } else {
        let object = match &mut keys.object {
            Some(object) => object,
            None => keys.object.insert(ObjectKeys::new(&keys.fields, row)?),
        };
        object.write(row, out)?;
    }
    if keys.terminal
        && let Ok(json) = str::from_utf8(&out[start..])
    {
        let visible = visible(json);
        out.truncate(start);
        out.extend_from_slice(visible.as_bytes());
    }
    Ok(())
}

impl ObjectKeys {
    /// Matches the documented fields to those of the type of `object`.
    fn new(fields: &[Field], object: &dyn Row) -> serde_json::Result<Self> {
        let names = || object.names().iter().enumerate();
        let keys = fields.iter().map(|field| {
            Ok(Key {
                name: quoted(field.name)?,
                position: names().find_map(|(at, name)| (*name == field.name).then_some(at)),
                members: field.members,
                object: None,
            })
        });
        let others = names().filter(|(_, name)| fields.iter().all(|field| field.name != **name));
        let others = others.map(|(position, name)| Ok((position, quoted(name)?)));
        Ok(Self {
            keys: keys.collect::<serde_json::Result<_>>()?,
            others: others.collect::<serde_json::Result<_>>()?,
        })
    }

    /// Writes an object with all documented properties in their order, `null` for missing ones,
    /// followed by the other properties. All rows of a report thus have the same documented keys.
    fn write(&mut self, object: &dyn Row, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let mut separator = b'{';
        for key in &mut self.keys {
            out.push(separator);
            separator = b',';
            out.extend_from_slice(key.name.as_bytes());
            let value = key.position.map_or(FieldValue::Null, |at| object.value(at));
            match value {
                FieldValue::Object(part) if !key.members.is_empty() => {
                    let keys = match &mut key.object {
                        Some(keys) => keys,
                        None => key.object.insert(Box::new(Self::new(key.members, part)?)),
                    };
                    keys.write(part, out)?;
                }
                value => value.write_json(out)?,
            }
        }
        for (position, name) in &self.others {
            let value = object.value(*position);
            if !value.is_null() {
                out.push(separator);
                separator = b',';
                out.extend_from_slice(name.as_bytes());
                value.write_json(out)?;
            }
        }
        for (name, json) in object.additional().iter() {
            out.push(separator);
            separator = b',';
            out.extend_from_slice(quoted(name)?.as_bytes());
            out.extend_from_slice(json.as_bytes());
        }
        if separator == b'{' {
            out.push(b'{');
        }
        out.push(b'}');
        Ok(())
    }
}

/// Returns a name in quotes, with its colon.
fn quoted(name: &str) -> serde_json::Result<String> {
    let mut quoted = serde_json::to_string(name)?;
    quoted.push(':');
    Ok(quoted)
}

/// Escapes characters that control a terminal. JSON already escapes characters below U+0020; the
/// others can only occur within strings, where an escape keeps the value.
pub(crate) fn visible(json: &str) -> String {
    let mut visible = String::with_capacity(json.len());
    for c in json.chars() {
        match c.is_control() || is_hidden(c) {
            true => visible.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => visible.push(c),
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use partner_center::Operation;
    use partner_center::types::SubscribedSku;

    use super::super::members::Members;
    use super::*;

    #[test]
    fn escapes_control_characters_without_changing_values() {
        let text = "a\u{1b}[31m\u{9b}31m\u{7f}\u{202e}\u{feff}ü日";
        let json = serde_json::to_string(text).unwrap();
        let shown = visible(&json);
        assert!(
            !shown.contains(|c: char| c.is_control() || is_hidden(c)),
            "{shown}"
        );
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }

    fn complete(fields: &[Field], row: &str) -> String {
        let row: SubscribedSku = serde_json::from_str(row).unwrap();
        let mut out = Vec::new();
        let mut keys = ObjectKeys::new(fields, &row).unwrap();
        keys.write(&row, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn keys(json: &str) -> Vec<String> {
        let Members(members) = serde_json::from_str(json).unwrap();
        let names = members.into_iter().map(|(name, _)| name.into_owned());
        names.collect()
    }

    #[test]
    fn writes_all_documented_properties_before_unknown_ones() {
        let fields = Operation::find("subscribed_skus").unwrap().fields;
        let documented: Vec<_> = fields.iter().map(|field| field.name).collect();
        let counts = "\"availableUnits\":1,\"activeUnits\":1,\"consumedUnits\":1,\"suspendedUnits\":1,\"totalUnits\":1";
        // Also in another order, and within nested objects.
        let row = complete(
            fields,
            &format!(
                r#"{{"new\u0022":1e2,"warningUnits":3,"productSku":{{"x":0,"name":"N"}},{counts}}}"#
            ),
        );
        let expected = [&documented[..], &["new\""]].concat();
        assert_eq!(keys(&row), expected);
        assert!(row.ends_with(r#","new\"":1e2}"#), "{row}");
        assert!(row.contains(r#""activeUnits":1,"#) && row.contains(r#""warningUnits":3,"#));
        assert!(row.contains(r#""servicePlans":null"#), "{row}");
        let sku = r#""productSku":{"id":null,"name":"N","skuPartNumber":null,"#;
        assert!(row.contains(sku), "{row}");
        assert!(row.contains(r#","x":0}"#), "{row}");

        // Grouped rows have few documented keys; other values are kept.
        let few = &fields[..1];
        let row = complete(few, &format!(r#"{{"warningUnits":3,"z":1,{counts}}}"#));
        let first = keys(&row);
        assert_eq!(first.first().map(String::as_str), Some(few[0].name));
        assert_eq!(first.last().map(String::as_str), Some("z"));
        assert!(first.contains(&"warningUnits".to_owned()), "{row}");
        assert!(!first.contains(&"servicePlans".to_owned()), "{row}");
    }
}
