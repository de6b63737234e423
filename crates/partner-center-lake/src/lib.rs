#![doc = include_str!("../README.md")]

mod columns;
mod error;
mod parquet;
mod schema;

pub use columns::{Columns, Origin};
pub use delta_kernel::arrow;
pub use error::LakeError;
pub use parquet::{Encoded, Facts, Footer, ParquetEncoder, ParquetFile, Sums};
pub use schema::{Column, Kind, MAX_DISCOVERED, Report, TableSchema};
