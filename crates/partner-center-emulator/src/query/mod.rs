//! Queries: `filter`, `groupby`, `aggregationLevel`, `orderby`, `top` and `skip` over a table.
//!
//! The grammar of filters is that of `partner_center_core`; what a filter means is decided here.

mod filter;
mod group;
mod order;
mod write;

use std::ops::ControlFlow;

use partner_center_core::query::FilterExpression;

use crate::data::{
    calendar::Level,
    table::{ColumnKind, Key, Table},
};
use filter::Filter;
pub(crate) use filter::millionths;

/// Rules in which the operations differ.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    /// Whether text is compared case-insensitively
    /// ([T40](partner_center_catalog::deviations#t40)).
    pub(crate) ignores_case: bool,
    /// Whether the counts of groups are texts ([T45](partner_center_catalog::deviations#t45)).
    pub(crate) group_counts_are_text: bool,
}

/// Query over a table. Names are those of columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query<'q> {
    pub(crate) filter: Option<&'q FilterExpression>,
    /// Fields that rows are grouped by; empty for rows that are not grouped.
    pub(crate) group_by: Vec<&'static str>,
    /// Numbers of a group, in their order.
    pub(crate) measures: &'static [&'static str],
    pub(crate) level: Level,
    /// Fields that rows are ordered by, with `true` for descending order.
    pub(crate) order_by: Vec<(&'static str, bool)>,
    pub(crate) top: usize,
    pub(crate) skip: usize,
    /// Whether rows are separated by line feeds instead of commas.
    pub(crate) one_per_line: bool,
}

/// Rows of a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    /// JSON objects.
    pub(crate) json: String,
    /// Number of rows in the page.
    pub(crate) count: usize,
    /// Number of rows of all pages.
    pub(crate) total: usize,
}

/// Returns a page of the rows that a query selects.
pub(crate) fn run(table: &dyn Table, query: &Query<'_>, rules: Rules) -> Rows {
    let filter = query.filter.map(|filter| Filter::new(filter, table, rules));
    if !query.group_by.is_empty() {
        let groups = group::groups(table, filter, query);
        return write::groups(table, &groups, query, rules);
    }
    let end = query.skip.saturating_add(query.top);
    let mut selected = Vec::new();
    let mut total = 0;
    // All keys are needed to order them, otherwise those of the page.
    let wanted = match query.order_by.is_empty() {
        true => query.skip..end,
        false => 0..usize::MAX,
    };
    let counts_all = filter.is_none() && query.order_by.is_empty();
    each_batch(table, filter, &mut |keys| {
        for key in keys {
            if wanted.contains(&total) {
                selected.push(*key);
            }
            total += 1;
        }
        match counts_all && total >= end {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    if counts_all {
        total = table.row_count();
    }
    if !query.order_by.is_empty() {
        order::order(table, &mut selected, &query.order_by, end);
        selected.truncate(end);
        selected.drain(..query.skip.min(selected.len()));
    }
    let columns = (0..)
        .zip(table.columns())
        .filter(|(_, column)| !column.only_grouped)
        .map(|(index, _)| index);
    let columns: Vec<usize> = columns.collect();
    Rows {
        json: write::rows(table, &selected, &columns, query.one_per_line),
        count: selected.len(),
        total,
    }
}

/// Calls `visit` with the keys that a filter selects, batch by batch.
fn each_batch(
    table: &dyn Table,
    filter: Option<Filter<'_>>,
    visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>,
) {
    let Some(mut filter) = filter else {
        return table.scan(visit);
    };
    let mut selected = Vec::new();
    table.scan(&mut |keys| {
        filter.select(keys, &mut selected);
        visit(&selected)
    });
}

/// Returns the numbers of a column for these rows, in millionths for decimals.
fn numbers(table: &dyn Table, column: usize, keys: &[Key], out: &mut Vec<i64>) {
    out.clear();
    match table.columns().get(column).map(|column| column.kind) {
        None | Some(ColumnKind::Coded) => out.resize(keys.len(), 0),
        Some(_) => table.numbers(column, keys, out),
    }
}

#[cfg(test)]
mod tests;
