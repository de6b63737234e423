//! Sums of counts in which a missing count is not zero.

/// Sum of the counts of several rows.
///
/// Wider than the counts, so that the sum does not depend on the order of the rows at the limits
/// of `i64`. In two parts, since there are several per product of a customer, and an `i128` would
/// make each a third larger.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Count {
    high: i64,
    low: u64,
    known: u32,
    missing: u32,
}

impl Count {
    pub(crate) fn add(&mut self, value: Option<i64>) {
        match value {
            Some(value) => {
                self.set(self.sum() + i128::from(value));
                self.known = self.known.saturating_add(1);
            }
            None => self.missing = self.missing.saturating_add(1),
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.set(self.sum() + other.sum());
        self.known = self.known.saturating_add(other.known);
        self.missing = self.missing.saturating_add(other.missing);
    }

    fn sum(self) -> i128 {
        i128::from(self.high) << 64 | i128::from(self.low)
    }

    fn set(&mut self, sum: i128) {
        let [b0, b1, b2, b3, b4, b5, b6, b7, rest @ ..] = sum.to_le_bytes();
        self.low = u64::from_le_bytes([b0, b1, b2, b3, b4, b5, b6, b7]);
        self.high = i64::from_le_bytes(rest);
    }

    /// Returns the sum of the known counts; `None` if none is known.
    pub(crate) fn value(self) -> Option<i64> {
        (self.known > 0).then(|| clamp(self.sum()))
    }

    /// Returns the number of rows without the count.
    pub(crate) fn missing(self) -> u32 {
        self.missing
    }
}

/// Returns a sum as a count of a row; sums beyond the limits become the limit.
pub(crate) fn clamp(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_count_is_not_zero() {
        let mut count = Count::default();
        count.add(None);
        assert_eq!((count.value(), count.missing()), (None, 1));
        count.add(Some(0));
        assert_eq!((count.value(), count.missing()), (Some(0), 1));
    }

    #[test]
    fn negative_counts_are_added_up() {
        let mut count = Count::default();
        for value in [-5, 3, i64::MIN, i64::MAX] {
            count.add(Some(value));
        }
        assert_eq!(count.value(), Some(-3));
        count.merge(count);
        assert_eq!(count.value(), Some(-6));
    }

    #[test]
    fn sums_do_not_depend_on_the_order_at_the_limits() {
        for values in [[i64::MAX, i64::MAX, -1], [-1, i64::MAX, i64::MAX]] {
            let mut count = Count::default();
            for value in values {
                count.add(Some(value));
            }
            assert_eq!(count.value(), Some(i64::MAX));
        }
        assert_eq!(clamp(i128::MIN), i64::MIN);
    }
}
