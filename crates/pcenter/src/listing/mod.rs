//! Listings: rows from the service page by page, progress and continuation.

mod continuation_file;
mod progress;
mod source;

pub(crate) use continuation_file::{ContinuationFile, Position, Query, Written, folder_of};
pub(crate) use progress::{Progress, rows};
pub(crate) use source::{Broken, Once, Page, Paged, RowSource, Rows, Settings, Start};
