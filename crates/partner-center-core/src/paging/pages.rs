use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};
use partner_center_catalog::Operation;
use reqwest::Request;
use serde::de::DeserializeOwned;

use super::error::{PagingCause, PagingError, PagingProblem};
use super::fetch::{Caller, Fetch, Fetched, Fingerprint};
use super::items::Items;
use super::listing::{Listing, NextAction, PageRequest, PageSource, PageSummary};
use super::within::PagePosition;
use super::{Completeness, Continuation, EndReason, PagingOptions, UnreadableRows};
use crate::{
    ClientInfo, Envelope, Error, Next, Pipeline, ResponseValue, Sign, UnknownProperty,
    UnreadableRow,
};

/// [`Stream`] of the pages of a listing, each with the details of its response. No request is
/// sent before it is polled.
///
/// The stream ends after the last page or the first error. If a row cannot be read, the rows
/// before it are returned first, as a page without link, count and other properties, and then
/// the error. If these rows reach the row limit, there is no error.
/// [`on_unreadable_row`](Self::on_unreadable_row) can select to continue after the row instead.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use partner_center_core::Page;
/// # type Rows = Page<BTreeMap<String, serde_json::Value>>;
/// use partner_center_core::paging::{Pages, PagingError};
///
/// /// Reads a listing, such as `client.subscriptions().pages()`, page by page.
/// async fn read(mut pages: Pages<Rows>) -> Result<u64, PagingError> {
///     while let Some(page) = pages.next().await {
///         let page = page?;
///         println!("{} rows, request {}", page.value.len(), page.request_id());
///     }
///     Ok(pages.rows_read())
/// }
/// ```
#[must_use = "a listing does nothing until it is polled"]
pub struct Pages<E> {
    operation: &'static Operation,
    options: PagingOptions,
    /// `None` if the request could not be built.
    run: Option<Run<E>>,
    state: State,
    unreadable_rows: Vec<UnreadableRow>,
    unknown_properties: Vec<UnknownProperty>,
    /// Properties of the last page that indicate a further page. They count only if the listing
    /// ends there, because it may continue by `skip`.
    more: Vec<UnknownProperty>,
    unconfirmed_end: Option<PagingError>,
    /// Position within the last returned page.
    within: PagePosition,
}

/// Maximum number of unreadable rows, and of unknown properties, that are reported individually;
/// the rest is only counted.
const MOST_REPORTED: usize = 100;

struct Run<E> {
    caller: Caller,
    listing: Listing,
    fetch: Option<Fetch<E>>,
}

/// Result of the next poll, unless a fetch is in progress.
enum State {
    Page(PageRequest),
    Failure {
        cause: PagingCause,
        continuation: Option<Continuation>,
    },
    /// End at the row limit, with the position to resume from, if it is known.
    Limit(Option<Box<Continuation>>),
    Nothing(Option<EndReason>),
}

impl<E: Envelope> Pages<E> {
    /// Creates the listing that begins with `request`. For generated code.
    #[doc(hidden)]
    pub fn new(
        client: &impl ClientInfo<Pipeline>,
        request: Request,
        operation: &'static Operation,
        options: PagingOptions,
    ) -> Self {
        let largest = operation.page_size_to_skip();
        let page_size = largest.map(|largest| options.page_size.unwrap_or(largest));
        let listing = Listing::new(client.baseurl(), &request, page_size);
        Self {
            operation,
            state: State::Page(listing.start()),
            run: Some(Run {
                caller: Caller {
                    pipeline: client.inner().clone(),
                    client: client.client().clone(),
                    operation,
                    skip_unreadable: options.unreadable_rows == UnreadableRows::SkipAndReport,
                },
                listing,
                fetch: None,
            }),
            options,
            unreadable_rows: Vec::new(),
            unknown_properties: Vec::new(),
            more: Vec::new(),
            unconfirmed_end: None,
            within: PagePosition::default(),
        }
    }

