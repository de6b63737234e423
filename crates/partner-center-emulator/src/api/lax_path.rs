//! Paths that are accepted only if the emulator is not strict.

use http::{Uri, uri::PathAndQuery};

/// Path of the commercial reports as the documentation's syntax rows print it, and as its
/// examples do ([T11](partner_center_catalog::deviations#t11)).
const COMMERCIAL: (&str, &str) = (
    "/v1/analytics/commercial/",
    "/partner/v1/analytics/commercial/",
);

/// Returns the address with the documented path: without empty segments, without a slash at the
/// end, and with `/partner` before the commercial reports.
pub(crate) fn documented(uri: &Uri) -> Uri {
    let segments: Vec<_> = uri
        .path()
        .split('/')
        .filter(|one| !one.is_empty())
        .collect();
    let mut path = format!("/{}", segments.join("/"));
    let (short, full) = COMMERCIAL;
    let is_short = path
        .get(..short.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(short));
    if is_short {
        path.replace_range(..short.len(), full);
    }
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    match PathAndQuery::try_from(path) {
        Ok(path) => parts.path_and_query = Some(path),
        Err(_) => return uri.clone(),
    }
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_the_documented_ones() {
        for (given, expected) in [
            ("/", "/"),
            ("//", "/"),
            ("*", "*"),
            ("/v1/customers", "/v1/customers"),
            ("/v1/customers/?size=1", "/v1/customers?size=1"),
            ("//v1//customers//?a=//", "/v1/customers?a=//"),
            (
                "/V1/analytics/Commercial/usage/license/",
                "/partner/v1/analytics/commercial/usage/license",
            ),
            ("/v1/analytics/commercial", "/v1/analytics/commercial"),
            ("http://localhost/a/", "http://localhost/a"),
        ] {
            let uri = documented(&given.parse().unwrap());
            let expected = match given {
                // `OPTIONS *` concerns the server, not a path.
                "*" => "/*",
                _ => expected,
            };
            assert_eq!(uri, *expected, "{given}");
        }
    }
}
