//! Slowing down as a whole where the service says that there are too many calls.

mod lane;
mod lanes;
mod limiter;

pub(crate) use lanes::Traffic;
pub(crate) use limiter::Held;
pub use limiter::Limiter;
