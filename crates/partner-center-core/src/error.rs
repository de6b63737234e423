use std::time::Duration;

use http::StatusCode;

use crate::credential::{
    BrowserSignInError, RefreshTokenError, SignInFailure, SignInRefused, TokenProblem,
};
use crate::decode::DecodeError;
use crate::excerpt::one_line;
use crate::response::{CallIds, Response};
use crate::retry::Outcome;
use crate::transport::InsecureUrl;
use crate::{ApiError, retry_after};

/// Why a call gave no result.
///
/// Everything that came from the service keeps its status, ids and waiting time:
/// see [`status`](Self::status), [`request_id`](Self::request_id),
/// [`correlation_id`](Self::correlation_id) and [`retry_after`](Self::retry_after).
/// Neither `Display` nor `Debug` print a token or a body; of the service's answer
/// they print the documented `code` and `description` only.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter or setting is wrong; nothing was sent.
    #[error("request refused before it was sent: {message}")]
    #[non_exhaustive]
    InvalidRequest {
        /// What is wrong, and what is expected.
        message: String,
    },
    /// The URL would carry the token unprotected; nothing was sent.
    #[error(transparent)]
    InsecureUrl(#[from] InsecureUrl),
    /// The credential gave no access token; nothing was sent.
    #[error("no access token for `{}` ({ids})", ids.operation_id)]
    #[non_exhaustive]
    Credential {
        /// Ids the call would have had.
        ids: Box<CallIds>,
        /// What the credential says.
        source: azure_core::Error,
    },
    /// The service would refuse the token; nothing was sent.
    #[error("the token for `{}` would be refused: {problem} ({ids})", ids.operation_id)]
    #[non_exhaustive]
    Token {
        /// Ids the call would have had.
        ids: Box<CallIds>,
        /// Why.
        problem: TokenProblem,
    },
    /// The cloud does not have the operation (T20); nothing was sent.
    #[error(
        "`{operation_id}` is not offered by the cloud `{cloud}`; it is offered by: {}",
        clouds.join(", ")
    )]
    #[non_exhaustive]
    NotInCloud {
        /// `operationId` of the spec.
        operation_id: &'static str,
        /// The cloud that was to be called.
        cloud: &'static str,
        /// The clouds that have it.
        clouds: &'static [&'static str],
    },
    /// The service has answered 429 to calls before this one and asks for a longer wait
    /// than this call is willing to take ([`RetryOptions`](crate::RetryOptions)); nothing
    /// was sent.
    #[error(
        "`{}` was not sent: after too many calls the service asks for a pause of another {} s \
         ({ids})",
        ids.operation_id, retry_after.as_secs()
    )]
    #[non_exhaustive]
    Paused {
        /// Ids the call would have had.
        ids: Box<CallIds>,
        /// How long the pause still lasts.
        retry_after: Duration,
    },
    /// The call has reached its deadline
    /// ([`RetryOptions::deadline`](crate::RetryOptions::deadline)).
    #[error(
        "`{}` did not end within its deadline of {} s ({ids})",
        ids.operation_id, deadline.as_secs_f64()
    )]
    #[non_exhaustive]
    DeadlineExceeded {
        /// Ids of the call.
        ids: Box<CallIds>,
        /// The deadline, from the beginning of the call.
        deadline: Duration,
    },
    /// No complete answer arrived: connection, time-out, or cut off in mid-body.
    #[error("no answer to `{}`: {} ({ids})", ids.operation_id, transport_problem(source))]
    #[non_exhaustive]
    Transport {
        /// Ids of the call.
        ids: Box<CallIds>,
        /// Status, where the head of an answer arrived.
        status: Option<StatusCode>,
        /// What the HTTP stack says.
        source: reqwest::Error,
    },
    /// The answer is larger than the client is willing to hold in memory.
    #[error(
        "the answer to `{}` is larger than the limit of {limit} bytes ({ids}); \
         raise the body limit (`ClientBuilder::body_limit`)", ids.operation_id
    )]
    #[non_exhaustive]
    BodyTooLarge {
        /// Ids of the call.
        ids: Box<CallIds>,
        /// Status of the answer.
        status: StatusCode,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The response is compressed in a way that was not asked for.
    #[error(
        "the response to `{}` is encoded as `{encoding}` (Content-Encoding), which this client \
         did not ask for ({ids}, status {})",
        ids.operation_id, status.as_u16()
    )]
    #[non_exhaustive]
    UnknownEncoding {
        /// Ids of the call.
        ids: Box<CallIds>,
        /// Status of the response.
        status: StatusCode,
        /// The encoding, as the response names it.
        encoding: String,
    },
    /// The service refused or failed.
    #[error("{0}")]
    Service(Box<ServiceError>),
    /// The service answered with success, but not with what the spec describes.
    #[error(
        "the answer to `{}` is not as documented: {} ({ids}, status {})",
        ids.operation_id, source, status.as_u16()
    )]
    #[non_exhaustive]
    Decode {
        /// Ids of the call.
        ids: Box<CallIds>,
        /// Status of the answer.
        status: StatusCode,
        /// The place and the problem.
        source: Box<DecodeError>,
        /// The answer as it arrived, for diagnosis. Holds business data.
        response: Box<Response>,
    },
}

