use std::time::Duration;

use http::StatusCode;

use crate::error::ErrorKind;

/// Advice for a failed sign-in whose error has none.
pub const SIGN_IN_HELP: &str = "check tenant, application, secret and refresh token; a refresh \
    token that is 90 days old, revoked or without multi-factor authentication needs a new sign-in";

/// Properties of an error of a credential, for retries and messages.
///
/// The pipeline gets them from
/// [`PipelineOptions::credential_failure`](crate::PipelineOptions::credential_failure), because
/// this crate does not know the error types of credentials.
///
/// ```
/// use partner_center_core::{CredentialFailure, ErrorKind};
///
/// /// Properties of an error of a credential that calls a service of the company.
/// fn failure(error: &azure_core::Error) -> CredentialFailure {
///     match error.kind() {
///         // Retried, like a call without a response.
///         azure_core::error::ErrorKind::Io => CredentialFailure::new(ErrorKind::Network),
///         _ => CredentialFailure::unknown(error),
///     }
/// }
/// # let error = azure_core::Error::with_message(azure_core::error::ErrorKind::Io, "no response");
/// # assert_eq!(failure(&error).kind, ErrorKind::Network);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CredentialFailure {
    /// Kind of the error. [`ErrorKind::Network`] without a status means that no complete response
    /// arrived.
    pub kind: ErrorKind,
    /// Status of the sign-in service, if it is unavailable.
    pub status: Option<StatusCode>,
    /// Wait that the sign-in service requests before the next attempt.
    pub retry_after: Option<Duration>,
    /// Remedy, unless the message of the error contains it.
    pub help: Option<&'static str>,
}

impl CredentialFailure {
    /// Creates properties of this kind, without a status, a wait and a remedy.
    pub fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            status: None,
            retry_after: None,
            help: None,
        }
    }

    /// Returns the properties of an error of an unknown type: the sign-in is the cause.
    pub fn unknown(_error: &azure_core::Error) -> Self {
        Self {
            help: Some(SIGN_IN_HELP),
            ..Self::new(ErrorKind::Authentication)
        }
    }
}
