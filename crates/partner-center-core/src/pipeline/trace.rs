//! Reports of calls and attempts to traces and to the observer.

use std::time::Duration;

use http::StatusCode;
use reqwest::Request;
use tracing::Span;

use super::PipelineOptions;
use super::headers::Shown;
use crate::error::{Error, ErrorKind};
use crate::http::response::{RequestIds, Response};
use crate::pipeline::observer::{AttemptMetrics, CallMetrics, WaitMetrics};
use crate::pipeline::retry::AttemptResult;

pub(super) fn call_span(ids: &RequestIds) -> Span {
    tracing::debug_span!(
        "call",
        operation = ids.operation_id,
        request_id = ids.request_id,
        correlation_id = ids.correlation_id,
        attempts = tracing::field::Empty,
        status = tracing::field::Empty,
        failure = tracing::field::Empty,
        duration_ms = tracing::field::Empty,
        waited_ms = tracing::field::Empty,
        held_ms = tracing::field::Empty,
    )
}

pub(super) fn attempt_span(attempt: u32) -> Span {
    tracing::debug_span!("attempt", attempt)
}

/// Logs the method, the path and the headers of a request. The query is left out because it can
/// name customers.
pub(super) fn sending(request: &Request) {
    tracing::trace!(
        method = %request.method(),
        path = request.url().path(),
        headers = %Shown(request.headers()),
        "sending"
    );
}

/// Reports an attempt.
pub(super) fn attempted(
    options: &PipelineOptions,
    operation_id: &'static str,
    attempt: u32,
    latency: Duration,
    result: &Result<Response, Error>,
) {
    let elapsed_ms = millis(latency);
    let (status, failure, bytes) = match result {
        Ok(response) => {
            let (status, bytes) = (response.status(), response.body().len());
            let status_code = status.as_u16();
            tracing::debug!(status = status_code, bytes, elapsed_ms, "answered");
            tracing::trace!(headers = %Shown(response.headers()), "received");
            (Some(status), None, bytes)
        }
        Err(error) => {
            let kind = error.kind();
            tracing::debug!(?kind, elapsed_ms, "failed");
            (None, Some(kind), 0)
        }
    };
    if let Some(observer) = &options.observer {
        observer.attempt(&AttemptMetrics {
            operation_id,
            attempt,
            status,
            failure,
            latency,
            bytes,
        });
    }
}

/// Reports a wait before another attempt.
pub(super) fn waiting(
    options: &PipelineOptions,
    operation_id: &'static str,
    duration: Duration,
    outcome: AttemptResult,
) {
    tracing::debug!(wait_ms = millis(duration), "retrying after a wait");
    let Some(observer) = &options.observer else {
        return;
    };
    let (status, retry_after) = match outcome {
        AttemptResult::Response {
            status,
            retry_after,
        } => (Some(status), retry_after),
        AttemptResult::SignInRejected | AttemptResult::NoResponse => (None, None),
    };
    observer.waiting(&WaitMetrics {
        operation_id,
        duration,
        status,
        is_requested: retry_after.is_some() || status == Some(StatusCode::TOO_MANY_REQUESTS),
    });
}

/// Counts and durations that are summed up during a call.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CallStats {
    pub(super) attempts: u32,
    pub(super) throttled: u32,
    pub(super) waited: Duration,
    pub(super) queued_for: Duration,
}

/// Reports a whole call on its span and to the observer.
pub(super) fn ended(
    options: &PipelineOptions,
    span: &Span,
    operation_id: &'static str,
    stats: CallStats,
    duration: Duration,
    result: &Result<Response, Error>,
) {
    let (status, failure): (Option<StatusCode>, Option<ErrorKind>) = match result {
        Ok(response) => (Some(response.status()), None),
        Err(error) => (error.status(), Some(error.kind())),
    };
    // Not on `Span::current()`: if our span is filtered out, that is a span of the caller.
    if !span.is_disabled() {
        span.record("attempts", stats.attempts);
        span.record("status", status.map(|status| status.as_u16()));
        span.record("failure", failure.map(tracing::field::debug));
        span.record("duration_ms", millis(duration));
        span.record("waited_ms", millis(stats.waited));
        span.record("held_ms", millis(stats.queued_for));
    }
    if let (0, Err(error)) = (stats.attempts, result) {
        tracing::debug!("not sent: {error}");
    }
    let Some(observer) = &options.observer else {
        return;
    };
    observer.call(&CallMetrics {
        operation_id,
        attempts: stats.attempts,
        throttled: stats.throttled,
        status,
        failure,
        duration,
        waited: stats.waited,
        held: stats.queued_for,
    });
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
