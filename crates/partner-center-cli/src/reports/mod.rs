//! The reports: which command calls which operation, with which flags.
//!
//! Flags come from the operation table of the client: an operation has the flags of its
//! parameters, no others.

mod arguments;
mod customer_filter;
mod endpoint;
mod help;
mod options;
mod report;
mod table;

pub(crate) use endpoint::{Endpoint, Prepared};
pub(crate) use report::{Report, continuation_file, limit};
pub(crate) use table::{GROUPS, REPORTS};

/// The operations that a command calls, by their `operationId`.
pub fn operation_ids() -> impl Iterator<Item = &'static str> {
    REPORTS
        .iter()
        .flat_map(|report| report.endpoints)
        .map(|endpoint| endpoint.id)
}
