//! The one way a call takes: ids and headers, token, limiter, send, read the whole body,
//! decide whether to try again.

pub(crate) mod body;
mod call;
mod headers;
mod options;
mod redact;
#[cfg(test)]
mod tests;
mod token;
mod trace;

use std::sync::Arc;

use reqwest::Request;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::decode::decode;
use crate::error::Error;
use crate::response::{CallIds, DecodedResponse, Response};
use crate::retry::RetryOptions;

use call::Call;
pub use options::{DEFAULT_BODY_LIMIT, PipelineOptions};
use token::Tokens;

/// What every call of a client runs through. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pipeline {
    options: Arc<PipelineOptions>,
    tokens: Arc<Tokens>,
}

impl Pipeline {
    /// A pipeline with these settings.
    pub fn new(options: PipelineOptions) -> Self {
        Self {
            tokens: Arc::new(Tokens::new(&options.scope)),
            options: Arc::new(options),
        }
    }

    /// The same pipeline with other bounds for its attempts.
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

    /// Gives the request its ids and the headers that are the same for every call.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] when a header's value cannot be sent.
    pub(crate) fn prepare(&self, request: &mut Request) -> Result<(), Error> {
        headers::complete(request, &self.options)
    }

    /// Makes one call, in as many attempts as its options allow. A response of any status is a
    /// result; the body of a success is read as a `T`, once.
    ///
    /// # Errors
    ///
    /// [`Error::InsecureUrl`] and [`Error::InvalidRequest`] for an address that must not have
    /// the token, [`Error::NotInCloud`], [`Error::Token`] and [`Error::Paused`] for what is known to
    /// be refused, [`Error::Credential`] without a token, [`Error::Transport`] without a
    /// complete answer, [`Error::BodyTooLarge`] above the limit.
    pub(crate) async fn execute<T: DeserializeOwned + Send>(
        &self,
        client: &reqwest::Client,
        request: Request,
        operation_id: &'static str,
    ) -> Result<DecodedResponse<T>, Error> {
        let ids = CallIds::new(operation_id, request.headers());
        let span = trace::call_span(&ids);
        let call = Call {
            options: &self.options,
            tokens: &self.tokens,
            client,
            ids,
            span: span.clone(),
        };
        let mut body = None;
        let mut is_complete = |response: &Response| {
            let read = decode(response.body());
            // What cannot be read as a `T` may be complete all the same.
            let is_complete = read.is_ok() || response.is_json();
            body = Some(read);
            is_complete
        };
        let response = call.run(request, &mut is_complete).instrument(span).await?;
        // Earlier attempts of a call that fails in the end may have had a body, too.
        let body = body.filter(|_| response.status().is_success());
        Ok(DecodedResponse::new(response, body))
    }
}
