//! Parquet files of the rows of a listing.

mod encoder;
mod file;
mod footer;
mod sums;
#[cfg(test)]
mod tests;

pub use encoder::{Encoded, ParquetEncoder};
pub use file::ParquetFile;
pub use footer::{Facts, Footer};
pub use sums::Sums;
