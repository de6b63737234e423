use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::api_error::ApiError;
use crate::decode::{DecodeError, decode, strip_byte_order_mark};
use crate::error::Error;
use crate::unknown;
use crate::{Envelope, Next, UnknownProperty};

/// Name of the header with the id of a call.
pub(crate) const REQUEST_ID: &str = "ms-requestid";
/// Name of the header with the id of a group of related calls.
pub(crate) const CORRELATION_ID: &str = "ms-correlationid";
const SERVER_ID: &str = "ms-serverid";
const MFA_COMPLIANT: &str = "ismfacompliant";

/// Ids of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RequestIds {
    /// `operationId` of the spec.
    pub operation_id: &'static str,
    /// `MS-RequestId`: unique per call, the same for all its attempts (T68).
    pub request_id: String,
    /// `MS-CorrelationId`: shared by related calls, such as those of a listing (T67).
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
    /// the service contain these (T55).
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

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
}

/// Complete response, before it is decoded.
#[derive(Clone)]
pub struct Response {
    ids: RequestIds,
    status: StatusCode,
    headers: HeaderMap,
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

    /// Returns the time that the service asks to wait, from the header or from the message of
    /// the gateway.
    pub(crate) fn retry_after(&self) -> Option<std::time::Duration> {
        let now = std::time::SystemTime::now();
        crate::retry_after::from_headers(&self.headers, now).or_else(|| {
            let error = (!self.status.is_success()).then(|| crate::ApiError::from_body(&self.body));
            crate::retry_after::from_message(error??.description.as_deref()?)
        })
    }

    /// Returns whether the service rejected the call because of too many calls: 429, or 403 if
    /// the quota of a period is used up.
    pub(crate) fn is_throttled(&self) -> bool {
        let is_quota = || {
            let error = crate::ApiError::from_body(&self.body);
            let message = error.and_then(|error| error.description);
            message.is_some_and(|message| crate::retry_after::is_quota(&message))
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
        let body = crate::decode::strip_byte_order_mark(&self.body);
        self.status == StatusCode::NO_CONTENT
            || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
    }

    /// Returns whether the body is a web page.
    pub(crate) fn is_html(&self) -> bool {
        let body = crate::decode::strip_byte_order_mark(&self.body).trim_ascii_start();
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
    fn is_problem(&self) -> bool {
        let content_type = header_text(&self.headers, http::header::CONTENT_TYPE.as_str());
        let media_type = content_type.and_then(|text| text.split(';').next());
        media_type.is_some_and(|text| text.trim().eq_ignore_ascii_case("application/problem+json"))
    }

    /// Returns the body as text; invalid UTF-8 is replaced by U+FFFD.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(crate::decode::strip_byte_order_mark(&self.body)).into_owned()
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

/// Response with the body of a success as the pipeline decoded it. The decision about a retry
/// depends on the result, and decoding a body twice would double its cost.
///
/// Dereferences to the response.
#[derive(Debug)]
#[doc(hidden)]
pub struct DecodedResponse<T> {
    response: Response,
    body: Option<Result<T, DecodeError>>,
}

impl<T> DecodedResponse<T> {
    pub(crate) fn new(response: Response, body: Option<Result<T, DecodeError>>) -> Self {
        Self { response, body }
    }
}

impl<T> Deref for DecodedResponse<T> {
    type Target = Response;

    fn deref(&self) -> &Response {
        &self.response
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl<T> From<Response> for DecodedResponse<T> {
    fn from(response: Response) -> Self {
        let body = None;
        Self { response, body }
    }
}

impl<T> From<DecodedResponse<T>> for Response {
    fn from(decoded: DecodedResponse<T>) -> Self {
        decoded.response
    }
}

/// Decoded value with the status, headers and ids of its response.
///
/// Dereferences to the value.
#[derive(Clone, Debug)]
pub struct ResponseValue<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    ids: RequestIds,
}

impl<T> ResponseValue<T> {
    /// Creates a value with status and headers. For tests and mocks.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        let ids = RequestIds::new("", &headers);
        Self {
            value,
            status,
            headers,
            ids,
        }
    }

    /// Creates a value that was decoded from this response.
    pub(crate) fn answered(value: T, response: &Response) -> Self {
        Self {
            value,
            status: response.status,
            headers: response.headers.clone(),
            ids: response.ids.clone(),
        }
    }

    /// Converts into the value.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the `MS-RequestId` of the response if it has one, otherwise that of the request.
    pub fn request_id(&self) -> &str {
        &self.ids.request_id
    }

    /// Returns the `MS-CorrelationId` of the response if it has one, otherwise that of the
    /// request.
    pub fn correlation_id(&self) -> &str {
        &self.ids.correlation_id
    }

    /// Returns the `MS-ServerId`, the name of the server that sent the response. The header is
    /// not documented and may be missing (T69).
    pub fn server_id(&self) -> Option<&str> {
        header_text(&self.headers, SERVER_ID)
    }

    /// Returns `isMfaCompliant`: whether the sign-in used multi-factor authentication. The
    /// service sends it only on request; see `ClientBuilder::validate_mfa`.
    pub fn is_mfa_compliant(&self) -> Option<bool> {
        header_text(&self.headers, MFA_COMPLIANT)?
            .to_ascii_lowercase()
            .parse()
            .ok()
    }
}

impl<E: Envelope> ResponseValue<E> {
    /// Returns the properties around the rows, and the headers, that the spec does not name and
    /// that are not empty.
    pub fn unknown_properties(&self) -> Vec<UnknownProperty> {
        let found = self.value.unknown_properties();
        unknown::with_headers(found, &self.headers, self.value.next() != Next::None)
    }
}

impl<T: DeserializeOwned> ResponseValue<T> {
    /// Decodes the body of a successful response.
    ///
    /// # Errors
    ///
    /// [`Error::Service`] if the body contains an error of the service; [`Error::Decode`] with
    /// the JSON path if the body is not as documented.
    #[doc(hidden)]
    pub async fn from_response(decoded: DecodedResponse<T>) -> Result<Self, Error> {
        let DecodedResponse { response, body } = decoded;
        if response.is_problem() {
            return Err(Error::from_response(response));
        }
        match body.unwrap_or_else(|| decode(&response.body)) {
            Ok(value) => {
                let Response {
                    ids,
                    status,
                    headers,
                    ..
                } = response;
                Ok(Self {
                    value,
                    status,
                    headers,
                    ids,
                })
            }
            Err(source) => {
                let body = strip_byte_order_mark(&response.body);
                let is_possible = source.may_be_of_the_service();
                let api_error = is_possible.then(|| ApiError::in_success(body)).flatten();
                if api_error.is_some() {
                    return Err(Error::in_success(response, api_error));
                }
                Err(Error::Decode {
                    ids: Box::new(response.ids.clone()),
                    status: response.status,
                    source: Box::new(source),
                    response: Box::new(response),
                })
            }
        }
    }
}

impl ResponseValue<()> {
    /// Creates the value of a successful response without a body. A body is ignored.
    #[doc(hidden)]
    pub fn empty(decoded: DecodedResponse<()>) -> Self {
        Self::answered((), &decoded)
    }
}

impl<T> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
