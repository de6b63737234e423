//! State of a listing, and the decision about the page that follows. No code here makes calls.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Request;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::completeness::{Completeness, EndReason};
use super::error::PagingProblem;
use super::fetch::RowHashes;
use super::link::{Service, link_headers, query_number, with_query_number};
use super::within::PagePosition;
use crate::http::response::{CORRELATION_ID, REQUEST_ID, RequestIds};
use crate::{CountMismatch, Next};

pub(super) const CONTINUATION_TOKEN: HeaderName = HeaderName::from_static("ms-continuationtoken");

/// Kind of the request for a page.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PageSource {
    /// First request of the listing.
    First,
    /// Link of the previous page.
    #[default]
    Link,
    /// First request with another `skip`.
    Skip,
    /// Continuation token of the previous page.
    Seek,
}

/// Request for one page.
#[derive(Clone)]
pub(super) struct PageRequest {
    pub(super) way: PageSource,
    pub(super) url: Url,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

/// Properties of a page that the listing depends on.
#[derive(Debug)]
pub(super) struct PageSummary {
    pub(super) ids: RequestIds,
    pub(super) rows: u64,
    /// Number of rows of the page before it was cut to the row limit.
    pub(super) received: u64,
    pub(super) stated: Option<i64>,
    pub(super) next: Next,
    /// Whether at least one row of the page can be read.
    pub(super) is_readable: bool,
    /// Hashes of the rows, if another page comes before or after the page.
    pub(super) fingerprint: Option<RowHashes>,
}

/// Next page or end of a listing.
pub(super) enum NextAction {
    Page(PageRequest),
    End(EndReason),
}

/// State of a listing.
pub(super) struct Listing {
    pub(super) service: Service,
    pub(super) first: Url,
    /// Headers sent with every page.
    headers: HeaderMap,
    /// `MS-RequestId` of the first request only.
    first_request_id: Option<HeaderValue>,
    /// Continuation token of the first request only.
    first_token: Option<HeaderValue>,
    timeout: Option<Duration>,
    /// Number of rows of a full page without `top`; `None` if the listing cannot continue by
    /// `skip`.
    page_size: Option<u64>,
    pub(super) visited: Visited,
    pub(super) pages: u64,
    pub(super) rows: u64,
    pub(super) stated_total: Option<i64>,
    pub(super) stated_sum: i64,
    pub(super) short_pages: u64,
    /// Number of rows left out because they cannot be read. They are included in `rows`.
    pub(super) unreadable: u64,
    /// Number of rows of the next page that were already returned.
    pub(super) rows_to_skip: u64,
    /// Number of consecutive pages without rows.
    empty_pages: u64,
    /// Number of consecutive pages with rows of which none is new and readable.
    fruitless_pages: u64,
    /// Number of consecutive pages after all stated rows were read.
    pages_beyond: u64,
    /// Number of pages by link or token with the rows of an earlier page.
    pub(super) repeated_pages: u64,
    /// Number of properties around the rows that indicate missing rows.
    pub(super) incomplete_signs: u64,
    /// Whether the call after the last of the stated rows failed.
    pub(super) end_unconfirmed: bool,
    last_rows: Option<RowHashes>,
    /// Hashes of the pages that were read.
    known_pages: HashSet<u64>,
}

/// Maximum number of consecutive pages without rows.
const MAX_EMPTY_PAGES: u64 = 100;

/// Maximum number of consecutive pages whose rows were returned before or cannot be read. Lower
/// than the limit of empty pages, because such rows are in the result.
const MAX_FRUITLESS_PAGES: u64 = 10;

/// Maximum number of pages after the stated number of rows. The count may be wrong, but a listing
/// must end ([T7](crate::deviations#t7)).
const MAX_PAGES_BEYOND: u64 = 100;

/// Hashes of the requests made, eight bytes each.
#[derive(Default)]
pub(super) struct Visited {
    hasher: RandomState,
    requests: HashSet<u64>,
}

impl Visited {
    /// Adds a request; returns whether it is new.
    fn enter(&mut self, step: &PageRequest) -> bool {
        let headers: Vec<_> = step
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        self.requests
            .insert(self.hasher.hash_one((step.url.as_str(), headers)))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.requests.len()
    }
}

impl Listing {
    /// Creates a listing that begins with this request.
    pub(super) fn new(base_url: &str, request: &Request, page_size: Option<u64>) -> Self {
        let mut headers = request.headers().clone();
        let first_request_id = headers.remove(REQUEST_ID);
        let first_token = headers.remove(CONTINUATION_TOKEN);
        if !headers.contains_key(CORRELATION_ID)
            && let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string())
        {
            headers.insert(CORRELATION_ID, id);
        }
        let mut first = request.url().clone();
        first.set_fragment(None);
        Self {
            service: Service::new(base_url, &first),
            first,
            headers,
            first_request_id,
            first_token,
            timeout: request.timeout().copied(),
            page_size,
            visited: Visited::default(),
            pages: 0,
            rows: 0,
            stated_total: None,
            stated_sum: 0,
            short_pages: 0,
            unreadable: 0,
            rows_to_skip: 0,
            empty_pages: 0,
            fruitless_pages: 0,
            pages_beyond: 0,
            repeated_pages: 0,
            incomplete_signs: 0,
            end_unconfirmed: false,
            last_rows: None,
            known_pages: HashSet::new(),
        }
    }

