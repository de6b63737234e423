//! What commands do: one module for all reports, one for every other command.

pub(crate) mod auth;
pub(crate) mod completions;
pub(crate) mod emulator;
pub(crate) mod report;
