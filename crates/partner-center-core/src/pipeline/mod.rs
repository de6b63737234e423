//! Request pipeline. Each call gets its ids and headers, a token and a slot of the limiter; it
//! is sent, its body is read completely, and it is retried if that can help.

mod body;
mod call;
mod headers;
mod options;
#[cfg(test)]
mod tests;
mod token;
mod trace;

use std::sync::Arc;

use partner_center_catalog::Operation;
use reqwest::Request;
use tracing::Instrument;

use crate::error::Error;
use crate::response::{CallIds, Response};
use crate::retry::RetryOptions;

use call::Call;
pub use options::{DEFAULT_BODY_LIMIT, PipelineOptions};
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

    /// Makes one call, in as many attempts as the options allow. Returns a [`Response`] for
    /// every HTTP status.
    ///
    /// # Errors
    ///
    /// [`Error::InsecureUrl`] and [`Error::InvalidRequest`] for an address that must not get
    /// the token; [`Error::NotInCloud`], [`Error::Token`] and [`Error::Paused`] for calls that
    /// the service would reject; [`Error::Credential`] without a token; [`Error::Transport`]
    /// without a complete response; [`Error::BodyTooLarge`] for a body above the limit.
    pub(crate) async fn execute(
        &self,
        client: &reqwest::Client,
        request: Request,
        operation: &'static Operation,
    ) -> Result<Response, Error> {
        let ids = CallIds::new(operation.id, request.headers());
        let span = trace::call_span(&ids);
        let call = Call {
            options: &self.options,
            tokens: &self.tokens,
            client,
            operation,
            ids,
            span: span.clone(),
        };
        call.run(request).instrument(span).await
    }
}
