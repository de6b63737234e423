//! Cells of a row: the values for the columns, taken from the fields of the row and from the JSON
//! text of its unknown properties.

use std::borrow::Cow;
use std::io;

use partner_center::{FieldValue, Row};
use serde_json::value::RawValue;

use super::columns::{Columns, Others};
use super::members::Members;

/// Maximum number of levels of objects whose parts have separate columns; documented rows have
/// three. Deeper objects are JSON text: each level of an unknown object is parsed once more, which
/// is quadratic.
pub(super) const MAX_DEPTH: usize = 8;

/// Value of a row for one column.
#[derive(Clone, Debug)]
pub(super) enum Cell<'row> {
    /// The row has no such property.
    Missing,
    /// Value of a documented field.
    Value(FieldValue<'row>),
    /// JSON text of an unknown property or of a part of it.
    Json(Cow<'row, str>),
}

impl Cell<'_> {
    /// Returns whether the value is text in JSON.
    pub(super) fn is_text(&self) -> bool {
        match self {
            Self::Missing => false,
            Self::Value(value) => {
                matches!(value, FieldValue::Text(_) | FieldValue::Timestamp(_))
            }
            Self::Json(json) => json.starts_with('"'),
        }
    }

    /// Returns the value as the text of a cell: empty without a value, JSON for objects and
    /// lists. Text that is not in the row itself is written into `buffer`.
    pub(super) fn text<'text>(&'text self, buffer: &'text mut Vec<u8>) -> io::Result<&'text str> {
        match self {
            Self::Missing => Ok(""),
            Self::Value(value) => Ok(value.text(buffer)?),
            Self::Json(json) => Ok(json_text(json, buffer)),
        }
    }

    pub(super) fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::Missing => out.extend_from_slice(b"null"),
            Self::Value(value) => value.write_json(out)?,
            Self::Json(json) => out.extend_from_slice(json.as_bytes()),
        }
        Ok(())
    }

    fn is_null(&self) -> bool {
        match self {
            Self::Missing => true,
            Self::Value(value) => value.is_null(),
            Self::Json(json) => json == "null",
        }
    }

    /// Returns whether two values have the same JSON text.
    fn is_same(&self, other: &Self) -> serde_json::Result<bool> {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        self.write_json(&mut one)?;
        other.write_json(&mut two)?;
        Ok(one == two)
    }
}

/// Returns a JSON value as the text of a cell.
pub(super) fn json_text<'text>(json: &'text str, buffer: &'text mut Vec<u8>) -> &'text str {
    if json == "null" {
        return "";
    }
    let Some(text) = json.strip_prefix('"') else {
        return json;
    };
    if !text.contains('\\') {
        return text.strip_suffix('"').unwrap_or(text);
    }
    match serde_json::from_str::<String>(json) {
        Ok(text) => {
            *buffer = text.into_bytes();
            str::from_utf8(buffer).unwrap_or(json)
        }
        Err(_) => json,
    }
}

/// Columns of the fields of an object, found once for all rows.
#[derive(Clone, Debug)]
pub(super) struct ObjectColumns(Vec<FieldColumn>);

#[derive(Clone, Debug)]
struct FieldColumn {
    /// Dotted name of the field.
    path: String,
    column: Option<usize>,
    /// Whether there are columns for parts of the field.
    has_parts: bool,
    /// Columns of the parts; `None` until a row has an object here.
    parts: Option<ObjectColumns>,
}

/// Position of the object whose members are placed.
#[derive(Clone, Copy)]
struct Place<'place> {
    /// Dotted name of the object with a dot, or empty for the row.
    prefix: &'place str,
    depth: usize,
    /// Number of the row, counted from 1.
    number: u64,
}

