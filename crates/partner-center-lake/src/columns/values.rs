//! Values of one column that are being collected.

use std::sync::Arc;

use delta_kernel::arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};

use crate::schema::{Kind, PRECISION, SCALE};

/// Bytes that are reserved for the texts of a column.
const TEXT_BYTES: usize = 1 << 16;

/// Builder of the array of a column. It may have fewer values than there are rows; the missing ones
/// are null.
#[derive(Debug)]
pub(super) enum Values {
    Text(StringBuilder),
    Count(Int64Builder),
    Number(Decimal128Builder),
    Boolean(BooleanBuilder),
    Timestamp(TimestampMicrosecondBuilder),
}

/// Applies an expression to the builder of any type.
macro_rules! each {
    ($values:expr, $builder:ident => $result:expr) => {
        match $values {
            Values::Text($builder) => $result,
            Values::Count($builder) => $result,
            Values::Number($builder) => $result,
            Values::Boolean($builder) => $result,
            Values::Timestamp($builder) => $result,
        }
    };
}

impl Values {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Guid | Kind::Json => {
                Self::Text(StringBuilder::with_capacity(1024, TEXT_BYTES))
            }
            Kind::Count => Self::Count(Int64Builder::new()),
            Kind::Number => {
                let builder = Decimal128Builder::new();
                Self::Number(builder.with_data_type(Kind::Number.arrow()))
            }
            Kind::Boolean => Self::Boolean(BooleanBuilder::new()),
            Kind::Timestamp => {
                Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        use delta_kernel::arrow::array::ArrayBuilder;

        each!(self, builder => builder.len())
    }

    /// Adds nulls up to this number of rows.
    pub(super) fn fill(&mut self, rows: usize) {
        let missing = rows.saturating_sub(self.len());
        if missing > 0 {
            each!(self, builder => builder.append_nulls(missing));
        }
    }

    /// Returns the array of all values, with nulls up to this number of rows.
    pub(super) fn finish(&mut self, rows: usize) -> ArrayRef {
        self.fill(rows);
        each!(self, builder => Arc::new(builder.finish()))
    }
}

const _: () = assert!(PRECISION == 38 && SCALE == 18, "the scale of `decimal`");
