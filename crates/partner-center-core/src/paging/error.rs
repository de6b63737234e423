use std::time::Duration;

use http::StatusCode;

use super::Continuation;
use crate::{CallIds, Error, ErrorKind};

/// Why a listing broke off, and what to go on with.
///
/// Pages and rows that were read before belong to the caller already, or are in
/// [`CollectError`](super::CollectError).
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

/// What went wrong with a page.
#[derive(Debug)]
#[non_exhaustive]
pub enum PagingCause {
    /// Its call failed, or its rows cannot be read.
    Call(Box<Error>),
    /// It cannot be reached, or is no page.
    Problem(PagingProblem),
}

/// What can go wrong between pages.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PagingProblem {
    /// The link leads to another origin; nothing was sent there.
    #[error(
        "the link to the next page leads to `{origin}`, away from the service; it is not \
         followed, since the token would go with it"
    )]
    ForeignLink {
        /// Scheme, host and port of the link.
        origin: String,
    },
    /// The link, with its headers, was followed before in this listing.
    #[error("the link to the next page was followed before: the listing would never end")]
    Loop,
    /// The link cannot be followed.
    #[error("the link to the next page cannot be followed: {reason}")]
    BadLink {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Success, but no page: 204, or an empty body. That is not the end of a listing.
    #[error("the response has no page in it (status {}, {ids})", status.as_u16())]
    NoPage {
        /// Ids of the call.
        ids: CallIds,
        /// Status of the answer.
        status: StatusCode,
    },
    /// Continuing by `skip` gave a page of before once more, or most of its rows, in whatever
    /// order.
    #[error("the same rows came again ({ids}): the service does not heed `skip`")]
    SamePage {
        /// Ids of the call.
        ids: CallIds,
    },
    /// Continuing by `skip` gave rows that are more than the service states, or many links or
    /// tokens did.
    #[error(
        "the service states {stated} rows and sends more ({ids}): it does not heed `skip`, its \
         links never end, or its count is wrong"
    )]
    BeyondTotal {
        /// Ids of the call.
        ids: CallIds,
        /// Number of rows that the service states.
        stated: i64,
    },
    /// Links lead from one page without rows to the next.
    #[error("{pages} pages in a row have no rows, and lead to more: the listing would never end")]
    EmptyPages {
        /// Number of these pages.
        pages: u64,
    },
    /// Links or tokens lead from one page to the next whose rows came before or cannot be read.
    #[error(
        "{pages} pages in a row have no row that is new and can be read, and lead to more: the \
         listing would never end"
    )]
    RepeatedPages {
        /// Number of these pages.
        pages: u64,
    },
    /// The task that fetched the page ahead was cancelled: the runtime shuts down.
    #[error("the runtime shut down while the page was fetched")]
    Cancelled,
    /// The continuation cannot be used; nothing was sent.
    #[error("the continuation cannot be used: {reason}")]
    BadContinuation {
        /// What is wrong with it.
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

    /// What went wrong.
    pub fn cause(&self) -> &PagingCause {
        &self.0.cause
    }

    /// What went wrong, by value.
    pub fn into_cause(self) -> PagingCause {
        self.0.cause
    }

    /// The error of the call, if it was the call that failed.
    pub fn call(&self) -> Option<&Error> {
        match &self.0.cause {
            PagingCause::Call(error) => Some(error),
            PagingCause::Problem(_) => None,
        }
    }

    /// The problem between the pages, if the call was fine.
    pub fn problem(&self) -> Option<&PagingProblem> {
        match &self.0.cause {
            PagingCause::Call(_) => None,
            PagingCause::Problem(problem) => Some(problem),
        }
    }

    /// The class of this error.
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            PagingCause::Call(error) => error.kind(),
            PagingCause::Problem(PagingProblem::BadContinuation { .. }) => {
                ErrorKind::InvalidRequest
            }
            PagingCause::Problem(PagingProblem::Cancelled) => ErrorKind::Network,
            PagingCause::Problem(_) => ErrorKind::UnexpectedAnswer,
        }
    }

    /// `operationId` of the spec.
    pub fn operation_id(&self) -> &'static str {
        self.0.operation_id
    }

    /// Pages read before, the one with the rows in front of a row that cannot be read and
    /// those before a continuation included.
    pub fn pages_read(&self) -> u64 {
        self.0.pages_read
    }

    /// Rows read before, those in front of a row that cannot be read and those before a
    /// continuation included.
    pub fn rows_read(&self) -> u64 {
        self.0.rows_read
    }

    /// Where to go on.
    ///
    /// - After a failed call or an answer without a page: at that page.
    /// - After a row that cannot be read, and after an error beside rows: behind the rows
    ///   that were given out, by `skip` where `skip` counts the page (T9), else by
    ///   requesting the page again and leaving out these rows.
    /// - After a link that leads away or cannot be followed: behind the last page, by
    ///   `skip`, under the same condition; else none.
    /// - After a link that was followed before, after rows that came again or are more than
    ///   stated, and after too many pages without rows: none, since the listing would not
    ///   end.
    /// - After a request that was refused before it was sent: none.
    /// - After a continuation that cannot be used: that continuation.
    pub fn continuation(&self) -> Option<&Continuation> {
        self.0.continuation.as_ref()
    }

    /// Where to go on, by value.
    pub fn into_continuation(self) -> Option<Continuation> {
        self.0.continuation
    }

    /// HTTP status, where an answer arrived.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            PagingCause::Call(error) => error.status(),
            PagingCause::Problem(PagingProblem::NoPage { status, .. }) => Some(*status),
            PagingCause::Problem(_) => None,
        }
    }

    /// `MS-RequestId` of the failed call: as answered, else as sent.
    pub fn request_id(&self) -> Option<&str> {
        match &self.0.cause {
            PagingCause::Call(error) => error.request_id(),
            PagingCause::Problem(problem) => problem.ids().map(|ids| ids.request_id.as_str()),
        }
    }

    /// `MS-CorrelationId` of the listing: as answered, else as sent.
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

    /// How long the service asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.call().and_then(Error::retry_after)
    }

    /// What to do about it, where there is something to say.
    pub fn help(&self) -> Option<&'static str> {
        match &self.0.cause {
            PagingCause::Call(error) => error.help(),
            PagingCause::Problem(
                PagingProblem::SamePage { .. } | PagingProblem::BeyondTotal { .. },
            ) => Some("ask for all rows in one page with `top`, or for fewer rows with a filter"),
            PagingCause::Problem(PagingProblem::NoPage { .. }) if self.0.pages_read == 0 => Some(
                "a success without a body is not an empty report: try again later, and check the \
                 address of the service",
            ),
            PagingCause::Problem(PagingProblem::NoPage { .. } | PagingProblem::Cancelled) => {
                Some("resume the listing later")
            }
            PagingCause::Problem(_) => None,
        }
    }
}

impl PagingProblem {
    fn ids(&self) -> Option<&CallIds> {
        match self {
            Self::NoPage { ids, .. } | Self::SamePage { ids } | Self::BeyondTotal { ids, .. } => {
                Some(ids)
            }
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
            "the listing `{operation_id}` broke off after {rows_read} rows in {pages_read} \
             page{}: {cause}",
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
