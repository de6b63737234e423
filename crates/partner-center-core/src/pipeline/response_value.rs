//! Decoded values with the status, headers and ids of their responses.

use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::http::response::{RequestIds, Response, header_text};
use crate::model::api_error::ApiError;
use crate::model::decode::{DecodeError, decode, strip_byte_order_mark};
use crate::model::unknown;
use crate::{Envelope, Next, UnknownProperty};

const SERVER_ID: &str = "ms-serverid";
const MFA_COMPLIANT: &str = "ismfacompliant";

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
///
/// ```
/// use http::{HeaderMap, StatusCode};
/// use partner_center_core::{Page, ResponseValue};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("MS-RequestId", "25b6edd5-1f53-456b-b48c-c64f60ec2dda".parse()?);
/// let response = ResponseValue::new(Page::new(vec![1, 2]), StatusCode::OK, headers);
///
/// // Dereferences to the body, and has the details of the response beside it.
/// assert_eq!(response.value, [1, 2]);
/// assert_eq!(response.request_id(), "25b6edd5-1f53-456b-b48c-c64f60ec2dda");
/// let page: Page<i32> = response.into_inner();
/// # let _ = page;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
            status: response.status(),
            headers: response.headers().clone(),
            ids: response.ids().clone(),
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
    /// not documented and may be missing ([T69](crate::deviations#t69)).
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
        match body.unwrap_or_else(|| decode(response.body())) {
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
                let body = strip_byte_order_mark(response.body());
                let is_possible = source.may_be_of_the_service();
                let api_error = is_possible.then(|| ApiError::in_success(body)).flatten();
                if api_error.is_some() {
                    return Err(Error::in_success(response, api_error));
                }
                Err(Error::Decode {
                    ids: Box::new(response.ids().clone()),
                    status: response.status(),
                    source,
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
