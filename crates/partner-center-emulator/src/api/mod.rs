//! The emulated API: routing, checks and documented responses.

pub(crate) mod api_error;
pub(crate) mod body;
pub(crate) mod checks;
pub(crate) mod cors;
pub(crate) mod documented;
pub(crate) mod lax_path;
pub(crate) mod mfa_header;
mod not_emulated;
pub(crate) mod paging;
pub(crate) mod parameters;
pub(crate) mod prepared;
pub(crate) mod response;
pub(crate) mod router;
pub(crate) mod settings;
