//! Log of the received requests.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::extract::Request;
use http::{HeaderName, header};

/// Maximum number of kept requests; older ones are dropped.
const CAPACITY: usize = 1_000;

/// Headers whose values are never kept.
const SECRET_HEADERS: [HeaderName; 3] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
];

/// Text recorded instead of a secret.
const REDACTED: &str = "<redacted>";

/// Request that the emulator received, whether or not it was accepted.
///
/// Bodies are not recorded, and the values of `Authorization`, `Proxy-Authorization` and
/// `Cookie` are replaced with `<redacted>`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center_emulator::Emulator;
///
/// let emulator = Emulator::builder().start().await?;
/// # use std::sync::Arc;
/// # use partner_center::{Client, RetryOptions};
/// # use partner_center::credential::{RefreshTokenCredential, StaticTokenCredential};
/// # use partner_center_emulator::TokenOptions;
/// # let token = emulator.mint_token(TokenOptions::new());
/// # let client = Client::builder()
/// #     .base_url(emulator.url())
/// #     .credential(Arc::new(StaticTokenCredential::new(token)))
/// #     .retry(RetryOptions::none())
/// #     .build()?;
/// client.azure_usage().top(1).send().await?;
///
/// let requests = emulator.requests();
/// assert_eq!(requests[0].method(), "GET");
/// assert_eq!(requests[0].path_and_query(), "/partner/v1/analytics/usage/azure?top=1");
/// assert_eq!(requests[0].header("Authorization"), Some("<redacted>"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    method: String,
    path_and_query: String,
    headers: Vec<(String, String)>,
}

impl RecordedRequest {
    fn of(request: &Request) -> Self {
        let uri = request.uri();
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = if SECRET_HEADERS.contains(name) {
                    REDACTED.to_owned()
                } else {
                    String::from_utf8_lossy(value.as_bytes()).into_owned()
                };
                (name.as_str().to_owned(), value)
            })
            .collect();
        Self {
            method: request.method().to_string(),
            path_and_query: uri
                .path_and_query()
                .map_or(uri.path(), |path_and_query| path_and_query.as_str())
                .to_owned(),
            headers,
        }
    }

    /// Returns the HTTP method in upper case: `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns path and query as they were sent: `/v1/analytics/licenses/deployment`.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// Returns the headers with lower-case names; a header sent twice is listed twice.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Returns the first value of a header; the name is case-insensitive.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Last requests, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<RecordedRequest>>);

impl RequestLog {
    pub(crate) fn record(&self, request: &Request) {
        let recorded = RecordedRequest::of(request);
        let mut requests = self.lock();
        if requests.len() == CAPACITY {
            requests.pop_front();
        }
        requests.push_back(recorded);
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<RecordedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn secrets_are_not_kept() {
        let log = RequestLog::default();
        for name in ["Authorization", "Proxy-Authorization", "Cookie"] {
            let request = Request::builder()
                .uri("/v1?a=%20b")
                .header(name, "hunter2")
                .header("X-Locale", "en-US")
                .body(Body::empty())
                .unwrap();
            log.record(&request);
        }
        assert!(!format!("{log:?}").contains("hunter2"));
        let requests = log.requests();
        assert_eq!(requests[0].header("AUTHORIZATION"), Some(REDACTED));
        assert_eq!(requests[0].header("x-locale"), Some("en-US"));
        assert_eq!(requests[0].header("cookie"), None);
        assert_eq!(requests[0].path_and_query(), "/v1?a=%20b");
        assert_eq!(requests[0].method(), "GET");
    }

    #[test]
    fn only_the_last_requests_are_kept() {
        let log = RequestLog::default();
        for number in 0..CAPACITY + 2 {
            let request = Request::builder()
                .uri(format!("/{number}"))
                .body(Body::empty())
                .unwrap();
            log.record(&request);
        }
        let requests = log.requests();
        assert_eq!(requests.len(), CAPACITY);
        assert_eq!(requests[0].path_and_query(), "/2");
    }
}
