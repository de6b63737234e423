//! The one way a call takes: ids and headers, token, send, read the whole body.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{TokenCredential, TokenRequestOptions};
use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::Request;
use tokio::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

use crate::credential::{RefusedToken, Secret};
use crate::error::Error;
use crate::locale::Locale;
use crate::response::{CORRELATION_ID, CallIds, REQUEST_ID, Response};
use crate::retry::{Decision, Outcome, Progress, RetryOptions, decide};
use crate::transport::check_url;

const CONTRACT_VERSION: HeaderName = HeaderName::from_static("ms-contract-version");
const APPLICATION: HeaderName = HeaderName::from_static("ms-partnercenter-application");
const LOCALE: HeaderName = HeaderName::from_static("x-locale");

/// Default of [`PipelineOptions::body_limit`]: 64 MiB. A full page of 10,000 rows
/// is under 4 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 64 * 1024 * 1024;

/// From 0 to 1, for the jitter. A GUID's random bits will do.
fn random() -> f64 {
    let bits = u32::from_ne_bytes(*Uuid::new_v4().as_bytes().first_chunk().unwrap_or(&[0; 4]));
    f64::from(bits) / f64::from(u32::MAX)
}

/// How much is read of an answer that is not a success.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// Settings of a [`Pipeline`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PipelineOptions {
    /// Where access tokens come from.
    pub credential: Arc<dyn TokenCredential>,
    /// The scope to ask them for.
    pub scope: String,
    /// `X-Locale` of calls that do not set their own.
    pub locale: Locale,
    /// `MS-PartnerCenter-Application`: a name of the caller, for the service's logs.
    pub application: Option<HeaderValue>,
    /// Largest answer to accept, in bytes.
    pub body_limit: usize,
    /// How often and how long a call is tried.
    pub retry: RetryOptions,
}

impl PipelineOptions {
    /// Defaults, with this credential and scope.
    pub fn new(credential: Arc<dyn TokenCredential>, scope: impl Into<String>) -> Self {
        Self {
            credential,
            scope: scope.into(),
            locale: Locale::EN_US,
            application: None,
            body_limit: DEFAULT_BODY_LIMIT,
            retry: RetryOptions::new(),
        }
    }
}

/// What every call of a client runs through. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pipeline {
    options: Arc<PipelineOptions>,
}

impl Pipeline {
    /// A pipeline with these settings.
    pub fn new(options: PipelineOptions) -> Self {
        Self {
            options: Arc::new(options),
        }
    }

    /// The same pipeline with other bounds for its attempts.
    pub fn with_retry(&self, retry: RetryOptions) -> Self {
        let options = PipelineOptions {
            retry,
            ..PipelineOptions::clone(&self.options)
        };
        Self::new(options)
    }

    /// Gives the request its ids and the headers that are the same for every call.
    ///
    /// # Errors
    ///
    /// [`Error::InsecureUrl`] when the request would carry the token unprotected.
    pub(crate) fn prepare(&self, request: &mut Request) -> Result<(), Error> {
        check_url(request.url())?;
        let headers = request.headers_mut();
        for name in [REQUEST_ID, CORRELATION_ID] {
            if !headers.contains_key(name) {
                headers.insert(
                    name,
                    HeaderValue::try_from(Uuid::new_v4().to_string())
                        .map_err(Error::not_a_header)?,
                );
            }
        }
        headers.insert(CONTRACT_VERSION, HeaderValue::from_static("v1"));
        if !headers.contains_key(LOCALE) {
            headers.insert(
                LOCALE,
                HeaderValue::from_str(self.options.locale.as_str()).map_err(Error::not_a_header)?,
            );
        }
        if let Some(application) = &self.options.application {
            headers.insert(APPLICATION, application.clone());
        }
        Ok(())
    }

    /// Makes one call, in as many attempts as its options allow. An answer of any status
    /// is a [`Response`].
    ///
    /// # Errors
    ///
    /// [`Error::Credential`] without a token, [`Error::Transport`] without a complete
    /// answer, [`Error::BodyTooLarge`] above the limit.
    pub(crate) async fn execute(
        &self,
        client: &reqwest::Client,
        request: Request,
        operation_id: &'static str,
    ) -> Result<Response, Error> {
        let ids = CallIds::new(operation_id, request.headers());
        let span = tracing::debug_span!(
            "call",
            operation = operation_id,
            request_id = ids.request_id,
            correlation_id = ids.correlation_id,
        );
        self.attempts(client, request, ids).instrument(span).await
    }

