//! History of reports: Delta tables, one commit for each report and day.

mod attempt;
mod clean;
mod commit;
mod create;
mod days;
mod engine;
mod lock;
mod scan;
mod table;
mod upload;
mod verify;
mod writer;

pub use clean::{Cleaned, RemovedFile};
pub use commit::Committed;
pub use days::Day;
pub use lock::Lock;
pub use scan::RecordBatches;
pub use table::{History, Table};
pub use verify::{Problem, Verification};
pub use writer::{Completeness, SnapshotWriter};

/// Partition column of the day of a snapshot.
const PROCESSED_DATE: &str = "processedDate";

/// Partition column of whether a snapshot contains all rows.
const IS_COMPLETE: &str = "isComplete";

/// Latest format of tables that this version writes and reads.
const FORMAT: u32 = 1;

/// Table properties.
mod property {
    pub(super) const OPERATION: &str = "partnerCenter.operation";
    pub(super) const PARTNER: &str = "partnerCenter.partner";
    pub(super) const FORMAT: &str = "partnerCenter.format";
}
