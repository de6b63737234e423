//! Signs that a listing has not all rows.

use partner_center::UnknownProperty;

use crate::listing::{RowSource, rows};

/// Returns what is missing or repeated, one text per reason; empty for a complete listing that was
/// read to its end.
pub(super) fn problems(source: &dyn RowSource) -> Vec<String> {
    let mut problems = Vec::new();
    let (_, unreadable) = source.unreadable_rows();
    if unreadable > 0 {
        problems.push(format!("{} could not be read", rows(unreadable)));
    }
    let failed = source.failed_customers();
    if let Some(first) = failed.first() {
        let parts = source.parts().map_or(failed.len(), |parts| parts.total);
        problems.push(format!(
            "the calls for {} of {parts} customers failed, the first with: {}",
            failed.len(),
            first.failure.summary()
        ));
    }
    if let Some(mismatch) = source.count_mismatch().filter(|it| it.is_short()) {
        let received = i128::try_from(mismatch.received).unwrap_or(i128::MAX);
        problems.push(format!(
            "the service states {} and sent {received}",
            rows(mismatch.stated)
        ));
    }
    let read = source.completeness();
    let unknown = source.unknown_properties();
    if read.is_some_and(|read| read.incomplete_signs > 0)
        || unknown.iter().any(UnknownProperty::says_incomplete)
    {
        problems.push("a response indicated missing rows".to_owned());
    }
    if read.is_some_and(|read| read.repeated_pages > 0) {
        problems.push("pages repeat rows of an earlier page".to_owned());
    }
    if source.has_unread_rows() {
        problems.push("the service has more rows than the operation can read".to_owned());
    }
    problems
}
