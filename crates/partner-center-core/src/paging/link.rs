//! From the link of an answer to a URL that may be called.

use http::{HeaderName, HeaderValue};
use url::{ParseError, Url};

use super::error::PagingProblem;

/// The two families of paths below the root of the API, with their versions.
const FAMILIES: [&str; 2] = [PARTNER, LEGACY];
const PARTNER: &str = "/partner/v1";
const LEGACY: &str = "/v1";

/// Where the service is, as the client knows it.
#[derive(Clone, Debug)]
pub(super) struct Service {
    /// A URL of the service; only its origin counts.
    origin: Url,
    /// Path of the API's root, without a slash at the end. Empty in production.
    mount: String,
}

impl Service {
    /// The service with the root `base_url` that `request` goes to.
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

    /// Scheme, host and port; the port only where it is not the usual one.
    pub(super) fn origin(&self) -> String {
        self.origin.origin().ascii_serialization()
    }

    /// What `link`, found in the answer to `request`, leads to.
    ///
    /// A link without a host is a path of the service: with or without its root and
    /// version (T17), or relative to the folder of the data set (T6). Raw blanks and
    /// other characters are encoded. A fragment makes no sense here, so `#` is data. A link out
    /// of the root, such as one with `..`, is refused: the token would go to another program
    /// behind the same gateway.
    pub(super) fn resolve(&self, request: &Url, link: &str) -> Result<Url, PagingProblem> {
        // Tabs and line breaks are no part of a URL (WHATWG URL, 4.4): left out here, since the
        // parser leaves them out only once it has been decided what the slashes mean.
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
        // Once more for both, since `..` may have taken a part of the path away.
        let path = collapse(url.path());
        if self.below_mount(&path).is_some() {
            url.set_path(&self.rooted("", &path));
        } else {
            url.set_path(&path);
        }
        self.check(&url)?;
        // The root itself is no page.
        match after(url.path(), &self.mount) {
            Some(rest) if !rest.is_empty() => Ok(url),
            _ => Err(PagingProblem::BadLink {
                reason: "it leads out of the API",
            }),
        }
    }

    /// Path and query of a URL of the service, below its root.
    pub(super) fn relative(&self, url: &Url) -> String {
        let path = after(url.path(), &self.mount).unwrap_or(url.path());
        match url.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        }
    }

    /// The URL of what [`relative`](Self::relative) gave.
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
        // Without a host, origins are never equal, not even to themselves.
        if url.origin() != self.origin.origin() {
            return Err(PagingProblem::ForeignLink {
                origin: match url.host_str() {
                    Some(_) => url.origin().ascii_serialization(),
                    None => format!("{}:", url.scheme()),
                },
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PagingProblem::BadLink {
                reason: "it has a user name or password",
            });
        }
        Ok(())
    }

    /// Whether what follows two slashes is a host and not a path with one slash too
    /// many (T17): a path begins with the root, a family, or as the request's own does.
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

    /// The path that a link without a host means.
    fn path(&self, request: &Url, link: &str) -> String {
        let link = collapse(link);
        let family = self
            .below_mount(request.path())
            .map_or("", |(family, _)| family);
        if link.is_empty() {
            request.path().to_owned()
        } else if link.starts_with('/') {
            self.rooted(family, &link)
        } else if after_from_end(request.path(), &link) {
            // The data set by its own name, in one or more segments.
            request.path().to_owned()
        } else if family == LEGACY || family_of(&format!("/{link}")).is_some() {
            self.rooted(family, &format!("/{link}"))
        } else {
            let folder = request.path().rfind('/').map_or(0, |slash| slash + 1);
            format!("{}{link}", &request.path()[..folder])
        }
    }

    /// A path from the root: with the mount and the family once each.
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

    /// Family of a path that begins with the mount, and the path below the mount.
    fn below_mount<'p>(&self, path: &'p str) -> Option<(&'static str, &'p str)> {
        [after(path, &self.mount), Some(path)]
            .into_iter()
            .flatten()
            .find_map(|rest| family_of(rest).map(|(family, _)| (family, rest)))
    }
}

const UNREADABLE: PagingProblem = PagingProblem::BadLink {
    reason: "it is no URL",
};

/// The family that a path begins with, and what follows it.
fn family_of(path: &str) -> Option<(&'static str, &str)> {
    FAMILIES
        .into_iter()
        .find_map(|family| after(path, family).map(|rest| (family, rest)))
}

/// What follows `prefix` in `path`, where `prefix` ends with a segment.
fn after<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    let (head, rest) = path.split_at_checked(prefix.len())?;
    (head.eq_ignore_ascii_case(prefix) && (rest.is_empty() || rest.starts_with('/')))
        .then_some(rest)
}

/// Whether `path` ends with the segments of `tail`.
fn after_from_end(path: &str, tail: &str) -> bool {
    path.len()
        .checked_sub(tail.len())
        .and_then(|start| path.split_at_checked(start))
        .is_some_and(|(head, end)| head.ends_with('/') && end.eq_ignore_ascii_case(tail))
}

/// The path with one slash where it has several.
fn collapse(path: &str) -> String {
    let mut collapsed = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !collapsed.ends_with('/') {
            collapsed.push(c);
        }
    }
    collapsed
}

/// The headers of a link that are sent with it: those of Microsoft's own names, such as
/// `MS-ContinuationToken`. Never credentials, the host, or what the pipeline sets.
pub(super) fn link_headers<'h>(
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
) -> Result<Vec<(HeaderName, HeaderValue)>, PagingProblem> {
    let mut sent = Vec::new();
    for (name, value) in headers {
        let bad = |_| PagingProblem::BadLink {
            reason: "it asks for a header that cannot be sent",
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
            tracing::debug!(header = name.as_str(), "header of a link left out");
        }
    }
    Ok(sent)
}

fn is_accepted(name: &str) -> bool {
    const OURS: [&str; 4] = [
        crate::response::REQUEST_ID,
        crate::response::CORRELATION_ID,
        "ms-contract-version",
        "ms-partnercenter-application",
    ];
    (name.starts_with("ms-") || name.starts_with("x-ms-")) && !OURS.contains(&name)
}

/// The decimal value of the query parameter `name`.
pub(super) fn query_number(url: &Url, name: &str) -> Option<u64> {
    url.query_pairs().find_map(|(key, value)| {
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().parse().ok())?
    })
}

/// The URL with `name` set to `value`; everything else stays as it is spelled.
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
