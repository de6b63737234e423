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
/// Name of the header with the id of a piece of work.
pub(crate) const CORRELATION_ID: &str = "ms-correlationid";
const SERVER_ID: &str = "ms-serverid";
const MFA_COMPLIANT: &str = "ismfacompliant";

/// Which call something belongs to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CallIds {
    /// `operationId` of the spec.
    pub operation_id: &'static str,
    /// `MS-RequestId`: one per call, the same on every retry (T68).
    pub request_id: String,
    /// `MS-CorrelationId`: one per piece of work (T67).
    pub correlation_id: String,
}

impl CallIds {
    pub(crate) fn new(operation_id: &'static str, headers: &HeaderMap) -> Self {
        let text = |name| header_text(headers, name).unwrap_or_default().to_owned();
        Self {
            operation_id,
            request_id: text(REQUEST_ID),
            correlation_id: text(CORRELATION_ID),
        }
    }

    /// The ids the service answered with where it did, since its logs know those (T55).
    pub(crate) fn answered(&self, headers: &HeaderMap) -> Self {
        let text = |name, sent: &str| header_text(headers, name).unwrap_or(sent).to_owned();
        Self {
            operation_id: self.operation_id,
            request_id: text(REQUEST_ID, &self.request_id),
            correlation_id: text(CORRELATION_ID, &self.correlation_id),
        }
    }
}

impl std::fmt::Display for CallIds {
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

/// A complete answer, before it is read as a type.
#[derive(Clone)]
pub struct Response {
    ids: CallIds,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// Whether the token of the call was that of a signed-in user, where it can be read.
    of_user: Option<bool>,
}

impl Response {
    pub(crate) fn new(ids: CallIds, status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            ids,
            status,
            headers,
            body,
            of_user: None,
        }
    }

    /// The same, with what is known about the token of the call.
    pub(crate) fn of_user(mut self, of_user: Option<bool>) -> Self {
        self.of_user = of_user;
        self
    }

    /// Whether the call was made in the name of a signed-in user, where the token says so.
    pub(crate) fn is_of_user(&self) -> bool {
        self.of_user == Some(true)
    }

    /// HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as it arrived, byte-order mark included.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Ids of the call.
    pub fn ids(&self) -> &CallIds {
        &self.ids
    }

    /// How long the service asks to wait, from the header or from the gateway's message.
    pub(crate) fn retry_after(&self) -> Option<std::time::Duration> {
        let now = std::time::SystemTime::now();
        crate::retry_after::from_headers(&self.headers, now).or_else(|| {
            let error = (!self.status.is_success()).then(|| crate::ApiError::from_body(&self.body));
            crate::retry_after::from_message(error??.description.as_deref()?)
        })
    }

    /// Whether the service refuses because of too many calls: 429, or 403 where the calls of a
    /// period are used up.
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

    /// Whether a body is expected and is complete JSON. A response can be cut although its
    /// length is as stated: where the service fails in the middle of a body, it appends an
    /// error to it.
    pub(crate) fn is_json(&self) -> bool {
        let body = crate::decode::strip_byte_order_mark(&self.body);
        self.status == StatusCode::NO_CONTENT
            || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
    }

    /// Whether it is a web page.
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

    /// Returns whether the body is a problem in the form of RFC 9457.
    fn is_problem(&self) -> bool {
        let content_type = header_text(&self.headers, http::header::CONTENT_TYPE.as_str());
        let media_type = content_type.and_then(|text| text.split(';').next());
        media_type.is_some_and(|text| text.trim().eq_ignore_ascii_case("application/problem+json"))
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(crate::decode::strip_byte_order_mark(&self.body)).into_owned()
    }
}

/// Prints how long the body is, never what it says.
impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("ids", &self.ids)
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A response, with the body of a success as the pipeline has read it: whether to try again
/// depends on that, and reading a body twice would double its cost.
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

/// A value together with the answer it came in.
///
/// Dereferences to the value.
#[derive(Clone, Debug)]
pub struct ResponseValue<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    ids: CallIds,
}

impl<T> ResponseValue<T> {
    /// Puts a value and an answer together. For tests and mocks.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        let ids = CallIds::new("", &headers);
        Self {
            value,
            status,
            headers,
            ids,
        }
    }

    /// A value read from this answer.
    pub(crate) fn answered(value: T, response: &Response) -> Self {
        Self {
            value,
            status: response.status,
            headers: response.headers.clone(),
            ids: response.ids.clone(),
        }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// `MS-RequestId`: as answered, else as sent.
    pub fn request_id(&self) -> &str {
        &self.ids.request_id
    }

    /// `MS-CorrelationId`: as answered, else as sent.
    pub fn correlation_id(&self) -> &str {
        &self.ids.correlation_id
    }

    /// `MS-ServerId`: which server answered. Not documented, so it may be missing (T69).
    pub fn server_id(&self) -> Option<&str> {
        header_text(&self.headers, SERVER_ID)
    }

    /// `isMfaCompliant`: whether the sign-in behind the token had a second factor. The
    /// service says so only if asked to: see `ClientBuilder::validate_mfa`.
    pub fn is_mfa_compliant(&self) -> Option<bool> {
        header_text(&self.headers, MFA_COMPLIANT)?
            .to_ascii_lowercase()
            .parse()
            .ok()
    }
}

impl<E: Envelope> ResponseValue<E> {
    /// Properties around the rows, and headers, that the spec does not name and that say
    /// something.
    pub fn unknown_properties(&self) -> Vec<UnknownProperty> {
        let found = self.value.unknown_properties();
        unknown::with_headers(found, &self.headers, self.value.next() != Next::None)
    }
}

impl<T: DeserializeOwned> ResponseValue<T> {
    /// Reads the body of a successful answer.
    ///
    /// # Errors
    ///
    /// [`Error::Service`] when the body holds an error of the service all the same;
    /// [`Error::Decode`] with the JSON path when the body is not as documented.
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
    /// A successful response without a body; what there is of one is not looked at.
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
