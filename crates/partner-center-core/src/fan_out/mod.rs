//! Concurrent calls for many keys.
//!
//! Some operations return data of one customer only, so that a report needs hundreds of calls, of
//! which some may fail. A failed call does not stop the other calls.

mod calls;
mod report;
#[cfg(test)]
mod tests;

pub use calls::{FanOut, fan_out, fan_out_stream};
pub use report::{DoneKeys, FanOutReport};
