//! Table whose rows are stored.

use std::{collections::HashMap, ops::ControlFlow};

use partner_center_catalog::{FieldKind, Operation};
use serde_json::{Map, Value};

use crate::{
    data::{
        calendar::{Moment, parse_moment},
        files::unknown_property,
        table::{Batches, Cell, Column, ColumnKind, Key, Table},
    },
    query::millionths,
};

/// Rows of one operation. Each value is stored once for each column.
#[derive(Debug)]
pub(crate) struct StoredTable {
    columns: Vec<Column>,
    values: Vec<Values>,
    /// Whether a row has the property, by column.
    present: Vec<bool>,
    rows: usize,
}

/// Numbers of searches that count the searches with a flag.
const COUNTED_FLAGS: [(&str, &str); 3] = [
    ("contactClicks", "contactButtonClicked"),
    ("referralCount", "referralSubmitted"),
    ("profileViews", "detailsViewed"),
];

/// Returns what an operation sends instead of a missing value
/// ([T51](partner_center_catalog::deviations#t51)).
fn missing(operation: &str, kind: FieldKind) -> Cell<'static> {
    match (operation, kind) {
        ("azure_usage", FieldKind::Text) => Cell::text(""),
        ("indirect_resellers", FieldKind::Timestamp) => Cell::Time(Moment::YEAR_ONE),
        _ => Cell::Null,
    }
}

/// Values of a column.
#[derive(Debug)]
enum Values {
    Coded {
        codes: Vec<u32>,
        cells: Vec<Cell<'static>>,
        known: HashMap<Cell<'static>, u32>,
    },
    Numbers(Vec<i64>),
}

impl StoredTable {
    /// Returns an empty table with the columns of an operation.
    pub(crate) fn new(operation: &Operation) -> Self {
        let columns: Vec<Column> = operation
            .fields
            .iter()
            .map(|field| {
                let is_measure = operation.measures.contains(&field.name);
                match field.kind {
                    FieldKind::Count if is_measure => Column::count(field.name),
                    FieldKind::Number if is_measure => Column::decimal(field.name),
                    _ => Column::coded(field.name),
                }
            })
            .collect();
        let values = columns.iter().map(|column| match column.kind {
            ColumnKind::Coded => Values::Coded {
                codes: Vec::new(),
                cells: Vec::new(),
                known: HashMap::new(),
            },
            _ => Values::Numbers(Vec::new()),
        });
        Self {
            values: values.collect(),
            present: vec![false; columns.len()],
            columns,
            rows: 0,
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the row: an unknown property, or a value of another kind.
    pub(crate) fn push(
        &mut self,
        operation: &Operation,
        row: &Map<String, Value>,
    ) -> Result<(), String> {
        let known = |name: &str| self.columns.iter().any(|column| column.name == name);
        if let Some(unknown) = row.keys().find(|name| !known(name)) {
            return Err(unknown_property(operation, unknown));
        }
        // All values are read before the first is stored, so that a bad row changes nothing.
        let mut read = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let value = row.get(column.name).unwrap_or(&Value::Null);
            let kind = operation
                .field(column.name)
                .map_or(FieldKind::Text, |field| field.kind);
            read.push(match column.kind {
                ColumnKind::Coded => match cell(column.name, kind, value)? {
                    Cell::Null => Read::Cell(missing(operation.id, kind)),
                    cell => Read::Cell(cell),
                },
                ColumnKind::Count => Read::Number(number(column.name, value, 1_000_000)?),
                ColumnKind::Decimal => Read::Number(number(column.name, value, 1)?),
            });
        }
        for (present, column) in self.present.iter_mut().zip(&self.columns) {
            *present |= row.get(column.name).is_some_and(|value| !value.is_null());
        }
        for (values, read) in self.values.iter_mut().zip(read) {
            match (values, read) {
                (
                    Values::Coded {
                        codes,
                        cells,
                        known,
                    },
                    Read::Cell(cell),
                ) => {
                    let code = *known.entry(cell).or_insert_with_key(|cell| {
                        cells.push(cell.clone());
                        (cells.len() - 1) as u32
                    });
                    codes.push(code);
                }
                (Values::Numbers(numbers), Read::Number(number)) => numbers.push(number),
                _ => {}
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Completes the table after the last row. Numbers that no row has are for groups only: they
    /// count the rows, or those whose flag is set.
    pub(crate) fn finish(&mut self) {
        for index in 0..self.columns.len() {
            if self.columns[index].kind == ColumnKind::Coded || self.present[index] {
                continue;
            }
            self.columns[index].only_grouped = true;
            let flag = COUNTED_FLAGS
                .iter()
                .find(|(count, _)| *count == self.columns[index].name);
            let counted = match flag.and_then(|(_, flag)| self.column(flag)) {
                Some(flag) => (0..self.rows)
                    .map(|row| i64::from(self.is_set(flag, row)))
                    .collect(),
                None => vec![1; self.rows],
            };
            self.values[index] = Values::Numbers(counted);
        }
        for values in &mut self.values {
            if let Values::Coded {
                codes,
                cells,
                known,
            } = values
            {
                *known = HashMap::new();
                codes.shrink_to_fit();
                cells.shrink_to_fit();
            }
        }
    }

    fn is_set(&self, column: usize, row: usize) -> bool {
        let mut codes = Vec::new();
        self.codes(column, &[Key::of(row)], &mut codes);
        let code = codes.first().copied().unwrap_or_default();
        self.cell(column, code) == Cell::Boolean(true)
    }

    /// Returns the texts of a column, each once.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.column(name).and_then(|column| self.values.get(column));
        let cells = match values {
            Some(Values::Coded { cells, .. }) => cells.as_slice(),
            _ => &[],
        };
        cells.iter().filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_ref()),
            _ => None,
        })
    }
}

