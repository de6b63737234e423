//! Rows as Arrow columns.

mod decimal;
mod json;
mod plan;
#[cfg(test)]
mod tests;
mod values;

use std::collections::HashMap;
use std::sync::Arc;

use delta_kernel::arrow::array::{
    ArrayRef, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use delta_kernel::arrow::datatypes::SchemaRef;
use partner_center_catalog::SPEC_SHA256;
use partner_center_core::{FieldValue, Row, Timestamp};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use self::decimal::Decimal;
pub(crate) use self::decimal::ONE;
use self::plan::Plan;
use self::values::Values;
use crate::schema::{AS_SENT, CORRELATION_ID, FETCHED_AT, SPEC_VERSION};
use crate::{Kind, LakeError, TableSchema};

/// Field with the time of the figures of a row.
const PROCESSED: &str = "processedDateTime";
/// Number of hexadecimal digits of the digest of the spec.
const SPEC_DIGITS: usize = 12;

/// Origin of the rows of a listing.
///
/// ```
/// use partner_center_lake::Origin;
/// use time::macros::datetime;
/// use uuid::Uuid;
///
/// let origin = Origin::new(datetime!(2026-01-31 04:00 UTC), Uuid::nil());
/// assert_eq!(origin.spec_version.len(), 12);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Origin {
    /// Time at which the listing was requested.
    pub fetched_at: OffsetDateTime,
    /// Correlation id of the requests.
    pub correlation_id: Uuid,
    /// Start of the digest of the spec that the program was built from.
    pub spec_version: String,
}

