//! Unknown properties around the rows of a list, and their likely meaning.

use crate::AdditionalProperties;
use crate::model::decode::plain_name;
use crate::model::error_in_success::{is_filled, is_success_code, is_success_text};
use crate::model::list::{is_any, is_count};

/// Property around the rows of a page, or header of the response, that the spec does not name and
/// this client does not use.
///
/// Contains the name, never the value. Properties that are empty, `null` or `false`, or that state
/// a success, are not reported.
///
/// ```
/// use partner_center_core::{Envelope, Page, Sign, decode};
///
/// let body = br#"{"Value": [{"id": 1}], "@nextLink": null, "partialResults": true}"#;
/// let page: Page<serde_json::Value> = decode::decode(body)?;
///
/// let unknown = page.unknown_properties();
/// assert_eq!(unknown[0].name, "partialResults");
/// assert_eq!(unknown[0].sign, Sign::Partial);
/// assert!(unknown[0].says_incomplete());
/// # Ok::<(), decode::DecodeError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct UnknownProperty {
    /// Number of the page in its listing, from 1.
    pub page: u64,
    /// Name as it was sent; `…` if it could be the name of a customer.
    pub name: String,
    /// Likely meaning.
    pub sign: Sign,
}

/// Likely meaning of an [`UnknownProperty`], derived from its name and value.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Sign {
    /// No meaning for the rows.
    Nothing,
    /// The list continues on another page.
    More,
    /// The result is partial or not ready.
    Partial,
    /// The service failed.
    Failure,
    /// The property contains rows.
    Rows,
}

impl UnknownProperty {
    /// Returns whether rows may be missing.
    pub fn says_incomplete(&self) -> bool {
        self.sign != Sign::Nothing
    }

    pub(crate) fn more(name: &str) -> Self {
        Self::new(name, Sign::More)
    }

    fn new(name: &str, sign: Sign) -> Self {
        Self {
            page: 1,
            name: plain_name(name).to_owned(),
            sign,
        }
    }

    /// Returns the headers that lead to more rows.
    #[cfg(feature = "client")]
    fn of_headers(headers: &http::HeaderMap) -> impl Iterator<Item = Self> {
        let texts = |name| {
            headers
                .get_all(name)
                .iter()
                .filter_map(|it| it.to_str().ok())
        };
        let link = texts("link").any(|text| {
            let text = text.to_ascii_lowercase().replace([' ', '"'], "");
            text.contains("rel=next")
        });
        let is_sent = |name: &'static str| texts(name).any(|text| !text.trim().is_empty());
        let tokens = [
            "MS-ContinuationToken",
            "MS-Continuation",
            "x-ms-continuation",
            "x-ms-continuationtoken",
            "x-ms-continuation-token",
            "X-Next-Page",
        ];
        let tokens: Vec<_> = tokens.into_iter().filter(|name| is_sent(name)).collect();
        let link = link.then_some("Link");
        link.into_iter().chain(tokens).map(|name| Self {
            page: 1,
            name: name.to_owned(),
            sign: Sign::More,
        })
    }
}

impl std::fmt::Display for UnknownProperty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, sign, .. } = self;
        match sign {
            Sign::Nothing => write!(f, "`{name}`"),
            Sign::More => write!(f, "`{name}` (there may be more rows)"),
            Sign::Partial => write!(f, "`{name}` (the result may be partial)"),
            Sign::Failure => write!(f, "`{name}` (the service may have failed)"),
            Sign::Rows => write!(f, "`{name}` (it may contain rows)"),
        }
    }
}

/// Returns the properties that this client does not use. `has_rows`: whether the list has rows.
/// `has_next`: whether the list continues in a known way.
pub(crate) fn among(
    properties: &AdditionalProperties,
    has_rows: bool,
    has_next: bool,
) -> Vec<UnknownProperty> {
    let signs = properties.iter().filter_map(|(name, json)| {
        let sign = sign(name, json, has_rows, 0)?;
        // With a known next page, this is another spelling of its link.
        (sign != Sign::More || !has_next).then(|| UnknownProperty::new(name, sign))
    });
    signs.collect()
}

/// Adds the headers that lead to more rows, unless the list continues in a known way.
#[cfg(feature = "client")]
pub(crate) fn with_headers(
    mut found: Vec<UnknownProperty>,
    headers: &http::HeaderMap,
    has_next: bool,
) -> Vec<UnknownProperty> {
    if !has_next {
        found.extend(UnknownProperty::of_headers(headers));
    }
    found
}

