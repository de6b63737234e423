//! Rows of tables as the types of the client, or any other type that serde can read.
//!
//! The values go from the columns of a batch to the fields of a type without a text in between; only
//! decimals, and lists and headers, which their columns hold as JSON, are parsed.

mod cell;
mod deserializer;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use delta_kernel::arrow::array::RecordBatch;
use serde::de::Deserialize;

pub(crate) use cell::Cells;

use deserializer::Place;
use tree::Object;

use crate::schema::AS_SENT;

/// Values of a row as sent, by the name of their column.
type Sent = BTreeMap<String, String>;

/// Error of a row of a table that does not fit the type it is read as.
///
/// The message names no value, because values can be names of customers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// A column has a type of Arrow that the tables of this crate do not have.
    #[error("the column `{column}` has the type {found}, which no column of a snapshot has")]
    ColumnType {
        /// Name of the column.
        column: String,
        /// Type of Arrow.
        found: String,
    },
    /// A value does not fit the field it is read into.
    #[error("row {row} of the batch does not fit `{kind}`")]
    Value {
        /// Position of the row in its batch, from 0.
        row: usize,
        /// Type that was read.
        kind: &'static str,
        /// Error of the field.
        source: serde_json::Error,
    },
}

/// Rows of a batch of a table.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use delta_kernel::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
/// use partner_center::types::CommercialLicensesDeployment;
/// use partner_center_lake::TypedRows;
///
/// let batch = RecordBatch::try_from_iter([
///     ("customerName", Arc::new(StringArray::from(vec!["Contoso"])) as ArrayRef),
///     ("licensesSold", Arc::new(Int64Array::from(vec![14]))),
/// ])?;
/// let rows = TypedRows::new(&batch)?;
/// for row in rows.iter::<CommercialLicensesDeployment>() {
///     let row = row?;
///     assert_eq!((row.customer_name.as_deref(), row.licenses_sold), (Some("Contoso"), Some(14)));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TypedRows<'batch> {
    root: Object<'batch>,
    as_sent: Option<Cells<'batch>>,
    len: usize,
}

impl<'batch> TypedRows<'batch> {
    /// Prepares the columns of a batch.
    ///
    /// # Errors
    ///
    /// [`RowError::ColumnType`] if a column is of a type that snapshots do not have.
    pub fn new(batch: &'batch RecordBatch) -> Result<Self, RowError> {
        let as_sent = match batch.schema_ref().column_with_name(AS_SENT) {
            Some((index, field)) => Some(Cells::new(field, batch.column(index))?),
            None => None,
        };
        Ok(Self {
            root: Object::of(batch)?,
            // Nearly all batches have no such value, and nothing is looked up for them.
            as_sent: as_sent.filter(|column| column.array().null_count() < batch.num_rows()),
            len: batch.num_rows(),
        })
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the rows in their order. Columns that the type does not name are skipped, and columns
    /// without a value are left out, as properties without a value are.
    pub fn iter<'a, T: for<'de> Deserialize<'de> + 'a>(
        &'a self,
    ) -> impl Iterator<Item = Result<T, RowError>> + 'a {
        (0..self.len).map(|row| self.row(row))
    }

    fn row<T: for<'de> Deserialize<'de>>(&self, row: usize) -> Result<T, RowError> {
        let wrong = |source| RowError::Value {
            row,
            kind: std::any::type_name::<T>(),
            source,
        };
        let sent = self.sent(row).map_err(wrong)?;
        T::deserialize(Place::Object(&self.root, row, sent.as_ref())).map_err(wrong)
    }

    /// Returns the values of a row that their columns cannot represent.
    fn sent(&self, row: usize) -> serde_json::Result<Option<Sent>> {
        let text = self.as_sent.as_ref().and_then(|column| column.text(row));
        text.map(|json| serde_json::from_str(&json)).transpose()
    }
}
