//! Data files and days of a table, from its log.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::expressions::{Expression, Predicate, Scalar};
use delta_kernel::scan::state::ScanFile;
use delta_kernel::scan::{Scan, ScanMetadata};
use delta_kernel::schema::SchemaRef;
use delta_kernel::snapshot::SnapshotRef;
use partner_center_core::Timestamp;
use serde::Deserialize;
use time::{Date, Month, OffsetDateTime};

use super::engine::blocking;
use super::table::{Inner, Table};
use super::{IS_COMPLETE, PROCESSED_DATE};
use crate::LakeError;
use crate::arrow::array::{AsArray as _, RecordBatch};
use crate::arrow::datatypes::Date32Type;

/// Snapshot of a report on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Day {
    /// UTC date for which the service processed the rows.
    pub date: Date,
    /// `false` if the listing ended before all rows were received.
    pub is_complete: bool,
    /// Number of rows. `None` if another program wrote a file without statistics.
    pub rows: Option<u64>,
    /// Size of the data files in bytes.
    pub bytes: u64,
    /// Number of data files.
    pub files: usize,
    /// Time of the listing in UTC, rounded down to milliseconds. `None` if the snapshot has no rows
    /// or another program wrote a file without statistics.
    pub fetched_at: Option<OffsetDateTime>,
}

impl Table {
    /// Days of the table in ascending order. Only the log is read, no data file.
    ///
    /// # Errors
    ///
    /// [`LakeError::Storage`] or [`LakeError::DamagedTable`] if the log cannot be read.
    pub async fn days(&self) -> Result<Vec<Day>, LakeError> {
        let inner = Arc::clone(&self.inner);
        blocking(move || {
            let files = inner.files(&inner.latest()?, &[])?;
            Ok(days(&files))
        })
        .await
    }
}

fn days(files: &[DataFile]) -> Vec<Day> {
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    for file in files {
        let Some(date) = file.day else {
            continue;
        };
        days.entry(date)
            .and_modify(|day| {
                day.is_complete &= file.is_complete;
                day.rows = day.rows.zip(file.rows).map(|(one, two)| one + two);
                day.bytes += file.bytes();
                day.files += 1;
                // The first time: all files of a snapshot have the same one.
                day.fetched_at = match (day.fetched_at, file.fetched_at) {
                    (Some(one), Some(two)) => Some(one.min(two)),
                    (one, two) => one.or(two),
                };
            })
            .or_insert_with(|| Day {
                date,
                is_complete: file.is_complete,
                rows: file.rows,
                bytes: file.bytes(),
                files: 1,
                fetched_at: file.fetched_at,
            });
    }
    days.into_values().collect()
}

/// Data file of a version of a table.
#[derive(Debug)]
pub(super) struct DataFile {
    pub(super) file: ScanFile,
    pub(super) day: Option<Date>,
    pub(super) is_complete: bool,
    pub(super) rows: Option<u64>,
    fetched_at: Option<OffsetDateTime>,
}

impl DataFile {
    pub(super) fn bytes(&self) -> u64 {
        self.file.size.try_into().unwrap_or(0)
    }
}

impl Inner {
    /// Scan of the days, or of all days if there are none. Files of other days may be included.
    pub(super) fn scan(
        &self,
        snapshot: &SnapshotRef,
        days: &[Date],
        columns: Option<SchemaRef>,
    ) -> Result<Scan, LakeError> {
        let column = || Expression::column([PROCESSED_DATE]);
        let predicate = days.iter().min().zip(days.iter().max()).map(|(from, to)| {
            Arc::new(Predicate::and(
                Predicate::ge(column(), Expression::literal(scalar(*from))),
                Predicate::le(column(), Expression::literal(scalar(*to))),
            ))
        });
        Arc::clone(snapshot)
            .scan_builder()
            .with_schema_opt(columns)
            .with_predicate(predicate)
            .build()
            .map_err(|error| self.error("plan the scan", &error))
    }

    /// Log entries of the files of a scan.
    pub(super) fn entries(&self, scan: &Scan) -> Result<Vec<ScanMetadata>, LakeError> {
        scan.scan_metadata(&*self.engine)
            .and_then(Iterator::collect)
            .map_err(|error| self.error("read the log", &error))
    }

