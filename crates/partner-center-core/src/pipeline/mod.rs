//! Request pipeline. Each call gets its ids and headers, a token and a slot of the limiter; it
//! is sent, its body is read completely, and it is retried if that can help.

pub(crate) mod body;
mod call;
mod headers;
pub(crate) mod hooks;
mod observer;
mod options;
mod redact;
mod response_value;
pub(crate) mod retry;
#[cfg(test)]
mod tests;
mod throttling;
mod token;
mod trace;

use std::sync::Arc;

use crate::error::Error;
use crate::http::response::{RequestIds, Response};
use crate::model::decode::decode;
use partner_center_catalog::Operation;
use reqwest::{Method, Request};
use serde::de::DeserializeOwned;

use call::Call;
pub use hooks::{ClientHooks, ClientInfo, OperationInfo, UrlWithQuery, encode_path};
pub use observer::{AttemptMetrics, CallMetrics, Observer, WaitMetrics};
pub use options::{DEFAULT_BODY_LIMIT, PipelineOptions};
pub use response_value::{DecodedResponse, ResponseValue};
pub use retry::RetryOptions;
pub use throttling::Limiter;
use token::Tokens;

/// Request pipeline of a client, which sends all its calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pipeline {
    options: Arc<PipelineOptions>,
    tokens: Arc<Tokens>,
}

impl Pipeline {
    /// Creates a pipeline with these settings.
    pub fn new(options: PipelineOptions) -> Self {
        Self {
            tokens: Arc::new(Tokens::new(&options.scope)),
            options: Arc::new(options),
        }
    }

    /// Returns a copy of this pipeline with other retry options.
    #[must_use]
    pub fn with_retry(&self, retry: RetryOptions) -> Self {
        let options = PipelineOptions {
            retry,
            ..PipelineOptions::clone(&self.options)
        };
        Self {
            options: Arc::new(options),
            tokens: self.tokens.clone(),
        }
    }

    /// Adds the ids and the common headers to a request.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if the value of a header cannot be sent.
    pub(crate) fn prepare(&self, request: &mut Request) -> Result<(), Error> {
        headers::complete(request, &self.options)
    }

    /// Makes one call, in as many attempts as the options allow. Returns a response for every HTTP
    /// status; the body of a success is decoded as a `T` once.
    ///
    /// # Errors
    ///
    /// [`Error::InsecureUrl`] and [`Error::InvalidRequest`] for an address that must not get
    /// the token; [`Error::UnavailableInCloud`], [`Error::TokenRejected`] and [`Error::PauseTooLong`] for calls that
    /// the service would reject; [`Error::Credential`] without a token; [`Error::Transport`]
    /// without a complete response; [`Error::BodyTooLarge`] for a body above the limit.
    pub(crate) async fn execute<T: DeserializeOwned + Send>(
        &self,
        client: &reqwest::Client,
        request: Request,
        operation: &'static Operation,
    ) -> Result<DecodedResponse<T>, Error> {
        let mut body = None;
        let mut is_complete = |response: &Response| {
            let read = decode(response.body());
            // A body that cannot be decoded as a `T` may still be complete.
            let is_complete = read.is_ok() || response.is_json();
            body = Some(read);
            is_complete
        };
        let call = self.call(client, &request, operation);
        let response = call.run(request, &mut is_complete).await?;
        // An earlier attempt of a call that failed in the end may have had a body, too.
        let body = body.filter(|_| response.status().is_success());
        Ok(DecodedResponse::new(response, body))
    }

    /// Makes one call like [`execute`](Self::execute), but does not decode the body, which can have
    /// any format.
    ///
    /// # Errors
    ///
    /// Those of [`execute`](Self::execute).
    pub(crate) async fn execute_raw(
        &self,
        client: &reqwest::Client,
        request: Request,
        operation: &'static Operation,
    ) -> Result<Response, Error> {
        let has_body = request.method() != Method::HEAD;
        // Only of JSON it is known where it ends.
        let mut is_complete =
            |response: &Response| !has_body || !response.claims_json() || response.is_json();
        let call = self.call(client, &request, operation);
        call.run(request, &mut is_complete).await
    }

    fn call<'p>(
        &'p self,
        client: &'p reqwest::Client,
        request: &Request,
        operation: &'static Operation,
    ) -> Call<'p> {
        let ids = RequestIds::new(operation.id, request.headers());
        Call {
            options: &self.options,
            tokens: &self.tokens,
            client,
            operation,
            span: trace::call_span(&ids),
            ids,
        }
    }
}
