#![doc = include_str!("../README.md")]

mod analysis;
mod columns;
mod error;
mod history;
mod parquet;
mod rows;
mod schema;
mod storage;

pub use analysis::{
    Amount, AnalysisError, Change, ChangeKind, Diff, Difference, Entity, Named, ReportKey, Total,
    Trend, TrendRow,
};
pub use columns::{Columns, Origin};
pub use delta_kernel::{arrow, object_store};
pub use error::LakeError;
pub use history::{
    Cleaned, Committed, Completeness, Day, History, Lock, Problem, RecordBatches, RemovedFile,
    SnapshotWriter, Table, Verification,
};
pub use parquet::{Encoded, Facts, Footer, ParquetEncoder, ParquetFile, Sums};
pub use rows::{RowError, TypedRows};
pub use schema::{Column, Kind, MAX_DISCOVERED, Report, TableSchema};
pub use storage::{Cause, Storage, StorageBuilder, StorageFailure};
