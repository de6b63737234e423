//! Commands of operations: their words, flags and help.
//!
//! Flags come from the catalog: the flags of an operation are those of its parameters.

mod call;
mod command;
mod customer_filter;
mod customer_flags;
mod examples;
mod flags;
mod help;
mod table;
mod words;

use std::ffi::OsString;

pub(crate) use call::{Call, Given, Prepared, grouped, limit};
pub(crate) use command::{
    Endpoint, OPERATION_COMMANDS, OperationCommand, commands, continuation_file,
};
pub(crate) use customer_filter::customers_that_start_with;
pub(crate) use customer_flags::CustomerChoice;
pub use flags::name as flag_of;
pub(crate) use flags::{of_query, plain};
pub(crate) use help::described;

/// Returns the arguments with positional parameters at the end, where the parser reads them.
pub(crate) fn in_order(arguments: Vec<OsString>) -> Vec<OsString> {
    words::in_order(table::WORDS, arguments)
}

/// Returns the words of the command for an operation, with its positional parameters as `<flag>`.
///
/// ```
/// assert_eq!(pcenter::words_of("subscriptions"), Some("subscriptions"));
/// assert_eq!(pcenter::words_of("customer"), Some("customers show <customer>"));
/// ```
pub fn words_of(operation_id: &str) -> Option<&'static str> {
    let mut lines = table::WORDS.iter();
    Some(lines.find(|words| words.operation == operation_id)?.text)
}
