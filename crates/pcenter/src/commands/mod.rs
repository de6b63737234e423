//! Commands: one module for all reports, one for each other command.

pub(crate) mod auth;
pub(crate) mod completions;
pub(crate) mod emulator;
pub(crate) mod report;
