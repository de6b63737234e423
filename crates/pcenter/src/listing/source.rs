//! Sources of rows: a single response, or a listing of pages.

use std::pin::Pin;

use partner_center::paging::{
    Completeness, EndReason, Pages, PagingError, PagingProblem, UnreadableRows,
};
use partner_center::{
    Client, Collection, CountMismatch, Envelope, Error, PartialList, ResponseValue, Row,
    UnknownProperty, UnreadableRow,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Position;
use super::id_case::LowerCaseIds;
use crate::failure::Failure;

/// Settings of a listing, independent of its rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) correlation_id: Option<Uuid>,
    /// Maximum number of rows of this run.
    pub(crate) limit: Option<u64>,
    /// Position at which the listing resumes.
    pub(crate) position: Option<Position>,
}

/// Function that starts a listing. The first request is sent with the first call of
/// [`RowSource::next`].
pub(crate) type Start = Box<dyn FnOnce(&Client, Settings) -> Box<dyn RowSource> + Send>;

/// Rows of a page.
pub(crate) trait Rows: Send {
    fn len(&self) -> usize;

    fn get(&self, index: usize) -> Option<&dyn Row>;

    /// Removes the first rows and returns them.
    fn take_first(&mut self, count: usize) -> Page;

    /// Returns the rows one by one.
    fn into_rows(self: Box<Self>) -> Vec<Box<dyn Row>>;
}

impl<T: Row + 'static> Rows for std::vec::IntoIter<T> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn get(&self, index: usize) -> Option<&dyn Row> {
        let row = self.as_slice().get(index)?;
        Some(row)
    }

    fn take_first(&mut self, count: usize) -> Page {
        let taken: Vec<T> = self.by_ref().take(count).collect();
        page(taken)
    }

    fn into_rows(self: Box<Self>) -> Vec<Box<dyn Row>> {
        self.map(|row| Box::new(row) as Box<dyn Row>).collect()
    }
}

/// Returns rows of the service as a page, with ids in lower case.
fn sent_page<T: Row + 'static>(rows: impl IntoIterator<Item = T>) -> Page {
    page(rows.into_iter().map(LowerCaseIds::from).collect())
}

/// Returns rows as a page.
pub(crate) fn page<T: Row + 'static>(rows: Vec<T>) -> Page {
    Box::new(rows.into_iter())
}

impl dyn Rows + '_ {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn Row> {
        (0..self.len()).map_while(|index| self.get(index))
    }
}

/// Source of rows, page by page.
pub(crate) trait RowSource: Send {
    /// Returns the next page, or `None` at the end. The future may be dropped: the next call
    /// continues at the same page.
    fn next(&mut self) -> NextPage<'_>;

    /// Returns the extent of a listing of pages and the reason for its end, after the last page.
    fn completeness(&self) -> Option<Completeness> {
        None
    }

    /// Returns the number of rows stated by the service, if it differs from that of the received
    /// rows, after the last page.
    fn count_mismatch(&self) -> Option<CountMismatch> {
        self.completeness()?.count_mismatch
    }

    /// Returns the position after the last page that was read; `None` at the end of the listing.
    fn position(&self) -> Option<Position> {
        None
    }

    /// Returns the first unreadable rows, and the number of all unreadable rows.
    fn unreadable_rows(&self) -> (&[UnreadableRow], u64) {
        (&[], 0)
    }

    /// Returns the properties around the rows that the spec does not name.
    fn unknown_properties(&self) -> &[UnknownProperty] {
        &[]
    }

    /// Returns the error of the call after the last of the stated rows, after the last page.
    fn unconfirmed_end(&self) -> Option<&PagingError> {
        None
    }

    /// Returns whether the response refers to further rows that this operation cannot request.
    fn has_unread_rows(&self) -> bool {
        false
    }

    /// Returns the customers whose rows could not be read, with the errors.
    fn failed_customers(&self) -> &[FailedCustomer] {
        &[]
    }

    /// Returns the numbers of calls for many customers.
    fn parts(&self) -> Option<Parts> {
        None
    }

    /// Returns the number of rows that the service states, for progress.
    fn stated_total(&self) -> Option<i64> {
        None
    }
}

/// Numbers of calls for many customers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Parts {
    /// Customers whose rows earlier runs have received.
    pub(crate) before: usize,
    /// Customers whose rows have been received, also by earlier runs.
    pub(crate) done: usize,
    pub(crate) failed: usize,
    pub(crate) total: usize,
}

/// Customer whose rows could not be read.
#[derive(Debug)]
pub(crate) struct FailedCustomer {
    /// Name, if known, and id.
    pub(crate) customer: String,
    pub(crate) failure: Failure,
}

