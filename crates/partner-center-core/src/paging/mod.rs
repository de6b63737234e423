//! Listings that are read page by page.
//!
//! A listing can be read as [`Pages`], as [`Items`] (row by row), or as a whole with
//! [`Pages::collect_all`]. All three follow the same rules:
//!
//! - The link of a response is followed, with the headers that it requires, but only on the
//!   origin of the first request: the token is sent nowhere else ([T6](crate::deviations#t6), [T17](crate::deviations#t17), [T57](crate::deviations#t57)). A link that
//!   was already followed is an error.
//! - Without a link, a listing continues by `skip` as long as pages are full ([T9](crate::deviations#t9)), or with the
//!   continuation token of the response ([T57](crate::deviations#t57)).
//! - A response without a page is an error, not the end of the listing.
//! - All pages share one `MS-CorrelationId`; each has its own `MS-RequestId` ([T67](crate::deviations#t67), [T68](crate::deviations#t68)).
//! - Rows that were read before an error are kept, and the error has a [`Continuation`] from
//!   which another process can resume, too. The rows of a page before an unreadable row are
//!   returned first, as a page of their own, followed by the error. With
//!   [`UnreadableRows::SkipAndReport`], the rows after it are returned as well.
//! - An error of the service in a successful response ends the listing, after the rows of that
//!   response.
//! - Every listing ends: consecutive pages without rows, repeated rows and rows beyond the
//!   stated number are limited.
//! - Properties around the rows that the spec does not name are reported by name. If they
//!   indicate missing rows, the result is incomplete.
//! - While a page is in use, the next page is fetched and decoded, but no more than one.
//!
//! Apart from the current and the prefetched page, memory use is sixteen bytes per page, and a hash
//! per row of one page.

mod collect;
mod completeness;
mod continuation;
mod error;
mod fetch;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod items;
mod link;
mod listing;
mod options;
mod pages;
mod partial;
#[cfg(test)]
mod tests;
mod within;

pub use collect::{CollectError, Collected, PartialRows};
pub use completeness::{Completeness, EndReason};
pub use continuation::Continuation;
pub use error::{PagingCause, PagingError, PagingProblem};
pub use items::Items;
pub use options::{PagingOptions, UnreadableRows};
pub use pages::Pages;
#[cfg(feature = "fuzzing")]
pub(crate) use partial::partial;
pub use partial::{PartialList, UnreadableRow};
