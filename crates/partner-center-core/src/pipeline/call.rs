//! The attempts of one call.

use std::time::Duration;

use azure_core::credentials::Secret;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use http::{Method, StatusCode};
use partner_center_catalog::Operation;
use reqwest::Request;
use tokio::time::Instant;
use tracing::Instrument;

use super::PipelineOptions;
use super::body::{Encoding, read_some, remove_from_headers, without};
use super::token::{Token, Tokens};
use super::trace::{self, CallStats};
use crate::error::{Error, TransportError, code};
use crate::http::response::{RequestIds, Response};
use crate::http::transport::{check_url, read_all};
use crate::model::api_error::ApiError;
use crate::model::cloud::Cloud;
use crate::pipeline::retry::{
    AttemptResult, Decision, RetryOptions, RetryProgress, decide, random,
};
use crate::pipeline::throttling::{PauseTooLong, Permit, Traffic};

/// Function that reads the body of a successful response and returns whether it is complete.
pub(super) type IsComplete<'f> = dyn FnMut(&Response) -> bool + Send + 'f;

/// A call in progress.
pub(super) struct Call<'p> {
    pub(super) options: &'p PipelineOptions,
    pub(super) tokens: &'p Tokens,
    pub(super) client: &'p reqwest::Client,
    pub(super) operation: &'static Operation,
    pub(super) ids: RequestIds,
    pub(super) span: tracing::Span,
}

