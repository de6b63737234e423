//! Listings: rows from the service page by page, progress and continuation.

mod continuation_file;
mod id_case;
mod progress;
mod source;

pub(crate) use continuation_file::{
    ContinuationFile, CustomersDone, Position, Query, Written, folder_of,
};
pub(crate) use progress::{Outcome, Progress, ProgressMode, Waits, rows};
pub(crate) use source::{
    Broken, FailedCustomer, NextPage, Once, Page, Paged, Parts, RowSource, Rows, Settings, Start,
    page,
};
