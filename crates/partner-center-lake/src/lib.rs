#![doc = include_str!("../README.md")]

mod analysis;
mod rows;

pub use analysis::{
    Amount, AnalysisError, Change, ChangeKind, Diff, Difference, Entity, Named, ReportKey, Total,
    Trend, TrendRow,
};
pub use rows::{RowError, TypedRows};