    /// Returns the request for the first page.
    pub(super) fn start(&self) -> PageRequest {
        PageRequest {
            way: PageSource::First,
            url: self.first.clone(),
            headers: self
                .first_token
                .iter()
                .map(|token| (CONTINUATION_TOKEN, token.clone()))
                .collect(),
        }
    }

    /// Returns the `MS-CorrelationId` of all pages.
    pub(super) fn correlation_id(&self) -> &str {
        self.headers
            .get(CORRELATION_ID)
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default()
    }

    pub(super) fn set_correlation_id(&mut self, id: HeaderValue) {
        self.headers.insert(CORRELATION_ID, id);
    }

    /// Builds the request for a page, without an `MS-RequestId` unless it is the first.
    pub(super) fn request(&self, step: &PageRequest) -> Request {
        let mut request = Request::new(Method::GET, step.url.clone());
        *request.headers_mut() = self.headers.clone();
        for (name, value) in &step.headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        if let (PageSource::First, Some(id)) = (step.way, &self.first_request_id) {
            request.headers_mut().insert(REQUEST_ID, id.clone());
        }
        *request.timeout_mut() = self.timeout;
        request
    }

    /// Returns the number of rows of a full page in the response to `step`; `None` if the
    /// listing cannot continue by `skip`.
    pub(super) fn full_page(&self, step: &PageRequest) -> Option<u64> {
        let default = self.page_size?;
        self.top(step).or(Some(default)).filter(|rows| *rows > 0)
    }

    /// Returns the number of rows that `step` requests with `top`, if it does.
    fn top(&self, step: &PageRequest) -> Option<u64> {
        self.page_size?;
        query_number(&step.url, "top").or_else(|| query_number(&self.first, "top"))
    }

    /// Updates the counts of rows that the last page does not return: the rows that were
    /// returned before are done, and unreadable rows are added.
    pub(super) fn left_out(&mut self, within: &PagePosition) {
        self.rows_to_skip = 0;
        let unreadable = u64::try_from(within.unreadable.len()).unwrap_or(u64::MAX);
        self.unreadable = self.unreadable.saturating_add(unreadable);
    }

    /// Counts a page that ended with an error after this many rows.
    pub(super) fn broke_off(&mut self, step: &PageRequest, rows: u64) {
        self.last_rows = None;
        self.pages = self.pages.saturating_add(1);
        self.rows = self.rows.saturating_add(rows);
        self.stated_sum = self
            .stated_sum
            .saturating_add(i64::try_from(rows).unwrap_or(i64::MAX));
        self.visited.enter(step);
    }

    /// Returns the request for the first row that was not read, after `rows` rows of the
    /// response to `step`. `None` if no value of `skip` is known to lead there: in the older API
    /// family, and after links that do not contain a matching `skip`.
    pub(super) fn at_row(&self, step: &PageRequest, rows: u64) -> Option<PageRequest> {
        self.page_size?;
        let start = self
            .skipped_at_start()
            .saturating_add(self.rows.saturating_sub(rows));
        let counts = match step.way {
            PageSource::First | PageSource::Skip => true,
            PageSource::Link => query_number(&step.url, "skip") == Some(start),
            PageSource::Seek => false,
        };
        (counts && step.headers.is_empty()).then(|| self.by_skip())
    }

