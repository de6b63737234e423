//! Fields of the tables that the commands print.
#![cfg_attr(
    not(feature = "lake"),
    expect(dead_code, reason = "only a build with the feature prints the tables")
)]

use partner_center::{Field, FieldKind};

const fn text(name: &'static str, meaning: &'static str) -> Field {
    Field::new(name, FieldKind::Text, meaning)
}

const fn count(name: &'static str, meaning: &'static str) -> Field {
    Field::new(name, FieldKind::Count, meaning)
}

const fn day(name: &'static str, meaning: &'static str) -> Field {
    Field::new(name, FieldKind::Timestamp, meaning)
}

const REPORT: Field = text("report", "Id of the report");

/// Tables of a history.
pub(crate) const TABLES: &[Field] = &[
    REPORT,
    day("latestDay", "Latest day with a snapshot"),
    count("rows", "Rows of the latest snapshot"),
    count("days", "Days with a snapshot"),
    day("firstDay", "First day with a snapshot"),
    count("missingDays", "Days between them without a snapshot"),
    count("incompleteDays", "Days whose snapshot is incomplete"),
    count("files", "Files of all snapshots"),
    count("bytes", "Size of these files, in bytes"),
    day(
        "fetchedAt",
        "Time at which the latest snapshot was requested",
    ),
];

/// Days of a table.
pub(crate) const DAYS: &[Field] = &[
    REPORT,
    day("processedDate", "Day of the snapshot"),
    Field::new(
        "isComplete",
        FieldKind::Boolean,
        "Whether the snapshot has all rows",
    ),
    count("rows", "Rows"),
    count("files", "Files"),
    count("bytes", "Size of the files, in bytes"),
    day("fetchedAt", "Time at which the rows were requested"),
];

/// Periods without snapshots.
pub(super) const MISSING: &[Field] = &[
    REPORT,
    day("firstDay", "First day without a snapshot"),
    day("lastDay", "Last day without a snapshot"),
    count("days", "Number of these days"),
];

/// Results of the checks.
pub(crate) const CHECKS: &[Field] = &[
    REPORT,
    day("processedDate", "Day of the snapshot"),
    Field::new("isValid", FieldKind::Boolean, "Whether all checks passed"),
    text("problem", "Check that failed"),
    count("rows", "Rows"),
    count("files", "Files"),
    count("bytes", "Size of the files, in bytes"),
];

/// Overview of the changes of all reports.
pub(crate) const CHANGES: &[Field] = &[
    REPORT,
    day("before", "Earlier day"),
    day("after", "Later day"),
    count("rowsBefore", "Rows of the earlier day"),
    count("rowsAfter", "Rows of the later day"),
    count("rowsAdded", "Keys of the later day alone"),
    count("rowsRemoved", "Keys of the earlier day alone"),
    count("rowsChanged", "Keys of both days with other counts"),
    count("customersAdded", "Customers of the later day alone"),
    count("customersRemoved", "Customers of the earlier day alone"),
    count("productsAdded", "Products of the later day alone"),
    count("productsRemoved", "Products of the earlier day alone"),
];

/// Sums of the counts of both days.
pub(super) const TOTALS: &[Field] = &[
    REPORT,
    text("column", "Column with the counts"),
    Field::new("before", FieldKind::Number, "Sum of the earlier day"),
    Field::new("after", FieldKind::Number, "Sum of the later day"),
    Field::new("difference", FieldKind::Number, "Later sum - earlier sum"),
];

/// Customers or products of one of the two days alone.
pub(super) const ENTITIES: &[Field] = &[
    REPORT,
    text("change", "added or removed"),
    text("name", "Name"),
    text("id", "Id, or the name where the report has no id"),
];

/// Files that are not part of a snapshot any more.
pub(crate) const FILES: &[Field] = &[
    REPORT,
    text("file", "Path of the file in the folder of the report"),
    count("bytes", "Size of the file, in bytes"),
    Field::new(
        "isRemoved",
        FieldKind::Boolean,
        "Whether the file was removed",
    ),
];

/// Unused licences by day.
pub(crate) const UNUSED_TREND: &[Field] = &[
    day("processedDate", "Day of the licences sold and deployed"),
    Field::new(
        "isComplete",
        FieldKind::Boolean,
        "Whether all snapshots of the day are there and complete",
    ),
    count("customerCount", "Customers in the report of the day"),
    count(
        "productCount",
        "Products of customers in the report of the day",
    ),
    count("licensesSold", "Licences sold of these products"),
    count(
        "licensesDeployed",
        "Licences of these products assigned to users",
    ),
    count("licensesUnused", "Licences not assigned or not active"),
    count("licensesReclaimable", "Unused licences beyond the reserve"),
];