    /// Data files of the days, or of all days if there are none, in the order of the days and of
    /// their names, which begin with their position in the snapshot.
    pub(super) fn files(
        &self,
        snapshot: &SnapshotRef,
        days: &[Date],
    ) -> Result<Vec<DataFile>, LakeError> {
        let entries = self.entries(&self.scan(snapshot, days, None)?)?;
        self.data_files(&entries, days)
    }

    pub(super) fn data_files(
        &self,
        entries: &[ScanMetadata],
        days: &[Date],
    ) -> Result<Vec<DataFile>, LakeError> {
        let mut files = Vec::new();
        for entry in entries {
            let found = entry
                .visit_scan_files(Vec::new(), |files, file| files.push(file))
                .map_err(|error| self.error("read the log", &error))?;
            let mut fetched = fetched_at(entry);
            for file in found {
                let text = |column: &str| file.partition_values.get(column).map(String::as_str);
                let day = text(PROCESSED_DATE).and_then(date);
                if !days.is_empty() && !day.is_some_and(|day| days.contains(&day)) {
                    continue;
                }
                let deleted = file
                    .dv_info
                    .cardinality()
                    .map_err(|error| self.error("read the log", &error))?;
                files.push(DataFile {
                    day,
                    is_complete: text(IS_COMPLETE) != Some("false"),
                    rows: file
                        .stats
                        .as_ref()
                        .map(|stats| stats.num_records.saturating_sub(deleted.unwrap_or(0))),
                    fetched_at: fetched.remove(&file.path),
                    file,
                });
            }
        }
        files.sort_by(|one, two| (one.day, &one.file.path).cmp(&(two.day, &two.file.path)));
        Ok(files)
    }
}

/// Returns the rows of a log entry as Arrow columns.
pub(super) fn arrow(entry: &ScanMetadata) -> Option<&RecordBatch> {
    let data: &ArrowEngineData = entry.scan_files.data().any_ref().downcast_ref()?;
    Some(data.record_batch())
}

/// Times of the listings by path of the file, from the statistics in the log.
fn fetched_at(entry: &ScanMetadata) -> HashMap<String, OffsetDateTime> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Stats {
        min_values: Values,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Values {
        fetched_at: Option<String>,
    }

    let column = |name| {
        let array = arrow(entry)?.column_by_name(name)?;
        array.as_string_opt::<i32>()
    };
    let (Some(paths), Some(stats)) = (column("path"), column("stats")) else {
        return HashMap::new();
    };
    paths
        .iter()
        .zip(stats.iter())
        .filter_map(|(path, stats)| {
            let stats: Stats = serde_json::from_str(stats?).ok()?;
            let text: Timestamp = stats.min_values.fetched_at?.parse().ok()?;
            Some((path?.to_owned(), text.to_utc()?))
        })
        .collect()
}

/// Value of a date in the log.
fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// Julian day of 1970-01-01.
const EPOCH: i32 = 2_440_588;

pub(super) fn scalar(date: Date) -> Scalar {
    Scalar::Date(date.to_julian_day() - EPOCH)
}

/// Returns the day of the rows of a batch: the value of `processedDate` in its first row. `None`
/// without rows, and if the column was not selected.
pub(super) fn day_of(batch: &RecordBatch) -> Option<Date> {
    let days = batch.column_by_name(PROCESSED_DATE)?;
    let days = days.as_primitive_opt::<Date32Type>()?;
    let first = days.iter().next()??;
    Date::from_julian_day(first.checked_add(EPOCH)?).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    #[test]
    fn reads_dates_of_the_log() {
        assert_eq!(super::date("2026-11-05"), Some(date!(2026 - 11 - 05)));
        for text in [
            "",
            "2026-11",
            "2026-13-01",
            "2026-02-30",
            "__HIVE_DEFAULT_PARTITION__",
        ] {
            assert_eq!(super::date(text), None, "{text}");
        }
        let scalar = delta_kernel::expressions::Scalar::Date(1);
        assert_eq!(super::scalar(date!(1970 - 01 - 02)), scalar);
    }
}
