//! Client-side rate limiting, learned from the service's 429 responses.

mod bucket;
mod buckets;
mod limiter;
#[cfg(test)]
mod simulation;

pub(crate) use buckets::Traffic;
pub use limiter::Limiter;
pub(crate) use limiter::{PauseTooLong, Permit};
