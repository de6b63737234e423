//! Position within the rows of a page.

use crate::UnreadableRow;

/// Rows of the last page that were returned.
#[derive(Debug, Default)]
pub(super) struct PagePosition {
    /// Number of rows at the beginning of the page that had been returned before.
    pub(super) given: usize,
    /// Indices of the unreadable rows after them, in order.
    pub(super) unreadable: Vec<usize>,
    /// Indices of all unreadable rows of the page.
    all: Vec<usize>,
}

impl PagePosition {
    pub(super) fn new(unreadable: &[UnreadableRow], given: usize, kept: usize) -> Self {
        let all: Vec<usize> = unreadable.iter().map(|row| row.index).collect();
        let is_within = |index: &&usize| (given..kept).contains(*index);
        Self {
            given,
            unreadable: all.iter().filter(is_within).copied().collect(),
            all,
        }
    }

    /// Returns the number of readable rows before this index.
    pub(super) fn readable_before(&self, index: usize) -> usize {
        let unreadable = self.all.iter().filter(|row| **row < index);
        index.saturating_sub(unreadable.count())
    }

    /// Returns the number of rows of the page up to the last of the `taken` rows, and the number
    /// of unreadable rows among them.
    pub(super) fn passed(&self, taken: usize) -> (usize, usize) {
        let (mut passed, mut unreadable) = (self.given.saturating_add(taken), 0);
        for _ in self.unreadable.iter().filter(|index| {
            let is_passed = **index < passed;
            passed += usize::from(is_passed);
            is_passed
        }) {
            unreadable += 1;
        }
        (passed, unreadable)
    }
}
