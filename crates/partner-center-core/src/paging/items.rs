use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};
use serde::de::DeserializeOwned;

use super::{Completeness, Continuation, Pages, PagingError};
use crate::{Envelope, UnknownProperty, UnreadableRow};

/// The rows of a listing, one by one. A [`Stream`]; nothing is sent before it is polled.
///
/// An error comes after all rows before it, those of its own page included.
#[must_use = "a listing does nothing until it is polled"]
pub struct Items<E: Envelope> {
    pages: Pages<E>,
    rows: std::vec::IntoIter<E::Item>,
    /// Rows taken from this page.
    taken: usize,
    /// The page that `rows` are of.
    page: Option<Continuation>,
    /// The page that is waited for.
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

    /// Where to resume after the last row that was given out: inside of a page by requesting
    /// it again and leaving out these rows. None at the end and after an error (which has its
    /// own).
    pub fn continuation(&self) -> Option<Continuation> {
        if self.rows.len() == 0 {
            return self.pages.continuation();
        }
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let (passed, unreadable) = self.pages.within().passed(self.taken);
        let page = self.page.clone()?.with_unreadable(count(unreadable));
        Some(page.behind(count(passed)))
    }

    /// Rows given out so far, those before a continuation and those that cannot be read
    /// included.
    pub fn rows_read(&self) -> u64 {
        match self.continuation() {
            Some(continuation) if self.rows.len() > 0 => continuation.rows_read(),
            _ => self.pages.rows_read(),
        }
    }

    /// Rows that were left out since they cannot be read:
    /// see [`Pages::unreadable_rows`].
    pub fn unreadable_rows(&self) -> &[UnreadableRow] {
        self.pages.unreadable_rows()
    }

    /// Properties around the rows that the spec does not name:
    /// see [`Pages::unknown_properties`].
    pub fn unknown_properties(&self) -> &[UnknownProperty] {
        self.pages.unknown_properties()
    }

    /// `MS-CorrelationId` of all pages, as sent.
    pub fn correlation_id(&self) -> &str {
        self.pages.correlation_id()
    }

    #[cfg(test)]
    pub(super) fn pages(&self) -> &Pages<E> {
        &self.pages
    }

    /// How much was read, once the listing has ended without an error.
    pub fn completeness(&self) -> Option<Completeness> {
        self.pages.completeness().filter(|_| self.rows.len() == 0)
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Items<E> {
    /// The next row. The same as `StreamExt::next`, without the import.
    pub async fn next(&mut self) -> Option<Result<E::Item, PagingError>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

// Rows are moved out of their page by value; nothing is ever pinned in place.
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
