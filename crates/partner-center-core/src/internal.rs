//! Functions that `partner-center-identity` shares with the pipeline. Not part of the public API.

pub use crate::credential_failure::SIGN_IN_HELP;
pub use crate::decode::strip_byte_order_mark;
pub use crate::excerpt::one_line;
pub use crate::rejected_token::SeemsExpired;
pub use crate::retry::{AttemptResult, Decision, RetryProgress, decide, random};
pub use crate::retry_after::from_headers as retry_after_of_headers;
pub use crate::token_check::token_payload;
pub use crate::transport::read_all;
