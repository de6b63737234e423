//! Results of `--jq` for the rows of a listing.

use std::io::{self, Write};

use partner_center::Row;

use super::Columns;
use super::jq::Expression;
use super::json::{self, Keys};
use super::table::Look;

/// Expression, and the JSON to which it is applied.
#[derive(Debug)]
pub(super) struct Query {
    expression: Expression,
    keys: Keys,
    /// Whether the expression is applied to each row, and not to the array of all rows.
    pub(super) is_per_row: bool,
    /// The array so far.
    array: Vec<u8>,
    /// Error of the expression, which ends the results.
    pub(super) error: Option<String>,
}

impl Query {
    pub(super) fn new(expression: Expression, keys: Keys, is_per_row: bool) -> Self {
        Self {
            expression,
            keys,
            is_per_row,
            array: Vec::new(),
            error: None,
        }
    }

    /// Collects rows, or writes the results for each row.
    pub(super) fn rows(
        &mut self,
        rows: &[&dyn Row],
        number: u64,
        columns: &mut Columns,
        is_first: bool,
        look: Look,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if !self.is_per_row {
            let (array, keys) = (&mut self.array, &mut self.keys);
            return json::elements(rows, number, columns, keys, is_first, array);
        }
        for (row, number) in rows.iter().copied().zip(number..) {
            if self.error.is_some() {
                return Ok(());
            }
            let (mut cells, mut text) = (Vec::new(), Vec::new());
            json::object(row, number, columns, &mut self.keys, &mut cells, &mut text)?;
            self.error = self.expression.apply(&text, look.terminal, out)?;
        }
        Ok(())
    }

    /// Writes the results for all rows.
    pub(super) fn finish(&mut self, look: Look, out: &mut dyn Write) -> io::Result<()> {
        if !self.is_per_row {
            let array = [b"[", &*std::mem::take(&mut self.array), b"]"].concat();
            self.error = self.expression.apply(&array, look.terminal, out)?;
        }
        Ok(())
    }
}
