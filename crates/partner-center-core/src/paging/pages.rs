use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};
use reqwest::Request;
use serde::de::DeserializeOwned;

use super::error::{PagingCause, PagingError, PagingProblem};
use super::fetch::{Caller, Fetch, Fetched, Fingerprint};
use super::items::Items;
use super::listing::{After, Arrival, Listing, Step, Way};
use super::{Completeness, Continuation, EndedBy, PagingOptions, UnreadableRows};
use crate::hooks::percent_encode_blanks;
use crate::{
    ClientInfo, Envelope, Error, Next, Pipeline, ResponseValue, Sign, UnknownProperty,
    UnreadableRow,
};

/// The pages of a listing, each as it was answered. A [`Stream`]; nothing is sent
/// before it is polled.
///
/// The stream ends after the last page or the first error. Where a row cannot be read,
/// the rows in front of it come first, as a page without link, count and other
/// properties, and then the error. With a row limit that these rows reach there is no
/// error. [`on_unreadable_row`](Self::on_unreadable_row) chooses to go on behind it instead.
#[must_use = "a listing does nothing until it is polled"]
pub struct Pages<E> {
    operation_id: &'static str,
    options: PagingOptions,
    /// None where the request was refused before there was anything to list.
    run: Option<Run<E>>,
    upcoming: Upcoming,
    unreadable_rows: Vec<UnreadableRow>,
    unknown_properties: Vec<UnknownProperty>,
    /// Those of the last page that say that there is another one. They count where the listing
    /// ends, since `skip` may lead on.
    more: Vec<UnknownProperty>,
    unconfirmed_end: Option<PagingError>,
    /// About the page that was given out last.
    within: Within,
}

/// Rows and properties that are reported one by one; of more there is only the number.
const MOST_REPORTED: usize = 100;

/// Which rows of the last page were given out.
#[derive(Debug, Default)]
pub(super) struct Within {
    /// Rows at the beginning that had been given out before.
    pub(super) given: usize,
    /// Indices of those after them that cannot be read, in order.
    pub(super) unreadable: Vec<usize>,
    /// Indices of all that cannot be read.
    all: Vec<usize>,
}

impl Within {
    fn new(unreadable: &[UnreadableRow], given: usize, kept: usize) -> Self {
        let all: Vec<usize> = unreadable.iter().map(|row| row.index).collect();
        let is_within = |index: &&usize| (given..kept).contains(*index);
        Self {
            given,
            unreadable: all.iter().filter(is_within).copied().collect(),
            all,
        }
    }

    /// Rows in front of this index that can be read.
    fn readable_before(&self, index: usize) -> usize {
        let unreadable = self.all.iter().filter(|row| **row < index);
        index.saturating_sub(unreadable.count())
    }

    /// Rows of the page up to the last of `taken` rows that were taken from it, and how many of
    /// them cannot be read.
    pub(super) fn passed(&self, taken: usize) -> (usize, usize) {
        let (mut passed, mut unreadable) = (self.given.saturating_add(taken), 0);
        for _ in self.unreadable.iter().filter(|index| {
            let is_passed = **index < passed;
            passed += usize::from(is_passed);
            is_passed
        }) {
            unreadable += 1;
        }
        (passed, unreadable)
    }
}

struct Run<E> {
    caller: Caller,
    listing: Listing,
    fetch: Option<Fetch<E>>,
}

/// What the next poll gives, unless a fetch is under way.
enum Upcoming {
    Page(Step),
    Failure {
        cause: PagingCause,
        continuation: Option<Continuation>,
    },
    /// The row limit was reached; where to go on, if that can be said.
    Limit(Option<Box<Continuation>>),
    Nothing(Option<EndedBy>),
}

