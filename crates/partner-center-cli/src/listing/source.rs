//! Where rows come from: one answer, or a listing of many pages.

use std::pin::Pin;

use partner_center::paging::{
    Completeness, EndedBy, Pages, PagingError, PagingProblem, UnreadableRows,
};
use partner_center::{
    Client, Collection, CountMismatch, Envelope, Error, PartialList, ResponseValue,
    UnknownProperty, UnreadableRow,
};
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

    /// Rows that cannot be read: the first ones, and how many there are.
    fn unreadable_rows(&self) -> (&[UnreadableRow], u64) {
        (&[], 0)
    }

    /// Properties around the rows that the spec does not name.
    fn unknown_properties(&self) -> &[UnknownProperty] {
        &[]
    }

    /// At the end: the failure of the call behind the last of the stated rows.
    fn unconfirmed_end(&self) -> Option<&PagingError> {
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
        pages = pages.on_unreadable_row(UnreadableRows::SkipAndReport);
        let mut read = 0_u64;
        let resumed_now = settings.position.is_some();
        if let Some(position) = settings.position {
            read = position.continuation.rows_read();
            pages = pages.resume(position.continuation);
        }
        if let Some(limit) = settings.limit {
            pages = pages.row_limit(read.saturating_add(limit));
        }
        Self { pages, resumed_now }
    }
}

impl<E> Source for Paged<E>
where
    E: Envelope + DeserializeOwned + Send + 'static,
    E::Item: Serialize,
{
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async {
            Some(match self.pages.next().await? {
                Ok(page) => {
                    self.resumed_now = false;
                    rows(page.items())
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
                    position: error
                        .continuation()
                        .cloned()
                        .map(|continuation| Box::new(Position { continuation })),
                    failure: error.into(),
                }),
            })
        })
    }

    fn completeness(&self) -> Option<Completeness> {
        self.pages.completeness()
    }

    fn position(&self) -> Option<Position> {
        match self.completeness() {
            // Nothing is left to resume.
            Some(read) if read.ended != EndedBy::RowLimit => None,
            _ => {
                let continuation = self.pages.continuation()?;
                Some(Position { continuation })
            }
        }
    }

    fn unreadable_rows(&self) -> (&[UnreadableRow], u64) {
        let rows = self.pages.unreadable_rows();
        let listed = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let all = self.completeness().map(|read| read.unreadable_rows);
        (rows, all.unwrap_or(0).max(listed))
    }

    fn unknown_properties(&self) -> &[UnknownProperty] {
        self.pages.unknown_properties()
    }

    fn unconfirmed_end(&self) -> Option<&PagingError> {
        self.pages.unconfirmed_end()
    }
}

/// One answer with everything in it.
pub(crate) struct Once {
    /// Gone once it has answered.
    call: Option<Call>,
    /// What ends it behind its rows.
    broken: Option<Broken>,
    mismatch: Option<CountMismatch>,
    unreadable: Vec<UnreadableRow>,
    unknown: Vec<UnknownProperty>,
    has_unread_rows: bool,
}

type Call = Pin<Box<dyn Future<Output = Result<Answer, Broken>>>>;

struct Answer {
    rows: Vec<String>,
    broken: Option<Broken>,
    mismatch: Option<CountMismatch>,
    unreadable: Vec<UnreadableRow>,
    unknown: Vec<UnknownProperty>,
    has_unread_rows: bool,
}

impl Once {
    /// A list.
    pub(crate) fn collection<T: Serialize + DeserializeOwned>(
        call: impl Future<Output = Result<ResponseValue<Collection<T>>, Error>> + 'static,
    ) -> Self {
        Self::new(async {
            let (list, unreadable, broken) = match call.await {
                Ok(list) => (list, Vec::new(), None),
                Err(error) => match error.partial::<Collection<T>>() {
                    Some(PartialList {
                        list,
                        unreadable,
                        ended_by,
                        ..
                    }) => (list, unreadable, ended_by.map(Broken::from)),
                    None => return Err(error.into()),
                },
            };
            // Rows that are reported one by one were sent.
            let received = list.items.len().saturating_add(unreadable.len());
            let mismatch = list
                .total_count
                .map(|stated| CountMismatch { stated, received });
            Ok(Answer {
                rows: rows(&list.items)?,
                broken,
                mismatch: mismatch.filter(|it| i64::try_from(it.received) != Ok(it.stated)),
                unknown: list.unknown_properties(),
                unreadable,
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
                broken: None,
                mismatch: None,
                unreadable: Vec::new(),
                unknown: Vec::new(),
                has_unread_rows: false,
            })
        })
    }

    fn new(call: impl Future<Output = Result<Answer, Broken>> + 'static) -> Self {
        Self {
            call: Some(Box::pin(call)),
            broken: None,
            mismatch: None,
            unreadable: Vec::new(),
            unknown: Vec::new(),
            has_unread_rows: false,
        }
    }
}

impl Source for Once {
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async {
            if let Some(broken) = self.broken.take() {
                return Some(Err(broken));
            }
            let answer = self.call.as_mut()?.await;
            self.call = None;
            Some(answer.map(|answer| {
                self.broken = answer.broken;
                self.mismatch = answer.mismatch;
                self.unreadable = answer.unreadable;
                self.unknown = answer.unknown;
                self.has_unread_rows = answer.has_unread_rows;
                answer.rows
            }))
        })
    }

    fn count_mismatch(&self) -> Option<CountMismatch> {
        self.mismatch
    }

    fn unreadable_rows(&self) -> (&[UnreadableRow], u64) {
        let all = u64::try_from(self.unreadable.len()).unwrap_or(u64::MAX);
        (&self.unreadable, all)
    }

    fn unknown_properties(&self) -> &[UnknownProperty] {
        &self.unknown
    }

    fn has_unread_rows(&self) -> bool {
        self.has_unread_rows
    }
}