impl Columns {
    /// Replaces `cells` with those of a row, in the order of the columns. `number` is that of the
    /// row, counted from 1.
    pub(super) fn cells<'row>(
        &mut self,
        row: &'row dyn Row,
        number: u64,
        cells: &mut Vec<Cell<'row>>,
    ) -> io::Result<()> {
        let count = self.columns.len();
        cells.clear();
        cells.resize(count, Cell::Missing);
        let place = Place {
            prefix: "",
            depth: 0,
            number,
        };
        let mut found = match self.row_columns.take() {
            Some(found) => found,
            None => self.object_columns("", row),
        };
        self.place_fields(&mut found, row, place, cells)?;
        // A field may belong to a column that this row has added.
        if self.columns.len() == count {
            self.row_columns = Some(found);
        }
        Ok(())
    }

    /// Finds the columns of the fields of an object.
    fn object_columns(&self, prefix: &str, object: &dyn Row) -> ObjectColumns {
        let fields = object.names().iter().map(|name| {
            let path = format!("{prefix}{name}");
            FieldColumn {
                column: self.find(&path, 0),
                has_parts: self.has_parts(&path),
                parts: None,
                path,
            }
        });
        ObjectColumns(fields.collect())
    }

    /// Places the fields and unknown properties of an object.
    fn place_fields<'row>(
        &mut self,
        found: &mut ObjectColumns,
        object: &'row dyn Row,
        place: Place<'_>,
        cells: &mut Vec<Cell<'row>>,
    ) -> serde_json::Result<()> {
        let every_value = !matches!(self.others, Others::LeftOut);
        for (position, field) in found.0.iter_mut().enumerate() {
            let expand = field.has_parts || (every_value && field.column.is_none());
            if field.column.is_none() && !expand {
                continue;
            }
            let value = object.value(position);
            if value.is_null() {
                continue;
            }
            if let Some(column) = field.column {
                self.put(column, &field.path, Cell::Value(value), place.number, cells)?;
            }
            if expand && place.depth < MAX_DEPTH && self.place_parts(field, value, place, cells)? {
                continue;
            }
            if field.column.is_none() {
                self.other(&field.path, Cell::Value(value), place.number, cells);
            }
        }
        let mut next = 0;
        for (name, json) in object.additional().iter() {
            self.place_json(name, json, place, &Cow::Borrowed, &mut next, cells)?;
        }
        Ok(())
    }

    /// Places the parts of a field. Returns `false` for a field without parts.
    fn place_parts<'row>(
        &mut self,
        field: &mut FieldColumn,
        value: FieldValue<'row>,
        place: Place<'_>,
        cells: &mut Vec<Cell<'row>>,
    ) -> serde_json::Result<bool> {
        let prefix = format!("{}.", field.path);
        let parts = Place {
            prefix: &prefix,
            depth: place.depth + 1,
            ..place
        };
        match value {
            FieldValue::Object(object) if field.has_parts || has_values(object) => {
                let found = field
                    .parts
                    .get_or_insert_with(|| self.object_columns(&prefix, object));
                self.place_fields(found, object, parts, cells)?;
                Ok(true)
            }
            FieldValue::Json(map) => {
                let mut json = Vec::new();
                map.write_json(&mut json)?;
                let json = String::from_utf8(json).unwrap_or_default();
                if !json.starts_with('{') {
                    return Ok(false);
                }
                let keep = |part: &str| Cow::Owned(part.to_owned());
                self.place_members(&json, field.has_parts, parts, &keep, cells)
            }
            _ => Ok(false),
        }
    }

    /// Places the members of an object that is JSON text. Returns `false` for an object without
    /// members, unless there are columns for its parts.
    fn place_members<'text, 'row>(
        &mut self,
        object: &'text str,
        has_parts: bool,
        place: Place<'_>,
        keep: &dyn Fn(&'text str) -> Cow<'row, str>,
        cells: &mut Vec<Cell<'row>>,
    ) -> serde_json::Result<bool> {
        let Members(members) = serde_json::from_str(object)?;
        let mut next = 0;
        for (name, value) in &members {
            self.place_json(name, RawValue::get(value), place, keep, &mut next, cells)?;
        }
        Ok(has_parts || !members.is_empty())
    }

    /// Places a member of an object that is JSON text. `keep` makes the text of a cell; `next` is
    /// the column after that of the previous member, which is likely to be the right one.
    fn place_json<'text, 'row>(
        &mut self,
        name: &str,
        json: &'text str,
        place: Place<'_>,
        keep: &dyn Fn(&'text str) -> Cow<'row, str>,
        next: &mut usize,
        cells: &mut Vec<Cell<'row>>,
    ) -> serde_json::Result<()> {
        let path = match place.prefix {
            "" => Cow::Borrowed(name),
            prefix => Cow::Owned(format!("{prefix}{name}")),
        };
        let column = self.find(&path, *next);
        if let Some(column) = column {
            *next = column + 1;
            self.put(column, &path, Cell::Json(keep(json)), place.number, cells)?;
        }
        let every_value = !matches!(self.others, Others::LeftOut);
        if json.starts_with('{') && place.depth < MAX_DEPTH {
            let has_parts = self.has_parts(&path);
            if has_parts || (every_value && column.is_none()) {
                let parts = Place {
                    prefix: &format!("{path}."),
                    depth: place.depth + 1,
                    ..place
                };
                if self.place_members(json, has_parts, parts, keep, cells)? {
                    return Ok(());
                }
            }
        }
        if column.is_none() && !(json == "null" && self.has_parts(&path)) {
            self.other(&path, Cell::Json(keep(json)), place.number, cells);
        }
        Ok(())
    }

    /// Puts a value into the cell of its column.
    fn put<'row>(
        &mut self,
        index: usize,
        path: &str,
        value: Cell<'row>,
        number: u64,
        cells: &mut [Cell<'row>],
    ) -> serde_json::Result<()> {
        let (Some(cell), Some(column)) = (cells.get_mut(index), self.columns.get_mut(index)) else {
            return Ok(());
        };
        column.seen = true;
        if matches!(cell, Cell::Missing) {
            *cell = value;
            return Ok(());
        }
        if !cell.is_same(&value)? {
            // The exact name takes precedence over the name in another case.
            if column.name == path {
                *cell = value;
            }
            let name = column.name.clone();
            self.note_ambiguous(&name, number);
        }
        Ok(())
    }

    /// Handles a value that has no column.
    fn other<'row>(
        &mut self,
        path: &str,
        value: Cell<'row>,
        number: u64,
        cells: &mut Vec<Cell<'row>>,
    ) {
        match &self.others {
            Others::LeftOut => {}
            Others::Added => {
                self.add(path);
                cells.push(value);
            }
            Others::Missed(_) if value.is_null() => {}
            Others::Missed(_) => self.note_missed(path, number),
        }
    }
}

/// Returns whether an object has a value or an unknown property.
fn has_values(object: &dyn Row) -> bool {
    let mut positions = 0..object.names().len();
    positions.any(|position| !object.value(position).is_null()) || !object.additional().is_empty()
}
