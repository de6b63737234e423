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
}

impl PagingOptions {
    /// The defaults.
    pub const fn new() -> Self {
        Self {
            page_size: None,
            row_limit: None,
            prefetch: true,
        }
    }
}

impl Default for PagingOptions {
    fn default() -> Self {
        Self::new()
    }
}
