use serde::de::DeserializeOwned;

use super::{Completeness, Pages, PagingError};
use crate::{Envelope, UnknownProperty, UnreadableRow};

/// All rows of a listing.
///
/// `Debug` prints the number of rows, not their contents.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use partner_center_core::Page;
/// # type Rows = Page<BTreeMap<String, serde_json::Value>>;
/// use partner_center_core::paging::{CollectError, Collected};
///
/// /// Returns the rows of a complete listing only, for figures that someone is billed by.
/// fn complete<T>(result: Result<Collected<T>, CollectError<T>>) -> Result<Vec<T>, String> {
///     let all = result.map_err(|error| error.to_string())?;
///     match all.completeness.is_complete() {
///         true => Ok(all.rows),
///         false => Err(format!("incomplete: {:?}", all.completeness)),
///     }
/// }
/// # let _ = complete::<Rows>;
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Collected<T> {
    /// The rows, in the order of the service.
    pub rows: Vec<T>,
    /// The first rows that were left out because they cannot be read; see
    /// [`Pages::unreadable_rows`].
    pub unreadable_rows: Vec<UnreadableRow>,
    /// Properties around the rows that the spec does not name; see
    /// [`Pages::unknown_properties`].
    pub unknown_properties: Vec<UnknownProperty>,
    /// Numbers of pages and rows, and the reason for the end.
    pub completeness: Completeness,
    /// `MS-CorrelationId` that was sent with all pages.
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

/// Error of a listing that was collected, with the rows read before.
///
/// `Debug` prints the number of rows, not their contents.
///
/// ```
/// use partner_center_core::paging::{CollectError, Continuation};
///
/// /// Returns the rows before the error, and the position to resume from.
/// fn rows_so_far<T>(error: CollectError<T>) -> (Vec<T>, Option<Continuation>) {
///     let partial = error.into_partial();
///     (partial.rows, partial.error.into_continuation())
/// }
/// # let _ = rows_so_far::<u32>;
/// ```
pub struct CollectError<T> {
    error: PagingError,
    rows: Vec<T>,
}

impl<T> CollectError<T> {
    /// Returns the error of the listing.
    pub fn error(&self) -> &PagingError {
        &self.error
    }

    /// Converts this error into the error of the listing, without the rows.
    pub fn into_error(self) -> PagingError {
        self.error
    }

    /// Converts this error into the rows read before, with the error of the listing.
    pub fn into_partial(self) -> PartialRows<T> {
        PartialRows {
            rows: self.rows,
            error: self.error,
        }
    }
}

/// Rows of a listing that failed, with its error.
///
/// `Debug` prints the number of rows, not their contents.
#[non_exhaustive]
pub struct PartialRows<T> {
    /// All rows before the error, including those of the same page. Rows read before the
    /// listing was resumed are not included.
    pub rows: Vec<T>,
    /// Error that ended the listing, with the
    /// [position to resume from](PagingError::continuation).
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
    /// A number of rows that differs from the number that the service states is not an error;
    /// check [`Completeness::is_complete`].
    ///
    /// # Errors
    ///
    /// The first error of the listing, with all rows before it.
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
