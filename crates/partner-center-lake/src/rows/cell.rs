//! Values of one column.

use std::borrow::Cow;

use delta_kernel::arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, LargeStringArray,
    StringArray, TimestampMicrosecondArray,
};
use delta_kernel::arrow::datatypes::Field;
use time::{Date, OffsetDateTime};

use super::RowError;

/// Julian day of 1970-01-01, from which Arrow counts days.
const EPOCH: i32 = 2_440_588;

/// Column with its name.
#[derive(Debug)]
pub(crate) struct Cells<'batch> {
    pub(super) name: &'batch str,
    values: Values<'batch>,
}

#[derive(Debug)]
enum Values<'batch> {
    Text(&'batch StringArray),
    LargeText(&'batch LargeStringArray),
    Count(&'batch Int64Array),
    Decimal(&'batch Decimal128Array),
    Boolean(&'batch BooleanArray),
    Timestamp(&'batch TimestampMicrosecondArray),
    Date(&'batch Date32Array),
}

/// Value of a cell.
#[derive(Debug)]
pub(super) enum Value<'batch> {
    Null,
    Text(Cow<'batch, str>),
    Count(i64),
    /// Decimal number as JSON.
    Decimal(String),
    Boolean(bool),
}

impl<'batch> Cells<'batch> {
    pub(crate) fn new(field: &'batch Field, column: &'batch ArrayRef) -> Result<Self, RowError> {
        let any = column.as_any();
        let values = None
            .or_else(|| any.downcast_ref().map(Values::Text))
            .or_else(|| any.downcast_ref().map(Values::LargeText))
            .or_else(|| any.downcast_ref().map(Values::Count))
            .or_else(|| any.downcast_ref().map(Values::Decimal))
            .or_else(|| any.downcast_ref().map(Values::Boolean))
            .or_else(|| any.downcast_ref().map(Values::Timestamp))
            .or_else(|| any.downcast_ref().map(Values::Date));
        match values {
            Some(values) => Ok(Self {
                name: field.name(),
                values,
            }),
            None => Err(RowError::ColumnType {
                column: field.name().clone(),
                found: field.data_type().to_string(),
            }),
        }
    }

    pub(super) fn array(&self) -> &'batch dyn Array {
        match self.values {
            Values::Text(values) => values,
            Values::LargeText(values) => values,
            Values::Count(values) => values,
            Values::Decimal(values) => values,
            Values::Boolean(values) => values,
            Values::Timestamp(values) => values,
            Values::Date(values) => values,
        }
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        self.array().is_null(row)
    }

    pub(super) fn value(&self, row: usize) -> Value<'batch> {
        if self.is_null(row) {
            return Value::Null;
        }
        match self.values {
            Values::Text(values) => Value::Text(values.value(row).into()),
            Values::LargeText(values) => Value::Text(values.value(row).into()),
            Values::Count(values) => Value::Count(values.value(row)),
            Values::Decimal(values) => Value::Decimal(decimal(values.value(row), values.scale())),
            Values::Boolean(values) => Value::Boolean(values.value(row)),
            Values::Timestamp(values) => match timestamp(values.value(row)) {
                Some(text) => Value::Text(text.into()),
                None => Value::Null,
            },
            Values::Date(values) => match date(values.value(row)) {
                Some(date) => Value::Text(date.to_string().into()),
                None => Value::Null,
            },
        }
    }

    /// Returns the value as text; `None` without one.
    pub(crate) fn text(&self, row: usize) -> Option<Cow<'batch, str>> {
        match self.value(row) {
            Value::Null => None,
            Value::Text(text) => Some(text),
            Value::Count(count) => Some(count.to_string().into()),
            Value::Decimal(text) => Some(text.into()),
            Value::Boolean(value) => Some(value.to_string().into()),
        }
    }
}

/// Returns the day of a column of dates.
fn date(days: i32) -> Option<Date> {
    Date::from_julian_day(EPOCH.checked_add(days)?).ok()
}

/// Writes a decimal number with its scale, without zeros at the end of the fraction.
pub(super) fn decimal(value: i128, scale: i8) -> String {
    let scale = usize::from(scale.max(0).unsigned_abs());
    let digits = format!("{:0>1$}", value.unsigned_abs(), scale + 1);
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    match fraction {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

/// Writes a moment as the service does, in UTC.
fn timestamp(microseconds: i64) -> Option<String> {
    let nanoseconds = i128::from(microseconds).checked_mul(1_000)?;
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
    let (date, time) = (moment.date(), moment.time());
    let text = format!(
        "{date}T{:02}:{:02}:{:02}",
        time.hour(),
        time.minute(),
        time.second()
    );
    Some(match time.microsecond() {
        0 => format!("{text}Z"),
        micros => format!("{text}.{micros:06}Z"),
    })
}