impl Call<'_> {
    /// Makes the call, in as many attempts as the options allow, and reports it.
    pub(super) async fn run(
        self,
        request: Request,
        is_complete: &mut IsComplete<'_>,
    ) -> Result<Response, Error> {
        let span = self.span.clone();
        self.run_in_span(request, is_complete)
            .instrument(span)
            .await
    }

    async fn run_in_span(
        self,
        request: Request,
        is_complete: &mut IsComplete<'_>,
    ) -> Result<Response, Error> {
        let began = Instant::now();
        let mut stats = CallStats::default();
        let attempts = self.attempts(request, is_complete, began, &mut stats);
        let result = match self.options.retry.deadline {
            None => attempts.await,
            Some(deadline) => match tokio::time::timeout(deadline, attempts).await {
                Ok(result) => result,
                Err(_) => Err(Error::DeadlineExceeded {
                    ids: Box::new(self.ids.clone()),
                    deadline,
                }),
            },
        };
        let operation_id = self.ids.operation_id;
        let took = began.elapsed();
        trace::ended(self.options, &self.span, operation_id, stats, took, &result);
        result
    }

    async fn attempts(
        &self,
        request: Request,
        is_complete: &mut IsComplete<'_>,
        began: Instant,
        stats: &mut CallStats,
    ) -> Result<Response, Error> {
        let options = self.options;
        self.check_cloud()?;
        self.check_address(&request)?;
        // Only GET and HEAD requests are safe to repeat (T77; RFC 9110, 9.2.1).
        let once = RetryOptions {
            deadline: options.retry.deadline,
            ..RetryOptions::none()
        };
        let retry = match *request.method() {
            Method::GET | Method::HEAD => &options.retry,
            _ => &once,
        };
        let mut state = RetryState {
            options,
            operation_id: self.ids.operation_id,
            retry,
            began,
            progress: RetryProgress {
                attempts: 0,
                elapsed: Duration::ZERO,
                remaining: None,
                token_renewed: false,
            },
            stats,
        };
        let mut refused: Option<(Secret, Response)> = None;
        loop {
            state.progress.attempts += 1;
            let old = refused.as_ref().map(|(old, _)| old.clone());
            let token = self.token(old.clone(), &mut state).await?;
            if let Some((old, response)) = refused.take()
                && old == token.secret
            {
                // The credential has no other token, so the response would be the same.
                return Ok(response);
            }
            let permit = self.permit(&request, &token, &mut state).await?;
            let token = match permit.queued_for {
                Duration::ZERO => token,
                // The token may have expired in the queue.
                _ => self.token(old, &mut state).await?,
            };
            state.stats.attempts += 1;
            let result = self.attempt(&request, &token, state.stats.attempts).await;
            let throttled = result.as_ref().is_ok_and(Response::is_throttled);
            let outcome = match &result {
                // A new token would have the same sign-in and audience, so it is not tried.
                Ok(response) if refuses_the_sign_in(response) => AttemptResult::SignInRejected,
                Ok(response) if throttled => AttemptResult::Response {
                    status: StatusCode::TOO_MANY_REQUESTS,
                    retry_after: response.retry_after(),
                },
                // The last attempt is the result in any case.
                Ok(response)
                    if response.status().is_success()
                        && !is_complete(response)
                        && state.may_retry() =>
                {
                    tracing::debug!("the body is truncated or not JSON");
                    AttemptResult::NoResponse
                }
                Ok(response) => AttemptResult::Response {
                    status: response.status(),
                    retry_after: response.retry_after(),
                },
                Err(Error::Transport { .. }) => AttemptResult::NoResponse,
                Err(_) => return result,
            };
            let decision = state.decide(outcome);
            match outcome {
                AttemptResult::Response { retry_after, .. } if throttled => {
                    state.stats.throttled += 1;
                    permit.refused(retry_after.unwrap_or(match decision {
                        Decision::Retry(wait) => wait,
                        Decision::Return | Decision::RenewToken => Duration::ZERO,
                    }));
                }
                AttemptResult::Response { .. } | AttemptResult::SignInRejected => permit.accepted(),
                AttemptResult::NoResponse => drop(permit),
            }
            if let AttemptResult::Response { status, .. } = outcome
                && status == StatusCode::UNAUTHORIZED
            {
                self.tokens.remember_refused(&token.secret);
            }
            match decision {
                Decision::Return => return result,
                Decision::Retry(wait) => state.wait(wait, outcome).await,
                Decision::RenewToken => {
                    tracing::debug!("the token was rejected; retrying with a new one");
                    state.progress.token_renewed = true;
                    refused = result.ok().map(|response| (token.secret, response));
                }
            }
        }
    }

    /// Rejects an operation that the cloud does not offer.
    fn check_cloud(&self) -> Result<(), Error> {
        let Operation { id, clouds, .. } = *self.operation;
        match &self.options.cloud {
            // The operations of a custom cloud are not known.
            None | Some(Cloud::Custom(_)) => Ok(()),
            Some(cloud) if !self.options.preflight_checks || clouds.contains(&cloud.name()) => {
                Ok(())
            }
            Some(cloud) => Err(Error::UnavailableInCloud {
                operation_id: id,
                cloud: cloud.name(),
                clouds,
            }),
        }
    }

    /// Rejects an address that must not get the token.
    fn check_address(&self, request: &Request) -> Result<(), Error> {
        let url = request.url();
        check_url(url)?;
        match &self.options.base_url {
            Some(base) if base.origin() != url.origin() => Err(Error::invalid_request(format!(
                "the address is on `{}`, and the token is for `{}` only",
                url.origin().ascii_serialization(),
                base.origin().ascii_serialization()
            ))),
            _ => Ok(()),
        }
    }

    /// Returns a token. Retries transient errors of the sign-in service; each retry counts as an
    /// attempt.
    async fn token(
        &self,
        refused: Option<Secret>,
        state: &mut RetryState<'_>,
    ) -> Result<Token, Error> {
        loop {
            let ids = || Box::new(self.ids.clone());
            let result = self
                .tokens
                .get(self.options, self.operation, refused.clone())
                .await;
            let error = match result {
                Ok(Ok(token)) => return Ok(token),
                Ok(Err(rejection)) => Error::TokenRejected {
                    ids: ids(),
                    rejection,
                },
                Err(source) => self.credential_error(source),
            };
            let outcome = match &error {
                Error::Credential { failure, .. } => AttemptResult::of_credential(failure),
                _ => None,
            };
            match outcome.map(|outcome| (outcome, state.decide(outcome))) {
                Some((outcome, Decision::Retry(wait))) => {
                    tracing::debug!(kind = ?error.kind(), "no token");
                    state.wait(wait, outcome).await;
                    state.progress.attempts += 1;
                }
                _ => return Err(error),
            }
        }
    }

    fn credential_error(&self, source: azure_core::Error) -> Error {
        Error::Credential {
            ids: Box::new(self.ids.clone()),
            failure: Box::new((self.options.credential_failure)(&source)),
            source,
        }
    }

    /// Waits until the limiter admits the call.
    async fn permit(
        &self,
        request: &Request,
        token: &Token,
        state: &mut RetryState<'_>,
    ) -> Result<Permit, Error> {
        let traffic = Traffic::new(token.tenant(), request.url());
        let limiter = &self.options.limiter;
        match limiter.admit(&traffic, state.patience()).await {
            Ok(permit) => {
                if !permit.queued_for.is_zero() {
                    state.stats.queued_for += permit.queued_for;
                    let held_ms = trace::millis(permit.queued_for);
                    tracing::debug!(held_ms, "delayed by the limiter");
                }
                Ok(permit)
            }
            Err(PauseTooLong { pause }) => Err(Error::PauseTooLong {
                ids: Box::new(self.ids.clone()),
                retry_after: pause,
            }),
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        token: &Token,
        attempt: u32,
    ) -> Result<Response, Error> {
        let mut request = request.try_clone().ok_or_else(|| {
            Error::invalid_request("a request with a streamed body cannot be sent".to_owned())
        })?;
        let authorization = token
            .authorization()
            .map_err(|source| self.credential_error(source))?;
        // This is the only place that attaches the token, so every request passes the check.
        self.check_address(&request)?;
        request.headers_mut().insert(AUTHORIZATION, authorization);
        let exchange = async {
            trace::sending(&request);
            let began = Instant::now();
            let result = self.exchange(request, &token.secret).await;
            let (id, latency) = (self.ids.operation_id, began.elapsed());
            trace::attempted(self.options, id, attempt, latency, &result);
            result.map(|response| response.of_user(token.of_user()))
        };
        exchange.instrument(trace::attempt_span(attempt)).await
    }

    /// Sends one request and reads the whole response.
    async fn exchange(&self, request: Request, token: &Secret) -> Result<Response, Error> {
        let transport = |ids, status, source| Error::Transport {
            ids: Box::new(ids),
            status,
            source,
        };
        // The headers of a response to HEAD describe a body that is not sent.
        let has_body = request.method() != Method::HEAD;
        let mut answer = match self.client.execute(request).await {
            Ok(answer) => answer,
            Err(source) => {
                return Err(transport(
                    self.ids.clone(),
                    None,
                    TransportError::new(source),
                ));
            }
        };
        let status = answer.status();
        let mut headers: HeaderMap = std::mem::take(answer.headers_mut());
        remove_from_headers(&mut headers, token);
        let ids = self.ids.answered(&headers);
        let limit = self.options.body_limit;
        if !has_body {
            return Ok(Response::new(ids, status, headers, Bytes::new()));
        }
        let encoding = Encoding::of(&headers);
        let body = if status.is_success() {
            if let Encoding::Unknown(encoding) = encoding {
                return Err(Error::UnknownEncoding {
                    ids: Box::new(ids),
                    status,
                    encoding,
                });
            }
            let body = match read_all(&mut answer, &headers, limit).await {
                Ok(Some(body)) => encoding.decode(body, limit),
                unread => unread,
            };
            match body {
                Ok(Some(body)) => body,
                Ok(None) => {
                    return Err(Error::BodyTooLarge {
                        ids: Box::new(ids),
                        status,
                        limit,
                    });
                }
                Err(source) => return Err(transport(ids, Some(status), source)),
            }
        } else {
            encoding.decode_some(read_some(&mut answer).await)
        };
        if encoding.is_decoded() {
            // They describe the body before it was decoded.
            headers.remove(CONTENT_ENCODING);
            headers.remove(CONTENT_LENGTH);
        }
        let body = without(body, token, !status.is_success());
        Ok(Response::new(ids, status, headers, body))
    }
}

