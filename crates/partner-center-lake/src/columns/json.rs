//! Values of undocumented properties, from their JSON text.

use std::borrow::Cow;
use std::fmt;

use partner_center_core::{FieldValue, Timestamp};
use serde::de::{Deserializer, Error, Visitor};

use super::values::Values;
use super::{Writer, append_lower_case, new_values};
use crate::{Kind, LakeError};

impl Writer {
    /// Adds an undocumented property. `path` is that of its object, followed by a dot.
    pub(super) fn additional(
        &mut self,
        path: &str,
        name: &str,
        json: &str,
    ) -> Result<(), LakeError> {
        if json == "null" {
            return Ok(());
        }
        match path.is_empty() {
            true => self.undocumented(name, json),
            false => self.undocumented(&format!("{path}{name}"), json),
        }
    }

    /// Adds the value of a field that the catalog does not have.
    pub(super) fn other(&mut self, value: FieldValue<'_>, path: &str) -> Result<(), LakeError> {
        if value.is_null() {
            return Ok(());
        }
        let mut json = Vec::new();
        value.write_json(&mut json).map_err(LakeError::writing)?;
        self.undocumented(path, &String::from_utf8_lossy(&json))
    }

    fn undocumented(&mut self, path: &str, json: &str) -> Result<(), LakeError> {
        let known = self.discovered.get(path).copied();
        let column = match known {
            Some(column) => column,
            None => {
                let kind = kind_of(json);
                let column = self.schema.discover(path, kind)?;
                if column == Some(self.values.len()) {
                    self.values.push(new_values(kind));
                }
                self.discovered.insert(path.to_owned(), column);
                column
            }
        };
        match column {
            Some(column) => self.json(column, json, path),
            None => Ok(()),
        }
    }

    /// Adds a value from its JSON text.
    pub(super) fn json(&mut self, column: usize, json: &str, path: &str) -> Result<(), LakeError> {
        let Some((kind, values)) = self.place(column) else {
            return self.set_aside(path, json.as_bytes());
        };
        let is_text = json.starts_with('"');
        let is_boolean = matches!(json, "true" | "false");
        match values {
            Values::Text(texts) if kind == Kind::Json => match json.as_bytes().first() {
                Some(b'{' | b'[') => texts.append_value(json),
                _ => return Err(self.changed(column, describe(json))),
            },
            Values::Text(texts) if is_text => {
                let text = text(json)?;
                match kind {
                    Kind::Guid => append_lower_case(texts, &text),
                    _ => texts.append_value(text),
                }
            }
            Values::Boolean(values) if is_boolean => values.append_value(json == "true"),
            Values::Count(counts) => match json.parse() {
                Ok(count) => counts.append_value(count),
                Err(_) => return Err(self.changed(column, describe(json))),
            },
            // A number may be sent as text (T45); text of spaces is a missing value.
            Values::Number(numbers) if is_text => {
                let text = text(json)?;
                match text.trim() {
                    "" => numbers.append_null(),
                    text => return self.number(column, text.strip_prefix('+').unwrap_or(text)),
                }
            }
            Values::Number(_) if !is_boolean => {
                return match json.as_bytes().first() {
                    Some(b'{' | b'[') => Err(self.changed(column, describe(json))),
                    _ => self.number(column, json),
                };
            }
            Values::Timestamp(_) if is_text => {
                let moment: Result<Timestamp, _> = serde_json::from_str(json);
                return match moment {
                    Ok(moment) => self.moment(column, &moment),
                    Err(_) => Err(self.changed(column, "text")),
                };
            }
            _ => return Err(self.changed(column, describe(json))),
        }
        Ok(())
    }
}

/// Returns the kind of the column for a JSON value.
fn kind_of(json: &str) -> Kind {
    match json.as_bytes().first() {
        Some(b'"') => Kind::Text,
        Some(b'{' | b'[') => Kind::Json,
        Some(b't' | b'f') => Kind::Boolean,
        _ => Kind::Number,
    }
}

/// Returns the type of a JSON value, for an error.
fn describe(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'"') => "text",
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}

/// Returns the text of a JSON string.
fn text(json: &str) -> Result<Cow<'_, str>, LakeError> {
    struct TextVisitor;

    impl<'de> Visitor<'de> for TextVisitor {
        type Value = Cow<'de, str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }

        fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Cow::Borrowed(text))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Cow::Owned(text.to_owned()))
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer
        .deserialize_str(TextVisitor)
        .map_err(LakeError::reading)
}