/// Coarse classes of [`Error`], for a decision or an exit code.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call was wrong and was not sent.
    InvalidRequest,
    /// Sign-in failed, or the service does not accept the token (401, 403).
    Authentication,
    /// Too many calls (429, or 403 where a quota is used up).
    Throttled,
    /// The service refused for another reason, or failed.
    Service,
    /// No complete answer arrived.
    Network,
    /// The answer is not what the spec describes, or too large.
    UnexpectedAnswer,
}

impl Error {
    /// The class of this error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidRequest { .. } | Self::InsecureUrl(_) | Self::NotInCloud { .. } => {
                ErrorKind::InvalidRequest
            }
            Self::Token { .. } => ErrorKind::Authentication,
            Self::Paused { .. } => ErrorKind::Throttled,
            Self::Credential { source, .. } => match sign_in_failure(source) {
                Some(failure) => failure.kind(),
                None => ErrorKind::Authentication,
            },
            Self::Transport { .. } | Self::DeadlineExceeded { .. } => ErrorKind::Network,
            Self::BodyTooLarge { .. } | Self::UnknownEncoding { .. } | Self::Decode { .. } => {
                ErrorKind::UnexpectedAnswer
            }
            Self::Service(error) => match error.response.status() {
                _ if error.response.is_throttled() => ErrorKind::Throttled,
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Authentication,
                _ => ErrorKind::Service,
            },
        }
    }

    /// HTTP status, where an answer arrived.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::InvalidRequest { .. }
            | Self::InsecureUrl(_)
            | Self::NotInCloud { .. }
            | Self::Token { .. }
            | Self::Paused { .. }
            | Self::DeadlineExceeded { .. } => None,
            Self::Credential { source, .. } => sign_in_failure(source)?.status(),
            Self::Transport { status, .. } => *status,
            Self::BodyTooLarge { status, .. }
            | Self::UnknownEncoding { status, .. }
            | Self::Decode { status, .. } => Some(*status),
            Self::Service(error) => Some(error.response.status()),
        }
    }

    /// The service's error code, as text. The status decides; a code is a hint (T72).
    pub fn code(&self) -> Option<&str> {
        self.api_error()?.code.as_deref()
    }

    /// What went wrong, in the service's words.
    pub fn description(&self) -> Option<&str> {
        self.api_error()?.description.as_deref()
    }

    /// What the documentation says of the code, in our words. A hint: codes are used with
    /// other meanings too (T72).
    pub fn meaning(&self) -> Option<&'static str> {
        crate::error_code::meaning(self.status()?.as_u16(), self.code()?)
    }

    /// The service's error body, where it could be read.
    pub fn api_error(&self) -> Option<&ApiError> {
        match self {
            Self::Service(error) => error.api_error.as_ref(),
            _ => None,
        }
    }

    /// `MS-RequestId` of the call: as answered, else as sent.
    pub fn request_id(&self) -> Option<&str> {
        self.ids().map(|ids| ids.request_id.as_str())
    }

    /// `MS-CorrelationId` of the call: as answered, else as sent.
    pub fn correlation_id(&self) -> Option<&str> {
        self.ids().map(|ids| ids.correlation_id.as_str())
    }

    /// How long the service asks to wait: from `Retry-After` in either form, else
    /// from the gateway's message (T75).
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
            Self::Credential { source, .. } => sign_in_failure(source)?.retry_after(),
            Self::Paused { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    /// The body as text, for diagnosis only: it can hold business data and names
    /// of customers.
    pub fn body_text(&self) -> Option<String> {
        match self {
            Self::Service(error) => Some(error.response.text()),
            Self::Decode { response, .. } => Some(response.text()),
            _ => None,
        }
    }

    /// What to do about it, where there is something to say.
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
                "the role of the signed-in user lacks the right: let an admin agent or a sales \
                 agent sign in, or have an administrator give the user one of these roles",
            );
        }
        if let (Some(status), Some(code)) = (self.status(), self.code())
            && let Some(help) = crate::error_code::help(status.as_u16(), code)
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
                    "the token lacks the right: analytics needs a token of a signed-in user \
                     (App+User) with the role admin agent or sales agent; an app-only token is \
                     refused",
                ),
                StatusCode::NOT_FOUND => Some("check the base URL and the ids in the request"),
                StatusCode::TOO_MANY_REQUESTS => {
                    Some("wait as long as the service asks, then call less often")
                }
                status if status.is_server_error() => {
                    Some("try again later; if it stays, give Microsoft support the ids of the call")
                }
                _ => None,
            },
            Self::Transport { source, .. } if source.is_connect() => Some(
                "check the address, the network and the proxy variables (HTTPS_PROXY, NO_PROXY); a \
                 company's own certificates have to be among those of the operating system",
            ),
            Self::Credential { source, .. } => sign_in_help(source),
            Self::Token { problem, .. } => Some(problem.fix()),
            Self::NotInCloud { .. } => Some("choose one of those clouds, or another report"),
            Self::DeadlineExceeded { .. } => Some(
                "the service, the sign-in or the queue after too many calls took longer than that: \
                 try again, or raise the deadline",
            ),
            Self::Paused { .. } => Some("wait as long as the service asks, then call less often"),
            Self::UnknownEncoding { encoding, .. } if encoding.eq_ignore_ascii_case("gzip") => {
                Some(
                    "this program is built without the feature `gzip`: switch it on, or look for a \
                 proxy that compresses",
                )
            }
            Self::UnknownEncoding { .. } => Some(
                "a proxy or gateway in between compresses without being asked: let it pass \
                 responses on as they are",
            ),
            Self::Decode { response, .. } if response.is_html() => Some(
                "that is a web page, not rows: a proxy, a firewall or a network portal in between \
                 has answered; check the address, the network and the proxy variables \
                 (HTTPS_PROXY, NO_PROXY)",
            ),
            Self::Decode { response, .. } if response.body().is_empty() => Some(
                "the service has answered without any content: try again later, and check the \
                 parameters of the call",
            ),
            Self::Decode { .. } => Some(
                "the service may have changed: please report the place named above, without the data",
            ),
            _ => None,
        }
    }

    /// How a sign-in ended that failed by no fault of the credential's.
    pub(crate) fn sign_in_outcome(&self) -> Option<Outcome> {
        let Self::Credential { source, .. } = self else {
            return None;
        };
        match sign_in_failure(source)? {
            SignInFailure::Unreachable(_) => Some(Outcome::BrokeOff),
            SignInFailure::Unavailable {
                status,
                retry_after,
            } => Some(Outcome::Answered {
                status: *status,
                retry_after: *retry_after,
            }),
            SignInFailure::TooLarge | SignInFailure::NotATokenAnswer => None,
        }
    }

    fn ids(&self) -> Option<&CallIds> {
        match self {
            Self::InvalidRequest { .. } | Self::InsecureUrl(_) | Self::NotInCloud { .. } => None,
            Self::Credential { ids, .. }
            | Self::Token { ids, .. }
            | Self::Paused { ids, .. }
            | Self::DeadlineExceeded { ids, .. }
            | Self::Transport { ids, .. }
            | Self::BodyTooLarge { ids, .. }
            | Self::UnknownEncoding { ids, .. }
            | Self::Decode { ids, .. } => Some(ids),
            Self::Service(error) => Some(error.response.ids()),
        }
    }

    /// The error of an answer that is not a success.
    #[doc(hidden)]
    pub fn from_response(response: impl Into<Response>) -> Self {
        let response = response.into();
        let api_error = ApiError::from_body(response.body());
        Self::Service(Box::new(ServiceError {
            response,
            api_error,
        }))
    }

    /// The error that a response holds whose status says success.
    pub(crate) fn in_success(response: Response, api_error: Option<ApiError>) -> Self {
        Self::Service(Box::new(ServiceError {
            response,
            api_error,
        }))
    }

    /// A parameter is wrong. For generated code.
    #[doc(hidden)]
    pub fn invalid_request(message: String) -> Self {
        Self::InvalidRequest { message }
    }

    /// The request could not be put together. For generated code.
    #[doc(hidden)]
    pub fn not_built(error: reqwest::Error) -> Self {
        Self::invalid_request(error.without_url().to_string())
    }

    /// A header's value is none. For generated code.
    #[doc(hidden)]
    pub fn not_a_header(_: http::header::InvalidHeaderValue) -> Self {
        Self::invalid_request("a header value has characters that a header cannot carry".to_owned())
    }
}

