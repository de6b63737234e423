//! What changed between two days, and sums per day: folds over the batches of a table, of which only
//! the needed columns are read.

mod amount;
mod columns;
mod diff;
mod key;
mod trend;

#[cfg(test)]
mod tests;

pub use amount::Amount;
pub use columns::AnalysisError;
pub use diff::{Change, ChangeKind, Diff, Difference, Entity, Total};
pub use key::{Named, ReportKey};
pub use trend::{Trend, TrendRow};
