//! Injected faults and throttling.

pub(crate) mod apply;
mod constructors;
pub(crate) mod fault;
pub(crate) mod kind;
pub(crate) mod listings;
mod ordered_object;
pub(crate) mod page_changes;
pub(crate) mod partial_body;
pub(crate) mod queue;
pub(crate) mod rate_limit;
pub(crate) mod read;
mod slow_body;
pub(crate) mod table;
