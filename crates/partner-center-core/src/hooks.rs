//! What generated code calls. The names are progenitor's.

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::pipeline::Pipeline;
use crate::response::DecodedResponse;

pub use progenitor_client::{OperationInfo, QueryParam, encode_path};

/// What a generated client is made of.
pub trait ClientInfo<Inner> {
    /// `info.version` of the spec.
    fn api_version() -> &'static str;

    /// Root of the API, without a slash at the end.
    fn baseurl(&self) -> &str;

    /// The HTTP client.
    fn client(&self) -> &reqwest::Client;

    /// The pipeline that every call runs through.
    fn inner(&self) -> &Inner;
}

/// How a generated client makes a call: through its [`Pipeline`].
#[doc(hidden)]
#[allow(
    async_fn_in_trait,
    reason = "only ever called on the concrete client, where the compiler sees that the future is Send"
)]
pub trait ClientHooks<Inner = ()>: ClientInfo<Pipeline> {
    /// Before the call: ids and headers.
    async fn pre(
        &self,
        request: &mut reqwest::Request,
        _info: &OperationInfo,
    ) -> Result<(), Error> {
        percent_encode_blanks(request);
        self.inner().prepare(request)
    }

    /// The call.
    async fn exec<T: DeserializeOwned + Send>(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> Result<DecodedResponse<T>, Error> {
        self.inner()
            .execute(self.client(), request, info.operation_id)
            .await
    }

    /// After the call: nothing, the pipeline has done it all.
    async fn post<T>(
        &self,
        _result: &Result<DecodedResponse<T>, Error>,
        _info: &OperationInfo,
    ) -> Result<(), Error> {
        Ok(())
    }
}

/// Writes a blank in the query as `%20`, where reqwest's form encoding writes `+` (T19).
/// For requests that this client built: a `+` of the caller is `%2B` there already, and
/// one in a link of the service is none of our business.
pub(crate) fn percent_encode_blanks(request: &mut reqwest::Request) {
    let query = request.url().query().filter(|query| query.contains('+'));
    if let Some(query) = query.map(|query| query.replace('+', "%20")) {
        request.url_mut().set_query(Some(&query));
    }
}