impl<E: Envelope> Pages<E> {
    /// The listing that begins with `request`. For generated code.
    #[doc(hidden)]
    pub fn new(
        client: &impl ClientInfo<Pipeline>,
        mut request: Request,
        operation_id: &'static str,
        options: PagingOptions,
    ) -> Self {
        percent_encode_blanks(&mut request);
        let page_size = E::FULL_PAGE.map(|default| options.page_size.unwrap_or(default));
        let listing = Listing::new(client.baseurl(), &request, page_size);
        Self {
            operation_id,
            upcoming: Upcoming::Page(listing.start()),
            run: Some(Run {
                caller: Caller {
                    pipeline: client.inner().clone(),
                    client: client.client().clone(),
                    operation_id,
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
            within: Within::default(),
        }
    }

    /// A listing that fails at once. For generated code.
    #[doc(hidden)]
    pub fn refused(error: Error, operation_id: &'static str) -> Self {
        Self {
            operation_id,
            options: PagingOptions::new(),
            run: None,
            upcoming: Upcoming::Failure {
                cause: error.into(),
                continuation: None,
            },
            unreadable_rows: Vec::new(),
            unknown_properties: Vec::new(),
            more: Vec::new(),
            unconfirmed_end: None,
            within: Within::default(),
        }
    }

    /// Goes on where another listing stopped: with its query, its correlation id and its
    /// counts. Of this one, what stays are the headers and the settings; its parameters
    /// in the query are not used.
    ///
    /// A continuation of another service, of another operation, of another version or
    /// with a path that is none of the service's is an error of the stream; nothing is
    /// sent then.
    pub fn resume(mut self, continuation: Continuation) -> Self {
        if let (Some(run), Upcoming::Page(_)) = (&mut self.run, &self.upcoming) {
            self.upcoming = match continuation.apply(self.operation_id, &mut run.listing) {
                Ok(step) => Upcoming::Page(step),
                Err(problem) => Upcoming::Failure {
                    cause: problem.into(),
                    continuation: Some(continuation),
                },
            };
        }
        self
    }

    /// Whether the next page is fetched while this one is in use. Default: yes.
    pub fn prefetch(mut self, prefetch: bool) -> Self {
        self.options.prefetch = prefetch;
        self
    }

    /// Reads at most this many rows, those before a continuation included; the last page
    /// is cut to fit. Default: all rows.
    pub fn row_limit(mut self, rows: u64) -> Self {
        self.options.row_limit = Some(rows);
        self
    }

    /// Sets what a row that cannot be read does to the listing. Default: it ends there.
    pub fn on_unreadable_row(mut self, choice: UnreadableRows) -> Self {
        self.options.unreadable_rows = choice;
        if let Some(run) = &mut self.run {
            run.caller.skip_unreadable = choice == UnreadableRows::SkipAndReport;
        }
        self
    }

    /// The rows of the pages, one by one.
    pub fn items(self) -> Items<E> {
        Items::new(self)
    }

    /// Where to resume after the last page that was given out. None at the end and after an
    /// error (which has its own).
    ///
    /// After a [row limit](Self::row_limit) it is the next page or, inside of a page, the next
    /// row: by `skip` where `skip` counts the page (T9), else by requesting the page again and
    /// leaving out its first rows. A limit counts from the start of the listing, so what is
    /// resumed needs a higher one.
    pub fn continuation(&self) -> Option<Continuation> {
        match (&self.upcoming, &self.run) {
            (Upcoming::Page(step), Some(run)) => {
                Some(Continuation::new(self.operation_id, &run.listing, step))
            }
            (Upcoming::Limit(Some(continuation)), _) => Some((**continuation).clone()),
            (Upcoming::Failure { continuation, .. }, _) => continuation.clone(),
            _ => None,
        }
    }

    /// Rows that were left out of their pages since they cannot be read, those of an earlier
    /// run not included: the first 100 of them.
    /// [`Completeness::unreadable_rows`](super::Completeness::unreadable_rows) is the number of
    /// all.
    pub fn unreadable_rows(&self) -> &[UnreadableRow] {
        &self.unreadable_rows
    }

    /// Properties around the rows, and headers, that the spec does not name and that say
    /// something, once each: the first 100 of them.
    /// [`Completeness::incomplete_signs`](super::Completeness::incomplete_signs) is the number of
    /// those that say that rows are missing.
    pub fn unknown_properties(&self) -> &[UnknownProperty] {
        &self.unknown_properties
    }

    /// The failure of the call behind the last of the stated rows, where it says nothing about
    /// more rows: [`Completeness::end_unconfirmed`](super::Completeness::end_unconfirmed).
    pub fn unconfirmed_end(&self) -> Option<&PagingError> {
        self.unconfirmed_end.as_ref()
    }

    /// Adds to the unknown properties.
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

    /// How much was read, once the listing has ended without an error.
    pub fn completeness(&self) -> Option<Completeness> {
        let run = self.run.as_ref()?;
        match &self.upcoming {
            Upcoming::Nothing(Some(ended)) => Some(run.listing.completeness(*ended)),
            Upcoming::Limit(_) => Some(run.listing.completeness(EndedBy::RowLimit)),
            _ => None,
        }
    }

    /// Pages given out so far, those before a continuation included.
    pub fn pages_read(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| run.listing.pages)
    }

    /// Rows given out so far, those before a continuation and those that cannot be read
    /// included.
    pub fn rows_read(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| {
            let Listing {
                rows, rows_to_skip, ..
            } = run.listing;
            rows.saturating_add(rows_to_skip)
        })
    }

    /// `MS-CorrelationId` of all pages, as sent.
    pub fn correlation_id(&self) -> &str {
        self.run
            .as_ref()
            .map_or("", |run| run.listing.correlation_id())
    }

    /// [`completeness`](Self::completeness) of a listing that was read to its end.
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
            ended: EndedBy::RowLimit,
            count_mismatch: None,
        })
    }

    fn error(&self, cause: PagingCause, continuation: Option<Continuation>) -> PagingError {
        let read = (self.pages_read(), self.rows_read());
        PagingError::new(self.operation_id, cause, read, continuation)
    }

    pub(super) fn within(&self) -> &Within {
        &self.within
    }

    #[cfg(test)]
    pub(super) fn visited(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.listing.visited.len())
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Pages<E> {
    /// The next page. The same as `StreamExt::next`, without the import.
    pub async fn next(&mut self) -> Option<Result<ResponseValue<E>, PagingError>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Counts a page in, and sends for the next one.
    fn arrived(
        &mut self,
        step: &Step,
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
        let within = Within::new(&unreadable, given, kept);
        let new = unreadable.into_iter();
        let new = new.filter(|row| (given..kept).contains(&row.index));
        let new = new.map(|row| UnreadableRow {
            page: run.listing.pages.saturating_add(1),
            ..row
        });
        let room = MOST_REPORTED.saturating_sub(self.unreadable_rows.len());
        let new: Vec<_> = new.take(room).collect();
        let (stated, next) = (page.stated_total(), page.next());
        page.truncate(within.readable_before(kept));
        page.remove_first(within.readable_before(given));
        let (rows, received) = (count(kept), count(received));
        let reached = rows == left;
        // The same page, behind what is kept of it.
        let rest_of_page = Continuation::new(self.operation_id, &run.listing, step)
            .behind(rows)
            .with_unreadable(count(within.unreadable.len()));
        if let Some(failure) = failure {
            self.within = within;
            self.unreadable_rows.extend(new);
            run.listing.broke_off(step, rows);
            run.listing.left_out(&self.within);
            let rest = match run.listing.at_row(step, rows) {
                Some(step) => Continuation::new(self.operation_id, &run.listing, &step),
                None => rest_of_page,
            };
            // A limit in front of a row that cannot be read ends the listing before that; an
            // error beside the rows is about them, too.
            let is_of_row = matches!(failure, Error::Decode { .. });
            self.upcoming = if reached && is_of_row {
                Upcoming::Limit(Some(Box::new(rest)))
            } else {
                Upcoming::Failure {
                    cause: failure.into(),
                    continuation: Some(rest),
                }
            };
            return Ok(page);
        }
        let arrival = Arrival {
            ids,
            rows,
            received,
            stated,
            next,
            is_readable,
            fingerprint,
        };
        let after = run.listing.arrived(step, arrival)?;
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
        if matches!(after, Ok(After::End(_))) {
            let more = std::mem::take(&mut self.more);
            self.note(more);
        }
        let Some(run) = &mut self.run else {
            return Ok(page);
        };
        let operation_id = self.operation_id;
        let place = |listing: &Listing, step: &Step| {
            Some(Box::new(Continuation::new(operation_id, listing, step)))
        };
        self.upcoming = match after {
            _ if rows < received => Upcoming::Limit(match run.listing.at_row(step, rows) {
                Some(step) => place(&run.listing, &step),
                None => Some(Box::new(rest_of_page)),
            }),
            Ok(After::End(ended)) => Upcoming::Nothing(Some(ended)),
            Ok(After::Page(step)) if reached => Upcoming::Limit(place(&run.listing, &step)),
            Ok(After::Page(step)) => {
                if self.options.prefetch {
                    run.fetch = Fetch::ahead(
                        &run.caller,
                        || run.listing.request(&step),
                        self::fingerprint(&run.listing, &step),
                    );
                }
                Upcoming::Page(step)
            }
            Err(problem) => {
                // Without the link: of a page without rows that is the page itself, and
                // in a loop what follows was read before.
                let is_endless = matches!(
                    problem,
                    PagingProblem::Loop
                        | PagingProblem::RepeatedPages { .. }
                        | PagingProblem::BeyondTotal { .. }
                );
                let without_link = (rows > 0 && !is_endless)
                    .then(|| run.listing.at_row(step, rows))
                    .flatten()
                    .and_then(|step| place(&run.listing, &step));
                if reached {
                    Upcoming::Limit(without_link)
                } else {
                    Upcoming::Failure {
                        cause: problem.into(),
                        continuation: without_link.map(|place| *place),
                    }
                }
            }
        };
        Ok(page)
    }
}

