//! Links to the next page.

use partner_center::check_url;
use partner_center::paging::{Continuation, PagingProblem};
use partner_center::{Link, Next};
use partner_center_core::fuzzing::{Following, follow, resume};
use reqwest::{Method, Request, Url};

use crate::text::{PLANTED, is_printable};

/// Roots of the service, each with the first request of a listing.
pub(crate) const LISTINGS: [(&str, &str); 5] = [
    (
        "https://api.partnercenter.microsoft.com",
        "/partner/v1/analytics/commercial/deployment/license?top=1&skip=0",
    ),
    (
        "https://api.partnercenter.microsoft.com",
        "/v1/customers?size=40",
    ),
    ("http://127.0.0.1:8080", "/v1/customers"),
    ("http://localhost:8080/emulator", "/emulator/v1/customers"),
    (
        "https://gateway.example:8443/partners/api",
        "/partners/api/partner/v1/analytics/usage/azure",
    ),
];

/// Follows a link: the first line, with the headers of the other lines, and the whole text as a
/// continuation token.
///
/// Every request goes to the service, below its root, over a secure connection or loopback, with
/// Microsoft headers only. The continuation of the request leads to the same request.
pub fn links(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let mut lines = text.split('\n');
    let mut link = Link::new(lines.next().unwrap_or_default());
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        link = link.with_header(name, value);
    }
    for (base, first) in LISTINGS {
        let first = request(base, first);
        match follow(base, &first, Next::Link(link.clone())) {
            Ok(following) => leads_to_a_page(base, &first, &link, following),
            Err(problem) => has_no_query_in_its_message(&problem),
        }
        match follow(base, &first, Next::Token(text.to_owned())) {
            Ok(following) => leads_to_a_page(base, &first, &Link::default(), following),
            Err(problem) => has_no_query_in_its_message(&problem),
        }
    }
}

/// Returns the first request of a listing.
pub(crate) fn request(base: &str, first: &str) -> Request {
    let origin = Url::parse(base).expect("a root").origin();
    let url = format!("{}{first}", origin.ascii_serialization());
    let mut request = Request::new(Method::GET, url.parse().expect("a URL"));
    let id = http::HeaderValue::from_static("ba0ca6d6-9ee1-4d38-9e05-7d5dc5a1ba8d");
    request.headers_mut().insert("ms-correlationid", id);
    request
}

fn leads_to_a_page(base: &str, first: &Request, link: &Link, following: Option<Following>) {
    let (next, continuation) = following.expect("a link and a token are followed");
    stays_at_the_service(base, first, &next);
    // The resolved address is resolved to itself.
    let mut itself = Link::new(next.url().as_str());
    itself.headers.clone_from(&link.headers);
    match follow(base, first, Next::Link(itself)) {
        Ok(again) => assert_eq!(again.expect("a link is followed").0.url(), next.url()),
        Err(problem) => panic!("{problem}: {}", next.url()),
    }
    let text = serde_json::to_string(&continuation).expect("a continuation can be written");
    let read: Continuation = serde_json::from_str(&text).expect("what was written is read");
    match resume(base, first, &read) {
        Ok((resumed, again)) => {
            assert_eq!(resumed.url(), next.url());
            assert_eq!(resumed.headers(), next.headers());
            assert_eq!(again, read);
        }
        Err(problem) => panic!("{problem}: {text}"),
    }
}

/// Checks that the token may be sent with this request.
pub(crate) fn stays_at_the_service(base: &str, first: &Request, next: &Request) {
    let url = next.url();
    assert_eq!(url.origin(), first.url().origin(), "{url}");
    assert!(check_url(url).is_ok(), "{url}");
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{url}"
    );
    assert_eq!(url.fragment(), None, "{url}");
    let root = Url::parse(base).expect("a root");
    let root = root.path().trim_end_matches('/');
    let below = url.path().strip_prefix(root);
    assert!(below.is_some_and(|path| path.starts_with('/')), "{url}");
    assert_eq!(next.method(), Method::GET);
    assert!(next.body().is_none());
    for name in next.headers().keys() {
        let name = name.as_str();
        assert!(
            name.starts_with("ms-") || name.starts_with("x-ms-"),
            "{name}"
        );
    }
    let id = "ms-correlationid";
    assert_eq!(next.headers().get_all(id).iter().count(), 1);
}

/// Checks that the message about a rejected link contains only its scheme, host and port.
fn has_no_query_in_its_message(problem: &PagingProblem) {
    let text = problem.to_string();
    is_printable(&text);
    let is_origin = match problem {
        PagingProblem::ForeignLink { origin } => Url::parse(origin).is_ok_and(|url| {
            let rest = (url.path().trim_matches('/'), url.query(), url.password());
            url.username().is_empty() && rest == ("", None, None)
        }),
        _ => false,
    };
    assert!(is_origin || !text.contains(PLANTED), "{text}");
}
