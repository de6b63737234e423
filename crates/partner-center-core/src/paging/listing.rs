//! What a listing knows, and what it does after a page. Nothing here calls anything.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Request;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::completeness::{Completeness, EndedBy};
use super::error::PagingProblem;
use super::fetch::RowHashes;
use super::link::{Service, link_headers, query_number, with_query_number};
use super::pages::Within;
use crate::response::{CORRELATION_ID, CallIds, REQUEST_ID};
use crate::{CountMismatch, Next};

pub(super) const CONTINUATION_TOKEN: HeaderName = HeaderName::from_static("ms-continuationtoken");

/// How a page is reached.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    /// By the first request.
    First,
    /// By the link of the page before.
    #[default]
    Link,
    /// By `skip`.
    Skip,
    /// By the token of the page before.
    Seek,
}

/// The request for one page.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) way: Way,
    pub(super) url: Url,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

/// What counts of a page, once it is read.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) ids: CallIds,
    pub(super) rows: u64,
    /// Rows of the page before it was cut to the row limit.
    pub(super) received: u64,
    pub(super) stated: Option<i64>,
    pub(super) next: Next,
    /// Whether any row of the page can be read.
    pub(super) is_readable: bool,
    /// Where another page comes before or after it.
    pub(super) fingerprint: Option<RowHashes>,
}

/// What comes after a page.
pub(super) enum After {
    Page(Step),
    End(EndedBy),
}

/// One listing, from its first request on.
pub(super) struct Listing {
    pub(super) service: Service,
    pub(super) first: Url,
    /// Headers of every page: those of the first request that do not belong to it alone.
    headers: HeaderMap,
    /// What only the first request sends.
    first_request_id: Option<HeaderValue>,
    first_token: Option<HeaderValue>,
    timeout: Option<Duration>,
    /// Rows of a full page without `top`; none where `skip` is no way to go on.
    page_size: Option<u64>,
    pub(super) visited: Visited,
    pub(super) pages: u64,
    pub(super) rows: u64,
    pub(super) stated_total: Option<i64>,
    pub(super) stated_sum: i64,
    pub(super) short_pages: u64,
    /// Rows that were left out since they cannot be read; they are among `rows`.
    pub(super) unreadable: u64,
    /// Rows of the next page that were given out already.
    pub(super) rows_to_skip: u64,
    /// Pages without rows since the last one that had some.
    empty_pages: u64,
    /// Pages with rows since the last one with a row that is new and can be read.
    fruitless_pages: u64,
    /// Pages by link or token since all stated rows were read.
    pages_beyond: u64,
    /// Pages by link or token that have the rows of an earlier page.
    pub(super) repeated_pages: u64,
    /// Properties around the rows that say that rows are missing.
    pub(super) incomplete_signs: u64,
    /// Whether the call behind the last of the stated rows failed.
    pub(super) end_unconfirmed: bool,
    last_rows: Option<RowHashes>,
    /// Fingerprints of the pages read.
    known_pages: HashSet<u64>,
}

/// Pages without rows that are followed, one after the other.
const MOST_EMPTY_PAGES: u64 = 100;

/// Pages that are followed though their rows came before or cannot be read. Fewer, since such
/// rows are in the result.
const MOST_FRUITLESS_PAGES: u64 = 10;

/// Pages beyond the stated number of rows that are followed: a count may be wrong, but a listing
/// must end (T7).
const MOST_PAGES_BEYOND: u64 = 100;

/// Fingerprints of the requests made. Eight bytes each, and no more.
#[derive(Default)]
pub(super) struct Visited {
    hasher: RandomState,
    requests: HashSet<u64>,
}

