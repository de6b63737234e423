//! Errors of the identity platform: their format, and the error of each fault.

mod client_errors;
mod request_errors;
mod sign_in_error;

pub(crate) use sign_in_error::SignInError;
