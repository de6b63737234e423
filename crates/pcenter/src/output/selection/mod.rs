//! `--where`, `--sort` and `--limit`: selection and order of the rows that are written.

mod condition;
mod order;
#[cfg(test)]
mod tests;
mod value;

use std::io;

use partner_center::{Field, Row};

use super::OutputOptions;
use crate::failure::Failure;
use condition::Condition;
use order::Order;

/// Rows to write, and their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    condition: Option<Condition>,
    order: Option<Order>,
    /// Maximum number of rows.
    limit: Option<u64>,
}

impl Selection {
    /// Parses the options. `is_strict`: whether rows have no properties other than these fields.
    pub(crate) fn new(
        options: &OutputOptions,
        fields: &'static [Field],
        is_strict: bool,
    ) -> Result<Self, Failure> {
        let condition = options.condition.as_deref();
        let order = options.sort.as_deref();
        Ok(Self {
            condition: condition
                .map(|text| Condition::new(text, fields, is_strict))
                .transpose()?,
            order: order
                .map(|text| Order::new(text, fields, is_strict))
                .transpose()?,
            limit: options.limit.map(|limit| limit.get()),
        })
    }

    /// Returns whether the rows that are written depend on all rows.
    pub(super) fn is_sorted(&self) -> bool {
        self.order.is_some()
    }

    /// Returns whether rows are selected by their values.
    pub(super) fn has_condition(&self) -> bool {
        self.condition.is_some()
    }

    /// Returns the number of rows that may follow after `written` ones.
    pub(super) fn remaining(&self, written: u64) -> u64 {
        self.limit.unwrap_or(u64::MAX).saturating_sub(written)
    }

    /// Returns whether each row meets the condition. `number` is that of the first row.
    pub(super) fn test(&mut self, rows: &[&dyn Row], number: u64) -> io::Result<Vec<bool>> {
        match &mut self.condition {
            Some(condition) => condition.test(rows, number),
            None => Ok(vec![true; rows.len()]),
        }
    }

    /// Sorts all rows, and removes those beyond the limit.
    pub(super) fn arrange(&mut self, rows: Vec<Box<dyn Row>>) -> io::Result<Vec<Box<dyn Row>>> {
        let mut rows = match &mut self.order {
            Some(order) => order.sort(rows)?,
            None => rows,
        };
        rows.truncate(usize::try_from(self.remaining(0)).unwrap_or(usize::MAX));
        Ok(rows)
    }

    /// Selects and sorts rows that are in memory.
    pub(super) fn apply(&mut self, rows: Vec<Box<dyn Row>>) -> io::Result<Vec<Box<dyn Row>>> {
        let references: Vec<&dyn Row> = rows.iter().map(|row| &**row).collect();
        let keep = self.test(&references, 1)?;
        let kept = rows.into_iter().zip(keep);
        self.arrange(kept.filter_map(|(row, keep)| keep.then_some(row)).collect())
    }

    /// Returns the undocumented names that no row had, each with the closest documented one.
    pub(super) fn unseen(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let condition = self.condition.iter().flat_map(|it| it.columns.unseen());
        condition.chain(self.order.iter().flat_map(|it| it.columns.unseen()))
    }
}