/// Words that indicate a failure, in a name or a text.
const FAILED: &[&str] = &[
    "error",
    "exception",
    "fail",
    "timeout",
    "timed out",
    "timedout",
    "denied",
    "cancel",
    "abort",
    "reject",
    "unavailable",
];
/// Words that indicate a partial result, in a name or a text.
const PARTIAL: &[&str] = &[
    "partial",
    "truncat",
    "incomplete",
    "not complete",
    "dropped",
    "omitted",
    "missing",
    "skipped",
    "exceed",
    "limited",
];
/// Words that indicate an unfinished operation, in a text.
const RUNNING: &[&str] = &[
    "running",
    "progress",
    "pending",
    "queued",
    "accepted",
    "processing",
    "started",
    "waiting",
    "generat",
    "scheduled",
    "not ready",
    "notready",
];

/// Names of flags, without `is`, and their meaning if they are false.
const FLAGS: &[(&[&str], Sign)] = &[
    (&["ok", "success", "succeeded", "successful"], Sign::Failure),
    (
        &["complete", "completed", "finished", "ready"],
        Sign::Partial,
    ),
    (
        &["last", "lastpage", "final", "end", "endoflist"],
        Sign::More,
    ),
];

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Returns the likely meaning of a property; `None` if it is empty or states a success.
fn sign(name: &str, json: &str, has_rows: bool, depth: u8) -> Option<Sign> {
    let key: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let text = match json.strip_prefix('"') {
        Some(_) => serde_json::from_str(json).unwrap_or_else(|_| json.to_owned()),
        None => json.to_owned(),
    };
    let text = text.trim().to_ascii_lowercase();
    let is_false = matches!(text.as_str(), "false" | "no");
    let is_true = matches!(text.as_str(), "true" | "yes");
    let flag = key.strip_prefix("is").unwrap_or(&key);
    if let Some((_, sign)) = FLAGS.iter().find(|(names, _)| names.contains(&flag)) {
        if is_false || *sign == Sign::Failure && text == "0" {
            return Some(*sign);
        }
        if is_true {
            return None;
        }
    }
    if is_false || !is_filled(json) {
        return None;
    }
    let is_list_of_rows = json.starts_with("[{") || json.starts_with("[[");
    let says_failure = has_any(&key, FAILED) || key.replace("default", "").contains("fault");
    if key.ends_with("state")
        || key.ends_with("status")
        || key.ends_with("code")
        || matches!(key.as_str(), "result" | "outcome")
    {
        if let Some(sign) = state(&key, &text) {
            return sign;
        }
    } else if says_failure {
        return (!is_success_text(&text)).then_some(Sign::Failure);
    }
    if has_any(&key, PARTIAL) {
        return Some(Sign::Partial);
    }
    if is_about_more(&key) {
        return Some(Sign::More);
    }
    match key.as_str() {
        "links" | "paging" | "pagination" | "page" | "pages" | "cursors"
            if json.starts_with(['{', '[']) =>
        {
            return links(json);
        }
        "message" | "messages" | "description" | "detail" | "details" | "info" | "note"
        | "notes" | "notice" | "reason" | "warning" | "warnings" => {
            return match text.as_str() {
                text if is_success_text(text) => None,
                text if has_any(text, FAILED) => Some(Sign::Failure),
                text if !has_rows || has_any(text, PARTIAL) || has_any(text, RUNNING) => {
                    Some(Sign::Partial)
                }
                _ => Some(Sign::Nothing),
            };
        }
        "attributes" => return None,
        // The count of the list, which is here because it is not a whole number: whether rows are
        // missing cannot be checked.
        _ if is_count(name) => return Some(Sign::Partial),
        _ if is_any(
            name.split('.').next().unwrap_or_default(),
            &["@odata", "odata"],
        ) && !key.ends_with("count") =>
        {
            return None;
        }
        _ if !has_rows && key.contains("count") | key.starts_with("total") => {
            return Some(Sign::Partial);
        }
        _ => {}
    }
    if is_list_of_rows {
        return Some(Sign::Rows);
    }
    if json.starts_with('{') && depth < 3 {
        return inside(json, has_rows, depth);
    }
    Some(Sign::Nothing)
}