    /// Returns the request by `skip` for the rows after those already read.
    fn by_skip(&self) -> PageRequest {
        let skip = self.skipped_at_start().saturating_add(self.rows);
        PageRequest {
            way: PageSource::Skip,
            url: with_query_number(self.first.clone(), "skip", skip),
            headers: Vec::new(),
        }
    }

    /// Counts a page and decides what follows it.
    ///
    /// The outer error concerns this page, which is then not counted; the inner error concerns
    /// the next page.
    pub(super) fn arrived(
        &mut self,
        step: &PageRequest,
        summary: PageSummary,
    ) -> Result<Result<NextAction, PagingProblem>, PagingProblem> {
        if step.way == PageSource::Skip && summary.received > 0 {
            self.check_progress(&summary)?;
        }
        self.pages = self.pages.saturating_add(1);
        self.rows = self.rows.saturating_add(summary.rows);
        if let Some(stated) = summary.stated {
            // A number that shrinks must not hide missing rows.
            self.stated_total = self.stated_total.max(Some(stated));
            // The rest of a page that was cut is requested again and counted then.
            let of_page = if summary.rows < summary.received {
                i64::try_from(summary.rows).unwrap_or(i64::MAX)
            } else {
                stated
            };
            self.stated_sum = self.stated_sum.saturating_add(of_page);
        }
        if !matches!(summary.next, Next::None)
            && self.top(step).is_some_and(|top| summary.received < top)
        {
            self.short_pages = self.short_pages.saturating_add(1);
        }
        // `after` has already added the pages that follow the first page of this process.
        self.visited.enter(step);
        self.count_progress(step, &summary);
        let after = self.after(step, &summary);
        self.last_rows = summary.fingerprint;
        Ok(after)
    }

    /// Counts pages without new rows. Rows repeated after a link or a token may be other rows with
    /// the same content, so they are kept.
    fn count_progress(&mut self, step: &PageRequest, summary: &PageSummary) {
        let is_known =
            (summary.fingerprint.as_ref()).is_some_and(|rows| !self.known_pages.insert(rows.sum()));
        if summary.received == 0 {
            return;
        }
        let is_repeated = is_known && matches!(step.way, PageSource::Link | PageSource::Seek);
        self.repeated_pages = self.repeated_pages.saturating_add(u64::from(is_repeated));
        self.fruitless_pages = match is_repeated || !summary.is_readable {
            true => self.fruitless_pages.saturating_add(1),
            false => 0,
        };
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let is_beyond = self.stated_total.is_some_and(|stated| rows > stated);
        // A service may state the rows of each page instead (T7).
        self.pages_beyond = match is_beyond && self.stated_sum != rows {
            true => self.pages_beyond.saturating_add(1),
            false => 0,
        };
    }

    /// Checks that `skip` led to new rows. The order of rows is not documented
    /// ([T46](crate::deviations#t46)), so a service that ignores `skip` may send the same rows in
    /// another order.
    fn check_progress(&self, summary: &PageSummary) -> Result<(), PagingProblem> {
        let ids = || summary.ids.clone();
        if let Some(rows) = &summary.fingerprint
            && (self.known_pages.contains(&rows.sum())
                || (self.last_rows.as_ref()).is_some_and(|last| rows.are_mostly_in(last)))
        {
            return Err(PagingProblem::RepeatedRows { ids: ids() });
        }
        let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
        // A service may state the number of rows of each page instead (T7).
        let states_pages =
            self.stated_sum == count(self.rows) && summary.stated == Some(count(summary.received));
        match self.stated_total.max(summary.stated) {
            Some(stated) if count(self.rows) >= stated && !states_pages => {
                Err(PagingProblem::MoreRowsThanStated { ids: ids(), stated })
            }
            _ => Ok(()),
        }
    }

    /// Returns whether the listing is complete without the page that `step` requests: the previous
    /// page has no link, and all rows that the service states were read. The page is requested
    /// anyway, because the stated number may be that of one page ([T7](crate::deviations#t7)).
    pub(super) fn is_complete_without(&self, step: &PageRequest) -> bool {
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let skipped = i64::try_from(self.skipped_at_start()).unwrap_or(i64::MAX);
        step.way == PageSource::Skip
            && self.rows > 0
            && self.rows_to_skip == 0
            && self
                .stated_total
                .is_some_and(|stated| rows == stated || rows.checked_add(skipped) == Some(stated))
    }

