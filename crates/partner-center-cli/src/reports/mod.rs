//! Reports: their commands, operations and flags.
//!
//! Flags come from the operation table of the client: the flags of an operation are those of its
//! parameters.

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

/// Returns the `operationId`s of all operations that a command calls.
pub fn operation_ids() -> impl Iterator<Item = &'static str> {
    REPORTS
        .iter()
        .flat_map(|report| report.endpoints)
        .map(|endpoint| endpoint.id)
}
