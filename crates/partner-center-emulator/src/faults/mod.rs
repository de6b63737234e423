//! Injected faults and throttling.

pub(crate) mod apply;
pub(crate) mod fault;
mod partial_body;
pub(crate) mod queue;
pub(crate) mod rate_limit;
mod slow_body;