    fn after(
        &mut self,
        step: &PageRequest,
        summary: &PageSummary,
    ) -> Result<NextAction, PagingProblem> {
        self.empty_pages = match summary.received {
            0 => self.empty_pages.saturating_add(1),
            _ => 0,
        };
        let next = match &summary.next {
            Next::Link(link) => {
                if link
                    .method
                    .as_deref()
                    .is_some_and(|method| !method.trim().eq_ignore_ascii_case("GET"))
                {
                    return Err(PagingProblem::InvalidLink {
                        reason: "it requires a method other than GET",
                    });
                }
                let headers = link.headers.iter().map(|header| {
                    (
                        header.key.as_deref().unwrap_or_default(),
                        header.value.as_deref().unwrap_or_default(),
                    )
                });
                PageRequest {
                    way: PageSource::Link,
                    url: self
                        .service
                        .resolve(&step.url, link.uri.as_deref().unwrap_or_default())?,
                    headers: link_headers(headers)?,
                }
            }
            // All stated rows were read, and this page states the same number: otherwise the number
            // could be that of one page. A page in the middle of a listing may be empty.
            Next::Token(_)
                if step.way == PageSource::Seek
                    && summary.received == 0
                    && summary.stated == self.stated_total
                    && self.has_all_stated() =>
            {
                return Ok(NextAction::End(EndReason::EmptyPage));
            }
            Next::Token(token) => {
                let mut url = self.first.clone();
                url.set_query(Some("seekOperation=Next"));
                PageRequest {
                    way: PageSource::Seek,
                    url,
                    headers: link_headers([(CONTINUATION_TOKEN.as_str(), token.as_str())])?,
                }
            }
            Next::None => {
                if summary.rows == 0 && matches!(step.way, PageSource::Skip | PageSource::Seek) {
                    return Ok(NextAction::End(EndReason::EmptyPage));
                }
                // Without a link, only a full page may be followed by another one (T9).
                match self.full_page(step) {
                    Some(full) if summary.rows >= full => self.by_skip(),
                    _ => return Ok(NextAction::End(EndReason::LastPage)),
                }
            }
        };
        // Every next request is recorded, so a link to any earlier page ends the listing here.
        if !self.visited.enter(&next) {
            Err(PagingProblem::RepeatedLink)
        } else if self.empty_pages >= MAX_EMPTY_PAGES {
            Err(PagingProblem::EmptyPages {
                pages: self.empty_pages,
            })
        } else if self.fruitless_pages >= MAX_FRUITLESS_PAGES {
            Err(PagingProblem::RepeatedPages {
                pages: self.fruitless_pages,
            })
        } else if self.pages_beyond >= MAX_PAGES_BEYOND {
            Err(PagingProblem::MoreRowsThanStated {
                ids: summary.ids.clone(),
                stated: self.stated_total.unwrap_or_default(),
            })
        } else {
            Ok(NextAction::Page(next))
        }
    }

    fn has_all_stated(&self) -> bool {
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        rows > 0 && self.stated_total == Some(rows)
    }

    fn skipped_at_start(&self) -> u64 {
        query_number(&self.first, "skip").unwrap_or(0)
    }

    /// Returns the numbers of a listing that ended for this reason.
    pub(super) fn completeness(&self, ended: EndReason) -> Completeness {
        Completeness {
            pages: self.pages,
            rows: self.rows.saturating_sub(self.unreadable),
            unreadable_rows: self.unreadable,
            stated_total: self.stated_total,
            short_pages: self.short_pages,
            repeated_pages: self.repeated_pages,
            incomplete_signs: self.incomplete_signs,
            end_unconfirmed: self.end_unconfirmed,
            ended,
            count_mismatch: self
                .count_mismatch()
                .filter(|_| ended != EndReason::RowLimit),
        }
    }

    fn count_mismatch(&self) -> Option<CountMismatch> {
        let stated = self.stated_total?;
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let skipped = i64::try_from(self.skipped_at_start()).unwrap_or(i64::MAX);
        // The documentation does not define the count (T7, T10), so each of its meanings is accepted:
        // all rows, the rows of each page, or all rows including skipped ones.
        let agrees = rows == stated
            || rows == self.stated_sum
            || stated >= 0 && rows == stated.saturating_sub(skipped).max(0);
        (!agrees).then_some(CountMismatch {
            stated,
            received: usize::try_from(self.rows).unwrap_or(usize::MAX),
        })
    }
}
