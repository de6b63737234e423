//! Rows of an operation, read column by column.
//!
//! A table is read in batches: [`Table::scan`] gives the keys of rows, and [`Table::codes`] and
//! [`Table::numbers`] give one column of those rows. So a query reads only the columns that it
//! needs, and a table may compute its rows instead of storing them.

use std::{borrow::Cow, cmp::Ordering, fmt, ops::ControlFlow};

use crate::data::calendar::Moment;

/// Number of rows in a batch.
pub(crate) const BATCH: usize = 2048;

/// Position of a row. The meaning of its parts depends on the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) entity: u32,
    pub(crate) part: u16,
    pub(crate) day: u16,
}

impl Key {
    pub(crate) fn of(entity: usize) -> Self {
        Self {
            entity: u32::try_from(entity).unwrap_or(u32::MAX),
            ..Self::default()
        }
    }

    pub(crate) fn index(self) -> usize {
        self.entity as usize
    }
}

/// Kind of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// Values of any type, each known by a code.
    Coded,
    /// Whole numbers that are added up when rows are grouped.
    Count,
    /// Numbers in millionths that are added up when rows are grouped.
    Decimal,
}

/// Column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Name of the property.
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnKind,
    /// Whether only grouped rows have the property.
    pub(crate) only_grouped: bool,
}

impl Column {
    pub(crate) const fn coded(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Coded,
            only_grouped: false,
        }
    }

    pub(crate) const fn count(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Count,
            only_grouped: false,
        }
    }

    pub(crate) const fn decimal(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Decimal,
            only_grouped: false,
        }
    }

    pub(crate) const fn only_grouped(self) -> Self {
        Self {
            only_grouped: true,
            ..self
        }
    }
}

/// Value of a coded column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cell<'a> {
    /// No value.
    Null,
    Text(Cow<'a, str>),
    Boolean(bool),
    /// Number that filters compare as text ([T47](partner_center_catalog::deviations#t47)).
    Number(u64),
    Time(Moment),
}

impl Cell<'_> {
    pub(crate) fn text(text: &str) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(text))
    }

    pub(crate) fn owned(text: String) -> Self {
        Cell::Text(Cow::Owned(text))
    }

    pub(crate) fn time(moment: Option<Moment>) -> Self {
        moment.map_or(Cell::Null, Cell::Time)
    }

    /// Compares two values of one column; a missing value comes first.
    pub(crate) fn order(&self, other: &Cell<'_>) -> Ordering {
        match (self, other) {
            (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
            (Cell::Boolean(one), Cell::Boolean(other)) => one.cmp(other),
            (Cell::Number(one), Cell::Number(other)) => one.cmp(other),
            (Cell::Time(one), Cell::Time(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Cell::Null => 0,
            Cell::Boolean(_) => 1,
            Cell::Number(_) => 2,
            Cell::Time(_) => 3,
            Cell::Text(_) => 4,
        }
    }
}

/// Rows of an operation.
pub(crate) trait Table: fmt::Debug + Send + Sync {
    /// Returns the columns in the order of the properties of a row.
    fn columns(&self) -> &[Column];

    /// Calls `visit` with the keys of all rows, in batches and in a fixed order, until it breaks.
    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>);

    /// Appends the codes of a coded column for these rows. Equal codes mean equal values; equal
    /// values may have different codes.
    fn codes(&self, column: usize, keys: &[Key], codes: &mut Vec<u32>);

    /// Returns the number of codes of a coded column: all are smaller.
    fn code_count(&self, column: usize) -> usize;

    /// Returns the value of a code.
    fn cell(&self, column: usize, code: u32) -> Cell<'_>;

    /// Appends the numbers of a column that is not coded for these rows.
    fn numbers(&self, column: usize, keys: &[Key], numbers: &mut Vec<i64>);

    /// Returns the number of rows.
    fn row_count(&self) -> usize {
        let mut count = 0;
        self.scan(&mut |keys| {
            count += keys.len();
            ControlFlow::Continue(())
        });
        count
    }

    /// Returns the index of the column with this name.
    fn column(&self, name: &str) -> Option<usize> {
        let mut columns = self.columns().iter();
        columns.position(|column| column.name == name)
    }
}

/// Collects the keys of rows into batches for [`Table::scan`].
pub(crate) struct Batches<'a> {
    keys: Vec<Key>,
    visit: &'a mut dyn FnMut(&[Key]) -> ControlFlow<()>,
}

impl<'a> Batches<'a> {
    pub(crate) fn new(visit: &'a mut dyn FnMut(&[Key]) -> ControlFlow<()>) -> Self {
        Self {
            keys: Vec::with_capacity(BATCH),
            visit,
        }
    }

    /// Adds a row; breaks when the visitor has seen enough.
    pub(crate) fn push(&mut self, key: Key) -> ControlFlow<()> {
        self.keys.push(key);
        match self.keys.len() {
            BATCH => self.flush(),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Passes on the rows of the last, incomplete batch.
    pub(crate) fn flush(&mut self) -> ControlFlow<()> {
        if self.keys.is_empty() {
            return ControlFlow::Continue(());
        }
        let flow = (self.visit)(&self.keys);
        self.keys.clear();
        flow
    }
}
