//! Why there is no token: what every credential of this crate fails with, as the source
//! of an `azure_core::Error`.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use azure_core::error::{Error, ErrorKind as CoreErrorKind};
use http::StatusCode;

use super::{StoreError, aadsts};
use crate::error::ErrorKind;
use crate::excerpt::one_line;

/// Any of the reasons, to be given to everybody who waits for the same token.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error(transparent)]
    Failure(#[from] SignInFailure),
    #[error(transparent)]
    Refused(#[from] SignInRefused),
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

    /// Whether another refresh token, or a new sign-in, can be the answer.
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

/// The sign-in service understood, and said no. Found among the sources of an error of a
/// credential of this crate.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the token endpoint refused: {error}{}", described(description.as_deref()))]
#[non_exhaustive]
pub struct SignInRefused {
    /// The OAuth error, such as `invalid_grant`.
    pub error: String,
    /// Microsoft's number for the reason, the digits after `AADSTS`.
    pub aadsts: Option<u32>,
    /// The service's sentence, without trace ids.
    pub description: Option<String>,
    /// What it means and what to do, where we know.
    pub help: Option<&'static str>,
}

fn described(description: Option<&str>) -> String {
    description.map_or_else(String::new, |text| format!(": {text}"))
}

impl SignInRefused {
    pub(crate) fn new(error: &str, description: Option<&str>) -> Self {
        let aadsts = description.and_then(aadsts::aadsts_code);
        let description = description.map(|description| {
            // Microsoft puts trace ids behind the sentence or on further lines.
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
                    "the refresh token or code is expired, revoked or of another application: \
                     sign in again",
                ),
                "invalid_client" => Some("check the client id and the client secret"),
                "access_denied" | "authorization_declined" => {
                    Some("the user declined: start the sign-in again and accept")
                }
                "expired_token" | "code_expired" => Some(
                    "nobody signed in in time: start the sign-in again, and enter the new code",
                ),
                _ => None,
            }),
        }
    }
}

/// What is wrong about keeping the refresh token. Found among the sources of an error of
/// a credential of this crate.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshTokenError {
    /// Nobody has signed in yet.
    #[error("there is no refresh token in the store: sign in first")]
    Missing,
    /// The sign-in gave an access token only.
    #[error(
        "the sign-in gave no refresh token, so it would end within the hour: allow the \
         application `offline_access`, and sign in again"
    )]
    NotReturned,
    /// The store is somebody else's.
    #[error(
        "the store holds the token of application `{client_id}` at tenant `{tenant}`: use \
         these, choose another store, or sign in again to replace the token"
    )]
    #[non_exhaustive]
    OtherOwner {
        /// Tenant of the token.
        tenant: String,
        /// Application of the token.
        client_id: String,
    },
    /// The store cannot be used; no token was spent.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sign-in gave a new refresh token, and the store did not take it.
    #[error(
        "the new refresh token could not be saved: {source}; it is kept in memory, and every \
         further call tries to save it: do not end this process before that works"
    )]
    #[non_exhaustive]
    NotSaved {
        /// What the store says.
        source: StoreError,
    },
}

/// What went wrong between the browser and this program. Found among the sources of an
/// error of an [`AuthorizationCodeCredential`](super::AuthorizationCodeCredential).
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserSignInError {
    /// Another sign-in of this application is under way in this process.
    #[error("another sign-in of this application waits for the browser: finish it first")]
    AlreadyWaiting,
    /// Nobody came back.
    #[error(
        "the browser did not come back within {} seconds: start the sign-in again, or sign in \
         by device code if this machine has no browser", after.as_secs()
    )]
    #[non_exhaustive]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// Until the time was over, only responses to other sign-ins came, or forged ones.
    #[error("the browser came back with the response to another sign-in only: start it again")]
    WrongState,
    /// The identity token belongs to another sign-in, or was forged.
    #[error("the sign-in service answered for another sign-in: start it again")]
    WrongNonce,
    /// The address for the browser to come back to cannot be used.
    #[error("cannot listen on port {port} of this machine: {source}; choose another port, or 0")]
    #[non_exhaustive]
    Listen {
        /// The port asked for; 0 for any.
        port: u16,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The sign-in page could not be shown.
    #[error("the browser could not be opened: {source}; sign in by device code instead")]
    #[non_exhaustive]
    Open {
        /// Why.
        source: Arc<std::io::Error>,
    },
}

/// Why there is no answer from the sign-in service, where that is not the credential's
/// fault. Found among the sources of an error of a credential of this crate.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInFailure {
    /// No complete answer arrived.
    #[error("the token endpoint could not be reached")]
    Unreachable(#[source] Arc<reqwest::Error>),
    /// It answers, but does not do its work.
    #[error("the token endpoint answered {status}")]
    #[non_exhaustive]
    Unavailable {
        /// Its answer.
        status: StatusCode,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// Its answer is longer than any answer with tokens.
    #[error(
        "the token endpoint's answer is larger than {} bytes",
        super::token_endpoint::BODY_LIMIT
    )]
    TooLarge,
    /// It is no answer with tokens, nor a refusal: a page of a proxy, say.
    #[error("the token endpoint's answer is not a token answer")]
    NotATokenAnswer,
}

impl SignInFailure {
    pub(crate) fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(Arc::new(error.without_url()))
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable(_) => ErrorKind::Network,
            Self::Unavailable { status, .. } if *status == StatusCode::TOO_MANY_REQUESTS => {
                ErrorKind::Throttled
            }
            Self::Unavailable { .. } => ErrorKind::Service,
            Self::TooLarge | Self::NotATokenAnswer => ErrorKind::UnexpectedAnswer,
        }
    }

    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Unavailable { status, .. } => Some(*status),
            Self::Unreachable(_) | Self::TooLarge | Self::NotATokenAnswer => None,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::Unreachable(_) | Self::TooLarge | Self::NotATokenAnswer => None,
        }
    }
}