impl Origin {
    /// Creates the origin of a listing of this program.
    #[must_use]
    pub fn new(fetched_at: OffsetDateTime, correlation_id: Uuid) -> Self {
        Self {
            fetched_at,
            correlation_id,
            spec_version: SPEC_SHA256
                .get(..SPEC_DIGITS)
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// Rows of a report that are being collected as Arrow columns.
///
/// Undocumented properties get columns once a row has them; see [`TableSchema`]. Values that their
/// column cannot represent exactly are rounded or null, with their text in the column `asSent`: a
/// moment with another offset than UTC, with more than six fraction digits or in the year 1, which
/// means "never", and a number with more than 18 fraction digits or more than 20 digits before its
/// point.
///
/// ```
/// use partner_center::types::CommercialLicensesDeployment;
/// use partner_center_catalog::Operation;
/// use partner_center_lake::{Columns, Origin, TableSchema};
/// use time::macros::datetime;
/// use uuid::Uuid;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let report = Operation::find("commercial_licenses_deployment").unwrap();
/// let origin = Origin::new(datetime!(2026-01-31 04:00 UTC), Uuid::nil());
/// let mut columns = Columns::new(TableSchema::of(report), &origin);
///
/// let row: CommercialLicensesDeployment =
///     serde_json::from_str(r#"{"customerName":"Contoso","licensesSold":5,"tier":"gold"}"#)?;
/// columns.append(&row)?;
/// let batch = columns.finish()?;
/// assert_eq!(batch.num_rows(), 1);
/// assert!(batch.column_by_name("tier").is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Columns {
    plan: Plan,
    writer: Writer,
    origin: Origin,
}

/// Columns without the plan of the rows, which is borrowed while values are added.
#[derive(Debug)]
struct Writer {
    schema: TableSchema,
    values: Vec<(Kind, Values)>,
    /// Number of complete rows.
    rows: usize,
    /// Values of the current row that are not in their columns: JSON members.
    as_sent: Vec<u8>,
    as_sent_column: Option<usize>,
    processed_column: Option<usize>,
    /// Latest moment of that column, in microseconds.
    latest_processed: Option<i64>,
    /// Columns of undocumented properties, by their paths; `None` for those that are not selected.
    discovered: HashMap<String, Option<usize>>,
}

impl Columns {
    /// Creates columns without rows.
    #[must_use]
    pub fn new(schema: TableSchema, origin: &Origin) -> Self {
        let values = schema.columns().iter();
        let values = values.map(|column| new_values(column.kind())).collect();
        Self {
            plan: Plan::new(schema.report().fields, String::new()),
            writer: Writer {
                values,
                rows: 0,
                as_sent: Vec::new(),
                as_sent_column: schema.position(AS_SENT),
                processed_column: schema.position(PROCESSED),
                latest_processed: None,
                discovered: HashMap::new(),
                schema,
            },
            origin: origin.clone(),
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// [`LakeError::ChangedType`] for a value that does not fit the type of its column, and
    /// [`LakeError::TooManyProperties`]. The columns can no longer be used then.
    pub fn append(&mut self, row: &dyn Row) -> Result<(), LakeError> {
        self.plan.row(row, &mut self.writer)?;
        self.writer.end_row();
        Ok(())
    }

    /// Returns the number of rows since the last [`finish`](Self::finish).
    #[must_use]
    pub fn len(&self) -> usize {
        self.writer.rows
    }

    /// Returns whether there are no rows since the last [`finish`](Self::finish).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writer.rows == 0
    }

    /// Returns the rows since the last call as a record batch, with the columns of
    /// [`schema`](Self::schema). A batch may have more columns than the one before it.
    ///
    /// # Errors
    ///
    /// [`LakeError::Parquet`] if Arrow refuses the columns, for example because their texts have
    /// more than 2 GiB.
    pub fn finish(&mut self) -> Result<RecordBatch, LakeError> {
        let writer = &mut self.writer;
        let rows = std::mem::take(&mut writer.rows);
        let mut arrays: Vec<ArrayRef> = writer
            .values
            .iter_mut()
            .map(|(_, values)| values.finish(rows))
            .collect();
        let fetched_at = micros(self.origin.fetched_at);
        let correlation_id = self.origin.correlation_id.to_string();
        let text = |text: &str| -> ArrayRef { Arc::new(StringArray::new_repeated(text, rows)) };
        let moments = TimestampMicrosecondArray::from_value(fetched_at, rows).with_timezone("UTC");
        for (name, array) in [
            (FETCHED_AT, Arc::new(moments) as ArrayRef),
            (CORRELATION_ID, text(&correlation_id)),
            (SPEC_VERSION, text(&self.origin.spec_version)),
        ] {
            let position = writer.schema.position(name);
            if let Some(place) = position.and_then(|position| arrays.get_mut(position)) {
                *place = array;
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(writer.schema.arrow(), arrays, &options)
            .map_err(LakeError::writing)
    }

    /// Returns the Arrow schema, with the columns of the properties that rows had so far.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        self.writer.schema.arrow()
    }

    /// Returns the columns, with those of the properties that rows had so far.
    #[must_use]
    pub fn table_schema(&self) -> &TableSchema {
        &self.writer.schema
    }

    /// Returns the latest UTC date of `processedDateTime` in all rows so far.
    #[must_use]
    pub fn latest_processed_date(&self) -> Option<Date> {
        let seconds = self.writer.latest_processed?.div_euclid(1_000_000);
        let moment = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        Some(moment.date())
    }
}

impl Writer {
    fn end_row(&mut self) {
        self.rows += 1;
        if self.as_sent.is_empty() {
            return;
        }
        self.as_sent.push(b'}');
        let column = self.as_sent_column;
        if let Some((_, Values::Text(texts))) =
            column.and_then(|column| self.values.get_mut(column))
            // The members are JSON, which is UTF-8.
            && let Ok(text) = str::from_utf8(&self.as_sent)
        {
            let missing = (self.rows - 1).saturating_sub(texts_len(texts));
            texts.append_nulls(missing);
            texts.append_value(text);
        }
        self.as_sent.clear();
    }

    /// Returns the kind of a column and its values, with a null for each earlier row that has no
    /// value; `None` if the current row already has one.
    fn place(&mut self, column: usize) -> Option<(Kind, &mut Values)> {
        let (kind, values) = self.values.get_mut(column)?;
        if values.len() > self.rows {
            return None;
        }
        values.fill(self.rows);
        Some((*kind, values))
    }

    /// Adds the value of a documented field.
    fn value(&mut self, column: usize, value: FieldValue<'_>, path: &str) -> Result<(), LakeError> {
        if value.is_null() {
            return Ok(());
        }
        let Some((kind, values)) = self.place(column) else {
            let mut json = Vec::new();
            value.write_json(&mut json).map_err(LakeError::writing)?;
            return self.set_aside(path, &json);
        };
        match (values, value) {
            (Values::Text(texts), FieldValue::Text(text)) if kind == Kind::Guid => {
                append_lower_case(texts, text);
            }
            (Values::Text(texts), FieldValue::Text(text)) => texts.append_value(text),
            (Values::Count(counts), FieldValue::Integer(count)) => counts.append_value(count),
            (Values::Boolean(values), FieldValue::Boolean(value)) => values.append_value(value),
            (Values::Number(numbers), FieldValue::Integer(number)) => {
                numbers.append_value(i128::from(number) * ONE);
            }
            (Values::Number(_), FieldValue::Number(number)) => {
                return self.number(column, number.as_str());
            }
            (Values::Timestamp(_), FieldValue::Timestamp(moment)) => {
                return self.moment(column, moment);
            }
            (Values::Text(texts), value) => {
                let mut buffer = Vec::new();
                texts.append_value(value.text(&mut buffer).map_err(LakeError::writing)?);
            }
            (_, value) => {
                let mut json = Vec::new();
                value.write_json(&mut json).map_err(LakeError::writing)?;
                let json = String::from_utf8_lossy(&json);
                return self.json(column, &json, path);
            }
        }
        Ok(())
    }

    fn number(&mut self, column: usize, text: &str) -> Result<(), LakeError> {
        let Some((_, Values::Number(numbers))) = self.place(column) else {
            return Ok(());
        };
        match Decimal::read(text) {
            Some(Decimal::Exact(number)) => numbers.append_value(number),
            Some(Decimal::Rounded(number)) => {
                numbers.append_value(number);
                return self.keep_text(column, text);
            }
            Some(Decimal::TooLarge) => {
                numbers.append_null();
                return self.keep_text(column, text);
            }
            None => return Err(self.changed(column, "text")),
        }
        Ok(())
    }

    fn moment(&mut self, column: usize, moment: &Timestamp) -> Result<(), LakeError> {
        let is_processed = self.processed_column == Some(column);
        let Some((_, Values::Timestamp(moments))) = self.place(column) else {
            return Ok(());
        };
        match moment.to_utc() {
            Some(utc) => {
                let micros = micros(utc);
                moments.append_value(micros);
                if is_processed {
                    self.latest_processed = self.latest_processed.max(Some(micros));
                }
                match is_exact(moment.as_str()) {
                    true => Ok(()),
                    false => self.keep_text(column, moment.as_str()),
                }
            }
            None => {
                moments.append_null();
                self.keep_text(column, moment.as_str())
            }
        }
    }

    /// Adds the text of a value of the current row to `asSent`, under the name of its column.
    fn keep_text(&mut self, column: usize, text: &str) -> Result<(), LakeError> {
        let column = self.schema.columns().get(column);
        let name = column.map_or("", |column| column.name());
        let json = serde_json::to_vec(text).map_err(LakeError::writing)?;
        member(&mut self.as_sent, name, &json)
    }

    /// Adds a value of the current row to `asSent`, because its column has another value.
    fn set_aside(&mut self, path: &str, json: &[u8]) -> Result<(), LakeError> {
        let text = String::from_utf8_lossy(json);
        let json = match json.first() {
            Some(b'"') => json.to_vec(),
            _ => serde_json::to_vec(&text).map_err(LakeError::writing)?,
        };
        member(&mut self.as_sent, path, &json)
    }

    fn changed(&self, column: usize, now: &str) -> LakeError {
        let column = self.schema.columns().get(column);
        LakeError::ChangedType {
            column: column.map_or_else(String::new, |column| column.name().to_owned()),
            in_table: column
                .map_or("", |column| column.kind().type_name())
                .to_owned(),
            now: now.to_owned(),
        }
    }
}

fn new_values(kind: Kind) -> (Kind, Values) {
    (kind, Values::new(kind))
}

fn texts_len(texts: &delta_kernel::arrow::array::StringBuilder) -> usize {
    use delta_kernel::arrow::array::ArrayBuilder;

    texts.len()
}

/// Adds a member to an object that is not closed yet.
fn member(object: &mut Vec<u8>, name: &str, json: &[u8]) -> Result<(), LakeError> {
    object.push(match object.is_empty() {
        true => b'{',
        false => b',',
    });
    serde_json::to_writer(&mut *object, name).map_err(LakeError::writing)?;
    object.push(b':');
    object.extend_from_slice(json);
    Ok(())
}

/// Returns the moment in microseconds since 1970, rounded down.
fn micros(moment: OffsetDateTime) -> i64 {
    let nanos = moment.unix_timestamp_nanos();
    i64::try_from(nanos.div_euclid(1_000)).unwrap_or(i64::MAX)
}

/// Returns whether the text of a moment has no more than six fraction digits, apart from zeros, and
/// no offset other than UTC.
fn is_exact(text: &str) -> bool {
    let text = text.trim();
    // The offset is behind the date and the time.
    let Some(rest) = text.get(10..) else {
        return true;
    };
    if let Some((_, fraction)) = rest.split_once('.') {
        let mut beyond = fraction.bytes().take_while(u8::is_ascii_digit).skip(6);
        if beyond.any(|digit| digit != b'0') {
            return false;
        }
    }
    match rest.rfind(['+', '-']) {
        Some(sign) => rest
            .get(sign + 1..)
            .is_none_or(|offset| offset.bytes().all(|byte| matches!(byte, b'0' | b':'))),
        None => true,
    }
}

/// Adds a text in lower case.
fn append_lower_case(texts: &mut delta_kernel::arrow::array::StringBuilder, text: &str) {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => texts.append_value(text.to_ascii_lowercase()),
        false => texts.append_value(text),
    }
}
