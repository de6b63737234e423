//! Figures of one product of a customer, by the further keys that rows have.

use super::count::Count;
use super::moment::Moment;

/// Figures of the rows with one key, of their latest processing time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell<K> {
    pub(crate) key: K,
    pub(crate) processed: Option<Moment>,
    /// Number of rows that are added up.
    pub(crate) rows: u32,
    /// Both figures of the rows, such as sold and deployed.
    pub(crate) figures: [Count; 2],
}

/// Adds a row. Returns the number of rows that are left out because a row with the same key is
/// newer.
pub(crate) fn add<K: Copy + PartialEq>(
    cells: &mut Vec<Cell<K>>,
    key: K,
    processed: Option<Moment>,
    figures: [Option<i64>; 2],
) -> u64 {
    let Some(cell) = cells.iter_mut().find(|cell| cell.key == key) else {
        let mut cell = Cell {
            key,
            processed,
            rows: 0,
            figures: [Count::default(); 2],
        };
        cell.count(figures);
        // Most products have one service and channel; a list grows to four at first.
        if cells.is_empty() {
            cells.reserve_exact(1);
        }
        cells.push(cell);
        return 0;
    };
    if processed < cell.processed {
        return 1;
    }
    let mut older = 0;
    if processed > cell.processed {
        older = u64::from(cell.rows);
        (cell.rows, cell.figures) = (0, [Count::default(); 2]);
        cell.processed = processed;
    }
    cell.count(figures);
    older
}

impl<K> Cell<K> {
    fn count(&mut self, figures: [Option<i64>; 2]) {
        self.rows = self.rows.saturating_add(1);
        for (sum, figure) in self.figures.iter_mut().zip(figures) {
            sum.add(figure);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_rows_of_a_key_are_left_out_whatever_the_order() {
        let moment = |text: &str| Moment::of(&text.parse().unwrap());
        let (old, new) = (moment("2026-01-01"), moment("2026-01-02"));
        let rows = [(None, 1), (old, 2), (old, 4), (new, 8), (new, 16)];
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]] {
            let mut cells = Vec::new();
            let older: u64 = order
                .map(|row: usize| add(&mut cells, (), rows[row].0, [Some(rows[row].1), None]))
                .iter()
                .sum();
            let [cell] = &cells[..] else { panic!() };
            assert_eq!((older, cell.rows, cell.processed), (3, 2, new));
            assert_eq!(cell.figures.map(Count::value), [Some(24), None]);
        }
    }
}
