//! Journal of requests and their responses.

pub(crate) mod log;
pub(crate) mod observer;
mod recorded_body;
pub(crate) mod recorded_request;
mod secrets;
