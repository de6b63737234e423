use serde::de::DeserializeOwned;

use super::{Completeness, Pages, PagingError};
use crate::{Envelope, UnknownProperty, UnreadableRow};

/// All rows of a listing.
///
/// `Debug` prints how many rows there are, never what they hold.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Collected<T> {
    /// The rows, in the order of the service.
    pub rows: Vec<T>,
    /// The first rows that are missing since they cannot be read: see
    /// [`Pages::unreadable_rows`].
    pub unreadable_rows: Vec<UnreadableRow>,
    /// Properties around the rows that the spec does not name: see
    /// [`Pages::unknown_properties`].
    pub unknown_properties: Vec<UnknownProperty>,
    /// How much that is, and whether it is everything.
    pub completeness: Completeness,
    /// `MS-CorrelationId` of all pages, as sent.
    pub correlation_id: String,
}

impl<T> std::fmt::Debug for Collected<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collected")
            .field("rows", &self.rows.len())
            .field("completeness", &self.completeness)
            .field("correlation_id", &self.correlation_id)
            .finish()
    }
}

impl<T> IntoIterator for Collected<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

/// A listing that broke off while it was collected, with the rows it had.
///
/// `Debug` prints how many rows there are, never what they hold.
pub struct CollectError<T> {
    error: PagingError,
    rows: Vec<T>,
}

impl<T> CollectError<T> {
    /// Why it broke off.
    pub fn error(&self) -> &PagingError {
        &self.error
    }

    /// Why it broke off, without the rows.
    pub fn into_error(self) -> PagingError {
        self.error
    }

    /// The rows before, with what is needed to go on.
    pub fn into_partial(self) -> PartialRows<T> {
        PartialRows {
            rows: self.rows,
            error: self.error,
        }
    }
}

/// What a listing gave before it broke off.
///
/// `Debug` prints how many rows there are, never what they hold.
#[non_exhaustive]
pub struct PartialRows<T> {
    /// All rows before the failure, those in front of a row that cannot be read included;
    /// without those before a continuation.
    pub rows: Vec<T>,
    /// Why there are no more, and [where to go on](PagingError::continuation).
    pub error: PagingError,
}

impl<T> std::fmt::Debug for PartialRows<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartialRows")
            .field("rows", &self.rows.len())
            .field("error", &self.error)
            .finish()
    }
}

impl<T> std::fmt::Debug for CollectError<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CollectError")
            .field("error", &self.error)
            .field("rows", &self.rows.len())
            .finish()
    }
}

impl<T> std::fmt::Display for CollectError<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> std::error::Error for CollectError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl<T> From<CollectError<T>> for PagingError {
    fn from(error: CollectError<T>) -> Self {
        error.error
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Pages<E> {
    /// Reads the whole listing into memory.
    ///
    /// A result whose number of rows disagrees with what the service states is no error:
    /// see [`Completeness::is_complete`].
    ///
    /// # Errors
    ///
    /// The first error, with all rows before it.
    pub async fn collect_all(mut self) -> Result<Collected<E::Item>, CollectError<E::Item>> {
        let mut rows = Vec::new();
        while let Some(page) = self.next().await {
            match page {
                Ok(page) => rows.extend(page.into_inner().into_items()),
                Err(error) => return Err(CollectError { error, rows }),
            }
        }
        Ok(Collected {
            rows,
            completeness: self.ended(),
            unreadable_rows: self.unreadable_rows().to_vec(),
            unknown_properties: self.unknown_properties().to_vec(),
            correlation_id: self.correlation_id().to_owned(),
        })
    }
}