    async fn attempts(
        &self,
        client: &reqwest::Client,
        request: Request,
        ids: CallIds,
    ) -> Result<Response, Error> {
        let started = Instant::now();
        let mut progress = Progress {
            attempts: 0,
            elapsed: Duration::ZERO,
            token_renewed: false,
        };
        let mut refused: Option<(Secret, Response)> = None;
        // Only reading can be repeated without a thought (T77).
        let once = RetryOptions::none();
        let options = match *request.method() {
            http::Method::GET => &self.options.retry,
            _ => &once,
        };
        loop {
            progress.attempts += 1;
            let old = refused.as_ref().map(|(old, _)| old.clone());
            let (token, authorization) = match self.authorization(old).await {
                Ok(authorization) => authorization,
                Err(source) => {
                    let ids = Box::new(ids);
                    return Err(Error::Credential { ids, source });
                }
            };
            if let Some((old, response)) = refused.take()
                && old == token
            {
                // There is no other token, so there is no other answer.
                return Ok(response);
            }
            let mut again = request.try_clone().ok_or_else(|| {
                Error::invalid_request("a request with a streamed body cannot be sent".to_owned())
            })?;
            again.headers_mut().insert(AUTHORIZATION, authorization);
            let result = self.attempt(client, again, ids.clone()).await;
            progress.elapsed = started.elapsed();
            let elapsed_ms = u64::try_from(progress.elapsed.as_millis()).unwrap_or(u64::MAX);
            match &result {
                Ok(response) => tracing::debug!(
                    attempt = progress.attempts,
                    status = response.status().as_u16(),
                    bytes = response.body().len(),
                    elapsed_ms,
                    "answered"
                ),
                Err(error) => {
                    tracing::debug!(attempt = progress.attempts, kind = ?error.kind(), elapsed_ms, "failed");
                }
            }
            let outcome = match &result {
                Ok(response) => Outcome::Answered {
                    status: response.status(),
                    retry_after: response.retry_after(),
                },
                Err(Error::Transport { .. }) => Outcome::BrokeOff,
                Err(_) => return result,
            };
            match decide(outcome, progress, options, random) {
                Decision::Return => return result,
                Decision::Retry(wait) => {
                    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                    tracing::debug!(wait_ms, "will try again");
                    tokio::time::sleep(wait).await;
                }
                Decision::RenewToken => {
                    tracing::debug!("the token was refused; will try again with a new one");
                    progress.token_renewed = true;
                    refused = result.ok().map(|response| (token, response));
                }
            }
        }
    }

    async fn attempt(
        &self,
        client: &reqwest::Client,
        request: Request,
        ids: CallIds,
    ) -> Result<Response, Error> {
        let transport = |ids, status| {
            move |source: reqwest::Error| Error::Transport {
                ids: Box::new(ids),
                status,
                source: source.without_url(),
            }
        };
        let mut answer = client
            .execute(request)
            .await
            .map_err(transport(ids.clone(), None))?;
        let status = answer.status();
        let headers: HeaderMap = std::mem::take(answer.headers_mut());
        let ids = ids.answered(&headers);
        let body = if status.is_success() {
            match read_body(&mut answer, &headers, self.options.body_limit).await {
                Ok(Some(body)) => body,
                Ok(None) => {
                    return Err(Error::BodyTooLarge {
                        ids: Box::new(ids),
                        status,
                        limit: self.options.body_limit,
                    });
                }
                Err(source) => return Err(transport(ids, Some(status))(source)),
            }
        } else {
            read_some(&mut answer).await
        };
        Ok(Response::new(ids, status, headers, body))
    }

    /// A token, another than the refused one if there is any other, and the
    /// `Authorization` value with it, marked so that it is never printed.
    async fn authorization(
        &self,
        refused: Option<Secret>,
    ) -> azure_core::Result<(Secret, HeaderValue)> {
        let options = refused.map(|refused| {
            let mut options = TokenRequestOptions::default();
            options.method_options.context.insert(RefusedToken(refused));
            options
        });
        let credential = &self.options.credential;
        let token = credential
            .get_token(&[&self.options.scope], options)
            .await?
            .token;
        let mut value =
            HeaderValue::try_from(format!("Bearer {}", token.secret())).map_err(|_| {
                azure_core::Error::with_message(
                    azure_core::error::ErrorKind::Credential,
                    "the access token has characters that a header cannot carry",
                )
            })?;
        value.set_sensitive(true);
        Ok((token, value))
    }
}

/// What an answer that is no success says, as far as it arrives: the status counts, and a
/// body that is too long or breaks off must not hide it.
async fn read_some(answer: &mut reqwest::Response) -> Bytes {
    let mut body = BytesMut::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        let room = ERROR_BODY_LIMIT - body.len();
        body.extend_from_slice(&piece[..piece.len().min(room)]);
        if body.len() == ERROR_BODY_LIMIT {
            break;
        }
    }
    body.freeze()
}

/// Reads the whole body, or `None` as soon as it is known to exceed the limit.
async fn read_body(
    answer: &mut reqwest::Response,
    headers: &HeaderMap,
    limit: usize,
) -> Result<Option<Bytes>, reqwest::Error> {
    let stated = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    if stated > limit {
        return Ok(None);
    }
    let Some(first) = answer.chunk().await? else {
        return Ok(Some(Bytes::new()));
    };
    if first.len() >= stated.max(1) && stated > 0 {
        // The usual small answer: one piece, no copy.
        return Ok(Some(first));
    }
    let mut body = BytesMut::with_capacity(stated);
    body.extend_from_slice(&first);
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok((body.len() <= limit).then(|| body.freeze()))
}
