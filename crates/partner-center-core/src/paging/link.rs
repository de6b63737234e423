//! Resolution of the link of a response to a URL that may be called.

use http::{HeaderName, HeaderValue};
use url::{ParseError, Url};

use super::error::PagingProblem;

/// Path prefixes of the two API families below the root of the API.
const FAMILIES: [&str; 2] = [PARTNER, LEGACY];
const PARTNER: &str = "/partner/v1";
const LEGACY: &str = "/v1";

/// Location of the service.
#[derive(Clone, Debug)]
pub(super) struct Service {
    /// URL of the service, of which only the origin is used.
    origin: Url,
    /// Path of the root of the API, without a trailing slash. Empty in production.
    mount: String,
}

impl Service {
    /// Creates the location of the service with the root `base_url` that `request` is sent to.
    pub(super) fn new(base_url: &str, request: &Url) -> Self {
        let mount = Url::parse(base_url)
            .map(|base| base.path().trim_end_matches('/').to_owned())
            .unwrap_or_default();
        Self {
            mount: match after(request.path(), &mount) {
                Some(_) => mount,
                None => String::new(),
            },
            origin: request.clone(),
        }
    }

    /// Returns scheme, host and port; the port only if it is not the default port.
    pub(super) fn origin(&self) -> String {
        self.origin.origin().ascii_serialization()
    }

    /// Resolves `link` from the response to `request`.
    ///
    /// A link without a host is a path of the service, with or without its root and version
    /// ([T17](crate::deviations#t17)), or relative to the folder of the data set
    /// ([T6](crate::deviations#t6)). Raw spaces and other characters are encoded. Links of the
    /// service have no fragment, so `#` is encoded as data. A link out of the root, such as one
    /// with `..`, is rejected: the token would go to another program behind the same gateway.
    pub(super) fn resolve(&self, request: &Url, link: &str) -> Result<Url, PagingProblem> {
        // Tabs and line breaks are not part of a URL (WHATWG URL, 4.4). They are removed here, because
        // the parser removes them only after the meaning of the slashes was decided.
        let text = link.trim().replace(['\t', '\n', '\r'], "");
        let text = text.replace('#', "%23");
        let absolute = match Url::parse(&text) {
            Ok(url) => Some(url),
            Err(ParseError::RelativeUrlWithoutBase) if self.names_a_host(request, &text) => {
                Some(request.join(&text).map_err(|_| UNREADABLE)?)
            }
            Err(ParseError::RelativeUrlWithoutBase) => None,
            Err(_) => return Err(UNREADABLE),
        };
        let mut url = match absolute {
            Some(url) => {
                // Checked before the path is changed, and again at the end: the request carries the
                // token, so no rewriting may lead to another origin.
                self.check(&url)?;
                url
            }
            None => {
                let (path, query) = match text.split_once('?') {
                    Some((path, query)) => (path, Some(query)),
                    None => (text.as_str(), None),
                };
                let mut url = request.clone();
                url.set_path(&self.path(request, &path.replace('\\', "/")));
                url.set_query(query);
                url
            }
        };
        // Again for both cases, because `..` may have removed a part of the path.
        let path = collapse_slashes(url.path());
        if self.below_mount(&path).is_some() {
            url.set_path(&self.rooted("", &path));
        } else {
            url.set_path(&path);
        }
        self.check(&url)?;
        // The root itself is not a page.
        match after(url.path(), &self.mount) {
            Some(rest) if !rest.is_empty() => Ok(url),
            _ => Err(PagingProblem::InvalidLink {
                reason: "it leads out of the API",
            }),
        }
    }

