//! HTTP: the client that sends, responses and their headers, access tokens.

pub(crate) mod clock;
pub(crate) mod rejected_token;
pub(crate) mod response;
pub(crate) mod retry_after;
pub(crate) mod token_check;
pub mod transport;

pub use clock::Clock;
pub use rejected_token::RejectedToken;
pub use response::{RequestIds, Response};
pub use token_check::{TokenClaims, TokenRejection, TokenRequirements, check_token, token_claims};
pub use transport::{InsecureUrl, RootUrlError};
