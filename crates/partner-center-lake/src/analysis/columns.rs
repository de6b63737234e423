//! Columns of a batch that an analysis reads.

use std::borrow::Cow;

use delta_kernel::arrow::array::{Array, Decimal128Array, Int64Array, RecordBatch};

use super::amount::Amount;
use crate::rows::{Cells, RowError};

/// Digits of the fraction of a decimal column.
const SCALE: i8 = 18;

/// Error of a batch that lacks what an analysis reads.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// The batch has no such column.
    #[error("the rows have no column `{column}`")]
    NoColumn {
        /// Name of the column.
        column: String,
    },
    /// The column has neither counts nor decimals.
    #[error("the column `{column}` has the type {found}, which cannot be added up")]
    NotANumber {
        /// Name of the column.
        column: String,
        /// Type of Arrow.
        found: String,
    },
    /// A column has a type of Arrow that snapshots do not have.
    #[error(transparent)]
    Type(RowError),
}

/// Column whose values are used as text.
#[derive(Debug)]
pub(super) struct Texts<'batch>(Cells<'batch>);

impl<'batch> Texts<'batch> {
    pub(super) fn of(batch: &'batch RecordBatch, name: &str) -> Result<Self, AnalysisError> {
        let (index, field) = batch
            .schema_ref()
            .column_with_name(name)
            .ok_or_else(|| no_column(name))?;
        let cells = Cells::new(field, batch.column(index)).map_err(AnalysisError::Type)?;
        Ok(Self(cells))
    }

    pub(super) fn all(
        batch: &'batch RecordBatch,
        names: &[&str],
    ) -> Result<Vec<Self>, AnalysisError> {
        names.iter().map(|name| Self::of(batch, name)).collect()
    }

    pub(super) fn get(&self, row: usize) -> Option<Cow<'batch, str>> {
        self.0.text(row)
    }
}

/// Column whose values are added up.
#[derive(Debug)]
pub(super) enum Numbers<'batch> {
    Counts(&'batch Int64Array),
    Decimals(&'batch Decimal128Array),
}

impl<'batch> Numbers<'batch> {
    pub(super) fn of(batch: &'batch RecordBatch, name: &str) -> Result<Self, AnalysisError> {
        let column = batch.column_by_name(name).ok_or_else(|| no_column(name))?;
        let any = column.as_any();
        if let Some(counts) = any.downcast_ref() {
            return Ok(Self::Counts(counts));
        }
        match any.downcast_ref::<Decimal128Array>() {
            Some(decimals) if decimals.scale() == SCALE => Ok(Self::Decimals(decimals)),
            _ => Err(AnalysisError::NotANumber {
                column: name.to_owned(),
                found: column.data_type().to_string(),
            }),
        }
    }

    pub(super) fn all(
        batch: &'batch RecordBatch,
        names: &[String],
    ) -> Result<Vec<Self>, AnalysisError> {
        names.iter().map(|name| Self::of(batch, name)).collect()
    }

    pub(super) fn get(&self, row: usize) -> Option<Amount> {
        match self {
            Self::Counts(values) => values.is_valid(row).then(|| values.value(row).into()),
            Self::Decimals(values) => values
                .is_valid(row)
                .then(|| Amount::of_parts(values.value(row))),
        }
    }
}

fn no_column(name: &str) -> AnalysisError {
    AnalysisError::NoColumn {
        column: name.to_owned(),
    }
}
