//! Hints for a request that the service refuses because of its path.

use partner_center::{OPERATIONS, Operation};
use partner_center_core::nearest::nearest_within;
use uuid::Uuid;

use crate::failure::Failure;

/// Largest edit distance of a documented path that is suggested.
const DISTANCE: usize = 8;

/// Adds what is known about the path to the failure of a request with this status.
pub(super) fn for_status(
    failure: Failure,
    status: u16,
    path: &str,
    described: Option<&'static Operation>,
) -> Failure {
    let is_about_the_path = matches!(status, 400 | 404 | 405 | 501);
    if !is_about_the_path {
        return failure;
    }
    match described {
        Some(operation) => failure.help(format!(
            "the path is that of `{}`: {}",
            operation.id, operation.documentation
        )),
        None => match similar(path) {
            Some(documented) => failure.help(format!("did you mean `{documented}`?")),
            None => failure,
        },
    }
}

/// Returns the documented path that is most similar to `path`.
fn similar(path: &str) -> Option<&'static str> {
    let path = path.split(['?', '#']).next()?;
    let given = pattern(path, |segment| Uuid::parse_str(segment).is_ok());
    let documented: Vec<(String, &'static str)> = OPERATIONS
        .iter()
        .map(|operation| {
            let is_placeholder = |segment: &str| segment.starts_with('{');
            (pattern(operation.path, is_placeholder), operation.path)
        })
        .collect();
    let names = documented.iter().map(|(pattern, _)| pattern.as_str());
    let nearest = nearest_within(DISTANCE, &given, names)?;
    let mut pairs = documented.iter();
    Some(pairs.find(|(pattern, _)| pattern == nearest)?.1)
}

/// Returns a path with its variable segments replaced, so that ids do not count as differences.
fn pattern(path: &str, is_variable: impl Fn(&str) -> bool) -> String {
    let segments = path.split('/').map(|segment| match is_variable(segment) {
        true => "{}",
        false => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_path_gets_the_documented_one() {
        for (path, expected) in [
            (
                "/partner/v1/analytics/comercial/deployment/licence?top=1",
                Some("/partner/v1/analytics/commercial/deployment/license"),
            ),
            (
                "/v1/customers/0c39d6d5-c70d-4c55-bc02-f620844f3fd1/subscribedsku",
                Some("/v1/customers/{customer-id}/subscribedskus"),
            ),
            ("/v1/customer", Some("/v1/customers")),
            ("/v1/agreements/are/something/else", None),
            ("/", None),
        ] {
            assert_eq!(similar(path), expected, "{path}");
        }
    }
}
