//! Paging of the documented rows by `top` and `skip`.
//!
//! Without either parameter, the response is that of the documented exchange, unchanged.

use http::Uri;
use partner_center_catalog::Operation;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::api::parameters::{Paging, pairs};

/// Page whose rows keep their documented text.
#[derive(Deserialize, Serialize)]
struct Page<'a> {
    #[serde(rename = "Value", borrow)]
    value: Vec<&'a RawValue>,
    #[serde(rename = "@nextLink")]
    next_link: Option<String>,
    #[serde(rename = "TotalCount")]
    total_count: usize,
}

/// Returns the requested page of a documented body. `None` if the call has neither `top`
/// nor `skip` or the body is not a page; the body is then returned unchanged.
pub(crate) fn page(operation: &Operation, body: &str, uri: &Uri, paging: Paging) -> Option<String> {
    if paging == Paging::default() {
        return None;
    }
    // Unless it says otherwise, a call gets the largest page (T8).
    let largest = operation.page_size.map_or(usize::MAX, |rows| {
        usize::try_from(rows).unwrap_or(usize::MAX)
    });
    let top = paging.top.unwrap_or(largest);
    let skip = paging.skip.unwrap_or(0);
    let page: Page<'_> = serde_json::from_str(body).ok()?;
    let total_count = page.value.len();
    let value: Vec<_> = page.value.into_iter().skip(skip).take(top).collect();
    let end = skip.saturating_add(value.len());
    let next_link = (!value.is_empty() && end < total_count).then(|| next_link(uri, end));
    serde_json::to_string(&Page {
        value,
        next_link,
        total_count,
    })
    .ok()
}

/// Returns the next link: relative to the parent of the last path segment, with the query
/// of the call and another `skip` ([T6](partner_center_catalog::deviations#t6)).
pub(crate) fn next_link(uri: &Uri, skip: usize) -> String {
    let name = uri.path().rsplit('/').next().unwrap_or_default();
    let is_skip = |name: String| name.eq_ignore_ascii_case("skip");
    let others = pairs(uri.query().unwrap_or_default())
        .filter(|pair| !pair.name.clone().is_some_and(is_skip))
        .map(|pair| pair.raw);
    let skip = format!("skip={skip}");
    let query: Vec<&str> = others.chain([skip.as_str()]).collect();
    format!("{name}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    static SEARCH: Operation = Operation::new("search", "GET", "/search").with_pages(Some(2));

    const BODY: &str =
        r#"{"Value":[{"b":1,"a":0.0},{"b":2},{"b":3}],"@nextLink":null,"TotalCount":3}"#;

    fn rows(query: &str, top: Option<usize>, skip: Option<usize>) -> Option<String> {
        let uri = format!("/partner/v1/analytics/search{query}")
            .parse()
            .unwrap();
        page(&SEARCH, BODY, &uri, Paging { top, skip })
    }

    #[test]
    fn rows_keep_their_documented_text() {
        assert_eq!(rows("", None, None), None);
        assert_eq!(rows("?filter=x", None, None), None);
        for (query, top, skip, body) in [
            (
                "?top=1&filter=x%20y",
                Some(1),
                None,
                r#"{"Value":[{"b":1,"a":0.0}],"@nextLink":"search?top=1&filter=x%20y&skip=1","TotalCount":3}"#,
            ),
            (
                "?Top=1&SK%49P=%31",
                Some(1),
                Some(1),
                r#"{"Value":[{"b":2}],"@nextLink":"search?Top=1&skip=2","TotalCount":3}"#,
            ),
            (
                "?skip=2",
                None,
                Some(2),
                r#"{"Value":[{"b":3}],"@nextLink":null,"TotalCount":3}"#,
            ),
            (
                "?skip=0",
                None,
                Some(0),
                r#"{"Value":[{"b":1,"a":0.0},{"b":2}],"@nextLink":"search?skip=2","TotalCount":3}"#,
            ),
            (
                "?skip=3",
                None,
                Some(3),
                r#"{"Value":[],"@nextLink":null,"TotalCount":3}"#,
            ),
            (
                "?top=10000&skip=18446744073709551615",
                Some(10_000),
                Some(usize::MAX),
                r#"{"Value":[],"@nextLink":null,"TotalCount":3}"#,
            ),
        ] {
            assert_eq!(rows(query, top, skip).unwrap(), body, "{query}");
        }
    }

    #[test]
    fn a_body_that_is_not_a_page_is_not_split() {
        let uri = "/v1/customers?top=1".parse().unwrap();
        let paging = Paging {
            top: Some(1),
            skip: None,
        };
        assert_eq!(page(&SEARCH, r#"{"items":[]}"#, &uri, paging), None);
    }
}
