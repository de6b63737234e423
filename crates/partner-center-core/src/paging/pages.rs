use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};
use reqwest::Request;
use serde::de::DeserializeOwned;

use super::error::{PagingCause, PagingError, PagingProblem};
use super::fetch::{Caller, Fetch, Fetched, Fingerprint};
use super::items::Items;
use super::listing::{After, Arrival, Listing, Step, Way};
use super::{Completeness, Continuation, EndedBy, PagingOptions};
use crate::hooks::percent_encode_blanks;
use crate::{ClientInfo, Envelope, Error, Pipeline, ResponseValue};

/// The pages of a listing, each as it was answered. A [`Stream`]; nothing is sent
/// before it is polled.
///
/// The stream ends after the last page or the first error. Where a row cannot be read,
/// the rows in front of it come first, as a page without link, count and other
/// properties, and then the error. With a row limit that these rows reach there is no
/// error.
#[must_use = "a listing does nothing until it is polled"]
pub struct Pages<E> {
    operation_id: &'static str,
    options: PagingOptions,
    /// None where the request was refused before there was anything to list.
    run: Option<Run<E>>,
    upcoming: Upcoming,
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
    Limit(Option<Step>),
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
                },
                listing,
                fetch: None,
            }),
            options,
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

    /// The rows of the pages, one by one.
    pub fn items(self) -> Items<E> {
        Items::new(self)
    }

    /// Where to go on after the last row that was given out. None at the end and after an
    /// error (which has its own).
    ///
    /// After a [row limit](Self::row_limit) it is the next page, and inside of a page the
    /// next row, by `skip`. None where a page was cut that `skip` does not count: in the
    /// older family, and behind a link without the number of the rows before it. A limit
    /// counts from the start of the listing, so what is resumed needs a higher one.
    pub fn continuation(&self) -> Option<Continuation> {
        match (&self.upcoming, &self.run) {
            (Upcoming::Page(step) | Upcoming::Limit(Some(step)), Some(run)) => {
                Some(Continuation::new(self.operation_id, &run.listing, step))
            }
            _ => None,
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

    /// Rows given out so far, those before a continuation included.
    pub fn rows_read(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| run.listing.rows)
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
            stated_total: None,
            short_pages: 0,
            ended: EndedBy::RowLimit,
            count_mismatch: None,
        })
    }

    fn error(&self, cause: PagingCause, continuation: Option<Continuation>) -> PagingError {
        let read = (self.pages_read(), self.rows_read());
        PagingError::new(self.operation_id, cause, read, continuation)
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
            body,
            failure,
        } = fetched;
        let Some(run) = &mut self.run else {
            return Ok(page);
        };
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let received = page.items().len();
        let left = self
            .options
            .row_limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(run.listing.rows));
        let kept = usize::try_from(left).map_or(received, |left| left.min(received));
        page.truncate(kept);
        let (rows, received) = (count(kept), count(received));
        let reached = rows == left;
        if let Some(failure) = failure {
            let page_again = Continuation::new(self.operation_id, &run.listing, step);
            run.listing.broke_off(step, rows);
            let at_row = run.listing.at_row(step, rows);
            self.upcoming = if reached {
                Upcoming::Limit(at_row)
            } else {
                Upcoming::Failure {
                    cause: failure.into(),
                    continuation: Some(at_row.map_or(page_again, |step| {
                        Continuation::new(self.operation_id, &run.listing, &step)
                    })),
                }
            };
            return Ok(page);
        }
        let arrival = Arrival {
            ids,
            rows,
            received,
            stated: page.stated_total(),
            next: page.next(),
            body,
        };
        let after = run.listing.arrived(step, arrival)?;
        self.upcoming = match after {
            _ if rows < received => Upcoming::Limit(run.listing.at_row(step, rows)),
            Ok(After::End(ended)) => Upcoming::Nothing(Some(ended)),
            Ok(After::Page(step)) if reached => Upcoming::Limit(Some(step)),
            Ok(After::Page(step)) => {
                if self.options.prefetch {
                    run.fetch = Fetch::ahead(
                        &run.caller,
                        || run.listing.request(&step),
                        fingerprint(&run.listing, &step),
                    );
                }
                Upcoming::Page(step)
            }
            Err(problem) => {
                // Without the link: of a page without rows that is the page itself, and
                // in a loop what follows was read before.
                let without_link = (rows > 0 && problem != PagingProblem::Loop)
                    .then(|| run.listing.at_row(step, rows))
                    .flatten();
                if reached {
                    Upcoming::Limit(without_link)
                } else {
                    Upcoming::Failure {
                        cause: problem.into(),
                        continuation: without_link
                            .map(|step| Continuation::new(self.operation_id, &run.listing, &step)),
                    }
                }
            }
        };
        Ok(page)
    }
}

fn fingerprint(listing: &Listing, step: &Step) -> Fingerprint {
    Fingerprint {
        always: step.way == Way::Skip,
        full_page: listing.full_page(step),
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Stream for Pages<E> {
    type Item = Result<ResponseValue<E>, PagingError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let (Some(limit), Upcoming::Page(step)) = (this.options.row_limit, &this.upcoming)
            && limit <= this.rows_read()
        {
            this.upcoming = Upcoming::Limit(Some(step.clone()));
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
            return Poll::Ready(Some(
                outcome
                    .and_then(|fetched| this.arrived(&step, fetched))
                    .map_err(|cause| {
                        let is_resumable =
                            !matches!(cause, PagingCause::Problem(PagingProblem::SamePage { .. }));
                        this.error(cause, continuation.filter(|_| is_resumable))
                    }),
            ));
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
