/// Options for reading a listing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PagingOptions {
    /// Number of rows of a full page, if neither the request nor its links have `top`. Decides
    /// whether a page without a link may be followed by another ([T9](crate::deviations#t9)).
    /// Default: the default of the service, which is 10,000 for [`Page`](crate::Page).
    pub page_size: Option<u64>,
    /// Maximum number of rows to read in total. Default: no limit.
    pub row_limit: Option<u64>,
    /// Whether the next page is fetched while the current page is in use. Default: `true`.
    pub prefetch: bool,
    /// Handling of rows that cannot be read. Default: [`UnreadableRows::Stop`].
    pub unreadable_rows: UnreadableRows,
}

/// Handling of rows that cannot be read.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use partner_center_core::Page;
/// # type Rows = Page<BTreeMap<String, serde_json::Value>>;
/// use partner_center_core::paging::{Pages, PagingError, UnreadableRows};
///
/// /// Reads all rows that can be read, and reports the others.
/// async fn readable(pages: Pages<Rows>) -> Result<usize, PagingError> {
///     let all = pages.on_unreadable_row(UnreadableRows::SkipAndReport).collect_all().await?;
///     for row in &all.unreadable_rows {
///         eprintln!("{row}");
///     }
///     Ok(all.rows.len())
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum UnreadableRows {
    /// Ends the listing with an error, after the rows before the unreadable row.
    #[default]
    Stop,
    /// Leaves out the row and [reports](super::Pages::unreadable_rows) it; the listing is then
    /// not [complete](super::Completeness::is_complete). If no row of the listing or of ten
    /// consecutive pages is readable, the listing still ends with an error, because this suggests
    /// that the service has changed.
    SkipAndReport,
}

impl PagingOptions {
    /// Creates options with the default values.
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
