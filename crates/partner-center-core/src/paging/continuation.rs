use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::error::PagingProblem;
use super::link::link_headers;
use super::listing::{Listing, PageRequest, PageSource};
use crate::model::sanitize::one_line;

const VERSION: u32 = 2;

/// Position in a listing, from which another process can resume it, too.
///
/// Serialises to a small JSON object without credentials. It contains the scheme, host and port
/// of the service, and only a client of the same service can resume it; an emulator on another
/// port is another service. It also contains the query of the listing, and so the name of a
/// customer if the filter has one; `Debug` does not print the query.
///
/// ```
/// use partner_center_core::paging::Continuation;
///
/// // As a process stored it, shortened. A whole one is resumed by `Pages::resume`.
/// let position: Continuation = serde_json::from_str(
///     r#"{"operation": "subscriptions", "pages": 1, "rows": 10000}"#,
/// )?;
/// assert_eq!(position.operation_id(), "subscriptions");
/// assert_eq!((position.pages_read(), position.rows_read()), (1, 10_000));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Continuation {
    version: u32,
    operation: String,
    /// Scheme, host and port of the service.
    service: String,
    /// Path and query of the first page, below the root of the API.
    first: String,
    /// Path and query of the next page.
    next: String,
    way: PageSource,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, String)>,
    correlation_id: String,
    pages: u64,
    rows: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stated_total: Option<i64>,
    stated_sum: i64,
    #[serde(skip_serializing_if = "is_zero")]
    short_pages: u64,
    #[serde(skip_serializing_if = "is_zero")]
    unreadable_rows: u64,
    #[serde(skip_serializing_if = "is_zero")]
    repeated_pages: u64,
    #[serde(skip_serializing_if = "is_zero")]
    incomplete_signs: u64,
    /// Number of rows of the next page that were already returned.
    #[serde(skip_serializing_if = "is_zero")]
    rows_to_skip: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Default for Continuation {
    /// Values for the properties that a stored continuation leaves out. Its version is invalid,
    /// so that it cannot be resumed.
    fn default() -> Self {
        Self {
            version: 0,
            operation: String::new(),
            service: String::new(),
            first: String::new(),
            next: String::new(),
            way: PageSource::default(),
            headers: Vec::new(),
            correlation_id: String::new(),
            pages: 0,
            rows: 0,
            stated_total: None,
            stated_sum: 0,
            short_pages: 0,
            unreadable_rows: 0,
            repeated_pages: 0,
            incomplete_signs: 0,
            rows_to_skip: 0,
        }
    }
}

impl Continuation {
    pub(super) fn new(operation: &str, listing: &Listing, step: &PageRequest) -> Self {
        Self {
            version: VERSION,
            operation: operation.to_owned(),
            service: listing.service.origin(),
            first: listing.service.relative(&listing.first),
            next: listing.service.relative(&step.url),
            way: step.way,
            headers: step
                .headers
                .iter()
                .map(|(name, value)| {
                    // The value was created from text.
                    let value = String::from_utf8_lossy(value.as_bytes());
                    (name.as_str().to_owned(), value.into_owned())
                })
                .collect(),
            correlation_id: listing.correlation_id().to_owned(),
            pages: listing.pages,
            rows: listing.rows,
            stated_total: listing.stated_total,
            stated_sum: listing.stated_sum,
            short_pages: listing.short_pages,
            unreadable_rows: listing.unreadable,
            repeated_pages: listing.repeated_pages,
            incomplete_signs: listing.incomplete_signs,
            rows_to_skip: listing.rows_to_skip,
        }
    }

    /// Moves the position behind this many rows of the page.
    pub(super) fn behind(self, rows_to_skip: u64) -> Self {
        Self {
            rows_to_skip,
            ..self
        }
    }

    /// Adds this many unreadable rows to the count.
    pub(super) fn with_unreadable(mut self, rows: u64) -> Self {
        self.unreadable_rows = self.unreadable_rows.saturating_add(rows);
        self
    }

    /// Restores the state of the listing, and returns the request for its next page.
    pub(super) fn apply(
        &self,
        operation: &str,
        listing: &mut Listing,
    ) -> Result<PageRequest, PagingProblem> {
        let bad = |reason: String| PagingProblem::InvalidContinuation { reason };
        if self.version != VERSION {
            return Err(bad(format!(
                "it has version {}, but this client supports version {VERSION}; restart the \
                 listing",
                self.version
            )));
        }
        if self.operation != operation {
            return Err(bad(format!(
                "it belongs to `{}`, not to `{operation}`",
                one_line(&self.operation, 80)
            )));
        }
        let service = listing.service.origin();
        if self.service != service {
            return Err(bad(format!(
                "it belongs to another service, `{}`, but this client calls `{service}`; restart \
                 the listing",
                one_line(&self.service, 120)
            )));
        }
        let url = |path: &str| {
            listing
                .service
                .absolute(path)
                .ok_or_else(|| bad("its path is not a path of the service".to_owned()))
        };
        let (first, url) = (url(&self.first)?, url(&self.next)?);
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let headers = link_headers(headers)
            .map_err(|_| bad("it has a header that cannot be sent".to_owned()))?;
        // Only ASCII, though a header may have more: the next continuation takes it from there as
        // text.
        let correlation_id = HeaderValue::from_str(&self.correlation_id)
            .ok()
            .filter(|id| id.to_str().is_ok())
            .ok_or_else(|| bad("its correlation id cannot be sent".to_owned()))?;
        if !correlation_id.is_empty() {
            listing.set_correlation_id(correlation_id);
        }
        listing.first = first;
        listing.pages = self.pages;
        listing.rows = self.rows;
        listing.stated_total = self.stated_total;
        listing.stated_sum = self.stated_sum;
        listing.short_pages = self.short_pages;
        listing.unreadable = self.unreadable_rows;
        listing.repeated_pages = self.repeated_pages;
        listing.incomplete_signs = self.incomplete_signs;
        listing.rows_to_skip = self.rows_to_skip;
        Ok(PageRequest {
            way: self.way,
            url,
            headers,
        })
    }

    /// Returns the `operationId` of the listing. Only the same operation can resume it.
    pub fn operation_id(&self) -> &str {
        &self.operation
    }

    /// Returns the scheme, host and port of the service. Only a client of the same service can
    /// resume the listing.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Returns the number of pages read so far.
    pub fn pages_read(&self) -> u64 {
        self.pages
    }

    /// Returns the number of rows read so far, including unreadable rows.
    pub fn rows_read(&self) -> u64 {
        self.rows.saturating_add(self.rows_to_skip)
    }

    /// Returns the `MS-CorrelationId` of the listing, which the resumed listing uses, too.
    pub fn correlation_id(&self) -> &str {
        &self.correlation_id
    }
}

/// Prints no query and no token.
impl std::fmt::Debug for Continuation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Continuation")
            .field("version", &self.version)
            .field("operation", &self.operation)
            .field("service", &self.service)
            .field("pages", &self.pages)
            .field("rows", &self.rows)
            .field("correlation_id", &self.correlation_id)
            .finish_non_exhaustive()
    }
}
