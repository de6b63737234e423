//! Journal of requests and their responses.

pub(crate) mod log;
mod recorded_body;
pub(crate) mod recorded_request;
mod secrets;