    /// Creates a listing that fails when it is polled. For generated code.
    #[doc(hidden)]
    pub fn refused(error: Error, operation: &'static Operation) -> Self {
        Self {
            operation,
            options: PagingOptions::new(),
            run: None,
            state: State::Failure {
                cause: error.into(),
                continuation: None,
            },
            unreadable_rows: Vec::new(),
            unknown_properties: Vec::new(),
            more: Vec::new(),
            unconfirmed_end: None,
            within: PagePosition::default(),
        }
    }

    /// Resumes another listing from a continuation, with its query, correlation id and counts.
    /// The headers and settings of this listing are kept; its query parameters are not used.
    ///
    /// If the continuation belongs to another service, another operation or another version, or
    /// has a path outside the service, the stream returns an error and sends no request.
    ///
    /// ```
    /// # use std::collections::BTreeMap;
    /// # use partner_center_core::Page;
    /// # type Rows = Page<BTreeMap<String, serde_json::Value>>;
    /// use partner_center_core::paging::{Continuation, Pages};
    ///
    /// /// Resumes a listing from the position that another process stored.
    /// fn resumed(pages: Pages<Rows>, stored: &str) -> serde_json::Result<Pages<Rows>> {
    ///     let position: Continuation = serde_json::from_str(stored)?;
    ///     Ok(pages.resume(position))
    /// }
    /// ```
    pub fn resume(mut self, continuation: Continuation) -> Self {
        if let (Some(run), State::Page(_)) = (&mut self.run, &self.state) {
            self.state = match continuation.apply(self.operation.id, &mut run.listing) {
                Ok(step) => State::Page(step),
                Err(problem) => State::Failure {
                    cause: problem.into(),
                    continuation: Some(continuation),
                },
            };
        }
        self
    }

    /// Sets whether the next page is fetched while the current page is in use. Default: `true`.
    pub fn prefetch(mut self, prefetch: bool) -> Self {
        self.options.prefetch = prefetch;
        self
    }

    /// Limits the total number of rows, including those read before the listing was resumed; the
    /// last page is cut to fit. Default: no limit.
    pub fn row_limit(mut self, rows: u64) -> Self {
        self.options.row_limit = Some(rows);
        self
    }

    /// Sets the handling of rows that cannot be read. Default: [`UnreadableRows::Stop`].
    pub fn on_unreadable_row(mut self, choice: UnreadableRows) -> Self {
        self.options.unreadable_rows = choice;
        if let Some(run) = &mut self.run {
            run.caller.skip_unreadable = choice == UnreadableRows::SkipAndReport;
        }
        self
    }

    /// Returns a stream of the rows of all pages.
    pub fn items(self) -> Items<E> {
        Items::new(self)
    }

    /// Returns the position after the last returned page. `None` at the end, and after an error,
    /// which has its own continuation.
    ///
    /// After a [row limit](Self::row_limit) the position is the next page or, within a page, the
    /// next row. It is reached by `skip` if the page was reached by counting rows
    /// ([T9](crate::deviations#t9)), otherwise by requesting the page again and leaving out its
    /// first rows. A row limit counts from the start of the listing, so the resumed listing needs a
    /// higher limit.
    pub fn continuation(&self) -> Option<Continuation> {
        match (&self.state, &self.run) {
            (State::Page(step), Some(run)) => {
                Some(Continuation::new(self.operation.id, &run.listing, step))
            }
            (State::Limit(Some(continuation)), _) => Some((**continuation).clone()),
            (State::Failure { continuation, .. }, _) => continuation.clone(),
            _ => None,
        }
    }

    /// Returns the first 100 rows that were left out because they cannot be read. Rows left out
    /// before the listing was resumed are not included.
    /// [`Completeness::unreadable_rows`](super::Completeness::unreadable_rows) is the total
    /// number.
    pub fn unreadable_rows(&self) -> &[UnreadableRow] {
        &self.unreadable_rows
    }

    /// Returns the properties around the rows, and the headers, that the spec does not name and
    /// that are not empty. Each is listed once, up to 100.
    /// [`Completeness::incomplete_signs`](super::Completeness::incomplete_signs) counts those that
    /// indicate missing rows.
    pub fn unknown_properties(&self) -> &[UnknownProperty] {
        &self.unknown_properties
    }

