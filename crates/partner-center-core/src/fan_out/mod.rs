//! The same call for many keys, a few at a time.
//!
//! For what the service answers per customer only: one call each, hundreds of them, of
//! which some fail. A failed call is a result like any other; the rest goes on.

mod calls;
mod report;
#[cfg(test)]
mod tests;

pub use calls::{FanOut, fan_out, fan_out_stream};
pub use report::{DoneKeys, FanOutReport};
