//! YAML: a sequence with one mapping per row. Keys and values are those of JSON, whose scalars,
//! lists and objects are YAML too.

use std::borrow::Cow;
use std::io::{self, Write};

use partner_center::Row;
use serde_json::value::RawValue;

use super::Columns;
use super::json;
use super::members::Members;
use crate::printable::is_hidden;

/// Maximum length of a key before its colon: YAML limits it to 1024 characters.
const MAX_KEY: usize = 900;

/// Keys that need no quotes: YAML would read other words as `true`, `null` or a number.
const RESERVED: [&str; 11] = [
    "false", "inf", "n", "nan", "no", "null", "off", "on", "true", "y", "yes",
];

/// Writes rows, of which the first has this number.
pub(super) fn items(
    rows: &[&dyn Row],
    number: u64,
    columns: &mut Columns,
    keys: &mut json::Keys,
    indent: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (mut object, mut cells, mut text) = (Vec::new(), Vec::new(), String::new());
    for (row, number) in rows.iter().copied().zip(number..) {
        object.clear();
        json::object(row, number, columns, keys, &mut cells, &mut object)?;
        text.clear();
        item(&String::from_utf8_lossy(&object), indent, &mut text)?;
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Appends a JSON object as an item of a sequence.
fn item(object: &str, indent: usize, text: &mut String) -> serde_json::Result<()> {
    let Members(members) = serde_json::from_str(object)?;
    let spaces = " ".repeat(indent);
    if members.is_empty() {
        text.push_str(&format!("{spaces}- {{}}\n"));
    }
    for (index, (name, value)) in members.iter().enumerate() {
        let dash = if index == 0 { "- " } else { "  " };
        text.push_str(&spaces);
        text.push_str(dash);
        let name = key(name)?;
        if name.len() >= MAX_KEY {
            text.push_str(&format!("? {name}\n{spaces}  : "));
        } else {
            text.push_str(&name);
            text.push_str(": ");
        }
        text.push_str(&scalar(RawValue::get(value))?);
        text.push('\n');
    }
    Ok(())
}

/// Returns a text as a double-quoted scalar.
pub(super) fn quoted(text: &str) -> serde_json::Result<String> {
    let json = serde_json::to_string(text)?;
    let mut quoted = String::with_capacity(json.len());
    for c in json.chars() {
        match is_printable(c) {
            true => quoted.push(c),
            false => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    Ok(quoted)
}

/// Returns whether a character can be in a scalar without an escape, and is visible.
fn is_printable(c: char) -> bool {
    !c.is_control() && !is_hidden(c) && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Returns a key, in quotes where needed.
fn key(name: &str) -> serde_json::Result<Cow<'_, str>> {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match is_word && !RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        true => Ok(Cow::Borrowed(name)),
        false => quoted(name).map(Cow::Owned),
    }
}

/// Returns a JSON value as YAML on one line. YAML has neither the escaped surrogate pairs nor the
/// escaped slashes that JSON of the service may have, and no control characters.
fn scalar(json: &str) -> serde_json::Result<Cow<'_, str>> {
    if !json.contains("\\u") && !json.contains("\\/") && json.chars().all(is_printable) {
        return Ok(Cow::Borrowed(json));
    }
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    loop {
        let (before, string) = rest.split_at(rest.find('"').unwrap_or(rest.len()));
        // Line breaks between the values of the service would end the scalar.
        text.extend(before.chars().filter(|c| !c.is_whitespace()));
        if string.is_empty() {
            return Ok(Cow::Owned(text));
        }
        let (string, after) = string.split_at(end_of_string(string));
        // A lone surrogate is not a character: its escape is written as text.
        let read: Cow<'_, str> = match serde_json::from_str(string) {
            Ok(read) => Cow::Owned(read),
            Err(_) => Cow::Borrowed(string.trim_matches('"')),
        };
        text.push_str(&quoted(&read)?);
        rest = after;
    }
}

/// Returns the length of the string at the start of a JSON text, including both quotes.
fn end_of_string(json: &str) -> usize {
    let mut is_escaped = false;
    for (index, c) in json.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_one_line_without_control_characters() {
        let long = "k".repeat(MAX_KEY);
        let object = format!(
            "{{\"a\":\"x: #y\\n\\u001b\",\"no\":1.50,\"new\\\"\":{{\"b\": [1,\n\
             \"\\ud83d\\ude00\\/\",\"\\ud800\"]}},\"{long}\":null,\"1\":\"\\u0085\u{2028}\u{ffff}\"}}"
        );
        let mut text = String::new();
        item(&object, 2, &mut text).unwrap();
        item("{}", 0, &mut text).unwrap();
        let expected = format!(
            "  - a: \"x: #y\\n\\u001b\"\n    \"no\": 1.50\n    \"new\\\"\": \
             {{\"b\":[1,\"😀/\",\"\\\\ud800\"]}}\n    ? {long}\n    : null\n    \"1\": \
             \"\\u0085\\u2028\\uffff\"\n- {{}}\n"
        );
        assert_eq!(text, expected);
    }
}