    /// Returns the error of the call after the last of the stated rows, if it does not show
    /// whether there are more rows; see
    /// [`Completeness::end_unconfirmed`](super::Completeness::end_unconfirmed).
    pub fn unconfirmed_end(&self) -> Option<&PagingError> {
        self.unconfirmed_end.as_ref()
    }

    /// Adds unknown properties and counts those that indicate missing rows.
    fn note(&mut self, properties: Vec<UnknownProperty>) {
        let Some(run) = &mut self.run else { return };
        for property in properties {
            let is_sign = property.says_incomplete();
            let listing = &mut run.listing;
            listing.incomplete_signs = listing.incomplete_signs.saturating_add(is_sign.into());
            let known = &mut self.unknown_properties;
            let is_new =
                |it: &UnknownProperty| it.name != property.name || it.sign != property.sign;
            if known.len() < MOST_REPORTED && known.iter().all(is_new) {
                known.push(property);
            }
        }
    }

    /// Returns the numbers of the listing after it has ended without an error.
    pub fn completeness(&self) -> Option<Completeness> {
        let run = self.run.as_ref()?;
        match &self.state {
            State::Nothing(Some(ended)) => Some(run.listing.completeness(*ended)),
            State::Limit(_) => Some(run.listing.completeness(EndReason::RowLimit)),
            _ => None,
        }
    }

    /// Returns the number of rows that the service has stated so far: the largest number of any
    /// page. It can be that of a page and not of the listing ([T7](crate::deviations#t7)), so use
    /// it for progress, and [`completeness`](Self::completeness) for the result.
    pub fn stated_total(&self) -> Option<i64> {
        self.run.as_ref()?.listing.stated_total
    }

