//! `top` and `skip` over the documented rows.
//!
//! Without either, an answer is the documented one, byte for byte.

use http::Uri;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Rows in one page where the call does not say (T8).
const DEFAULT_TOP: usize = 10_000;

/// A page with its rows as they are written.
#[derive(Deserialize, Serialize)]
struct Page<'a> {
    #[serde(rename = "Value", borrow)]
    value: Vec<&'a RawValue>,
    #[serde(rename = "@nextLink")]
    next_link: Option<String>,
    #[serde(rename = "TotalCount")]
    total_count: usize,
}

/// What a call asks for that cannot be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NotANumber {
    /// The parameter.
    pub(crate) name: &'static str,
}

/// The part of a documented body that `top` and `skip` ask for. `None`: all of it, as it
/// stands, because the call asks for nothing else or the body is no page.
pub(crate) fn slice(body: &str, uri: &Uri) -> Result<Option<String>, NotANumber> {
    let query = uri.query().unwrap_or_default();
    let (top, skip) = (number(query, "top")?, number(query, "skip")?);
    if top.is_none() && skip.is_none() {
        return Ok(None);
    }
    let top = top.unwrap_or(DEFAULT_TOP);
    if !(1..=DEFAULT_TOP).contains(&top) {
        return Err(NotANumber { name: "top" });
    }
    let skip = skip.unwrap_or(0);
    let Ok(page) = serde_json::from_str::<Page<'_>>(body) else {
        return Ok(None);
    };
    let total_count = page.value.len();
    let value: Vec<_> = page.value.into_iter().skip(skip).take(top).collect();
    let end = skip.saturating_add(value.len());
    let next_link = (!value.is_empty() && end < total_count).then(|| next_link(uri, end));
    Ok(serde_json::to_string(&Page {
        value,
        next_link,
        total_count,
    })
    .ok())
}

/// Relative to the folder of the data set, with the whole query and another `skip` (T6).
fn next_link(uri: &Uri, skip: usize) -> String {
    let name = uri.path().rsplit('/').next().unwrap_or_default();
    let others = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && !name.eq_ignore_ascii_case("skip")
    });
    let skip = format!("skip={skip}");
    let query: Vec<&str> = others.chain([skip.as_str()]).collect();
    format!("{name}?{}", query.join("&"))
}

fn number(query: &str, name: &'static str) -> Result<Option<usize>, NotANumber> {
    let value = query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        key.eq_ignore_ascii_case(name).then_some(value)
    });
    let is_decimal =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match value {
        None => Ok(None),
        Some(text) if is_decimal(text) => text.parse().map(Some).map_err(|_| NotANumber { name }),
        Some(_) => Err(NotANumber { name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str =
        r#"{"Value":[{"b":1,"a":0.0},{"b":2},{"b":3}],"@nextLink":null,"TotalCount":3}"#;

    fn sliced(query: &str) -> Result<Option<String>, &'static str> {
        let uri = format!("/partner/v1/analytics/search{query}")
            .parse()
            .unwrap();
        slice(BODY, &uri).map_err(|error| error.name)
    }

    #[test]
    fn rows_are_taken_as_they_are_written() {
        assert_eq!(sliced(""), Ok(None));
        assert_eq!(sliced("?filter=x"), Ok(None));
        for (query, body) in [
            (
                "?top=1&filter=x%20y",
                r#"{"Value":[{"b":1,"a":0.0}],"@nextLink":"search?top=1&filter=x%20y&skip=1","TotalCount":3}"#,
            ),
            (
                "?Top=1&SKIP=1",
                r#"{"Value":[{"b":2}],"@nextLink":"search?Top=1&skip=2","TotalCount":3}"#,
            ),
            (
                "?skip=2",
                r#"{"Value":[{"b":3}],"@nextLink":null,"TotalCount":3}"#,
            ),
            ("?skip=3", r#"{"Value":[],"@nextLink":null,"TotalCount":3}"#),
            (
                "?top=10000&skip=18446744073709551615",
                r#"{"Value":[],"@nextLink":null,"TotalCount":3}"#,
            ),
        ] {
            assert_eq!(sliced(query).unwrap().unwrap(), body, "{query}");
        }
    }

    #[test]
    fn what_is_no_number_or_out_of_bounds_is_refused() {
        for query in [
            "?top=0",
            "?top=10001",
            "?top=",
            "?top",
            "?top=-1",
            "?top=1e3",
            "?top=%31",
        ] {
            assert_eq!(sliced(query), Err("top"), "{query}");
        }
        for query in ["?skip=-1", "?skip=x", "?skip=99999999999999999999"] {
            assert_eq!(sliced(query), Err("skip"), "{query}");
        }
    }

    #[test]
    fn a_body_that_is_no_page_stays_whole() {
        let uri = "/v1/customers?top=1".parse().unwrap();
        assert_eq!(slice(r#"{"items":[]}"#, &uri), Ok(None));
    }
}
