//! Columns of the fields of a row, by position.

use partner_center_catalog::Field;
use partner_center_core::{FieldValue, Row};

use super::Writer;
use crate::LakeError;

/// Columns of the fields of an object. They are determined for the first object and used for all
/// that have the same names.
#[derive(Debug)]
pub(super) struct Plan {
    fields: &'static [Field],
    /// Path of the object, followed by a dot; empty for a row.
    path: String,
    /// Names of the fields of the last object.
    names: &'static [&'static str],
    slots: Vec<Slot>,
}

#[derive(Debug)]
enum Slot {
    /// The field was not selected.
    None,
    Column {
        column: usize,
        path: String,
    },
    Object(Box<Plan>),
    /// The catalog does not have the field.
    Undocumented(String),
}

impl Plan {
    pub(super) fn new(fields: &'static [Field], path: String) -> Self {
        Self {
            fields,
            path,
            names: &[],
            slots: Vec::new(),
        }
    }

    /// Adds the values of an object.
    pub(super) fn row(&mut self, row: &dyn Row, writer: &mut Writer) -> Result<(), LakeError> {
        let names = row.names();
        if !std::ptr::eq(names, self.names) {
            self.slots = names.iter().map(|name| self.slot(name, writer)).collect();
            self.names = names;
        }
        for (position, slot) in self.slots.iter_mut().enumerate() {
            match slot {
                Slot::None => {}
                Slot::Column { column, path } => {
                    writer.value(*column, row.value(position), path)?;
                }
                Slot::Object(plan) => match row.value(position) {
                    FieldValue::Null => {}
                    FieldValue::Object(object) => plan.row(object, writer)?,
                    value => writer.other(value, plan.path.trim_end_matches('.'))?,
                },
                Slot::Undocumented(path) => writer.other(row.value(position), path)?,
            }
        }
        let additional = row.additional();
        if !additional.is_empty() {
            for (name, json) in additional.iter() {
                writer.additional(&self.path, name, json)?;
            }
        }
        Ok(())
    }

    fn slot(&self, name: &str, writer: &Writer) -> Slot {
        let path = format!("{}{name}", self.path);
        let mut fields = self.fields.iter();
        match fields.find(|field| field.name.eq_ignore_ascii_case(name)) {
            Some(field) if !field.members.is_empty() => {
                Slot::Object(Box::new(Self::new(field.members, format!("{path}."))))
            }
            Some(_) => match writer.schema.documented(&path) {
                Some(column) => Slot::Column { column, path },
                None => Slot::None,
            },
            None => Slot::Undocumented(path),
        }
    }
}