    /// Returns the number of pages returned so far, including those read before the listing was
    /// resumed.
    pub fn pages_read(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| run.listing.pages)
    }

    /// Returns the number of rows returned so far, including unreadable rows and rows read
    /// before the listing was resumed.
    pub fn rows_read(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| {
            let Listing {
                rows, rows_to_skip, ..
            } = run.listing;
            rows.saturating_add(rows_to_skip)
        })
    }

    /// Returns the `MS-CorrelationId` that was sent with all pages.
    pub fn correlation_id(&self) -> &str {
        self.run
            .as_ref()
            .map_or("", |run| run.listing.correlation_id())
    }

    /// Returns the [`completeness`](Self::completeness) of a listing that was read to its end.
    pub(super) fn ended(&self) -> Completeness {
        self.completeness().unwrap_or(Completeness {
            pages: self.pages_read(),
            rows: self.rows_read(),
            unreadable_rows: 0,
            stated_total: None,
            short_pages: 0,
            repeated_pages: 0,
            incomplete_signs: 0,
            end_unconfirmed: false,
            ended: EndReason::RowLimit,
            count_mismatch: None,
        })
    }

    fn error(&self, cause: PagingCause, continuation: Option<Continuation>) -> PagingError {
        let read = (self.pages_read(), self.rows_read());
        PagingError::new(self.operation.id, cause, read, continuation)
    }

    pub(super) fn within(&self) -> &PagePosition {
        &self.within
    }

    #[cfg(test)]
    pub(super) fn visited(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.listing.visited.len())
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Pages<E> {
    /// Returns the next page, like `StreamExt::next`, but without the import.
    pub async fn next(&mut self) -> Option<Result<ResponseValue<E>, PagingError>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Counts a page and starts to fetch the next page.
    fn arrived(
        &mut self,
        step: &PageRequest,
        fetched: Fetched<E>,
    ) -> Result<ResponseValue<E>, PagingCause> {
        let Fetched {
            mut page,
            ids,
            received,
            unreadable,
            fingerprint,
            unreadable_page,
            failure,
        } = fetched;
        let unknown = page.unknown_properties();
        let Some(run) = &mut self.run else {
            return Ok(page);
        };
        let is_readable = unreadable_page.is_none();
        if let Some(error) = unreadable_page
            && failure.is_none()
            && run.listing.rows == run.listing.unreadable
            && page.next() == Next::None
        {
            // No row of the listing can be read.
            return Err(error.into());
        }
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let left = self
            .options
            .row_limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(run.listing.rows));
        let kept = usize::try_from(left).map_or(received, |left| left.min(received));
        let given = usize::try_from(run.listing.rows_to_skip).map_or(kept, |given| given.min(kept));
        let within = PagePosition::new(&unreadable, given, kept);
        let new = unreadable.into_iter();
        let new = new.filter(|row| (given..kept).contains(&row.index));
        let new = new.map(|row| UnreadableRow {
            page: run.listing.pages.saturating_add(1),
            ..row
        });
        let room = MOST_REPORTED.saturating_sub(self.unreadable_rows.len());
        let new: Vec<_> = new.take(room).collect();
        let (stated, next) = (page.stated_total(), page.next());
        let rows = page.items_mut();
        rows.truncate(within.readable_before(kept));
        rows.drain(..within.readable_before(given).min(rows.len()));
        let (rows, received) = (count(kept), count(received));
        let reached = rows == left;
        // Position in the same page, after the rows that are kept of it.
        let rest_of_page = Continuation::new(self.operation.id, &run.listing, step)
            .behind(rows)
            .with_unreadable(count(within.unreadable.len()));
        if let Some(failure) = failure {
            self.within = within;
            self.unreadable_rows.extend(new);
            run.listing.broke_off(step, rows);
            run.listing.left_out(&self.within);
            let rest = match run.listing.at_row(step, rows) {
                Some(step) => Continuation::new(self.operation.id, &run.listing, &step),
                None => rest_of_page,
            };
            // A row limit before an unreadable row ends the listing without an error. An error of
            // the service beside the rows concerns these rows, too, so it is reported.
            let is_of_row = matches!(failure, Error::Decode { .. });
            self.state = if reached && is_of_row {
                State::Limit(Some(Box::new(rest)))
            } else {
                State::Failure {
                    cause: failure.into(),
                    continuation: Some(rest),
                }
            };
            return Ok(page);
        }
        let summary = PageSummary {
            ids,
            rows,
            received,
            stated,
            next,
            is_readable,
            fingerprint,
        };
        let after = run.listing.arrived(step, summary)?;
        self.within = within;
        self.unreadable_rows.extend(new);
        run.listing.left_out(&self.within);
        let page_number = run.listing.pages;
        let unknown = unknown.into_iter().map(|property| UnknownProperty {
            page: page_number,
            ..property
        });
        let (more, others) = unknown.partition(|property| property.sign == Sign::More);
        self.more = more;
        self.note(others);
        if matches!(after, Ok(NextAction::End(_))) {
            let more = std::mem::take(&mut self.more);
            self.note(more);
        }
        let Some(run) = &mut self.run else {
            return Ok(page);
        };
        let operation_id = self.operation.id;
        let place = |listing: &Listing, step: &PageRequest| {
            Some(Box::new(Continuation::new(operation_id, listing, step)))
        };
        self.state = match after {
            _ if rows < received => State::Limit(match run.listing.at_row(step, rows) {
                Some(step) => place(&run.listing, &step),
                None => Some(Box::new(rest_of_page)),
            }),
            Ok(NextAction::End(ended)) => State::Nothing(Some(ended)),
            Ok(NextAction::Page(step)) if reached => State::Limit(place(&run.listing, &step)),
            Ok(NextAction::Page(step)) => {
                if self.options.prefetch {
                    run.fetch = Fetch::ahead(
                        &run.caller,
                        || run.listing.request(&step),
                        self::fingerprint(&run.listing, &step),
                    );
                }
                State::Page(step)
            }
            Err(problem) => {
                // Continue by `skip` without the link. After a page without rows, that would
                // request the same page; in a loop, rows that were already read.
                let is_endless = matches!(
                    problem,
                    PagingProblem::RepeatedLink
                        | PagingProblem::RepeatedPages { .. }
                        | PagingProblem::MoreRowsThanStated { .. }
                );
                let without_link = (rows > 0 && !is_endless)
                    .then(|| run.listing.at_row(step, rows))
                    .flatten()
                    .and_then(|step| place(&run.listing, &step));
                if reached {
                    State::Limit(without_link)
                } else {
                    State::Failure {
                        cause: problem.into(),
                        continuation: without_link.map(|place| *place),
                    }
                }
            }
        };
        Ok(page)
    }
}

