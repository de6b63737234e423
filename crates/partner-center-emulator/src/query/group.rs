//! Grouping of rows.

use std::{collections::HashMap, ops::ControlFlow};

use super::{Query, each_batch, filter::Filter, numbers};
use crate::data::{
    calendar::Level,
    table::{Cell, Key, Table},
};

/// Maximum number of groups that are counted in an array instead of a map.
const DENSE: usize = 1 << 20;

/// Group with its values and the sums of its numbers.
#[derive(Debug)]
pub(super) struct Group<'t> {
    /// Values of the fields, in the order of the query.
    pub(super) cells: Vec<Cell<'t>>,
    pub(super) sums: Vec<i64>,
}

/// Returns the groups of the selected rows, in the order of the query, or of their values.
pub(super) fn groups<'t>(
    table: &'t dyn Table,
    filter: Option<Filter<'_>>,
    query: &Query<'_>,
) -> Vec<Group<'t>> {
    let fields: Vec<usize> = query
        .group_by
        .iter()
        .filter_map(|name| table.column(name))
        .collect();
    let measures: Vec<usize> = query
        .measures
        .iter()
        .filter_map(|name| table.column(name))
        .collect();
    let sums = sums_by_codes(table, filter, &fields, &measures);
    let mut groups = merged(table, &fields, sums, query.level);
    let position = |name: &str| query.group_by.iter().position(|field| *field == name);
    let measure = |name: &str| query.measures.iter().position(|field| *field == name);
    groups.sort_by(|one, other| {
        for (name, is_descending) in &query.order_by {
            let ordering = match (position(name), measure(name)) {
                (Some(index), _) => one.cells[index].order(&other.cells[index]),
                (None, Some(index)) => one.sums[index].cmp(&other.sums[index]),
                (None, None) => continue,
            };
            let ordering = if *is_descending {
                ordering.reverse()
            } else {
                ordering
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        let cells = one.cells.iter().zip(&other.cells);
        cells
            .map(|(one, other)| one.order(other))
            .find(|one| one.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    groups
}

/// Sums by the combination of codes.
struct Sums {
    /// Combinations, each a mixed number with the code of the first field as its lowest digit.
    codes: Vec<u128>,
    /// Sums, one row of measures after the other.
    sums: Vec<i64>,
    width: usize,
}

impl Sums {
    fn add(&mut self, group: usize, values: impl Iterator<Item = i64>) {
        let start = group * self.width;
        if let Some(sums) = self.sums.get_mut(start..start + self.width) {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = sum.saturating_add(value);
            }
        }
    }

    fn new_group(&mut self, codes: u128) -> usize {
        self.codes.push(codes);
        self.sums.resize(self.codes.len() * self.width, 0);
        self.codes.len() - 1
    }
}

fn sums_by_codes(
    table: &dyn Table,
    filter: Option<Filter<'_>>,
    fields: &[usize],
    measures: &[usize],
) -> Sums {
    let sizes: Vec<u128> = fields
        .iter()
        .map(|field| table.code_count(*field).max(1) as u128)
        .collect();
    let combinations = sizes
        .iter()
        .try_fold(1_u128, |product, size| product.checked_mul(*size));
    let dense = combinations
        .and_then(|count| usize::try_from(count).ok())
        .filter(|count| *count <= DENSE);
    let mut index_of = Index::new(dense);
    let mut sums = Sums {
        codes: Vec::new(),
        sums: Vec::new(),
        width: measures.len(),
    };
    let (mut codes, mut combined) = (Vec::new(), Vec::new());
    let mut values = vec![Vec::new(); measures.len()];
    each_batch(table, filter, &mut |keys: &[Key]| {
        combined.clear();
        combined.resize(keys.len(), 0_u128);
        let mut place = 1_u128;
        for (field, size) in fields.iter().zip(&sizes) {
            codes.clear();
            table.codes(*field, keys, &mut codes);
            for (total, code) in combined.iter_mut().zip(&codes) {
                *total = total.wrapping_add(u128::from(*code).wrapping_mul(place));
            }
            place = place.wrapping_mul(*size);
        }
        for (measure, values) in measures.iter().zip(&mut values) {
            numbers(table, *measure, keys, values);
        }
        for (row, codes) in combined.iter().enumerate() {
            let group = index_of.get(*codes, || sums.new_group(*codes));
            let of_row = values
                .iter()
                .map(|values| values.get(row).copied().unwrap_or_default());
            sums.add(group, of_row);
        }
        ControlFlow::Continue(())
    });
    sums
}

/// Numbers of groups by their combination of codes.
enum Index {
    Dense(Vec<u32>),
    Sparse(HashMap<u128, usize>),
}

impl Index {
    fn new(dense: Option<usize>) -> Self {
        match dense {
            Some(size) => Self::Dense(vec![u32::MAX; size]),
            None => Self::Sparse(HashMap::new()),
        }
    }

    fn get(&mut self, codes: u128, new: impl FnOnce() -> usize) -> usize {
        match self {
            Self::Dense(groups) => match groups.get_mut(codes as usize) {
                Some(group) => {
                    if *group == u32::MAX {
                        *group = new() as u32;
                    }
                    *group as usize
                }
                None => new(),
            },
            Self::Sparse(groups) => *groups.entry(codes).or_insert_with(new),
        }
    }
}

/// Replaces codes with values and joins groups with equal values: two customers may have one name,
/// and dates of one period are one value.
fn merged<'t>(table: &'t dyn Table, fields: &[usize], sums: Sums, level: Level) -> Vec<Group<'t>> {
    let mut groups: Vec<Group<'t>> = Vec::new();
    let mut known: HashMap<Vec<Cell<'t>>, usize> = HashMap::new();
    let mut rows = sums.sums.chunks_exact(sums.width.max(1));
    for codes in &sums.codes {
        let mut rest = *codes;
        let cells: Vec<Cell<'t>> = fields
            .iter()
            .map(|field| {
                let size = table.code_count(*field).max(1) as u128;
                let code = u32::try_from(rest % size).unwrap_or_default();
                rest /= size;
                match table.cell(*field, code) {
                    Cell::Time(moment) => Cell::Time(moment.period(level)),
                    cell => cell,
                }
            })
            .collect();
        let values = rows.next().unwrap_or_default();
        match known.get(&cells) {
            Some(index) => {
                let group = &mut groups[*index];
                for (sum, value) in group.sums.iter_mut().zip(values) {
                    *sum = sum.saturating_add(*value);
                }
            }
            None => {
                known.insert(cells.clone(), groups.len());
                groups.push(Group {
                    cells,
                    sums: values.to_vec(),
                });
            }
        }
    }
    groups
}
