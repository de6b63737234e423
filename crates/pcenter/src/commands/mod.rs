//! Commands: one module for all operations, one for each other command.

pub(crate) mod api;
pub(crate) mod auth;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod docs;
pub(crate) mod emulator;
pub(crate) mod export;
pub(crate) mod help;
pub(crate) mod man;
pub(crate) mod mcp;
pub(crate) mod operation;
pub(crate) mod profile;
pub(crate) mod report;
pub(crate) mod snapshot;
pub(crate) mod version;
