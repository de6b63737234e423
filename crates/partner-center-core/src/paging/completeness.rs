use crate::CountMismatch;

/// Numbers of pages and rows read from a listing, and the reason for its end.
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
    /// Number of rows that the service states, from the last page with such a number.
    pub stated_total: Option<i64>,
    /// Number of pages with a link to another page, but fewer rows than `top`. The link was
    /// followed (T9); many short pages may mean that the service drops rows.
    pub short_pages: u64,
    /// Reason for the end of the listing.
    pub ended: EndedBy,
    /// Difference between the stated and the read number of rows. `None` if the stated number
    /// agrees in one of its meanings: rows of the query, with or without skipped rows, or rows
    /// of each page (T7, T10).
    pub count_mismatch: Option<CountMismatch>,
}

impl Completeness {
    /// Returns whether the listing is complete: no row was unreadable, and either the listing
    /// reached its end and the service states no other number of rows, or it reached the row
    /// limit with exactly the stated number of rows.
    ///
    /// If the service states only the rows of a page (T7), a listing whose row limit equals the
    /// size of a page looks complete although it may not be.
    pub fn is_complete(&self) -> bool {
        let all_stated =
            || self.stated_total.and_then(|rows| u64::try_from(rows).ok()) == Some(self.rows);
        self.unreadable_rows == 0
            && self.count_mismatch.is_none()
            && (self.ended != EndedBy::RowLimit || all_stated())
    }
}

/// Reason for the end of a listing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EndedBy {
    /// The last page does not lead to another page. That includes the end after the stated
    /// number of rows, even if the request for further rows failed.
    LastPage,
    /// Continuing by `skip` or by token returned a page without rows.
    EmptyPage,
    /// [`PagingOptions::row_limit`](super::PagingOptions::row_limit) was reached; the service
    /// may have more rows.
    RowLimit,
}