/// Returns whether the error of the call after the last of the stated rows shows that there are no
/// more rows ([T7](crate::deviations#t7)): the service rejects the call, sends no page, or sends
/// the same page again.
fn is_about_the_end(cause: &PagingCause) -> bool {
    match cause {
        PagingCause::Call(error) => {
            let status = error.status().map(|status| status.as_u16());
            matches!(status, Some(400 | 404 | 410 | 416))
        }
        PagingCause::Problem(problem) => matches!(
            problem,
            PagingProblem::RepeatedRows { .. } | PagingProblem::MissingPage { .. }
        ),
    }
}

fn fingerprint(listing: &Listing, step: &PageRequest) -> Fingerprint {
    Fingerprint {
        always: step.way != PageSource::First,
        full_page: listing.full_page(step),
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Stream for Pages<E> {
    type Item = Result<ResponseValue<E>, PagingError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let (Some(limit), State::Page(step)) = (this.options.row_limit, &this.state)
            && limit <= this.rows_read()
            && let Some(run) = &this.run
        {
            let place = Continuation::new(this.operation.id, &run.listing, step);
            this.state = State::Limit(Some(Box::new(place)));
        }
        if let (State::Page(step), Some(run)) = (&this.state, &mut this.run) {
            let fetch = run.fetch.get_or_insert_with(|| {
                Fetch::here(
                    run.caller.clone(),
                    run.listing.request(step),
                    fingerprint(&run.listing, step),
                )
            });
            let outcome = ready!(fetch.poll(context));
            run.fetch = None;
            let continuation = this.continuation();
            let State::Page(step) = std::mem::replace(&mut this.state, State::Nothing(None)) else {
                return Poll::Ready(None);
            };
            let cause = match outcome.and_then(|fetched| this.arrived(&step, fetched)) {
                Ok(page) => return Poll::Ready(Some(Ok(page))),
                Err(cause) => cause,
            };
            let run = this.run.as_ref();
            if run.is_some_and(|run| run.listing.is_complete_without(&step))
                && !matches!(
                    cause,
                    PagingCause::Problem(
                        PagingProblem::MoreRowsThanStated { .. } | PagingProblem::Cancelled
                    )
                )
            {
                tracing::debug!("no page after the last of the stated rows: {cause}");
                if !is_about_the_end(&cause) {
                    let error = this.error(cause, None);
                    this.unconfirmed_end = Some(error);
                    if let Some(run) = &mut this.run {
                        run.listing.end_unconfirmed = true;
                    }
                }
                let more = std::mem::take(&mut this.more);
                this.note(more);
                this.state = State::Nothing(Some(EndReason::LastPage));
                return Poll::Ready(None);
            }
            let is_resumable = !matches!(
                cause,
                PagingCause::Problem(
                    PagingProblem::RepeatedRows { .. } | PagingProblem::MoreRowsThanStated { .. }
                )
            );
            return Poll::Ready(Some(Err(
                this.error(cause, continuation.filter(|_| is_resumable))
            )));
        }
        match std::mem::replace(&mut this.state, State::Nothing(None)) {
            State::Failure {
                cause,
                continuation,
            } => Poll::Ready(Some(Err(this.error(cause, continuation)))),
            state => {
                this.state = state;
                Poll::Ready(None)
            }
        }
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> FusedStream for Pages<E> {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Nothing(_) | State::Limit(_))
    }
}

/// Does not print the query, because a filter may contain the name of a customer.
impl<E> std::fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let run = self.run.as_ref();
        f.debug_struct("Pages")
            .field("operation_id", &self.operation.id)
            .field("options", &self.options)
            .field("pages_read", &run.map(|run| run.listing.pages))
            .field("rows_read", &run.map(|run| run.listing.rows))
            .field("fetch", &run.and_then(|run| run.fetch.as_ref()))
            .finish_non_exhaustive()
    }
}