/// Returns the likely meaning of a status or a code, in the form of [`sign`]; `None` if the value is
/// an object or an array.
#[expect(
    clippy::option_option,
    reason = "three outcomes: the inner option is the result of `sign`"
)]
fn state(key: &str, text: &str) -> Option<Option<Sign>> {
    const DONE: &[&str] = &[
        "succeeded",
        "successful",
        "complete",
        "completed",
        "done",
        "ready",
        "finished",
        "active",
        "true",
        "2",
        "201",
    ];
    if text.starts_with(['{', '[']) {
        return None;
    }
    Some(if is_success_code(text) || is_any(text, DONE) {
        None
    } else if has_any(text, PARTIAL) || has_any(text, RUNNING) || matches!(text, "202" | "206") {
        Some(Sign::Partial)
    } else if has_any(text, FAILED)
        || has_any(text, &["fault"])
        || has_any(key, FAILED)
        || key.ends_with("code")
        || text.parse::<f64>().is_ok_and(|number| number >= 300.0)
    {
        Some(Sign::Failure)
    } else {
        Some(Sign::Nothing)
    })
}

fn is_about_more(key: &str) -> bool {
    // Property names that begin with `next` have no other meaning.
    key.starts_with("next")
        || key.ends_with("next")
        || ["more", "hasmore", "continuation", "skiptoken"]
            .iter()
            .any(|word| key.starts_with(word))
        || has_any(
            key,
            &[
                "nextlink",
                "nextpage",
                "nexttoken",
                "hasmore",
                "moreavailable",
            ],
        )
        || key.ends_with("cursor")
}

/// Returns [`Sign::More`] if an object or a list of links contains a next link.
fn links(json: &str) -> Option<Sign> {
    let has_next = |links: &AdditionalProperties| {
        links
            .iter()
            .any(|(name, json)| match name.to_ascii_lowercase().as_str() {
                "rel" => json.to_ascii_lowercase().contains("next"),
                _ => sign(name, json, true, 3) == Some(Sign::More),
            })
    };
    let list: Vec<AdditionalProperties> = match json.starts_with('{') {
        true => serde_json::from_str(json).into_iter().collect(),
        false => serde_json::from_str(json).unwrap_or_default(),
    };
    list.iter().any(has_next).then_some(Sign::More)
}

