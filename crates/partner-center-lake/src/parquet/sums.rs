use std::collections::BTreeMap;

use delta_kernel::arrow::array::{Array, AsArray, RecordBatch};
use delta_kernel::arrow::datatypes::{DataType, Decimal128Type, Int64Type};

use crate::columns::ONE;

/// Number of rows, and the sums of the columns of numbers, by which a copy is checked.
///
/// ```
/// use std::sync::Arc;
/// use partner_center_lake::Sums;
/// use partner_center_lake::arrow::array::{Int64Array, RecordBatch};
///
/// let seats = Arc::new(Int64Array::from(vec![Some(2), None, Some(40)]));
/// let batch = RecordBatch::try_from_iter([("seats", seats as _)])?;
/// let mut sums = Sums::default();
/// sums.add(&batch);
/// assert_eq!(sums.rows(), 3);
/// assert_eq!(sums.texts()["seats"], "42");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sums {
    rows: u64,
    by_column: BTreeMap<String, Sum>,
}

/// Sum of a column; `None` if it has more digits than can be added.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sum {
    Whole(Option<i128>),
    Decimal(Option<i128>),
}

impl Sums {
    /// Adds the rows of a batch.
    pub fn add(&mut self, batch: &RecordBatch) {
        self.rows += u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        let schema = batch.schema_ref();
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            let sum = match field.data_type() {
                DataType::Int64 => {
                    let array = array.as_primitive::<Int64Type>();
                    Sum::Whole(total(array.iter().map(|value| value.map(i128::from))))
                }
                DataType::Decimal128(..) => {
                    Sum::Decimal(total(array.as_primitive::<Decimal128Type>().iter()))
                }
                _ => continue,
            };
            match self.by_column.get_mut(field.name()) {
                Some(earlier) => *earlier = earlier.plus(sum),
                None if array.null_count() == array.len() => {}
                None => {
                    self.by_column.insert(field.name().clone(), sum);
                }
            }
        }
    }

    /// Adds the rows and sums of another file of the same table.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        for (name, sum) in &other.by_column {
            match self.by_column.get_mut(name) {
                Some(earlier) => *earlier = earlier.plus(*sum),
                None => {
                    self.by_column.insert(name.clone(), *sum);
                }
            }
        }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the sums of the columns of numbers that have values, as decimal text. A sum of more
    /// than 38 digits is left out.
    #[must_use]
    pub fn texts(&self) -> BTreeMap<String, String> {
        let sums = self.by_column.iter();
        sums.filter_map(|(name, sum)| Some((name.clone(), sum.text()?)))
            .collect()
    }
}

impl Sum {
    fn plus(self, other: Self) -> Self {
        let add = |one: Option<i128>, two: Option<i128>| one?.checked_add(two?);
        match (self, other) {
            (Self::Whole(one), Self::Whole(two)) => Self::Whole(add(one, two)),
            (Self::Decimal(one), Self::Decimal(two)) => Self::Decimal(add(one, two)),
            // Columns do not change their type.
            (Self::Whole(_), _) => Self::Whole(None),
            (Self::Decimal(_), _) => Self::Decimal(None),
        }
    }

    fn text(self) -> Option<String> {
        match self {
            Self::Whole(sum) => sum.map(|sum| sum.to_string()),
            Self::Decimal(sum) => sum.map(decimal_text),
        }
    }
}

fn total(mut values: impl Iterator<Item = Option<i128>>) -> Option<i128> {
    values.try_fold(0_i128, |sum, value| sum.checked_add(value.unwrap_or(0)))
}

/// Returns a number with 18 fraction digits as text, without zeros at its end.
fn decimal_text(number: i128) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let one = ONE.unsigned_abs();
    let (whole, fraction) = (number.unsigned_abs() / one, number.unsigned_abs() % one);
    let text = format!("{sign}{whole}.{fraction:018}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
