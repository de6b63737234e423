//! Functions and traits that generated code calls. The names are given by progenitor.

use partner_center_catalog::Operation;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::Value;

use crate::error::Error;
use crate::pipeline::DecodedResponse;
use crate::pipeline::Pipeline;

/// The operation that a generated client calls.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct OperationInfo {
    /// The operation.
    pub operation: &'static Operation,
}

/// Parts of a generated client.
pub trait ClientInfo<Inner> {
    /// Returns `info.version` of the spec.
    fn api_version() -> &'static str;

    /// Returns the root of the API, without a trailing slash.
    fn baseurl(&self) -> &str;

    /// Returns the HTTP client.
    fn client(&self) -> &reqwest::Client;

    /// Returns the pipeline that sends every call.
    fn inner(&self) -> &Inner;
}

/// Hooks with which a generated client makes a call through its [`Pipeline`].
#[doc(hidden)]
#[allow(
    async_fn_in_trait,
    reason = "only ever called on the concrete client, where the compiler sees that the future is Send"
)]
pub trait ClientHooks<Inner = ()>: ClientInfo<Pipeline> {
    /// Adds ids and headers before the call.
    async fn pre(
        &self,
        request: &mut reqwest::Request,
        _info: &OperationInfo,
    ) -> Result<(), Error> {
        percent_encode_spaces(request);
        self.inner().prepare(request)
    }

    /// Makes the call.
    async fn exec<T: DeserializeOwned + Send>(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> Result<DecodedResponse<T>, Error> {
        self.inner()
            .execute(self.client(), request, info.operation)
            .await
    }

    /// Does nothing: the pipeline has handled the response.
    async fn post<T>(
        &self,
        _result: &Result<DecodedResponse<T>, Error>,
        _info: &OperationInfo,
    ) -> Result<(), Error> {
        Ok(())
    }
}

/// Characters that cannot be in one segment of a path.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// Returns a text as one segment of a path.
#[doc(hidden)]
pub fn encode_path(segment: &str) -> String {
    utf8_percent_encode(segment, IN_PATH).to_string()
}

/// Parameter of a query. Written as pairs of name and value: one pair per element of a list, none
/// for a parameter that is not set.
#[doc(hidden)]
#[derive(Debug)]
pub struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
}

impl<'a, T> QueryParam<'a, T> {
    /// Creates a parameter.
    pub fn new(name: &'a str, value: &'a T) -> Self {
        Self { name, value }
    }
}

impl<T: Serialize> Serialize for QueryParam<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = match serde_json::to_value(self.value).map_err(S::Error::custom)? {
            Value::Null => Vec::new(),
            Value::Array(values) => values,
            value => vec![value],
        };
        serializer.collect_seq(values.into_iter().map(|value| match value {
            Value::String(text) => (self.name, text),
            value => (self.name, value.to_string()),
        }))
    }
}

/// Encodes a space in the query as `%20`, because reqwest's form encoding writes `+` (T19).
/// Only for requests that this client built: there, a `+` of the caller is already `%2B`. Links
/// of the service are sent unchanged.
pub(crate) fn percent_encode_spaces(request: &mut reqwest::Request) {
    let query = request.url().query().filter(|query| query.contains('+'));
    if let Some(query) = query.map(|query| query.replace('+', "%20")) {
        request.url_mut().set_query(Some(&query));
    }
}
