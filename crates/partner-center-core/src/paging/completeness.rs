use crate::CountMismatch;

/// Numbers of pages and rows read from a listing, and the reason for its end.
///
/// ```
/// use partner_center_core::paging::{Completeness, EndReason};
///
/// /// Returns a line about a listing that has ended.
/// fn summary(end: &Completeness) -> String {
///     match (end.is_complete(), end.ended) {
///         (true, _) => format!("{} rows", end.rows),
///         (false, EndReason::RowLimit) => format!("the first {} rows", end.rows),
///         (false, _) => format!("{} rows of {:?}: incomplete", end.rows, end.stated_total),
///     }
/// }
/// # let _ = summary;
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Completeness {
    /// Number of pages read, including an empty last page.
    pub pages: u64,
    /// Number of rows read.
    pub rows: u64,
    /// Number of rows left out because they cannot be read, with
    /// [`UnreadableRows::SkipAndReport`](super::UnreadableRows::SkipAndReport).
    pub unreadable_rows: u64,
    /// Number of rows that the service states: the largest number of any page.
    pub stated_total: Option<i64>,
    /// Number of pages with a link to another page, but fewer rows than `top`. The link was
    /// followed ([T9](crate::deviations#t9)); many short pages may mean that the service drops
    /// rows.
    pub short_pages: u64,
    /// Number of pages that were reached by a link or a token and have all the rows of an earlier
    /// page. Their rows are included in [`rows`](Self::rows), because different rows may have the
    /// same content.
    pub repeated_pages: u64,
    /// Number of properties around the rows, and of headers, that indicate missing rows; see
    /// [`Pages::unknown_properties`](super::Pages::unknown_properties).
    pub incomplete_signs: u64,
    /// Whether all stated rows were read, but the call for further rows failed in a way that does
    /// not show whether there are more (401, 429, 5xx, no response); see
    /// [`Pages::unconfirmed_end`](super::Pages::unconfirmed_end).
    pub end_unconfirmed: bool,
    /// Reason for the end of the listing.
    pub ended: EndReason,
    /// Difference between the stated and the read number of rows. `None` if the stated number
    /// agrees in one of its meanings: rows of the query, with or without skipped rows, or rows
    /// of each page ([T7](crate::deviations#t7), [T10](crate::deviations#t10)).
    pub count_mismatch: Option<CountMismatch>,
}

impl Completeness {
    /// Returns whether the listing is complete: no row was unreadable, no page was repeated, no
    /// property indicates missing rows, and either the listing reached its end and the service
    /// states no other number of rows, or it reached the row limit with exactly the stated number
    /// of rows.
    ///
    /// If the service states only the rows of a page ([T7](crate::deviations#t7)), a listing whose
    /// row limit equals the size of a page looks complete although it may not be.
    pub fn is_complete(&self) -> bool {
        let all_stated =
            || self.stated_total.and_then(|rows| u64::try_from(rows).ok()) == Some(self.rows);
        self.unreadable_rows == 0
            && self.repeated_pages == 0
            && self.incomplete_signs == 0
            && self.count_mismatch.is_none()
            && (self.ended != EndReason::RowLimit || all_stated())
    }
}

/// Reason for the end of a listing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EndReason {
    /// The last page does not lead to another page. That includes the end after the stated
    /// number of rows, even if the request for further rows failed.
    LastPage,
    /// Continuing by `skip` or by token returned a page without rows.
    EmptyPage,
    /// [`PagingOptions::row_limit`](super::PagingOptions::row_limit) was reached; the service
    /// may have more rows.
    RowLimit,
}
