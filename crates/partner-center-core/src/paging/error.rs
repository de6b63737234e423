use std::time::Duration;

use http::StatusCode;

use super::Continuation;
use crate::{Error, ErrorKind, RequestIds};

/// Error of a listing, with the position from which it can be resumed.
///
/// Pages and rows that were read before were already returned to the caller, or are in
/// [`CollectError`](super::CollectError).
///
/// ```
/// use partner_center_core::ErrorKind;
/// use partner_center_core::paging::PagingError;
///
/// /// Returns whether a later run can resume the listing.
/// fn can_be_resumed(error: &PagingError) -> bool {
///     error.continuation().is_some() && error.kind() != ErrorKind::InvalidRequest
/// }
/// # let _ = can_be_resumed;
/// ```
#[derive(Debug)]
pub struct PagingError(Box<Details>);

#[derive(Debug)]
struct Details {
    operation_id: &'static str,
    cause: PagingCause,
    pages_read: u64,
    rows_read: u64,
    continuation: Option<Continuation>,
}

/// Cause of the failure of a listing.
#[derive(Debug)]
#[non_exhaustive]
pub enum PagingCause {
    /// The call for a page failed, or its rows cannot be read.
    Call(Box<Error>),
    /// The next page cannot be requested, or the response is not a page.
    Problem(PagingProblem),
}

/// Error in the sequence of pages, as opposed to an error of a call.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PagingProblem {
    /// The link leads to another origin; nothing was sent there.
    #[error(
        "the link to the next page leads to `{origin}`, not to the service; it was not followed, \
         because that would send the access token there"
    )]
    ForeignLink {
        /// Scheme, host and port of the link.
        origin: String,
    },
    /// The link, with the same headers, was already followed in this listing.
    #[error("the link to the next page was already followed: the listing would never end")]
    RepeatedLink,
    /// The link cannot be followed.
    #[error("the link to the next page cannot be followed: {reason}")]
    InvalidLink {
        /// Reason.
        reason: &'static str,
    },
    /// The response is a success without a page: status 204, or an empty body. It does not
    /// count as the end of the listing.
    #[error("the response contains no page (status {}, {ids})", status.as_u16())]
    MissingPage {
        /// Ids of the call.
        ids: RequestIds,
        /// Status of the response.
        status: StatusCode,
    },
    /// Continuing by `skip` returned an earlier page again, or most of the rows of the previous
    /// page, in any order.
    #[error("the service sent the same rows again ({ids}): it ignores `skip`")]
    RepeatedRows {
        /// Ids of the call.
        ids: RequestIds,
    },
    /// Continuing by `skip`, or by many links or tokens, returned more rows than the service
    /// states.
    #[error(
        "the service states {stated} rows but sent more ({ids}): it ignores `skip`, its links \
         never end, or its count is wrong"
    )]
    MoreRowsThanStated {
        /// Ids of the call.
        ids: RequestIds,
        /// Number of rows that the service states.
        stated: i64,
    },
    /// Too many consecutive pages without rows lead to a further page.
    #[error(
        "{pages} consecutive pages have no rows but lead to a further page: the listing would \
         never end"
    )]
    EmptyPages {
        /// Number of consecutive pages without rows.
        pages: u64,
    },
    /// Links or tokens led to consecutive pages whose rows were returned before or cannot be read.
    #[error(
        "{pages} consecutive pages contain no row that is new and readable, and lead to further \
         pages: the listing would never end"
    )]
    RepeatedPages {
        /// Number of these pages.
        pages: u64,
    },
    /// The task that prefetches a page was cancelled, because the runtime shuts down.
    #[error("the runtime shut down while a page was being fetched")]
    Cancelled,
    /// The continuation cannot be used; nothing was sent.
    #[error("the continuation cannot be used: {reason}")]
    InvalidContinuation {
        /// Reason.
        reason: String,
    },
}

impl std::fmt::Display for PagingCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Problem(problem) => problem.fmt(f),
        }
    }
}

impl From<Error> for PagingCause {
    fn from(error: Error) -> Self {
        Self::Call(Box::new(error))
    }
}

impl From<PagingProblem> for PagingCause {
    fn from(problem: PagingProblem) -> Self {
        Self::Problem(problem)
    }
}

impl PagingError {
    pub(super) fn new(
        operation_id: &'static str,
        cause: PagingCause,
        (pages_read, rows_read): (u64, u64),
        continuation: Option<Continuation>,
    ) -> Self {
        Self(Box::new(Details {
            operation_id,
            cause,
            pages_read,
            rows_read,
            continuation,
        }))
    }

    /// Returns the cause of the failure.
    pub fn cause(&self) -> &PagingCause {
        &self.0.cause
    }

    /// Converts the error into its cause.
    pub fn into_cause(self) -> PagingCause {
        self.0.cause
    }

    /// Returns the error of the call, if a call failed.
    pub fn call(&self) -> Option<&Error> {
        match &self.0.cause {
            PagingCause::Call(error) => Some(error),
            PagingCause::Problem(_) => None,
        }
    }