impl Visited {
    /// Whether the request is a new one.
    fn enter(&mut self, step: &Step) -> bool {
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
    /// A listing that begins with this request.
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

    /// The first page.
    pub(super) fn start(&self) -> Step {
        Step {
            way: Way::First,
            url: self.first.clone(),
            headers: self
                .first_token
                .iter()
                .map(|token| (CONTINUATION_TOKEN, token.clone()))
                .collect(),
        }
    }

    /// `MS-CorrelationId` of all pages.
    pub(super) fn correlation_id(&self) -> &str {
        self.headers
            .get(CORRELATION_ID)
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default()
    }

    pub(super) fn set_correlation_id(&mut self, id: HeaderValue) {
        self.headers.insert(CORRELATION_ID, id);
    }

    /// The request for a page, still without its own id.
    pub(super) fn request(&self, step: &Step) -> Request {
        let mut request = Request::new(Method::GET, step.url.clone());
        *request.headers_mut() = self.headers.clone();
        for (name, value) in &step.headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        if let (Way::First, Some(id)) = (step.way, &self.first_request_id) {
            request.headers_mut().insert(REQUEST_ID, id.clone());
        }
        *request.timeout_mut() = self.timeout;
        request
    }

    /// Rows of a full page in the answer to `step`, where `skip` is a way to go on.
    pub(super) fn full_page(&self, step: &Step) -> Option<u64> {
        let default = self.page_size?;
        self.top(step).or(Some(default)).filter(|rows| *rows > 0)
    }

    /// Rows that `step` asks for, where it does.
    fn top(&self, step: &Step) -> Option<u64> {
        self.page_size?;
        query_number(&step.url, "top").or_else(|| query_number(&self.first, "top"))
    }

    /// Counts what the page that was counted in does not give out: what was given out before,
    /// and what cannot be read.
    pub(super) fn left_out(&mut self, within: &Within) {
        self.rows_to_skip = 0;
        let unreadable = u64::try_from(within.unreadable.len()).unwrap_or(u64::MAX);
        self.unreadable = self.unreadable.saturating_add(unreadable);
    }

    /// Counts the rows in front of one that cannot be read.
    pub(super) fn broke_off(&mut self, step: &Step, rows: u64) {
        self.last_rows = None;
        self.pages = self.pages.saturating_add(1);
        self.rows = self.rows.saturating_add(rows);
        self.stated_sum = self
            .stated_sum
            .saturating_add(i64::try_from(rows).unwrap_or(i64::MAX));
        self.visited.enter(step);
    }

    /// The request for the first row that was not read, after `rows` rows of the answer
    /// to `step`. None where no `skip` is known to lead there: in the older family, and
    /// behind links that do not count rows themselves.
    pub(super) fn at_row(&self, step: &Step, rows: u64) -> Option<Step> {
        self.page_size?;
        let start = self
            .skipped_at_start()
            .saturating_add(self.rows.saturating_sub(rows));
        let counts = match step.way {
            Way::First | Way::Skip => true,
            Way::Link => query_number(&step.url, "skip") == Some(start),
            Way::Seek => false,
        };
        (counts && step.headers.is_empty()).then(|| self.by_skip())
    }

    /// The request for what follows the rows read.
    fn by_skip(&self) -> Step {
        let skip = self.skipped_at_start().saturating_add(self.rows);
        Step {
            way: Way::Skip,
            url: with_query_number(self.first.clone(), "skip", skip),
            headers: Vec::new(),
        }
    }

    /// Counts a page in and decides what comes after it.
    ///
    /// The outer error is about this page, which then does not count; the inner one is
    /// about the next.
    pub(super) fn arrived(
        &mut self,
        step: &Step,
        arrival: Arrival,
    ) -> Result<Result<After, PagingProblem>, PagingProblem> {
        if step.way == Way::Skip && arrival.received > 0 {
            self.check_progress(&arrival)?;
        }
        self.pages = self.pages.saturating_add(1);
        self.rows = self.rows.saturating_add(arrival.rows);
        if let Some(stated) = arrival.stated {
            // A count that shrinks would hide the rows that are missing.
            self.stated_total = self.stated_total.max(Some(stated));
            // Of a page that was cut, what is left comes again, and is counted then.
            let of_page = if arrival.rows < arrival.received {
                i64::try_from(arrival.rows).unwrap_or(i64::MAX)
            } else {
                stated
            };
            self.stated_sum = self.stated_sum.saturating_add(of_page);
        }
        if !matches!(arrival.next, Next::None)
            && self.top(step).is_some_and(|top| arrival.received < top)
        {
            self.short_pages = self.short_pages.saturating_add(1);
        }
        // Pages after the first of this process are entered already.
        self.visited.enter(step);
        self.count_progress(step, &arrival);
        let after = self.after(step, &arrival);
        self.last_rows = arrival.fingerprint;
        Ok(after)
    }

    /// Counts pages that bring nothing new. Rows that come again by a link or a token may be other
    /// rows of the same content, so they are kept.
    fn count_progress(&mut self, step: &Step, arrival: &Arrival) {
        let is_known =
            (arrival.fingerprint.as_ref()).is_some_and(|rows| !self.known_pages.insert(rows.sum()));
        if arrival.received == 0 {
            return;
        }
        let is_repeated = is_known && matches!(step.way, Way::Link | Way::Seek);
        self.repeated_pages = self.repeated_pages.saturating_add(u64::from(is_repeated));
        self.fruitless_pages = match is_repeated || !arrival.is_readable {
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

    /// Checks that `skip` led to rows that were not there before. No order is documented (T46),
    /// so the rows of a service that does not heed `skip` may come in another one.
    fn check_progress(&self, arrival: &Arrival) -> Result<(), PagingProblem> {
        let ids = || arrival.ids.clone();
        if let Some(rows) = &arrival.fingerprint
            && (self.known_pages.contains(&rows.sum())
                || (self.last_rows.as_ref()).is_some_and(|last| rows.are_mostly_in(last)))
        {
            return Err(PagingProblem::SamePage { ids: ids() });
        }
        let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
        // A service may state the rows of each page instead (T7).
        let states_pages =
            self.stated_sum == count(self.rows) && arrival.stated == Some(count(arrival.received));
        match self.stated_total.max(arrival.stated) {
            Some(stated) if count(self.rows) >= stated && !states_pages => {
                Err(PagingProblem::BeyondTotal { ids: ids(), stated })
            }
            _ => Ok(()),
        }
    }

    /// Returns whether the listing is complete without the page that `step` requests: the page
    /// before has no link, and all rows that the service states were read. The call is made all
    /// the same, since the count may be that of one page (T7).
    pub(super) fn is_complete_without(&self, step: &Step) -> bool {
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let skipped = i64::try_from(self.skipped_at_start()).unwrap_or(i64::MAX);
        step.way == Way::Skip
            && self.rows > 0
            && self.rows_to_skip == 0
            && self
                .stated_total
                .is_some_and(|stated| rows == stated || rows.checked_add(skipped) == Some(stated))
    }

    fn after(&mut self, step: &Step, arrival: &Arrival) -> Result<After, PagingProblem> {
        self.empty_pages = match arrival.received {
            0 => self.empty_pages.saturating_add(1),
            _ => 0,
        };
        let next = match &arrival.next {
            Next::Link(link) => {
                if link
                    .method
                    .as_deref()
                    .is_some_and(|method| !method.trim().eq_ignore_ascii_case("GET"))
                {
                    return Err(PagingProblem::BadLink {
                        reason: "it asks for another method than GET",
                    });
                }
                let headers = link.headers.iter().map(|header| {
                    (
                        header.key.as_deref().unwrap_or_default(),
                        header.value.as_deref().unwrap_or_default(),
                    )
                });
                Step {
                    way: Way::Link,
                    url: self
                        .service
                        .resolve(&step.url, link.uri.as_deref().unwrap_or_default())?,
                    headers: link_headers(headers)?,
                }
            }
            // All rows are here, and this page says so too: a count may be that of one page.
            // Before that, a page in the middle may be empty.
            Next::Token(_)
                if step.way == Way::Seek
                    && arrival.received == 0
                    && arrival.stated == self.stated_total
                    && self.has_all_stated() =>
            {
                return Ok(After::End(EndedBy::EmptyPage));
            }
            Next::Token(token) => {
                let mut url = self.first.clone();
                url.set_query(Some("seekOperation=Next"));
                Step {
                    way: Way::Seek,
                    url,
                    headers: link_headers([(CONTINUATION_TOKEN.as_str(), token.as_str())])?,
                }
            }
            Next::None => {
                if arrival.rows == 0 && matches!(step.way, Way::Skip | Way::Seek) {
                    return Ok(After::End(EndedBy::EmptyPage));
                }
                match self.full_page(step) {
                    Some(full) if arrival.rows >= full => self.by_skip(),
                    _ => return Ok(After::End(EndedBy::LastPage)),
                }
            }
        };
        if !self.visited.enter(&next) {
            Err(PagingProblem::Loop)
        } else if self.empty_pages >= MOST_EMPTY_PAGES {
            Err(PagingProblem::EmptyPages {
                pages: self.empty_pages,
            })
        } else if self.fruitless_pages >= MOST_FRUITLESS_PAGES {
            Err(PagingProblem::RepeatedPages {
                pages: self.fruitless_pages,
            })
        } else if self.pages_beyond >= MOST_PAGES_BEYOND {
            Err(PagingProblem::BeyondTotal {
                ids: arrival.ids.clone(),
                stated: self.stated_total.unwrap_or_default(),
            })
        } else {
            Ok(After::Page(next))
        }
    }

    fn has_all_stated(&self) -> bool {
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        rows > 0 && self.stated_total == Some(rows)
    }

    fn skipped_at_start(&self) -> u64 {
        query_number(&self.first, "skip").unwrap_or(0)
    }

    /// What was read, for a listing that ended this way.
    pub(super) fn completeness(&self, ended: EndedBy) -> Completeness {
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
            count_mismatch: self.count_mismatch().filter(|_| ended != EndedBy::RowLimit),
        }
    }

    fn count_mismatch(&self) -> Option<CountMismatch> {
        let stated = self.stated_total?;
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let skipped = i64::try_from(self.skipped_at_start()).unwrap_or(i64::MAX);
        let agrees = rows == stated
            || rows == self.stated_sum
            || stated >= 0 && rows == stated.saturating_sub(skipped).max(0);
        (!agrees).then_some(CountMismatch {
            stated,
            received: usize::try_from(self.rows).unwrap_or(usize::MAX),
        })
    }
}
