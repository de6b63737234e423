//! Entry points of the fuzz targets that turn a link or a continuation into a request. No calls are
//! made.

use reqwest::Request;

use super::listing::{Listing, NextAction, PageSummary};
use super::{Continuation, PagingProblem};
use crate::{Next, RequestIds};

/// Request for a page, and the continuation that leads to it.
pub type Following = (Request, Continuation);

const OPERATION: &str = "fuzzed";

/// Returns the request that follows `request` if the response is a page of one row that leads to
/// `next`. `None` if the listing ends there.
///
/// # Errors
///
/// If the link or the token cannot be followed.
pub fn follow(
    base_url: &str,
    request: &Request,
    next: Next,
) -> Result<Option<Following>, PagingProblem> {
    let mut listing = Listing::new(base_url, request, None);
    let summary = PageSummary {
        ids: RequestIds::new(OPERATION, request.headers()),
        rows: 1,
        received: 1,
        stated: None,
        next,
        is_readable: true,
        fingerprint: None,
    };
    match listing.arrived(&listing.start(), summary)?? {
        NextAction::Page(step) => {
            let continuation = Continuation::new(OPERATION, &listing, &step);
            Ok(Some((listing.request(&step), continuation)))
        }
        NextAction::End(_) => Ok(None),
    }
}

/// Returns the request with which a listing that begins with `request` resumes.
///
/// # Errors
///
/// If the continuation belongs to another operation or service, or does not lead to a request.
pub fn resume(
    base_url: &str,
    request: &Request,
    continuation: &Continuation,
) -> Result<Following, PagingProblem> {
    let mut listing = Listing::new(base_url, request, None);
    let step = continuation.apply(OPERATION, &mut listing)?;
    let again = Continuation::new(OPERATION, &listing, &step);
    Ok((listing.request(&step), again))
}
