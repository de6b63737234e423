//! Rows of the tables that the commands print.

use partner_center::{AdditionalProperties, Field, FieldValue, Number, Row, Timestamp};
use time::{Date, OffsetDateTime};

use partner_center_lake::Amount;

/// Value of a cell.
#[derive(Debug)]
pub(crate) enum Cell {
    Null,
    Text(String),
    Count(i64),
    Number(Number),
    Boolean(bool),
    Timestamp(Timestamp),
}

#[derive(Debug)]
struct TableRow {
    names: &'static [&'static str],
    cells: Vec<Cell>,
}

impl Row for TableRow {
    fn names(&self) -> &'static [&'static str] {
        self.names
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        match self.cells.get(position) {
            None | Some(Cell::Null) => FieldValue::Null,
            Some(Cell::Text(text)) => FieldValue::Text(text),
            Some(Cell::Count(count)) => FieldValue::Integer(*count),
            Some(Cell::Number(number)) => FieldValue::Number(number),
            Some(Cell::Boolean(value)) => FieldValue::Boolean(*value),
            Some(Cell::Timestamp(timestamp)) => FieldValue::Timestamp(timestamp),
        }
    }

    fn additional(&self) -> &AdditionalProperties {
        static NONE: AdditionalProperties = AdditionalProperties::new();
        &NONE
    }
}

/// Rows with the same fields.
#[derive(Debug)]
pub(crate) struct Rows {
    names: &'static [&'static str],
    rows: Vec<Box<dyn Row>>,
}

impl Rows {
    pub(crate) fn new(fields: &[Field]) -> Self {
        let names: Vec<_> = fields.iter().map(|field| field.name).collect();
        Self {
            // Names are static everywhere else. A command has a few tables, each made once.
            names: names.leak(),
            rows: Vec::new(),
        }
    }

    /// Adds a row with the cells in the order of the fields.
    pub(crate) fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(Box::new(TableRow {
            names: self.names,
            cells: cells.into_iter().collect(),
        }));
    }

    pub(crate) fn into_rows(self) -> Vec<Box<dyn Row>> {
        self.rows
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count.try_into().unwrap_or(i64::MAX))
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Count(count.try_into().unwrap_or(i64::MAX))
    }
}

impl From<i64> for Cell {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Timestamp::try_from(date).map_or(Self::Null, Self::Timestamp)
    }
}

impl From<OffsetDateTime> for Cell {
    fn from(moment: OffsetDateTime) -> Self {
        Timestamp::try_from(moment).map_or(Self::Null, Self::Timestamp)
    }
}

impl From<Amount> for Cell {
    fn from(amount: Amount) -> Self {
        match amount.as_i64() {
            Some(count) => Self::Count(count),
            None => amount.to_string().parse().map_or(Self::Null, Self::Number),
        }
    }
}
