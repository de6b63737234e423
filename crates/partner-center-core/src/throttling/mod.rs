//! Slowing down as a whole where the service reports too many calls.

mod bucket;
mod buckets;
mod limiter;
#[cfg(test)]
mod simulation;

pub(crate) use buckets::Traffic;
pub use limiter::Limiter;
pub(crate) use limiter::{Held, Permit};
