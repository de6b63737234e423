use crate::CountMismatch;

/// How much of a listing was read, and why no more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Completeness {
    /// Pages read, an empty one at the end included.
    pub pages: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows left out since they cannot be read, where
    /// [`UnreadableRows::SkipAndReport`](super::UnreadableRows::SkipAndReport) was chosen.
    pub unreadable_rows: u64,
    /// How many rows the service says there are: the largest number of a page.
    pub stated_total: Option<i64>,
    /// Pages with fewer rows than `top` asked for, although a link led on from them.
    /// The link was followed (T9); many of them may mean that the service drops rows.
    pub short_pages: u64,
    /// Pages that came by a link or a token and have all the rows of an earlier page. Their rows
    /// are among the [`rows`](Self::rows), since other rows may have the same content.
    pub repeated_pages: u64,
    /// Properties around the rows, and headers, that say that rows are missing:
    /// see [`Pages::unknown_properties`](super::Pages::unknown_properties).
    pub incomplete_signs: u64,
    /// Whether all stated rows were read, and the call behind them failed in a way that says
    /// nothing about more rows (401, 429, 5xx, no response): see
    /// [`Pages::unconfirmed_end`](super::Pages::unconfirmed_end).
    pub end_unconfirmed: bool,
    /// Why the listing ended.
    pub ended: EndedBy,
    /// The disagreement between stated and read rows. None where the count agrees in
    /// one of its readings: rows of the query, the skipped ones included or not, or
    /// rows of each page (T7, T10).
    pub count_mismatch: Option<CountMismatch>,
}

impl Completeness {
    /// Whether all rows are here: all could be read, no page came twice, no property says that
    /// rows are missing, and the listing came to its end and the
    /// service states no other number of rows, or the limit was reached with as many rows as
    /// it states.
    ///
    /// A service that states the rows of a page only (T7) looks complete where the limit
    /// is the size of a page.
    pub fn is_complete(&self) -> bool {
        let all_stated =
            || self.stated_total.and_then(|rows| u64::try_from(rows).ok()) == Some(self.rows);
        self.unreadable_rows == 0
            && self.repeated_pages == 0
            && self.incomplete_signs == 0
            && self.count_mismatch.is_none()
            && (self.ended != EndedBy::RowLimit || all_stated())
    }
}

/// Why a listing ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EndedBy {
    /// The last page does not lead to another one. That includes the end after as many rows
    /// as stated, whatever the call for more of them gave.
    LastPage,
    /// Going on by `skip` or by token gave a page without rows.
    EmptyPage,
    /// [`PagingOptions::row_limit`](super::PagingOptions::row_limit) was reached; there
    /// may be more rows.
    RowLimit,
}
