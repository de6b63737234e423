use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};
use serde::de::DeserializeOwned;

use super::{Completeness, Continuation, Pages, PagingError};
use crate::{Envelope, UnknownProperty, UnreadableRow};

/// [`Stream`] of the rows of a listing. No request is sent before it is polled.
///
/// An error is returned after all rows before it, including those of the same page.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use partner_center_core::Page;
/// # type Rows = Page<BTreeMap<String, serde_json::Value>>;
/// use partner_center_core::paging::{Items, PagingError};
///
/// /// Reads a listing, such as `client.subscriptions().items()`, row by row.
/// async fn names(mut rows: Items<Rows>) -> Result<Vec<String>, PagingError> {
///     let mut names = Vec::new();
///     while let Some(row) = rows.next().await {
///         names.extend(row?.get("customerName").map(ToString::to_string));
///     }
///     Ok(names)
/// }
/// ```
#[must_use = "a listing does nothing until it is polled"]
pub struct Items<E: Envelope> {
    pages: Pages<E>,
    rows: std::vec::IntoIter<E::Item>,
    /// Number of rows taken from the current page.
    taken: usize,
    /// Position of the page that contains `rows`.
    page: Option<Continuation>,
    /// Position of the page that is being fetched.
    next_page: Option<Continuation>,
}

impl<E: Envelope> Items<E> {
    pub(super) fn new(pages: Pages<E>) -> Self {
        Self {
            pages,
            rows: Vec::new().into_iter(),
            taken: 0,
            page: None,
            next_page: None,
        }
    }

    /// Returns the position after the last returned row. Within a page, resuming requests the
    /// page again and leaves out its first rows. `None` at the end, and after an error, which
    /// has its own continuation.
    pub fn continuation(&self) -> Option<Continuation> {
        if self.rows.len() == 0 {
            return self.pages.continuation();
        }
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let (passed, unreadable) = self.pages.within().passed(self.taken);
        let page = self.page.clone()?.with_unreadable(count(unreadable));
        Some(page.behind(count(passed)))
    }

    /// Returns the number of rows returned so far, including unreadable rows and rows read
    /// before the listing was resumed.
    pub fn rows_read(&self) -> u64 {
        match self.continuation() {
            Some(continuation) if self.rows.len() > 0 => continuation.rows_read(),
            _ => self.pages.rows_read(),
        }
    }

    /// Returns the rows left out because they cannot be read; see [`Pages::unreadable_rows`].
    pub fn unreadable_rows(&self) -> &[UnreadableRow] {
        self.pages.unreadable_rows()
    }

    /// Returns the properties around the rows that the spec does not name; see
    /// [`Pages::unknown_properties`].
    pub fn unknown_properties(&self) -> &[UnknownProperty] {
        self.pages.unknown_properties()
    }

    /// Returns the `MS-CorrelationId` that was sent with all pages.
    pub fn correlation_id(&self) -> &str {
        self.pages.correlation_id()
    }

    #[cfg(test)]
    pub(super) fn pages(&self) -> &Pages<E> {
        &self.pages
    }

    /// Returns the numbers of the listing after it has ended without an error.
    pub fn completeness(&self) -> Option<Completeness> {
        self.pages.completeness().filter(|_| self.rows.len() == 0)
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Items<E> {
    /// Returns the next row, like `StreamExt::next`, but without the import.
    pub async fn next(&mut self) -> Option<Result<E::Item, PagingError>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

// Rows are moved out of their page by value, so no field is structurally pinned.
impl<E: Envelope> Unpin for Items<E> {}

impl<E: Envelope + DeserializeOwned + Send + 'static> Stream for Items<E> {
    type Item = Result<E::Item, PagingError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(row) = self.rows.next() {
                self.taken += 1;
                return Poll::Ready(Some(Ok(row)));
            }
            if self.next_page.is_none() {
                self.next_page = self.pages.continuation();
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => {
                    self.page = self.next_page.take();
                    self.taken = 0;
                    self.rows = page.into_inner().into_items().into_iter();
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> FusedStream for Items<E> {
    fn is_terminated(&self) -> bool {
        self.rows.len() == 0 && self.pages.is_terminated()
    }
}

impl<E: Envelope> std::fmt::Debug for Items<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Items")
            .field("rows_waiting", &self.rows.len())
            .field("pages_read", &self.pages.pages_read())
            .finish_non_exhaustive()
    }
}