/// Returns the most serious sign among the properties of an object.
fn inside(json: &str, has_rows: bool, depth: u8) -> Option<Sign> {
    let Ok(properties) = serde_json::from_str::<AdditionalProperties>(json) else {
        return Some(Sign::Nothing);
    };
    let signs = properties
        .iter()
        .filter_map(|(name, json)| sign(name, json, has_rows, depth + 1));
    let sign = signs.max_by_key(|sign| *sign != Sign::Nothing);
    sign.or(Some(Sign::Nothing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str, has_rows: bool, has_next: bool) -> Option<Sign> {
        let properties = serde_json::from_str(json).unwrap();
        let found = among(&properties, has_rows, has_next);
        assert!(found.len() < 2, "{found:?}");
        found.first().map(|it| it.sign)
    }

    #[test]
    fn signs_around_the_rows_are_distinguished() {
        for (sign, all) in [
            (
                Some(Sign::Failure),
                &[
                    r#"{"errorMessage":"x"}"#,
                    r#"{"errorCode":500}"#,
                    r#"{"code":500}"#,
                    r#"{"Message":"An error has occurred."}"#,
                    r#"{"exception":"x"}"#,
                    r#"{"exceptionMessage":"x"}"#,
                    r#"{"Exception":{"Message":"x"}}"#,
                    r#"{"error_description":"x"}"#,
                    r#"{"innerError":{"code":"x"}}"#,
                    r#"{"faultstring":"x"}"#,
                    r#"{"hasErrors":true}"#,
                    r#"{"has-errors":"true"}"#,
                    r#"{"isError":true}"#,
                    r#"{"errorCount":3}"#,
                    r#"{"failed":true}"#,
                    r#"{"ok":false}"#,
                    r#"{"success":0}"#,
                    r#"{"status":"timeout"}"#,
                    r#"{"status":"timedOut"}"#,
                    r#"{"status":{"code":500,"message":"x"}}"#,
                    r#"{"provisioningState":"Failed"}"#,
                    r#"{"returnCode":"500"}"#,
                    r#"{"responseCode":500}"#,
                    r#"{"httpStatus":500}"#,
                    r#"{"responseStatus":{"errorCode":"X"}}"#,
                    r#"{"failures":[{"a":1}]}"#,
                    r#"{"dataErrors":[1]}"#,
                    r#"{"meta":{"status":{"state":"aborted"}}}"#,
                ][..],
            ),
            (
                Some(Sign::Partial),
                &[
                    r#"{"TotalCount":"1,234"}"#,
                    r#"{"TotalCount":1e400}"#,
                    r#"{"@odata.count":2.5}"#,
                    r#"{"partial":true}"#,
                    r#"{"isPartial":"true"}"#,
                    r#"{"truncated":true}"#,
                    r#"{"incomplete":true}"#,
                    r#"{"isComplete":false}"#,
                    r#"{"status":"partial"}"#,
                    r#"{"status":"PartialSuccess"}"#,
                    r#"{"status":"Running"}"#,
                    r#"{"state":"InProgress"}"#,
                    r#"{"statusCode":206}"#,
                    r#"{"warning":"rows dropped"}"#,
                    r#"{"warnings":["10 rows dropped"]}"#,
                    r#"{"resultSize":{"limitExceeded":true}}"#,
                ],
            ),
            (
                Some(Sign::More),
                &[
                    r#"{"hasMore":true}"#,
                    r#"{"isLastPage":false}"#,
                    r#"{"skipToken":"a"}"#,
                    r#"{"$skiptoken":"a"}"#,
                    r#"{"nextToken":"a"}"#,
                    r#"{"next":2}"#,
                    r#"{"nextLink":{"address":"/x"}}"#,
                    r#"{"nextLink":["/x"]}"#,
                    r#"{"continuationToken":{"t":1}}"#,
                    r#"{"links":[{"rel":"next","address":"/x"}]}"#,
                    r#"{"_links":{"self":{},"next":7}}"#,
                    r#"{"paging":{"next":7}}"#,
                    r#"{"pagination":{"page":1,"hasMore":true}}"#,
                    r#"{"endCursor":"x"}"#,
                ],
            ),
            (
                Some(Sign::Rows),
                &[
                    r#"{"data":[{"a":1}]}"#,
                    r#"{"rows":[["a",1]]}"#,
                    r#"{"d":{"results":[{"a":1}]}}"#,
                ],
            ),
            (
                Some(Sign::Nothing),
                &[
                    r#"{"count":50}"#,
                    r#"{"requestId":"a"}"#,
                    r#"{"defaultLocale":"en"}"#,
                    r#"{"message":"x"}"#,
                    r#"{"generatedAt":"2020-01-01"}"#,
                    r#"{"tags":["a"]}"#,
                    r#"{"deep":{"a":{"b":{"c":{"error":1}}}}}"#,
                ],
            ),
            (
                None,
                &[
                    r#"{"error":null,"errors":[],"message":"","hasMore":false,"next":null}"#,
                    r#"{"status":"ok","code":0,"success":true,"isLastPage":true}"#,
                    r#"{"statusCode":200,"state":"Succeeded","message":"Success."}"#,
                    r#"{"errorMessage":"No error","errorCode":0,"warnings":[]}"#,
                    r#"{"@odata.context":"c","odata.metadata":"m","attributes":{"a":1}}"#,
                    r#"{"links":{"self":{"uri":"/x"},"next":null},"paging":{"page":1}}"#,
                ],
            ),
        ] {
            for json in all {
                assert_eq!(found(json, true, false), sign, "{json}");
                let is_more = sign == Some(Sign::More);
                let expected = sign.filter(|_| !is_more);
                assert_eq!(found(json, true, true), expected, "{json}");
            }
        }
    }

    #[test]
    fn without_rows_a_message_or_a_count_indicates_missing_rows() {
        for json in [
            r#"{"message":"Come back later"}"#,
            r#"{"description":"x"}"#,
            r#"{"totalRecords":50}"#,
        ] {
            assert_eq!(found(json, false, false), Some(Sign::Partial), "{json}");
            assert_eq!(found(json, true, false), Some(Sign::Nothing), "{json}");
        }
        assert_eq!(found(r#"{"message":"OK","count":0}"#, false, false), None);
    }

    #[cfg(feature = "client")]
    #[test]
    fn headers_that_lead_to_more_rows_are_found() {
        for (name, value, is_found) in [
            ("link", r#"</x?page=2>; rel="next""#, true),
            ("link", "</x>; rel=prev, </y>; rel=next", true),
            ("link", r#"</x>; rel="self""#, false),
            ("ms-continuationtoken", "a", true),
            ("ms-continuationtoken", " ", false),
            ("retry-after", "1", false),
        ] {
            let mut headers = http::HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            assert_eq!(
                UnknownProperty::of_headers(&headers).count(),
                usize::from(is_found),
                "{name}: {value}"
            );
            assert!(with_headers(Vec::new(), &headers, true).is_empty());
        }
    }
}
