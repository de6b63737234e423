//! Order of rows.

use super::numbers;
use crate::data::table::{ColumnKind, Key, Table};

/// Sorts the keys by fields, each with `true` for descending order. Rows with equal values keep
/// their order. Only the first `wanted` keys are needed.
pub(super) fn order(
    table: &dyn Table,
    keys: &mut Vec<Key>,
    order_by: &[(&'static str, bool)],
    wanted: usize,
) {
    // Ranks of all rows, one row of fields after the other.
    let fields: Vec<_> = order_by
        .iter()
        .filter_map(|(name, is_descending)| Some((table.column(name)?, *is_descending)))
        .collect();
    let ranks: Vec<Vec<i64>> = fields
        .iter()
        .map(|(field, _)| ranks(table, *field, keys))
        .collect();
    let mut rows: Vec<usize> = (0..keys.len()).collect();
    let compare = |one: &usize, other: &usize| {
        for (ranks, (_, is_descending)) in ranks.iter().zip(&fields) {
            let ordering = ranks[*one].cmp(&ranks[*other]);
            let ordering = if *is_descending {
                ordering.reverse()
            } else {
                ordering
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        one.cmp(other)
    };
    if wanted < rows.len() {
        rows.select_nth_unstable_by(wanted, compare);
        rows.truncate(wanted);
    }
    rows.sort_unstable_by(compare);
    *keys = rows
        .into_iter()
        .filter_map(|row| keys.get(row).copied())
        .collect();
}

/// Returns numbers that have the order of the values of a field.
fn ranks(table: &dyn Table, field: usize, keys: &[Key]) -> Vec<i64> {
    let is_coded = table
        .columns()
        .get(field)
        .is_none_or(|column| column.kind == ColumnKind::Coded);
    if !is_coded {
        let mut values = Vec::new();
        numbers(table, field, keys, &mut values);
        return values;
    }
    let mut codes = Vec::new();
    table.codes(field, keys, &mut codes);
    let mut used = codes.clone();
    used.sort_unstable();
    used.dedup();
    let mut cells: Vec<_> = used
        .iter()
        .map(|code| (table.cell(field, *code), *code))
        .collect();
    cells.sort_by(|(one, _), (other, _)| one.order(other));
    let mut rank_of = vec![0; table.code_count(field).max(1)];
    let mut rank = 0;
    let mut before = None;
    for (cell, code) in &cells {
        // Equal values of different codes have one rank.
        if before.is_some_and(|before| before != cell) {
            rank += 1;
        }
        before = Some(cell);
        if let Some(place) = rank_of.get_mut(*code as usize) {
            *place = rank;
        }
    }
    codes
        .iter()
        .map(|code| rank_of.get(*code as usize).copied().unwrap_or_default())
        .collect()
}
