//! Errors of calls.

pub(crate) mod code;
mod credential_failure;
mod invalid_request;
mod transport_error;

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;

use crate::ApiError;
use crate::http::response::{RequestIds, Response};
use crate::http::retry_after;
use crate::http::token_check::TokenRejection;
use crate::http::transport::InsecureUrl;
use crate::model::decode::DecodeError;
use crate::model::sanitize::one_line;

pub use credential_failure::CredentialFailure;
pub use credential_failure::SIGN_IN_HELP;
pub use invalid_request::{BoxError, InvalidRequest};
pub use transport_error::TransportError;

/// Error of a call.
///
/// Errors of the service keep the status, ids and waiting time of the response; see
/// [`status`](Self::status), [`request_id`](Self::request_id),
/// [`correlation_id`](Self::correlation_id) and [`retry_after`](Self::retry_after).
/// `Display` and `Debug` print neither the token nor the body; of an error response they print
/// only the documented `code` and `description`.
///
/// ```
/// use partner_center_core::Error;
/// # use partner_center_core::ErrorKind;
///
/// /// Returns the text for a user: the problem, advice, and the ids for a support request.
/// fn message(error: &Error) -> String {
///     let mut text = error.to_string();
///     if let Some(help) = error.help() {
///         text.push_str("\n");
///         text.push_str(help);
///     }
///     if let Some(id) = error.correlation_id() {
///         text.push_str("\ncorrelation id: ");
///         text.push_str(id);
///     }
///     text
/// }
///
/// # let cause = "0".parse::<partner_center_core::Bounded<1, 10_000>>().unwrap_err();
/// # let error = Error::InvalidRequest(partner_center_core::InvalidRequest::parameter("top", cause));
/// # assert_eq!(error.kind(), ErrorKind::InvalidRequest);
/// # assert!(message(&error).contains("top"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter or setting is invalid; no request was sent.
    #[error(transparent)]
    InvalidRequest(#[from] InvalidRequest),
    /// The URL would send the token unprotected; no request was sent.
    #[error(transparent)]
    InsecureUrl(#[from] InsecureUrl),
    /// The credential returned no access token; no request was sent.
    #[error("no access token for `{}` ({ids})", ids.operation_id)]
    #[non_exhaustive]
    Credential {
        /// Ids of the call.
        ids: Box<RequestIds>,
        /// Properties of the error: kind, status, wait and remedy.
        failure: Box<CredentialFailure>,
        /// Error of the credential.
        source: azure_core::Error,
    },
    /// The service would reject the token; no request was sent.
    #[error("the token for `{}` would be rejected: {rejection} ({ids})", ids.operation_id)]
    #[non_exhaustive]
    TokenRejected {
        /// Ids of the call.
        ids: Box<RequestIds>,
        /// Reason.
        rejection: TokenRejection,
    },
    /// The cloud does not offer the operation ([T20](crate::deviations#t20)); no request was sent.
    #[error(
        "`{operation_id}` is not offered by the cloud `{cloud}`; it is offered by: {}",
        clouds.join(", ")
    )]
    #[non_exhaustive]
    UnavailableInCloud {
        /// `operationId` of the spec.
        operation_id: &'static str,
        /// Cloud of the client.
        cloud: &'static str,
        /// Clouds that offer the operation.
        clouds: &'static [&'static str],
    },
    /// The service returned 429 for an earlier call and asks for a longer pause than the limits
    /// of this call allow ([`RetryOptions`](crate::RetryOptions)); no request was sent.
    #[error(
        "`{}` was not sent: after too many calls, the service asks for a pause of another {} s \
         ({ids})",
        ids.operation_id, retry_after.as_secs()
    )]
    #[non_exhaustive]
    PauseTooLong {
        /// Ids of the call.
        ids: Box<RequestIds>,
        /// Remaining duration of the pause.
        retry_after: Duration,
    },
    /// The call exceeded its deadline
    /// ([`RetryOptions::deadline`](crate::RetryOptions::deadline)).
    #[error(
        "`{}` did not finish within its deadline of {} s ({ids})",
        ids.operation_id, deadline.as_secs_f64()
    )]
    #[non_exhaustive]
    DeadlineExceeded {
        /// Ids of the call.
        ids: Box<RequestIds>,
        /// Deadline, counted from the beginning of the call.
        deadline: Duration,
    },
    /// No complete response arrived, because of the connection, a timeout or a truncated body.
    #[error("no complete response to `{}`: {} ({ids})", ids.operation_id, source.problem())]
    #[non_exhaustive]
    Transport {
        /// Ids of the call.
        ids: Box<RequestIds>,
        /// Status, if the head of a response arrived.
        status: Option<StatusCode>,
        /// Error of the HTTP client.
        source: TransportError,
    },
    /// The body of the response exceeds the limit.
    #[error(
        "the response to `{}` is larger than the limit of {limit} bytes ({ids}); \
         raise the body limit (`ClientBuilder::body_limit`)", ids.operation_id
    )]
    #[non_exhaustive]
    BodyTooLarge {
        /// Ids of the call.
        ids: Box<RequestIds>,
        /// Status of the response.
        status: StatusCode,
        /// Limit, in bytes.
        limit: usize,
    },
    /// The response has a content encoding that was not requested.
    #[error(
        "the response to `{}` is encoded as `{encoding}` (Content-Encoding), which this client \
         did not request ({ids}, status {})",
        ids.operation_id, status.as_u16()
    )]
    #[non_exhaustive]
    UnknownEncoding {
        /// Ids of the call.
        ids: Box<RequestIds>,
        /// Status of the response.
        status: StatusCode,
        /// Encoding named by the response.
        encoding: String,
    },
    /// The service returned an error.
    #[error("{0}")]
    Service(Box<ServiceError>),
    /// The response is a success, but its body differs from the spec.
    #[error(
        "the response to `{}` is not as documented: {} ({ids}, status {})",
        ids.operation_id, source, status.as_u16()
    )]
    #[non_exhaustive]
    Decode {
        /// Ids of the call.
        ids: Box<RequestIds>,
        /// Status of the response.
        status: StatusCode,
        /// Position and problem.
        source: DecodeError,
        /// Response as it arrived, for diagnosis. Contains business data.
        response: Box<Response>,
    },
}

