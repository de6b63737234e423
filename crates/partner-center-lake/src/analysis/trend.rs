//! Sums per day.

use std::collections::BTreeMap;
use std::sync::Arc;

use delta_kernel::arrow::array::RecordBatch;
use time::Date;

use super::amount::{Amount, Sum};
use super::columns::{AnalysisError, Numbers, Texts};

/// Sums of the count columns of a table per day, and per value of one column if wanted. Batches are
/// added in any order.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use delta_kernel::arrow::array::{ArrayRef, Int64Array, RecordBatch};
/// use partner_center_lake::Trend;
/// use time::macros::date;
///
/// let column: ArrayRef = Arc::new(Int64Array::from(vec![5, 7]));
/// let batch = RecordBatch::try_from_iter([("licensesSold", column)])?;
/// let mut trend = Trend::new(vec!["licensesSold".to_owned()], None);
/// trend.add(date!(2026 - 11 - 25), &batch)?;
/// let rows = trend.finish();
/// assert_eq!((rows[0].rows, rows[0].sums[0]), (2, Some(12.into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Trend {
    counts: Vec<String>,
    group: Option<String>,
    days: BTreeMap<Date, Groups>,
}

/// Sums of a day by group.
#[derive(Debug, Default)]
struct Groups {
    named: BTreeMap<Arc<str>, Sums>,
    /// Rows without a value in the group column, or all rows without groups.
    unnamed: Option<Sums>,
}

#[derive(Debug)]
struct Sums {
    rows: u64,
    sums: Vec<Sum>,
}

impl Sums {
    fn new(columns: usize) -> Self {
        Self {
            rows: 0,
            sums: vec![Sum::default(); columns],
        }
    }

    fn row(self, day: Date, group: Option<Arc<str>>) -> TrendRow {
        TrendRow {
            day,
            group,
            rows: self.rows,
            sums: self.sums.into_iter().map(Sum::value).collect(),
        }
    }
}

impl Groups {
    fn get(&mut self, name: Option<&str>, columns: usize) -> &mut Sums {
        let Some(name) = name else {
            return self.unnamed.get_or_insert_with(|| Sums::new(columns));
        };
        // Allocates for new names only.
        let known = self.named.get_key_value(name);
        let name = known.map_or_else(|| name.into(), |(known, _)| known.clone());
        self.named.entry(name).or_insert_with(|| Sums::new(columns))
    }
}

/// Sums of the rows of a day, or of those of a group.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TrendRow {
    /// Day of the snapshot.
    pub day: Date,
    /// Value of the group column; `None` without groups, and for rows without a value.
    pub group: Option<Arc<str>>,
    /// Number of rows.
    pub rows: u64,
    /// Sums in the order of the columns; `None` without a known value.
    pub sums: Vec<Option<Amount>>,
}

impl Trend {
    /// Creates a trend without days. `counts` are the columns that are added up, `group` the column
    /// whose values have rows of their own.
    #[must_use]
    pub fn new(counts: Vec<String>, group: Option<String>) -> Self {
        Self {
            counts,
            group,
            days: BTreeMap::new(),
        }
    }

    /// Returns the columns that the batches must have.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = self.group.iter().cloned().collect();
        columns.extend(self.counts.iter().cloned());
        columns
    }

    /// Adds a day, which can have no rows.
    pub fn add_day(&mut self, day: Date) {
        self.days.entry(day).or_default();
    }

    /// Adds rows of a day.
    ///
    /// # Errors
    ///
    /// If the batch lacks a column.
    pub fn add(&mut self, day: Date, batch: &RecordBatch) -> Result<(), AnalysisError> {
        let group = self.group.as_deref();
        let group = group.map(|name| Texts::of(batch, name)).transpose()?;
        let counts = Numbers::all(batch, &self.counts)?;
        let groups = self.days.entry(day).or_default();
        for row in 0..batch.num_rows() {
            let name = group.as_ref().and_then(|texts| texts.get(row));
            let group = groups.get(name.as_deref(), counts.len());
            group.rows += 1;
            for (sum, column) in group.sums.iter_mut().zip(&counts) {
                sum.add(column.get(row));
            }
        }
        Ok(())
    }

    /// Returns the sums, by day and group. A day without rows has no row if there are groups, and
    /// one of 0 rows otherwise.
    #[must_use]
    pub fn finish(self) -> Vec<TrendRow> {
        let mut all = Vec::new();
        for (day, mut groups) in self.days {
            if self.group.is_none() {
                groups.get(None, self.counts.len());
            }
            let named = groups.named.into_iter();
            all.extend(named.map(|(name, sums)| sums.row(day, Some(name))));
            all.extend(groups.unnamed.map(|sums| sums.row(day, None)));
        }
        all
    }
}
