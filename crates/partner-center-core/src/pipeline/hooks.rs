//! Functions and traits that generated code calls. The names are given by progenitor.

use std::borrow::Cow;

use partner_center_catalog::Operation;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, InvalidRequest};
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

/// Characters that are escaped in a query. A space is `%20`, since the service reads `+` as it is
/// ([T19](crate::deviations#t19)).
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// Returns a parameter of a query, encoded.
pub(crate) fn query_pair(name: &str, value: &str) -> String {
    let [name, value] = [name, value].map(|text| utf8_percent_encode(text, IN_QUERY));
    format!("{name}={value}")
}

/// URL to which the parameters of a query are added.
#[doc(hidden)]
#[derive(Debug)]
pub struct UrlWithQuery {
    url: String,
    separator: char,
}

impl UrlWithQuery {
    /// Starts with a URL without a query.
    pub fn new(url: String) -> Self {
        let separator = '?';
        Self { url, separator }
    }

    /// Adds a parameter: once per element of a list, not at all if it has no value.
    pub fn with<T: Serialize>(mut self, name: &'static str, value: &T) -> Result<Self, Error> {
        match serde_json::to_value(value) {
            Ok(Value::Null) => {}
            Ok(Value::Array(values)) => values.iter().for_each(|value| self.add(name, value)),
            Ok(value) => self.add(name, &value),
            Err(error) => return Err(InvalidRequest::parameter(name, error).into()),
        }
        Ok(self)
    }

    fn add(&mut self, name: &str, value: &Value) {
        let text = match value {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            value => Cow::Owned(value.to_string()),
        };
        self.url.push(self.separator);
        self.separator = '&';
        self.url.push_str(&query_pair(name, &text));
    }

    /// Returns the URL.
    pub fn into_url(self) -> String {
        self.url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded_once_per_value() {
        let url = UrlWithQuery::new("https://contoso.example/a".to_owned())
            .with("filter", &Some("a eq 'ü+b*' and c~-._&="))
            .and_then(|url| url.with("top", &None::<u8>))
            .and_then(|url| url.with("größe", &vec![1, 2]))
            .and_then(|url| url.with("exact", &true))
            .unwrap();
        assert_eq!(
            url.into_url(),
            "https://contoso.example/a?filter=a%20eq%20%27%C3%BC%2Bb*%27%20and%20c%7E-._%26%3D\
             &gr%C3%B6%C3%9Fe=1&gr%C3%B6%C3%9Fe=2&exact=true"
        );
    }

    #[test]
    fn a_url_without_parameters_is_unchanged() {
        let url = UrlWithQuery::new("https://contoso.example/a".to_owned());
        let url = url.with("top", &None::<u8>).unwrap();
        assert_eq!(url.into_url(), "https://contoso.example/a");
    }
}
