//! Lists that come in pages.
//!
//! A listing is read as [`Pages`], as [`Items`] (row by row) or in one go with
//! [`Pages::collect_all`]. All three follow the same rules:
//!
//! - The link of the answer is followed, with the headers it asks for, on the origin of
//!   the first request only: a token never goes anywhere else (T6, T17, T57). A link
//!   that was followed before is an error.
//! - Without a link a listing goes on with `skip` as long as pages are full (T9), or
//!   with the continuation token of the answer (T57).
//! - An answer without a page in the middle of a listing is an error, never its end.
//! - All pages share one `MS-CorrelationId`, each has its own `MS-RequestId` (T67, T68).
//! - An error keeps what was read, and a [`Continuation`] to resume from, in another
//!   process if need be. A row that cannot be read costs no row in front of it: those of
//!   its page come first, as a page of their own, and then the error. With
//!   [`UnreadableRows::SkipAndReport`] it costs no row behind it either.
//! - An error of the service in a successful response ends the listing, after the rows that
//!   came with it.
//! - A listing ends: pages without rows, rows that come again and rows beyond the stated
//!   number are followed up to a bound only.
//! - Properties around the rows that the spec does not name are reported by name. Where they say
//!   that rows are missing, the result is not complete.
//! - While a page is in use, the next one is fetched and decoded: never more than one.
//!
//! Nothing is kept per page but sixteen bytes, and a hash per row of one page, so a listing may be
//! as long as it likes.

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
#[cfg(test)]
mod tests;

pub use crate::partial::UnreadableRow;
pub use collect::{CollectError, Collected, PartialRows};
pub use completeness::{Completeness, EndedBy};
pub use continuation::Continuation;
pub use error::{PagingCause, PagingError, PagingProblem};
pub use items::Items;
pub use options::{PagingOptions, UnreadableRows};
pub use pages::Pages;
