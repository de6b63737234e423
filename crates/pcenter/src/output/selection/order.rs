//! `--sort`: the order of rows.

use std::cmp::Ordering;
use std::io;

use partner_center::{Field, Row, Timestamp};

use super::super::Columns;
use super::super::column_names::Names;
use super::value::{Value, compare_decimals, folded};
use crate::failure::{Exit, Failure};

/// Order of rows by the values of columns.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) columns: Columns,
    /// Whether each column is in descending order.
    descending: Vec<bool>,
}

/// Value by which a row is sorted.
#[derive(Debug)]
enum Key {
    Boolean(bool),
    Integer(i64),
    Decimal(String),
    Time(Timestamp),
    Text(String),
    Missing,
}

impl Order {
    /// Parses `--sort`.
    pub(super) fn new(
        text: &str,
        fields: &'static [Field],
        is_strict: bool,
    ) -> Result<Self, Failure> {
        let (mut names, mut descending) = (Vec::new(), Vec::new());
        for typed in text.split(',').map(str::trim) {
            let name = typed.strip_prefix('-');
            descending.push(name.is_some());
            names.push(name.unwrap_or(typed.strip_prefix('+').unwrap_or(typed)));
        }
        if names.iter().any(|name| name.is_empty()) {
            return Err(
                Failure::new(Exit::Usage, "--sort: a name of a column is empty").help(
                    "separate names by commas, for example --sort -licensesSold,customerName",
                ),
            );
        }
        let names_of = Names {
            flag: "--sort",
            is_strict,
        };
        let columns = Columns::named(names_of, &names, fields)?;
        Ok(Self {
            columns,
            descending,
        })
    }

    /// Sorts rows. Equal rows keep their order; rows without a value come last.
    pub(super) fn sort(&mut self, rows: Vec<Box<dyn Row>>) -> io::Result<Vec<Box<dyn Row>>> {
        let mut keyed = Vec::with_capacity(rows.len());
        for (row, number) in rows.into_iter().zip(1..) {
            keyed.push((self.keys(&*row, number)?, row));
        }
        keyed.sort_by(|(one, _), (two, _)| self.compare(one, two));
        Ok(keyed.into_iter().map(|(_, row)| row).collect())
    }

    fn keys(&mut self, row: &dyn Row, number: u64) -> io::Result<Vec<Key>> {
        let mut cells = Vec::new();
        self.columns.cells(row, number, &mut cells)?;
        let keys = cells.iter().map(|cell| {
            Ok(match Value::new(cell)? {
                Value::Missing => Key::Missing,
                Value::Boolean(value) => Key::Boolean(value),
                Value::Integer(number) => Key::Integer(number),
                Value::Decimal(number) => Key::Decimal(number.into_owned()),
                Value::Time(time) => Key::Time(time.clone()),
                Value::Text(text) => Key::Text(folded(&text)),
            })
        });
        keys.collect()
    }

    fn compare(&self, one: &[Key], two: &[Key]) -> Ordering {
        let pairs = one.iter().zip(two).zip(&self.descending);
        let orderings = pairs.map(|((one, two), is_descending)| {
            let missing = one.is_missing().cmp(&two.is_missing());
            let values = one.compare(two);
            missing.then(match is_descending {
                true => values.reverse(),
                false => values,
            })
        });
        orderings.fold(Ordering::Equal, Ordering::then)
    }
}

impl Key {
    fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Compares two keys. Values of different types, which only undocumented properties have, are
    /// in the order of the types.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(one), Self::Boolean(two)) => one.cmp(two),
            (Self::Integer(one), Self::Integer(two)) => one.cmp(two),
            (Self::Integer(one), Self::Decimal(two)) => compare_decimals(&one.to_string(), two),
            (Self::Decimal(one), Self::Integer(two)) => compare_decimals(one, &two.to_string()),
            (Self::Decimal(one), Self::Decimal(two)) => compare_decimals(one, two),
            (Self::Time(one), Self::Time(two)) => one.cmp(two),
            (Self::Text(one), Self::Text(two)) => one.cmp(two),
            (one, two) => one.rank().cmp(&two.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Integer(_) | Self::Decimal(_) => 1,
            Self::Time(_) => 2,
            Self::Text(_) => 3,
            Self::Missing => 4,
        }
    }
}