/// Why the sign-in failed, where it was not the credential's fault.
fn sign_in_failure(error: &azure_core::Error) -> Option<&SignInFailure> {
    cause(error)
}

/// What to do about a sign-in that failed.
fn sign_in_help(error: &azure_core::Error) -> Option<&'static str> {
    if let Some(help) = cause::<SignInRefused>(error).and_then(|refused| refused.help) {
        return Some(help);
    }
    if cause::<RefreshTokenError>(error).is_some() || cause::<BrowserSignInError>(error).is_some() {
        // They say themselves what to do.
        return None;
    }
    #[cfg(feature = "client-certificate")]
    if cause::<crate::credential::ClientCertificateError>(error).is_some() {
        return None;
    }
    Some(match sign_in_failure(error) {
        Some(SignInFailure::Unreachable(_)) => {
            "check the sign-in service's address, the network and the proxy variables \
             (HTTPS_PROXY, NO_PROXY); a company's own certificates have to be among those of the \
             operating system"
        }
        Some(SignInFailure::Unavailable { status, .. })
            if status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS =>
        {
            "the sign-in service is in trouble, not the credential: try again later"
        }
        Some(_) => {
            "that is no answer of a sign-in service: check its address, the cloud, and the proxy \
             variables (HTTPS_PROXY, NO_PROXY)"
        }
        None => {
            "check tenant, application, secret and refresh token; a refresh token that is 90 days \
             old, revoked or without multi-factor authentication needs a new sign-in"
        }
    })
}

/// An error of this type among the causes.
fn cause<T: std::error::Error + 'static>(error: &azure_core::Error) -> Option<&T> {
    let mut source = std::error::Error::source(error);
    while let Some(found) = source {
        if let Some(found) = found.downcast_ref() {
            return Some(found);
        }
        source = found.source();
    }
    None
}

/// An answer of the service that is not a success.
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
            "`{}` was answered {status}",
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

/// Like `Display`, and how long the body is, never what else it says.
impl std::fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceError")
            .field("response", &self.response)
            .field("api_error", &self.api_error)
            .finish()
    }
}

impl std::error::Error for ServiceError {}

/// The HTTP stack's errors, in the words of somebody waiting for an answer.
fn transport_problem(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "could not connect"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else if error.is_redirect() {
        "it was redirected"
    } else {
        "the connection failed"
    }
}