    /// Returns the problem in the sequence of pages, if no call failed.
    pub fn problem(&self) -> Option<&PagingProblem> {
        match &self.0.cause {
            PagingCause::Call(_) => None,
            PagingCause::Problem(problem) => Some(problem),
        }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            PagingCause::Call(error) => error.kind(),
            PagingCause::Problem(PagingProblem::InvalidContinuation { .. }) => {
                ErrorKind::InvalidRequest
            }
            PagingCause::Problem(PagingProblem::Cancelled) => ErrorKind::Network,
            PagingCause::Problem(_) => ErrorKind::UnexpectedResponse,
        }
    }

    /// Returns the `operationId` of the spec.
    pub fn operation_id(&self) -> &'static str {
        self.0.operation_id
    }

    /// Returns the number of pages read before the error. It includes a page with the rows
    /// before an unreadable row, and pages read before the listing was resumed.
    pub fn pages_read(&self) -> u64 {
        self.0.pages_read
    }

    /// Returns the number of rows read before the error, including rows read before the listing
    /// was resumed.
    pub fn rows_read(&self) -> u64 {
        self.0.rows_read
    }

    /// Returns the position from which the listing can be resumed.
    ///
    /// | error | continuation |
    /// |---|---|
    /// | failed call, response without a page | that page |
    /// | unreadable row, error beside rows | after the returned rows: by `skip` if the page was reached by counting rows ([T9](crate::deviations#t9)), otherwise by requesting the page again and leaving out these rows |
    /// | link to another origin or that cannot be followed | after the last page, by `skip`, under the same condition; otherwise `None` |
    /// | repeated link, repeated rows, more rows than stated, too many pages without rows | `None`, because the listing would not end |
    /// | request rejected before it was sent | `None` |
    /// | continuation that cannot be used | that continuation |
    pub fn continuation(&self) -> Option<&Continuation> {
        self.0.continuation.as_ref()
    }

    /// Converts the error into its [`continuation`](Self::continuation).
    pub fn into_continuation(self) -> Option<Continuation> {
        self.0.continuation
    }

    /// Returns the HTTP status, if a response arrived.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            PagingCause::Call(error) => error.status(),
            PagingCause::Problem(PagingProblem::MissingPage { status, .. }) => Some(*status),
            PagingCause::Problem(_) => None,
        }
    }

    /// Returns the `MS-RequestId` of the failed call: that of the response if it has one,
    /// otherwise that of the request.
    pub fn request_id(&self) -> Option<&str> {
        match &self.0.cause {
            PagingCause::Call(error) => error.request_id(),
            PagingCause::Problem(problem) => problem.ids().map(|ids| ids.request_id.as_str()),
        }
    }

    /// Returns the `MS-CorrelationId` of the listing: that of the response if it has one,
    /// otherwise that of the request.
    pub fn correlation_id(&self) -> Option<&str> {
        match &self.0.cause {
            PagingCause::Call(error) => error.correlation_id(),
            PagingCause::Problem(problem) => problem.ids().map(|ids| ids.correlation_id.as_str()),
        }
        .or_else(|| {
            self.0
                .continuation
                .as_ref()
                .map(Continuation::correlation_id)
        })
    }

    /// Returns the time that the service asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.call().and_then(Error::retry_after)
    }

    /// Returns advice on how to resolve the error, if there is any.
    pub fn help(&self) -> Option<&'static str> {
        match &self.0.cause {
            PagingCause::Call(error) => error.help(),
            PagingCause::Problem(
                PagingProblem::RepeatedRows { .. } | PagingProblem::MoreRowsThanStated { .. },
            ) => Some("request all rows in one page with `top`, or fewer rows with a filter"),
            PagingCause::Problem(PagingProblem::MissingPage { .. }) if self.0.pages_read == 0 => {
                Some(
                    "a successful response without a body is not an empty report: try again later, \
                 and check the address of the service",
                )
            }
            PagingCause::Problem(PagingProblem::MissingPage { .. } | PagingProblem::Cancelled) => {
                Some("resume the listing later")
            }
            PagingCause::Problem(_) => None,
        }
    }
}

impl PagingProblem {
    fn ids(&self) -> Option<&RequestIds> {
        match self {
            Self::MissingPage { ids, .. }
            | Self::RepeatedRows { ids }
            | Self::MoreRowsThanStated { ids, .. } => Some(ids),
            _ => None,
        }
    }
}

impl std::fmt::Display for PagingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Details {
            operation_id,
            cause,
            pages_read,
            rows_read,
            ..
        } = &*self.0;
        if *pages_read == 0 {
            return cause.fmt(f);
        }
        write!(
            f,
            "the listing `{operation_id}` failed after {rows_read} rows in {pages_read} page{}: \
             {cause}",
            if *pages_read == 1 { "" } else { "s" }
        )
    }
}

impl std::error::Error for PagingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            PagingCause::Call(error) => Some(&**error),
            PagingCause::Problem(problem) => Some(problem),
        }
    }
}
