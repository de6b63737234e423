//! From a link or a continuation to a request, without a call.

use reqwest::Request;

use super::listing::{After, Arrival, Listing};
use super::{Continuation, PagingProblem};
use crate::{CallIds, Next};

/// A request for a page, and the continuation that leads to it.
pub type Following = (Request, Continuation);

const OPERATION: &str = "fuzzed";

/// The request after `request` where its response, a page of one row, leads to `next`. None
/// where the listing ends there.
///
/// # Errors
///
/// When the link or the token cannot be followed.
pub fn follow(
    base_url: &str,
    request: &Request,
    next: Next,
) -> Result<Option<Following>, PagingProblem> {
    let mut listing = Listing::new(base_url, request, None);
    let arrival = Arrival {
        ids: CallIds::new(OPERATION, request.headers()),
        rows: 1,
        received: 1,
        stated: None,
        next,
        is_readable: true,
        fingerprint: None,
    };
    match listing.arrived(&listing.start(), arrival)?? {
        After::Page(step) => {
            let continuation = Continuation::new(OPERATION, &listing, &step);
            Ok(Some((listing.request(&step), continuation)))
        }
        After::End(_) => Ok(None),
    }
}

/// The request by which a listing that begins with `request` resumes.
///
/// # Errors
///
/// When the continuation is not of this operation and service, or leads to no request.
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
