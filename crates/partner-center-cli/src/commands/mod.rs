//! One module per group of commands.

pub(crate) mod completions;
pub(crate) mod emulator;
pub(crate) mod licenses;
