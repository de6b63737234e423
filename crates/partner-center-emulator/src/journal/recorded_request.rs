//! Recorded requests.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::{body::Bytes, extract::Request};

use crate::{
    ids::{CORRELATION_ID, REQUEST_ID},
    journal::secrets,
};

/// Request that the emulator received, whether or not it was accepted, and its response.
///
/// Request bodies, and responses of the sign-in, are not recorded. The values of headers such as
/// `Authorization` and `Cookie`, and of parameters such as `code` and `client_secret`, are
/// replaced with `<redacted>`.
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
/// assert_eq!(requests[0].operation(), Some("azure_usage"));
/// assert_eq!(requests[0].status(), Some(200));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    pub(super) number: u64,
    /// Time since 1970, by the emulator's clock.
    pub(super) time: Duration,
    method: String,
    path_and_query: String,
    headers: Vec<(String, String)>,
    operation: Option<&'static str>,
    pub(super) response: Option<RecordedResponse>,
}

/// Response to a recorded request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RecordedResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Time until the response was complete, or until its head while the body is being sent.
    pub(crate) duration: Duration,
    pub(crate) faults: Vec<u64>,
    /// Beginning of the body, for calls of the API. Copies of the request share it.
    pub(crate) body: Option<Bytes>,
    /// `true` if the body was longer than its recorded beginning, or was not sent completely.
    pub(crate) body_truncated: bool,
}

impl RecordedRequest {
    pub(super) fn of(
        request: &Request,
        number: u64,
        time: Duration,
        operation: Option<&'static str>,
    ) -> Self {
        let uri = request.uri();
        let path_and_query = uri
            .path_and_query()
            .map_or(uri.path(), |path_and_query| path_and_query.as_str());
        Self {
            number,
            time,
            method: request.method().to_string(),
            path_and_query: secrets::url(path_and_query),
            headers: secrets::headers(request.headers()),
            operation,
            response: None,
        }
    }

    /// Returns the number of the request, from 1 in the order of arrival.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns the time of arrival by the emulator's clock.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        UNIX_EPOCH + self.time
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
        first(&self.headers, name)
    }

    /// Returns the id of the operation, such as `azure_usage`; `None` for the sign-in and for
    /// unknown paths.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.operation
    }

    /// Returns the status of the response; `None` while there is no response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.response.as_ref().map(|response| response.status)
    }

    /// Returns the headers of the response with lower-case names; none while there is no
    /// response.
    #[must_use]
    pub fn response_headers(&self) -> &[(String, String)] {
        match &self.response {
            Some(response) => &response.headers,
            None => &[],
        }
    }

    /// Returns the first value of a header of the response; the name is case-insensitive.
    #[must_use]
    pub fn response_header(&self, name: &str) -> Option<&str> {
        first(self.response_headers(), name)
    }

    /// Returns the first 64 KiB of the response body. `None` for the sign-in, whose responses
    /// have tokens, and until the body is sent.
    #[must_use]
    pub fn response_body(&self) -> Option<&[u8]> {
        self.response.as_ref()?.body.as_deref()
    }

    /// Returns the time from arrival to the end of the response; `None` while there is no
    /// response.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.response.as_ref().map(|response| response.duration)
    }

    /// Returns the ids of the [faults](crate::InjectedFault::id) that were applied.
    #[must_use]
    pub fn faults(&self) -> &[u64] {
        match &self.response {
            Some(response) => &response.faults,
            None => &[],
        }
    }

    pub(crate) fn since_epoch(&self) -> Duration {
        self.time
    }

    /// Returns the id of the request: that of the response, otherwise that of the request.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.echoed(REQUEST_ID.as_str())
    }

    /// Returns the correlation id: that of the response, otherwise that of the request.
    pub(crate) fn correlation_id(&self) -> Option<&str> {
        self.echoed(CORRELATION_ID.as_str())
    }

    fn echoed(&self, name: &str) -> Option<&str> {
        self.response_header(name).or_else(|| self.header(name))
    }

    pub(crate) fn body_truncated(&self) -> bool {
        self.response
            .as_ref()
            .is_some_and(|response| response.body_truncated)
    }

    /// Returns the approximate number of bytes in memory.
    pub(super) fn size(&self) -> usize {
        let headers = |headers: &[(String, String)]| -> usize {
            headers
                .iter()
                .map(|(name, value)| name.len() + value.len() + 2 * size_of::<String>())
                .sum()
        };
        size_of::<Self>()
            + self.method.len()
            + self.path_and_query.len()
            + headers(&self.headers)
            + headers(self.response_headers())
            + self.response_body().unwrap_or_default().len()
    }
}

fn first<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
