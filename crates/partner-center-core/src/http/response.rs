//! Complete responses and the ids of calls.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// Name of the header with the id of a call.
pub(crate) const REQUEST_ID: &str = "ms-requestid";
/// Name of the header with the id of a group of related calls.
pub(crate) const CORRELATION_ID: &str = "ms-correlationid";

/// Ids of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RequestIds {
    /// `operationId` of the spec.
    pub operation_id: &'static str,
    /// `MS-RequestId`: unique per call, the same for all its attempts
    /// ([T68](crate::deviations#t68)).
    pub request_id: String,
    /// `MS-CorrelationId`: shared by related calls, such as those of a listing
    /// ([T67](crate::deviations#t67)).
    pub correlation_id: String,
}

impl RequestIds {
    pub(crate) fn new(operation_id: &'static str, headers: &HeaderMap) -> Self {
        let text = |name| header_text(headers, name).unwrap_or_default().to_owned();
        Self {
            operation_id,
            request_id: text(REQUEST_ID),
            correlation_id: text(CORRELATION_ID),
        }
    }

    /// Returns the ids with those of the response headers, if it has them, because the logs of
    /// the service contain these ([T55](crate::deviations#t55)).
    pub(crate) fn answered(&self, headers: &HeaderMap) -> Self {
        let text = |name, sent: &str| header_text(headers, name).unwrap_or(sent).to_owned();
        Self {
            operation_id: self.operation_id,
            request_id: text(REQUEST_ID, &self.request_id),
            correlation_id: text(CORRELATION_ID, &self.correlation_id),
        }
    }
}

impl std::fmt::Display for RequestIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "MS-RequestId {}, MS-CorrelationId {}",
            self.request_id, self.correlation_id
        )
    }
}

pub(crate) fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
}

/// Complete response, before it is decoded.
#[derive(Clone)]
pub struct Response {
    pub(crate) ids: RequestIds,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Bytes,
    /// Whether the token of the call was that of a signed-in user; `None` if it cannot be read.
    of_user: Option<bool>,
}

impl Response {
    pub(crate) fn new(
        ids: RequestIds,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        Self {
            ids,
            status,
            headers,
            body,
            of_user: None,
        }
    }

    /// Sets whether the token of the call was that of a signed-in user.
    pub(crate) fn of_user(mut self, of_user: Option<bool>) -> Self {
        self.of_user = of_user;
        self
    }

    /// Returns whether the token of the call was that of a signed-in user.
    pub(crate) fn is_of_user(&self) -> bool {
        self.of_user == Some(true)
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body as it arrived, including a byte-order mark.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the ids of the call.
    pub fn ids(&self) -> &RequestIds {
        &self.ids
    }

    /// Returns the response if its status is a success.
    ///
    /// # Errors
    ///
    /// [`Error::Service`](crate::Error::Service) with this response for any other status.
    pub fn error_for_status(self) -> Result<Self, crate::Error> {
        match self.status.is_success() {
            true => Ok(self),
            false => Err(crate::Error::from_response(self)),
        }
    }

    /// Returns the time that the service asks to wait, from the header or from the message of
    /// the gateway.
    pub(crate) fn retry_after(&self) -> Option<std::time::Duration> {
        let now = std::time::SystemTime::now();
        crate::http::retry_after::from_headers(&self.headers, now).or_else(|| {
            let error = (!self.status.is_success()).then(|| crate::ApiError::from_body(&self.body));
            crate::http::retry_after::from_message(error??.description.as_deref()?)
        })
    }

    /// Returns whether the service rejected the call because of too many calls: 429, or 403 if
    /// the quota of a period is used up.
    pub(crate) fn is_throttled(&self) -> bool {
        let is_quota = || {
            let error = crate::ApiError::from_body(&self.body);
            let message = error.and_then(|error| error.description);
            message.is_some_and(|message| crate::http::retry_after::is_quota(&message))
        };
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::FORBIDDEN => is_quota(),
            _ => false,
        }
    }

    /// Returns whether a body is expected and is complete JSON. A body can be truncated although
    /// it has the stated length: if the service fails within a body, it appends an error.
    pub(crate) fn is_json(&self) -> bool {
        let body = crate::model::decode::strip_byte_order_mark(&self.body);
        self.status == StatusCode::NO_CONTENT
            || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
    }

    /// Returns whether the body is JSON according to its media type: `application/json`, or a type
    /// that ends in `+json` (RFC 6839, 3.1).
    pub(crate) fn claims_json(&self) -> bool {
        let stated = header_text(&self.headers, http::header::CONTENT_TYPE.as_str());
        let media_type = stated.and_then(|text| text.split(';').next());
        media_type.is_some_and(|text| {
            let text = text.trim().to_ascii_lowercase();
            text == "application/json" || text.ends_with("+json")
        })
    }

    /// Returns whether the body is a web page.
    pub(crate) fn is_html(&self) -> bool {
        let body = crate::model::decode::strip_byte_order_mark(&self.body).trim_ascii_start();
        let begins = |with: &str| {
            let beginning = body.get(..with.len());
            beginning.is_some_and(|it| it.eq_ignore_ascii_case(with.as_bytes()))
        };
        let stated = header_text(&self.headers, http::header::CONTENT_TYPE.as_str());
        stated.is_some_and(|it| it.to_ascii_lowercase().starts_with("text/html"))
            || begins("<!doctype html")
            || begins("<html")
    }

    /// Returns whether the body has the problem details format of RFC 9457.
    pub(crate) fn is_problem(&self) -> bool {
        let content_type = header_text(&self.headers, http::header::CONTENT_TYPE.as_str());
        let media_type = content_type.and_then(|text| text.split(';').next());
        media_type.is_some_and(|text| text.trim().eq_ignore_ascii_case("application/problem+json"))
    }

    /// Returns the body as text; invalid UTF-8 is replaced by U+FFFD.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(crate::model::decode::strip_byte_order_mark(&self.body))
            .into_owned()
    }
}

/// Prints the length of the body, not its contents.
impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("ids", &self.ids)
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}
