//! Errors of the credentials, each the `source()` of an `azure_core::Error`.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use azure_core::error::{Error, ErrorKind as CoreErrorKind};
use http::StatusCode;

use super::{StoreError, aadsts};
use partner_center_core::internal::one_line;
use partner_center_core::{ErrorKind, TransportError};

/// Any error of a credential. `Clone`, because all callers that wait for a token get the error.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error(transparent)]
    Failure(#[from] SignInFailure),
    #[error(transparent)]
    Refused(#[from] SignInRejected),
    #[error(transparent)]
    RefreshToken(#[from] RefreshTokenError),
    #[error(transparent)]
    Browser(#[from] BrowserSignInError),
    #[cfg(feature = "client-certificate")]
    #[error(transparent)]
    Certificate(#[from] super::ClientCertificateError),
    #[error("{0}")]
    Other(Cow<'static, str>),
}

impl TokenError {
    pub(crate) fn other(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Other(message.into())
    }

    /// Returns whether another refresh token or a new sign-in may help.
    pub(crate) fn needs_new_refresh_token(&self) -> bool {
        match self {
            Self::Refused(refused) => {
                matches!(
                    refused.error.as_str(),
                    "invalid_grant" | "interaction_required"
                )
            }
            Self::RefreshToken(error) => matches!(error, RefreshTokenError::Missing),
            _ => false,
        }
    }
}

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        let message = error.to_string();
        match error {
            TokenError::Failure(source) => {
                Self::with_error(CoreErrorKind::Credential, source, message)
            }
            TokenError::Refused(source) => {
                Self::with_error(CoreErrorKind::Credential, source, message)
            }
            TokenError::RefreshToken(source) => {
                Self::with_error(CoreErrorKind::Credential, source, message)
            }
            TokenError::Browser(source) => {
                Self::with_error(CoreErrorKind::Credential, source, message)
            }
            #[cfg(feature = "client-certificate")]
            TokenError::Certificate(source) => {
                Self::with_error(CoreErrorKind::Credential, source, message)
            }
            TokenError::Other(message) => Self::with_message(CoreErrorKind::Credential, message),
        }
    }
}

/// OAuth error response of the sign-in service (RFC 6749, 5.2). The credentials of this crate
/// return it as a `source()` of their errors.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = partner_center_emulator::Emulator::builder().start().await?;
/// use std::error::Error;
///
/// use partner_center_identity::{RefreshTokenCredential, SignInRejected, TokenCredential};
///
/// # let (tenant, client_id) = (emulator.tenant_id(), emulator.client_id());
/// let credential = RefreshTokenCredential::builder(tenant, client_id, "an-old-token")
/// #   .authority(emulator.authority())
/// #   .client_secret(emulator.client_secret().to_owned())
///     .build()?;
/// let scope = "https://api.partnercenter.microsoft.com/.default";
/// let error = credential.get_token(&[scope], None).await.unwrap_err();
///
/// let rejected = error.source().and_then(|source| source.downcast_ref::<SignInRejected>());
/// let rejected = rejected.ok_or("another error")?;
/// assert_eq!(rejected.error, "invalid_grant");
/// assert_eq!(rejected.aadsts, Some(70000));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the token endpoint rejected the request: {error}{}", described(description.as_deref()))]
#[non_exhaustive]
pub struct SignInRejected {
    /// OAuth error code, such as `invalid_grant`.
    pub error: String,
    /// Microsoft's number of the reason: the digits after `AADSTS`.
    pub aadsts: Option<u32>,
    /// First line of the service's description, without trace ids, at most 300 characters.
    pub description: Option<String>,
    /// Meaning and remedy of a known error.
    pub help: Option<&'static str>,
}

fn described(description: Option<&str>) -> String {
    description.map_or_else(String::new, |text| format!(": {text}"))
}

impl SignInRejected {
    pub(crate) fn new(error: &str, description: Option<&str>) -> Self {
        let aadsts = description.and_then(aadsts::aadsts_code);
        let description = description.map(|description| {
            // Microsoft appends trace ids to the sentence or on further lines.
            let sentence = description.split("Trace ID:").next().unwrap_or_default();
            let sentence = sentence.lines().next().unwrap_or_default();
            one_line(sentence.trim(), 300)
        });
        let help = aadsts.and_then(aadsts::aadsts_help);
        Self {
            error: one_line(error, 60),
            aadsts,
            description,
            help: help.or(match error {
                "invalid_grant" => Some(
                    "the refresh token or code has expired, was revoked or belongs to another \
                     application: sign in again",
                ),
                "invalid_client" => Some("check the client id and the client secret"),
                "access_denied" | "authorization_declined" => {
                    Some("the user declined: start the sign-in again and accept")
                }
                "expired_token" | "code_expired" => Some(
                    "the sign-in was not completed in time: start the sign-in again, and enter \
                     the new code",
                ),
                _ => None,
            }),
        }
    }
}

/// Error of a refresh token or its store. The credentials of this crate return it as a
/// `source()` of their errors.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshTokenError {
    /// The store is empty: no user has signed in yet.
    #[error("there is no refresh token in the store: sign in first")]
    Missing,
    /// The sign-in returned an access token, but no refresh token.
    #[error(
        "the sign-in returned no refresh token, so it would expire within an hour: allow the \
         application `offline_access`, and sign in again"
    )]
    NotReturned,
    /// The token in the store belongs to another application or tenant.
    #[error(
        "the store holds the token of application `{client_id}` in tenant `{tenant}`: use this \
         application and tenant, choose another store, or sign in again to replace the token"
    )]
    #[non_exhaustive]
    OtherApplication {
        /// Tenant of the token.
        tenant: String,
        /// Application (client) id of the token.
        client_id: String,
    },
    /// The store cannot be used. No refresh token was exchanged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sign-in returned a new refresh token that could not be saved to the store.
    #[error(
        "the new refresh token could not be saved: {source}; it is kept in memory, and every \
         further call tries to save it: keep this process running until that succeeds"
    )]
    #[non_exhaustive]
    NotSaved {
        /// Error of the store.
        source: StoreError,
    },
}

