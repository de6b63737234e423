//! The emulated API: routing, checks and documented responses.

pub(crate) mod api_error;
pub(crate) mod checks;
pub(crate) mod documented;
pub(crate) mod mfa_header;
pub(crate) mod paging;
pub(crate) mod parameters;
pub(crate) mod response;
pub(crate) mod router;