/// Returns whether the call behind the last of the stated rows says, in its way, that there are
/// no more (T7): the service refuses it, has no page, or sends the same one again.
fn is_about_the_end(cause: &PagingCause) -> bool {
    match cause {
        PagingCause::Call(error) => {
            let status = error.status().map(|status| status.as_u16());
            matches!(status, Some(400 | 404 | 410 | 416))
        }
        PagingCause::Problem(problem) => matches!(
            problem,
            PagingProblem::SamePage { .. } | PagingProblem::NoPage { .. }
        ),
    }
}

fn fingerprint(listing: &Listing, step: &Step) -> Fingerprint {
    Fingerprint {
        always: step.way != Way::First,
        full_page: listing.full_page(step),
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Stream for Pages<E> {
    type Item = Result<ResponseValue<E>, PagingError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let (Some(limit), Upcoming::Page(step)) = (this.options.row_limit, &this.upcoming)
            && limit <= this.rows_read()
            && let Some(run) = &this.run
        {
            let place = Continuation::new(this.operation_id, &run.listing, step);
            this.upcoming = Upcoming::Limit(Some(Box::new(place)));
        }
        if let (Upcoming::Page(step), Some(run)) = (&this.upcoming, &mut this.run) {
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
            let Upcoming::Page(step) =
                std::mem::replace(&mut this.upcoming, Upcoming::Nothing(None))
            else {
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
                        PagingProblem::BeyondTotal { .. } | PagingProblem::Cancelled
                    )
                )
            {
                tracing::debug!("nothing behind the last of the stated rows: {cause}");
                if !is_about_the_end(&cause) {
                    let error = this.error(cause, None);
                    this.unconfirmed_end = Some(error);
                    if let Some(run) = &mut this.run {
                        run.listing.end_unconfirmed = true;
                    }
                }
                let more = std::mem::take(&mut this.more);
                this.note(more);
                this.upcoming = Upcoming::Nothing(Some(EndedBy::LastPage));
                return Poll::Ready(None);
            }
            let is_resumable = !matches!(
                cause,
                PagingCause::Problem(
                    PagingProblem::SamePage { .. } | PagingProblem::BeyondTotal { .. }
                )
            );
            return Poll::Ready(Some(Err(
                this.error(cause, continuation.filter(|_| is_resumable))
            )));
        }
        match std::mem::replace(&mut this.upcoming, Upcoming::Nothing(None)) {
            Upcoming::Failure {
                cause,
                continuation,
            } => Poll::Ready(Some(Err(this.error(cause, continuation)))),
            upcoming => {
                this.upcoming = upcoming;
                Poll::Ready(None)
            }
        }
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> FusedStream for Pages<E> {
    fn is_terminated(&self) -> bool {
        matches!(self.upcoming, Upcoming::Nothing(_) | Upcoming::Limit(_))
    }
}

/// Prints no query: a filter may hold a customer's name.
impl<E> std::fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let run = self.run.as_ref();
        f.debug_struct("Pages")
            .field("operation_id", &self.operation_id)
            .field("options", &self.options)
            .field("pages_read", &run.map(|run| run.listing.pages))
            .field("rows_read", &run.map(|run| run.listing.rows))
            .field("fetch", &run.and_then(|run| run.fetch.as_ref()))
            .finish_non_exhaustive()
    }
}