/// Future of [`RowSource::next`].
pub(crate) type NextPage<'a> =
    Pin<Box<dyn Future<Output = Option<Result<Page, Broken>>> + Send + 'a>>;

/// Page of rows of any type.
pub(crate) type Page = Box<dyn Rows>;

/// Error that ends a listing.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) failure: Failure,
    /// Position at which a later run can resume.
    pub(crate) position: Option<Position>,
}

impl<E: Into<Failure>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self {
            failure: error.into(),
            position: None,
        }
    }
}

/// Listing of pages.
pub(crate) struct Paged<E: Envelope> {
    pages: Pages<E>,
    /// Whether the next page is the one at which the listing resumes.
    resumed_now: bool,
}

/// Returns whether the service rejects the page itself, and not the caller or the time of the call.
fn is_refusal(error: &PagingError) -> bool {
    let status = error.status().map(|status| status.as_u16());
    matches!(status, Some(400 | 404 | 410))
}

impl<E: Envelope> Paged<E> {
    pub(crate) fn new(mut pages: Pages<E>, settings: Settings) -> Self {
        pages = pages.on_unreadable_row(UnreadableRows::SkipAndReport);
        let mut read = 0_u64;
        let resumed_now = settings.position.is_some();
        if let Some(Position::Page(continuation)) = settings.position {
            read = continuation.rows_read();
            pages = pages.resume(*continuation);
        }
        if let Some(limit) = settings.limit {
            pages = pages.row_limit(read.saturating_add(limit));
        }
        Self { pages, resumed_now }
    }
}

impl<E> RowSource for Paged<E>
where
    E: Envelope + DeserializeOwned + Send + 'static,
    E::Item: Row + 'static,
{
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async {
            Some(match self.pages.next().await? {
                Ok(page) => {
                    self.resumed_now = false;
                    let rows = sent_page(page.into_inner().into_items());
                    Ok(rows)
                }
                Err(error)
                    if matches!(
                        error.problem(),
                        Some(PagingProblem::InvalidContinuation { .. })
                    ) =>
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
                    position: error.continuation().cloned().map(Position::from),
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
            // A complete listing has no rest to resume.
            Some(read) if read.ended != EndReason::RowLimit => None,
            _ => Some(self.pages.continuation()?.into()),
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

    fn stated_total(&self) -> Option<i64> {
        self.pages.stated_total()
    }
}

/// Single response with all rows.
pub(crate) struct Once {
    /// `None` after the response.
    call: Option<Call>,
    /// Error after the rows of the response.
    broken: Option<Broken>,
    mismatch: Option<CountMismatch>,
    unreadable: Vec<UnreadableRow>,
    unknown: Vec<UnknownProperty>,
    has_unread_rows: bool,
}

type Call = Pin<Box<dyn Future<Output = Result<Response, Broken>> + Send>>;

struct Response {
    rows: Page,
    broken: Option<Broken>,
    mismatch: Option<CountMismatch>,
    unreadable: Vec<UnreadableRow>,
    unknown: Vec<UnknownProperty>,
    has_unread_rows: bool,
}

impl Once {
    /// Creates the source of a list.
    pub(crate) fn collection<T: Row + DeserializeOwned + 'static>(
        call: impl Future<Output = Result<ResponseValue<Collection<T>>, Error>> + Send + 'static,
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
            // Unreadable rows are reported one by one, but they were sent.
            let received = list.items.len().saturating_add(unreadable.len());
            let mismatch = list
                .total_count
                .map(|stated| CountMismatch { stated, received });
            Ok(Response {
                broken,
                mismatch: mismatch.filter(|it| i64::try_from(it.received) != Ok(it.stated)),
                unknown: list.unknown_properties(),
                unreadable,
                has_unread_rows: list.has_next(),
                rows: sent_page(list.into_inner().items),
            })
        })
    }

    /// Creates the source of a single object.
    pub(crate) fn object<T: Row + 'static>(
        call: impl Future<Output = Result<ResponseValue<T>, Error>> + Send + 'static,
    ) -> Self {
        Self::new(async {
            let object = call.await?.into_inner();
            Ok(Response {
                rows: sent_page([object]),
                broken: None,
                mismatch: None,
                unreadable: Vec::new(),
                unknown: Vec::new(),
                has_unread_rows: false,
            })
        })
    }

    fn new(call: impl Future<Output = Result<Response, Broken>> + Send + 'static) -> Self {
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

impl RowSource for Once {
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async {
            if let Some(broken) = self.broken.take() {
                return Some(Err(broken));
            }
            let response = self.call.as_mut()?.await;
            self.call = None;
            Some(response.map(|response| {
                self.broken = response.broken;
                self.mismatch = response.mismatch;
                self.unreadable = response.unreadable;
                self.unknown = response.unknown;
                self.has_unread_rows = response.has_unread_rows;
                response.rows
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