    /// Returns path and query of a URL of the service, relative to its root.
    pub(super) fn relative(&self, url: &Url) -> String {
        let path = after(url.path(), &self.mount).unwrap_or(url.path());
        match url.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        }
    }

    /// Returns the URL of a path and query from [`relative`](Self::relative).
    pub(super) fn absolute(&self, relative: &str) -> Option<Url> {
        let (path, query) = match relative.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (relative, None),
        };
        if !path.starts_with('/') || path.starts_with("//") || path.contains(['\\', '#']) {
            return None;
        }
        let mut url = self.origin.clone();
        url.set_path(&format!("{}{path}", self.mount));
        url.set_query(query);
        url.set_fragment(None);
        self.check(&url).ok()?;
        after(url.path(), &self.mount).is_some().then_some(url)
    }

    fn check(&self, url: &Url) -> Result<(), PagingProblem> {
        // Origins without a host are opaque and never equal, so such URLs are rejected.
        if url.origin() != self.origin.origin() {
            return Err(PagingProblem::ForeignLink {
                origin: match url.host_str() {
                    Some(_) => url.origin().ascii_serialization(),
                    None => format!("{}:", url.scheme()),
                },
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PagingProblem::InvalidLink {
                reason: "it has a user name or password",
            });
        }
        Ok(())
    }

    /// Returns whether the text after two slashes is a host, not a path with a superfluous slash
    /// ([T17](crate::deviations#t17)). A path begins with the root, a family, or the first segment
    /// of the request's own path.
    fn names_a_host(&self, request: &Url, text: &str) -> bool {
        let is_slash = |c| matches!(c, '/' | '\\');
        let Some(rest) = text
            .strip_prefix(is_slash)
            .and_then(|rest| rest.strip_prefix(is_slash))
        else {
            return false;
        };
        let end = rest.find(|c| is_slash(c) || c == '?').unwrap_or(rest.len());
        let first = &rest[..end];
        let below = self.below_mount(request.path());
        let own = below.and_then(|(_, rest)| family_of(rest));
        let own = own.map_or(request.path(), |(_, rest)| rest);
        let begins_a_path = |path: &str| {
            let mut segments = path.split('/').filter(|segment| !segment.is_empty());
            segments
                .next()
                .is_some_and(|it| it.eq_ignore_ascii_case(first))
        };
        let is_path = first.is_empty()
            || [PARTNER, LEGACY, &self.mount, own]
                .into_iter()
                .any(begins_a_path);
        !is_path
            || first.contains(['.', ':', '@'])
            || self
                .origin
                .host_str()
                .is_some_and(|host| host.eq_ignore_ascii_case(first))
    }

    /// Returns the path that a link without a host refers to.
    fn path(&self, request: &Url, link: &str) -> String {
        let link = collapse_slashes(link);
        let family = self
            .below_mount(request.path())
            .map_or("", |(family, _)| family);
        if link.is_empty() {
            request.path().to_owned()
        } else if link.starts_with('/') {
            self.rooted(family, &link)
        } else if ends_with_segments(request.path(), &link) {
            // The link is the name of the data set itself, in one or more segments.
            request.path().to_owned()
        } else if family == LEGACY || family_of(&format!("/{link}")).is_some() {
            self.rooted(family, &format!("/{link}"))
        } else {
            let folder = request.path().rfind('/').map_or(0, |slash| slash + 1);
            format!("{}{link}", &request.path()[..folder])
        }
    }

    /// Returns an absolute path that contains the mount and the family once each.
    fn rooted(&self, family: &str, path: &str) -> String {
        let mut rest = self
            .below_mount(path)
            .map(|(_, rest)| rest)
            .or_else(|| after(path, &self.mount))
            .unwrap_or(path);
        let mut found = None;
        while let Some((outer, inner)) = family_of(rest) {
            if found.is_none() || outer == PARTNER {
                found = Some(outer);
            }
            rest = inner;
        }
        format!("{}{}{rest}", self.mount, found.unwrap_or(family))
    }

    /// Returns the family of a path with or without the mount, and the rest of the path.
    fn below_mount<'p>(&self, path: &'p str) -> Option<(&'static str, &'p str)> {
        [after(path, &self.mount), Some(path)]
            .into_iter()
            .flatten()
            .find_map(|rest| family_of(rest).map(|(family, _)| (family, rest)))
    }
}

const UNREADABLE: PagingProblem = PagingProblem::InvalidLink {
    reason: "it is not a valid URL",
};

/// Returns the family that a path begins with, and the rest of the path.
fn family_of(path: &str) -> Option<(&'static str, &str)> {
    FAMILIES
        .into_iter()
        .find_map(|family| after(path, family).map(|rest| (family, rest)))
}

/// Returns the rest of `path` after `prefix`, if `prefix` matches whole segments.
fn after<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    let (head, rest) = path.split_at_checked(prefix.len())?;
    (head.eq_ignore_ascii_case(prefix) && (rest.is_empty() || rest.starts_with('/')))
        .then_some(rest)
}

/// Returns whether `path` ends with the segments of `tail`.
fn ends_with_segments(path: &str, tail: &str) -> bool {
    path.len()
        .checked_sub(tail.len())
        .and_then(|start| path.split_at_checked(start))
        .is_some_and(|(head, end)| head.ends_with('/') && end.eq_ignore_ascii_case(tail))
}

/// Replaces consecutive slashes in the path by one.
fn collapse_slashes(path: &str) -> String {
    let mut collapsed = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !collapsed.ends_with('/') {
            collapsed.push(c);
        }
    }
    collapsed
}

/// Returns the headers of a link that are sent with it. Only names with a Microsoft prefix, such
/// as `MS-ContinuationToken`, are accepted, so that a response cannot set credentials, the host
/// or the headers of the pipeline.
pub(super) fn link_headers<'h>(
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
) -> Result<Vec<(HeaderName, HeaderValue)>, PagingProblem> {
    let mut sent = Vec::new();
    for (name, value) in headers {
        let bad = |_| PagingProblem::InvalidLink {
            reason: "it requires a header that cannot be sent",
        };
        let name = HeaderName::from_bytes(name.trim().as_bytes())
            .map_err(|_| ())
            .map_err(bad)?;
        if is_accepted(name.as_str()) {
            let value = HeaderValue::from_str(value.trim())
                .map_err(|_| ())
                .map_err(bad)?;
            sent.push((name, value));
        } else {
            tracing::debug!(header = name.as_str(), "ignored a header of a link");
        }
    }
    Ok(sent)
}

fn is_accepted(name: &str) -> bool {
    const OURS: [&str; 4] = [
        crate::http::response::REQUEST_ID,
        crate::http::response::CORRELATION_ID,
        "ms-contract-version",
        "ms-partnercenter-application",
    ];
    (name.starts_with("ms-") || name.starts_with("x-ms-")) && !OURS.contains(&name)
}

/// Returns the decimal value of the query parameter `name`.
pub(super) fn query_number(url: &Url, name: &str) -> Option<u64> {
    url.query_pairs().find_map(|(key, value)| {
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().parse().ok())?
    })
}

/// Sets the query parameter `name` to `value`. The spelling of the other parameters is kept.
pub(super) fn with_query_number(mut url: Url, name: &str, value: u64) -> Url {
    let mut query = String::new();
    for pair in url.query().unwrap_or_default().split('&') {
        let key = pair.split_once('=').map_or(pair, |(key, _)| key);
        if !pair.is_empty() && !key.eq_ignore_ascii_case(name) {
            query.push_str(pair);
            query.push('&');
        }
    }
    query.push_str(&format!("{name}={value}"));
    url.set_query(Some(&query));
    url
}