/// Error of a sign-in by browser. An
/// [`AuthorizationCodeCredential`](super::AuthorizationCodeCredential) returns it as a `source()`
/// of its errors.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserSignInError {
    /// A sign-in of this application is already in progress in this process.
    #[error("another sign-in of this application is waiting for the browser: finish it first")]
    AlreadyInProgress,
    /// No response from the browser within the timeout.
    #[error(
        "the browser did not return within {} seconds: start the sign-in again, or sign in by \
         device code if this machine has no browser", after.as_secs()
    )]
    #[non_exhaustive]
    TimedOut {
        /// The timeout.
        after: Duration,
    },
    /// Within the timeout, the browser returned only responses to other sign-ins, or forged ones.
    #[error("the browser returned only the response to another sign-in: start the sign-in again")]
    WrongState,
    /// The identity token belongs to another sign-in, or was forged.
    #[error("the sign-in service returned the token of another sign-in: start the sign-in again")]
    WrongNonce,
    /// The port of the redirect address is not available.
    #[error(
        "cannot listen on port {port} of this machine: {source}; choose another port, or 0 for \
         any free port"
    )]
    #[non_exhaustive]
    Listen {
        /// The requested port; 0 for any free port.
        port: u16,
        /// Error of the operating system.
        source: Arc<std::io::Error>,
    },
    /// The sign-in page could not be shown.
    #[error("the browser could not be opened: {source}; sign in by device code instead")]
    #[non_exhaustive]
    Open {
        /// Error of the function that opens the browser.
        source: Arc<std::io::Error>,
    },
}

/// Failure of the sign-in service or of the connection to it, independent of the credential. The
/// credentials of this crate return it as a `source()` of their errors.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInFailure {
    /// No complete response arrived.
    #[error("the token endpoint could not be reached")]
    Unreachable(#[source] TransportError),
    /// The token endpoint returned a status that is neither success nor an OAuth error, such as
    /// 302, 429 or 503.
    #[error("the token endpoint returned {status}")]
    #[non_exhaustive]
    Unavailable {
        /// Status of the response.
        status: StatusCode,
        /// Wait that the service requests before the next attempt.
        retry_after: Option<Duration>,
    },
    /// The response exceeds the size limit.
    #[error(
        "the response of the token endpoint is larger than {} bytes",
        super::token_endpoint::BODY_LIMIT
    )]
    TooLarge,
    /// The response is neither a token response nor an OAuth error, but, for example, a page of a
    /// proxy.
    #[error("the response of the token endpoint is not a token response")]
    NotATokenResponse,
}

impl SignInFailure {
    pub(crate) fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(TransportError::new(error))
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable(_) => ErrorKind::Network,
            Self::Unavailable { status, .. } if *status == StatusCode::TOO_MANY_REQUESTS => {
                ErrorKind::Throttled
            }
            Self::Unavailable { .. } => ErrorKind::Service,
            Self::TooLarge | Self::NotATokenResponse => ErrorKind::UnexpectedResponse,
        }
    }

    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Unavailable { status, .. } => Some(*status),
            Self::Unreachable(_) | Self::TooLarge | Self::NotATokenResponse => None,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::Unreachable(_) | Self::TooLarge | Self::NotATokenResponse => None,
        }
    }
}
