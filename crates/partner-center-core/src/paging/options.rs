/// How a listing is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PagingOptions {
    /// Rows of a full page, where neither the request nor its links say `top`. Decides
    /// whether a page without a link may have a successor (T9). Default: what the
    /// service does, 10,000 for [`Page`](crate::Page).
    pub page_size: Option<u64>,
    /// Most rows to read, in whole. Default: no limit.
    pub row_limit: Option<u64>,
    /// Whether the next page is fetched while this one is in use. Default: yes.
    pub prefetch: bool,
    /// What a row that cannot be read does to the listing. Default: it ends there.
    pub unreadable_rows: UnreadableRows,
}

/// What a row that cannot be read does to its listing.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum UnreadableRows {
    /// The listing ends there: with the rows in front of it, and then an error.
    #[default]
    Stop,
    /// The row is left out and [reported](super::Pages::unreadable_rows); the result is not
    /// [complete](super::Completeness::is_complete). Where no row can be read, of the listing or
    /// of ten pages in a row, it ends with an error, since the service has changed then.
    SkipAndReport,
}

impl PagingOptions {
    /// The defaults.
    pub const fn new() -> Self {
        Self {
            page_size: None,
            row_limit: None,
            prefetch: true,
            unreadable_rows: UnreadableRows::Stop,
        }
    }
}

impl Default for PagingOptions {
    fn default() -> Self {
        Self::new()
    }
}