enum Read {
    Cell(Cell<'static>),
    Number(i64),
}

fn cell(name: &str, kind: FieldKind, value: &Value) -> Result<Cell<'static>, String> {
    let wrong = |expected: &str| {
        let text = value.to_string();
        let start: String = text.chars().take(40).collect();
        Err(format!("the value of `{name}` is {start}, not {expected}"))
    };
    Ok(match (kind, value) {
        (_, Value::Null) => Cell::Null,
        (FieldKind::Timestamp, Value::String(text)) => match parse_moment(text) {
            Some(moment) => Cell::Time(moment),
            None => return wrong("a date such as 2018-05-30 or 2018-05-30T00:00:00"),
        },
        (FieldKind::Timestamp, _) => return wrong("a date"),
        (FieldKind::Boolean, Value::Bool(value)) => Cell::Boolean(*value),
        (FieldKind::Boolean, Value::String(text)) => match text.as_str() {
            "true" => Cell::Boolean(true),
            "false" => Cell::Boolean(false),
            _ => return wrong("true or false"),
        },
        (FieldKind::Boolean, _) => return wrong("true or false"),
        (FieldKind::Guid, Value::String(text)) if !crate::ids::is_guid(text) => {
            return wrong("a GUID");
        }
        (_, Value::String(text)) => Cell::owned(text.clone()),
        (FieldKind::Text, Value::Number(number)) => match number.as_u64() {
            Some(number) => Cell::Number(number),
            None => return wrong("text"),
        },
        _ => return wrong("text"),
    })
}

/// Returns a number in millionths, divided by `scale`.
fn number(name: &str, value: &Value, scale: i128) -> Result<i64, String> {
    let text = match value {
        Value::Null => return Ok(0),
        // `Display` of a float has no exponent.
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or_default().to_string(),
        Value::Number(number) => number.to_string(),
        // Groups have their counts as text (T45), and CSV has all values as text.
        Value::String(text) => text.clone(),
        _ => String::new(),
    };
    let read = millionths(&text).filter(|number| number % scale == 0);
    let read = read.and_then(|number| i64::try_from(number / scale).ok());
    read.ok_or_else(|| {
        let expected = match scale {
            1 => "a number with at most six decimals",
            _ => "a whole number",
        };
        let start: String = value.to_string().chars().take(40).collect();
        format!("the value of `{name}` is {start}, not {expected}")
    })
}

impl Table for StoredTable {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>) {
        let mut batches = Batches::new(visit);
        for row in 0..self.rows {
            if batches.push(Key::of(row)).is_break() {
                return;
            }
        }
        // The last batch: nothing follows that could stop.
        let _ = batches.flush();
    }

    fn row_count(&self) -> usize {
        self.rows
    }

    fn codes(&self, column: usize, keys: &[Key], out: &mut Vec<u32>) {
        if let Some(Values::Coded { codes, .. }) = self.values.get(column) {
            out.extend(
                keys.iter()
                    .map(|key| codes.get(key.index()).copied().unwrap_or_default()),
            );
        }
    }

    fn code_count(&self, column: usize) -> usize {
        match self.values.get(column) {
            Some(Values::Coded { cells, .. }) => cells.len(),
            _ => 0,
        }
    }

    fn cell(&self, column: usize, code: u32) -> Cell<'_> {
        match self.values.get(column) {
            Some(Values::Coded { cells, .. }) => match cells.get(code as usize) {
                Some(Cell::Text(text)) => Cell::text(text),
                Some(cell) => cell.clone(),
                None => Cell::Null,
            },
            _ => Cell::Null,
        }
    }

    fn numbers(&self, column: usize, keys: &[Key], out: &mut Vec<i64>) {
        if let Some(Values::Numbers(numbers)) = self.values.get(column) {
            out.extend(
                keys.iter()
                    .map(|key| numbers.get(key.index()).copied().unwrap_or_default()),
            );
        }
    }
}