/// Returns whether this is a rejection that a new token does not resolve.
fn refuses_the_sign_in(response: &Response) -> bool {
    response.status() == StatusCode::UNAUTHORIZED
        && ApiError::from_body(response.body())
            .and_then(|error| error.code)
            .is_some_and(|code| code::outlasts_a_new_token(&code))
}

/// Retry state of a call.
struct RetryState<'c> {
    options: &'c PipelineOptions,
    operation_id: &'static str,
    retry: &'c RetryOptions,
    began: Instant,
    progress: RetryProgress,
    stats: &'c mut CallStats,
}

impl RetryState<'_> {
    /// Decides what follows an attempt. Time spent in the queue of the limiter does not count
    /// against `max_elapsed`.
    fn decide(&mut self, outcome: AttemptResult) -> Decision {
        self.progress.elapsed = self.began.elapsed().saturating_sub(self.stats.queued_for);
        self.progress.remaining = self.remaining();
        decide(outcome, self.progress, self.retry, random)
    }

    /// Returns whether another attempt may follow.
    fn may_retry(&self) -> bool {
        self.progress.attempts < self.retry.max_attempts
    }

    /// Returns the time until the deadline.
    fn remaining(&self) -> Option<Duration> {
        let deadline = self.retry.deadline?;
        Some(deadline.saturating_sub(self.began.elapsed()))
    }

    /// Returns the longest pause of the limiter that the call waits for.
    fn patience(&self) -> Duration {
        let most = self.retry.max_elapsed;
        self.remaining()
            .map_or(most, |remaining| most.min(remaining))
    }

    /// Waits before another attempt; `outcome` is that of the last one.
    async fn wait(&mut self, wait: Duration, outcome: AttemptResult) {
        trace::waiting(self.options, self.operation_id, wait, outcome);
        self.stats.waited += wait;
        tokio::time::sleep(wait).await;
    }
}
