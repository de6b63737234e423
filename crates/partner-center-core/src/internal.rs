//! Functions that `partner-center-identity` shares with the pipeline. Not part of the public API.

pub use crate::error::SIGN_IN_HELP;
pub use crate::http::rejected_token::SeemsExpired;
pub use crate::http::retry_after::from_headers as retry_after_of_headers;
pub use crate::http::token_check::token_payload;
pub use crate::http::transport::read_all;
pub use crate::model::decode::strip_byte_order_mark;
pub use crate::model::sanitize::one_line;
pub use crate::pipeline::retry::{AttemptResult, Decision, RetryProgress, decide, random};
