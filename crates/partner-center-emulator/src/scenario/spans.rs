//! TOML as JSON values, with the place of each value in the text.

use std::{collections::HashMap, ops::Range};

use serde_json::{Map, Value};
use toml_edit::{Document, Item, TableLike};

use crate::scenario::error::ScenarioError;

/// Path of a value: names of fields, and positions in arrays.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Field(String),
    Position(usize),
}

/// Document with the places of its keys and elements.
pub(super) struct Spans {
    pub(super) value: Value,
    places: HashMap<Vec<Part>, Range<usize>>,
}

impl Spans {
    pub(super) fn read(text: &str) -> Result<Self, ScenarioError> {
        let document = Document::parse(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            ScenarioError::Invalid {
                position: Some(position(text, start)),
                message: format!(
                    "the scenario is not valid TOML: {}",
                    reason(error.message())
                ),
            }
        })?;
        let mut spans = Self {
            value: Value::Null,
            places: HashMap::new(),
        };
        spans.value = spans.table(document.as_table(), &mut Vec::new());
        Ok(spans)
    }

    /// Returns line and column of a value, or of the nearest one around it.
    pub(super) fn position(&self, text: &str, path: &[Part]) -> (usize, usize) {
        let mut path = path;
        let start = loop {
            match (self.places.get(path), path.split_last()) {
                (Some(place), _) => break place.start,
                (None, Some((_, parent))) => path = parent,
                (None, None) => break 0,
            }
        };
        position(text, start)
    }

    fn table(&mut self, table: &dyn TableLike, path: &mut Vec<Part>) -> Value {
        let mut map = Map::new();
        for (name, item) in table.iter() {
            path.push(Part::Field(name.to_owned()));
            let key = table.key(name).and_then(toml_edit::Key::span);
            if let Some(span) = key.or_else(|| item.span()) {
                self.places.insert(path.clone(), span);
            }
            map.insert(name.to_owned(), self.item(item, path));
            path.pop();
        }
        Value::Object(map)
    }

    fn item(&mut self, item: &Item, path: &mut Vec<Part>) -> Value {
        match item {
            Item::None => Value::Null,
            Item::Table(table) => self.table(table, path),
            Item::Value(value) => self.scalar(value, path),
            Item::ArrayOfTables(tables) => {
                let mut values = Vec::new();
                for (position, table) in tables.iter().enumerate() {
                    path.push(Part::Position(position));
                    if let Some(span) = table.span() {
                        self.places.insert(path.clone(), span);
                    }
                    values.push(self.table(table, path));
                    path.pop();
                }
                Value::Array(values)
            }
        }
    }

    fn scalar(&mut self, value: &toml_edit::Value, path: &mut Vec<Part>) -> Value {
        match value {
            toml_edit::Value::String(text) => text.value().as_str().into(),
            toml_edit::Value::Integer(integer) => (*integer.value()).into(),
            toml_edit::Value::Float(float) => (*float.value()).into(),
            toml_edit::Value::Boolean(boolean) => (*boolean.value()).into(),
            toml_edit::Value::Datetime(time) => time.value().to_string().into(),
            toml_edit::Value::InlineTable(table) => self.table(table, path),
            toml_edit::Value::Array(array) => {
                let mut values = Vec::new();
                for (position, value) in array.iter().enumerate() {
                    path.push(Part::Position(position));
                    if let Some(span) = value.span() {
                        self.places.insert(path.clone(), span);
                    }
                    values.push(self.scalar(value, path));
                    path.pop();
                }
                Value::Array(values)
            }
        }
    }
}

/// Returns the beginning of the parser's reason in one line.
fn reason(message: &str) -> String {
    let is_control = |character: char| character.is_control();
    message
        .replace(is_control, " ")
        .trim()
        .chars()
        .take(200)
        .collect()
}

/// Returns line and column of a byte, both from 1.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let mut start = byte.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    (line, last_line.chars().count() + 1)
}