/// Kind of an [`Error`], for a decision or an exit code.
///
/// ```
/// use partner_center_core::{Error, ErrorKind};
///
/// /// Returns whether the same call may succeed later.
/// fn is_temporary(error: &Error) -> bool {
///     match error.kind() {
///         ErrorKind::Throttled | ErrorKind::Network => true,
///         ErrorKind::Service => error.status().is_some_and(|status| status.is_server_error()),
///         _ => false,
///     }
/// }
/// # let _ = is_temporary;
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call was invalid and was not sent.
    InvalidRequest,
    /// The sign-in failed, or the service does not accept the token (401, 403).
    Authentication,
    /// Too many calls (429, or 403 if a quota is used up).
    Throttled,
    /// The service returned another error.
    Service,
    /// No complete response arrived.
    Network,
    /// The response differs from the spec, or is too large.
    UnexpectedResponse,
}

impl Error {
    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidRequest(_) | Self::InsecureUrl(_) | Self::UnavailableInCloud { .. } => {
                ErrorKind::InvalidRequest
            }
            Self::TokenRejected { .. } => ErrorKind::Authentication,
            Self::PauseTooLong { .. } => ErrorKind::Throttled,
            Self::Credential { failure, .. } => failure.kind,
            Self::Transport { .. } | Self::DeadlineExceeded { .. } => ErrorKind::Network,
            Self::BodyTooLarge { .. } | Self::UnknownEncoding { .. } | Self::Decode { .. } => {
                ErrorKind::UnexpectedResponse
            }
            Self::Service(error) => match error.response.status() {
                _ if error.response.is_throttled() => ErrorKind::Throttled,
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Authentication,
                _ => ErrorKind::Service,
            },
        }
    }

    /// Returns the HTTP status, if a response arrived.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::InvalidRequest(_)
            | Self::InsecureUrl(_)
            | Self::UnavailableInCloud { .. }
            | Self::TokenRejected { .. }
            | Self::PauseTooLong { .. }
            | Self::DeadlineExceeded { .. } => None,
            Self::Credential { failure, .. } => failure.status,
            Self::Transport { status, .. } => *status,
            Self::BodyTooLarge { status, .. }
            | Self::UnknownEncoding { status, .. }
            | Self::Decode { status, .. } => Some(*status),
            Self::Service(error) => Some(error.response.status()),
        }
    }

    /// Returns the error code of the service, as text. A code is only a hint; the status is
    /// decisive ([T72](crate::deviations#t72)).
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.api_error()?.code.as_deref()
    }

    /// Returns the error description of the service.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.api_error()?.description.as_deref()
    }

    /// Returns the documented meaning of the error code, rephrased. It is only a hint, because
    /// the service uses codes with other meanings, too ([T72](crate::deviations#t72)).
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        code::meaning(self.status()?.as_u16(), self.code()?)
    }

    /// Returns the error body of the service, if it could be read.
    #[must_use]
    pub fn api_error(&self) -> Option<&ApiError> {
        match self {
            Self::Service(error) => error.api_error.as_ref(),
            _ => None,
        }
    }

    /// Returns the `MS-RequestId` of the response if it has one, otherwise that of the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.ids().map(|ids| ids.request_id.as_str())
    }

    /// Returns the `MS-CorrelationId` of the response if it has one, otherwise that of the
    /// request.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.ids().map(|ids| ids.correlation_id.as_str())
    }

    /// Returns the time that the service asks to wait, from `Retry-After` in either format,
    /// otherwise from the message of the gateway ([T75](crate::deviations#t75)).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Service(error) => retry_after::from_response(
                error.response.headers(),
                error
                    .api_error
                    .as_ref()
                    .and_then(|error| error.description.as_deref()),
                std::time::SystemTime::now(),
            ),
            Self::Credential { failure, .. } => failure.retry_after,
            Self::PauseTooLong { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    /// Returns the body as text. For diagnosis only: it may contain business data and names of
    /// customers.
    #[must_use]
    pub fn body_text(&self) -> Option<String> {
        match self {
            Self::Service(error) => Some(error.response.text()),
            Self::Decode { response, .. } => Some(response.text()),
            _ => None,
        }
    }

    /// Returns advice on how to resolve the error, if there is any.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        if let Self::Service(error) = self
            && error.response.status() == StatusCode::FORBIDDEN
            && error.response.is_throttled()
        {
            return Some(
                "the calls of this period are used up: wait until the quota is replenished, then \
                 call less often",
            );
        }
        if let Self::Service(error) = self
            && error.response.status() == StatusCode::FORBIDDEN
            && error.response.is_of_user()
            && matches!(self.code(), None | Some("2032"))
        {
            return Some(
                "the role of the signed-in user lacks the permission: let an admin agent or a \
                 sales agent sign in, or have an administrator give the user one of these roles",
            );
        }
        if let (Some(status), Some(code)) = (self.status(), self.code())
            && let Some(help) = code::help(status.as_u16(), code)
        {
            return Some(help);
        }
        match self {
            Self::Service(error) => match error.response.status() {
                StatusCode::UNAUTHORIZED => Some(
                    "the token was not accepted: sign in again, and check that it is for the \
                     audience of this cloud and has not expired",
                ),
                StatusCode::FORBIDDEN => Some(
                    "the token lacks the permission: analytics requires a token of a signed-in \
                     user (App+User) with the role admin agent or sales agent; an app-only token \
                     is rejected",
                ),
                StatusCode::NOT_FOUND => Some("check the base URL and the ids in the request"),
                StatusCode::TOO_MANY_REQUESTS => {
                    Some("wait as long as the service asks, then call less often")
                }
                status if status.is_server_error() => Some(
                    "try again later; if the error persists, give Microsoft support the ids \
                         of the call",
                ),
                _ => None,
            },
            Self::Transport { source, .. } if source.is_connect() => Some(
                "check the address, the network and the proxy variables (HTTPS_PROXY, NO_PROXY); \
                 certificates of a company must be in the certificate store of the operating \
                 system",
            ),
            Self::Credential { failure, .. } => failure.help,
            Self::TokenRejected { rejection, .. } => Some(rejection.help()),
            Self::UnavailableInCloud { .. } => {
                Some("choose one of those clouds, or another report")
            }
            Self::DeadlineExceeded { .. } => Some(
                "the service, the sign-in or the queue after too many calls took longer than the \
                 deadline: try again, or raise the deadline",
            ),
            Self::PauseTooLong { .. } => {
                Some("wait as long as the service asks, then call less often")
            }
            Self::UnknownEncoding { encoding, .. } if encoding.eq_ignore_ascii_case("gzip") => {
                Some(
                    "this program was built without the feature `gzip`: enable it, or find the \
                     proxy that compresses responses",
                )
            }
            Self::UnknownEncoding { .. } => Some(
                "a proxy or gateway compresses responses although the client did not request it: \
                 configure it to forward responses unchanged",
            ),
            Self::Decode { response, .. } if response.is_html() => Some(
                "the response is a web page, probably of a proxy, a firewall or a network portal: \
                 check the address, the network and the proxy variables (HTTPS_PROXY, NO_PROXY)",
            ),
            Self::Decode { response, .. } if response.body().is_empty() => {
                Some("the response is empty: try again later, and check the parameters of the call")
            }
            Self::Decode { .. } => Some(
                "the service may have changed: please report the position named above, without \
                 the data",
            ),
            _ => None,
        }
    }

    fn ids(&self) -> Option<&RequestIds> {
        match self {
            Self::InvalidRequest(_) | Self::InsecureUrl(_) | Self::UnavailableInCloud { .. } => {
                None
            }
            Self::Credential { ids, .. }
            | Self::TokenRejected { ids, .. }
            | Self::PauseTooLong { ids, .. }
            | Self::DeadlineExceeded { ids, .. }
            | Self::Transport { ids, .. }
            | Self::BodyTooLarge { ids, .. }
            | Self::UnknownEncoding { ids, .. }
            | Self::Decode { ids, .. } => Some(ids),
            Self::Service(error) => Some(error.response.ids()),
        }
    }

    /// Creates the error of a response that is not a success. For generated code.
    #[doc(hidden)]
    pub fn from_response(response: impl Into<Response>) -> Self {
        let response = response.into();
        let api_error = ApiError::from_body(response.body());
        Self::Service(Box::new(ServiceError {
            response,
            api_error,
        }))
    }

    /// Creates the error of a response with a success status that contains an error.
    pub(crate) fn in_success(response: Response, api_error: Option<ApiError>) -> Self {
        Self::Service(Box::new(ServiceError {
            response,
            api_error,
        }))
    }

    /// Creates the error of a request that is invalid for this reason.
    pub(crate) fn invalid_request(problem: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidRequest(InvalidRequest::other(problem))
    }

    /// Creates the error of a request that could not be built. For generated code.
    #[doc(hidden)]
    pub fn not_built(error: reqwest::Error) -> Self {
        let invalid = InvalidRequest::other("the request could not be built");
        Self::InvalidRequest(invalid.caused_by(TransportError::new(error)))
    }

    /// Creates the error of an invalid header value. For generated code.
    #[doc(hidden)]
    pub fn not_a_header(error: http::header::InvalidHeaderValue) -> Self {
        let invalid =
            InvalidRequest::other("a header value has characters that a header cannot contain");
        Self::InvalidRequest(invalid.caused_by(error))
    }
}

/// Error response of the service.
pub struct ServiceError {
    response: Response,
    api_error: Option<ApiError>,
}

impl ServiceError {
    pub(crate) fn response(&self) -> &Response {
        &self.response
    }

    pub(crate) fn api_error(&self) -> Option<&ApiError> {
        self.api_error.as_ref()
    }
}

impl std::fmt::Display for ServiceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let status = self.response.status();
        write!(
            f,
            "`{}` returned {status}",
            self.response.ids().operation_id
        )?;
        if let Some(error) = &self.api_error {
            if let Some(code) = &error.code {
                write!(f, ", code {}", one_line(code, 40))?;
            }
            if let Some(description) = &error.description {
                write!(f, ": {}", one_line(description, 300))?;
            }
        }
        write!(f, " ({})", self.response.ids())
    }
}

/// Prints the code, the description and the length of the body, not its other contents.
impl std::fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceError")
            .field("response", &self.response)
            .field("api_error", &self.api_error)
            .finish()
    }
}

impl std::error::Error for ServiceError {}
