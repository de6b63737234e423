//! Where rows come from: one answer, or a listing of many pages.

use std::pin::Pin;

use partner_center::paging::{Completeness, EndedBy, Pages, PagingError, PagingProblem};
use partner_center::{Client, Collection, CountMismatch, Envelope, Error, ResponseValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Position;
use crate::failure::{Exit, Failure};

/// How a listing is read, whatever it lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) correlation_id: Option<Uuid>,
    /// Most rows of this run.
    pub(crate) limit: Option<u64>,
    /// Where to go on.
    pub(crate) position: Option<Position>,
}

/// Begins a listing. Nothing is sent before the first page is asked for.
pub(crate) type Start = Box<dyn FnOnce(&Client, Settings) -> Box<dyn Source>>;

/// Rows, page by page, each as JSON with its properties in the order of the wire.
pub(crate) trait Source {
    /// The next page; none at the end. The future may be dropped and asked for again.
    fn next(&mut self) -> NextPage<'_>;

    /// At the end of a listing of pages: how much was read, and why no more.
    fn completeness(&self) -> Option<Completeness> {
        None
    }

    /// At the end: the number of rows the service states, where there is another one.
    fn count_mismatch(&self) -> Option<CountMismatch> {
        self.completeness()?.count_mismatch
    }

    /// Where to resume: after the last page, unless the listing has ended.
    fn position(&self) -> Option<Position> {
        None
    }

    /// Whether the answer leads to more rows, which this operation has no way to read.
    fn has_unread_rows(&self) -> bool {
        false
    }
}

/// The future of [`Source::next`].
type NextPage<'a> = Pin<Box<dyn Future<Output = Option<Result<Vec<String>, Broken>>> + 'a>>;

/// Why there are no more pages.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) failure: Failure,
    /// Where to go on another time.
    pub(crate) position: Option<Box<Position>>,
}

impl<E: Into<Failure>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self {
            failure: error.into(),
            position: None,
        }
    }
}

fn rows<T: Serialize>(items: &[T]) -> Result<Vec<String>, Broken> {
    let rows: Result<_, serde_json::Error> = items.iter().map(serde_json::to_string).collect();
    rows.map_err(|error| {
        Failure::new(Exit::Other, format!("a row cannot be written: {error}")).into()
    })
}

/// A listing of many pages.
pub(crate) struct Paged<E: Envelope> {
    pages: Pages<E>,
    /// Rows to leave out of the next page.
    skip: usize,
    /// Behind the last row that was given out.
    last: Option<Position>,
    /// Whether the next page is the one from which the listing resumes.
    resumed_now: bool,
}

/// Whether the service refuses the page itself, as opposed to the caller or for the moment.
fn is_refusal(error: &PagingError) -> bool {
    let status = error.status().map(|status| status.as_u16());
    matches!(status, Some(400 | 404 | 410))
}

impl<E: Envelope> Paged<E> {
    pub(crate) fn new(mut pages: Pages<E>, settings: Settings) -> Self {
        let mut skip = 0;
        let mut read = 0_u64;
        let resumed_now = settings.position.is_some();
        if let Some(position) = settings.position {
            skip = position.skip;
            let skipped = u64::try_from(skip).unwrap_or(u64::MAX);
            read = position.continuation.rows_read().saturating_add(skipped);
            pages = pages.resume(position.continuation);
        }
        if let Some(limit) = settings.limit {
            pages = pages.row_limit(read.saturating_add(limit));
        }
        Self {
            pages,
            skip,
            last: None,
            resumed_now,
        }
    }
}

impl<E> Source for Paged<E>
where
    E: Envelope + DeserializeOwned + Send + 'static,
    E::Item: Serialize,
{
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async {
            let begin = self.pages.continuation();
            Some(match self.pages.next().await? {
                Ok(page) => {
                    self.resumed_now = false;
                    let items = page.items();
                    let skip = std::mem::take(&mut self.skip);
                    self.last = begin.map(|continuation| Position {
                        continuation,
                        skip: items.len().max(skip),
                    });
                    rows(items.get(skip..).unwrap_or_default())
                }
                Err(error)
                    if matches!(error.problem(), Some(PagingProblem::BadContinuation { .. })) =>
                {
                    let failure = Failure::from(error);
                    Err(failure.help("remove the file to start again").into())
                }
                Err(error) if self.resumed_now && is_refusal(&error) => {
                    let failure = Failure::from(error);
                    Err(failure
                        .help(
                            "the service refuses the page from which the listing would resume: \
                             the token of a page expires, and then the listing cannot be resumed",
                        )
                        .help("remove the continuation file to start again")
                        .into())
                }
                Err(error) => Err(Broken {
                    position: error.continuation().cloned().map(|continuation| {
                        // A page that broke off at a row is read once more.
                        let again = self.last.as_ref();
                        let again = again.filter(|last| last.continuation == continuation);
                        let skip = again.map_or(self.skip, |last| last.skip);
                        Box::new(Position { continuation, skip })
                    }),
                    failure: error.into(),
                }),
            })
        })
    }

    fn completeness(&self) -> Option<Completeness> {
        self.pages.completeness()
    }

    fn position(&self) -> Option<Position> {
        match self.pages.continuation() {
            Some(continuation) => Some(Position {
                continuation,
                skip: self.skip,
            }),
            // The page is read again for the rows behind the limit.
            None => {
                let limited = self.completeness()?.ended == EndedBy::RowLimit;
                self.last.clone().filter(|_| limited)
            }
        }
    }
}

/// One answer with everything in it.
pub(crate) struct Once {
    /// Gone once it has answered.
    call: Option<Call>,
    mismatch: Option<CountMismatch>,
    has_unread_rows: bool,
}

type Call = Pin<Box<dyn Future<Output = Result<Answer, Broken>>>>;

struct Answer {
    rows: Vec<String>,
    mismatch: Option<CountMismatch>,
    has_unread_rows: bool,
}

impl Once {
    /// A list.
    pub(crate) fn collection<T: Serialize>(
        call: impl Future<Output = Result<ResponseValue<Collection<T>>, Error>> + 'static,
    ) -> Self {
        Self::new(async {
            let list = call.await?;
            Ok(Answer {
                rows: rows(&list.items)?,
                mismatch: list.count_mismatch(),
                has_unread_rows: list.has_next(),
            })
        })
    }

    /// A single object: one row.
    pub(crate) fn object<T: Serialize>(
        call: impl Future<Output = Result<ResponseValue<T>, Error>> + 'static,
    ) -> Self {
        Self::new(async {
            let object = call.await?;
            Ok(Answer {
                rows: rows(std::slice::from_ref(&*object))?,
                mismatch: None,
                has_unread_rows: false,
            })
        })
    }

    fn new(call: impl Future<Output = Result<Answer, Broken>> + 'static) -> Self {
        Self {
            call: Some(Box::pin(call)),
            mismatch: None,
            has_unread_rows: false,
        }
    }
}

impl Source for Once {
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async {
            let answer = self.call.as_mut()?.await;
            self.call = None;
            Some(answer.map(|answer| {
                self.mismatch = answer.mismatch;
                self.has_unread_rows = answer.has_unread_rows;
                answer.rows
            }))
        })
    }

    fn count_mismatch(&self) -> Option<CountMismatch> {
        self.mismatch
    }

    fn has_unread_rows(&self) -> bool {
        self.has_unread_rows
    }
}
