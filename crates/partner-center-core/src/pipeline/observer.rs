//! Metrics of calls, attempts and waits.

use std::time::Duration;

use http::StatusCode;

use crate::ErrorKind;

/// Receiver of metrics of every attempt and every call, for counters and latencies, and of waits
/// when they begin. Attempts and calls whose future is dropped before they end are not reported.
///
/// The methods run in the task that makes the call and delay it, so they should return quickly.
/// The metrics contain no customer, token or row.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use partner_center_core::{CallMetrics, Observer};
///
/// #[derive(Debug, Default)]
/// struct Throttled(AtomicU64);
///
/// impl Observer for Throttled {
///     fn call(&self, call: &CallMetrics) {
///         self.0.fetch_add(call.throttled.into(), Ordering::Relaxed);
///     }
/// }
/// ```
pub trait Observer: std::fmt::Debug + Send + Sync {
    /// Receives the metrics of an attempt, with or without a response.
    fn attempt(&self, attempt: &AttemptMetrics) {
        let _not_counted = attempt;
    }

    /// Receives the metrics of a wait before another attempt, when the wait begins.
    fn waiting(&self, wait: &WaitMetrics) {
        let _not_counted = wait;
    }

    /// Receives the metrics of a call with all its attempts, at its end.
    fn call(&self, call: &CallMetrics) {
        let _not_counted = call;
    }
}

/// Metrics of one attempt.
///
/// ```
/// use partner_center_core::{AttemptMetrics, Observer};
///
/// #[derive(Debug)]
/// struct SlowAttempts;
///
/// impl Observer for SlowAttempts {
///     fn attempt(&self, attempt: &AttemptMetrics) {
///         if attempt.latency.as_secs() >= 10 {
///             eprintln!("{}: attempt {} was slow", attempt.operation_id, attempt.attempt);
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptMetrics {
    /// `operationId` of the spec.
    pub operation_id: &'static str,
    /// 1 for the first attempt of a call.
    pub attempt: u32,
    /// Status of the response; `None` without a complete response.
    pub status: Option<StatusCode>,
    /// Kind of the error; `None` with a complete response.
    pub failure: Option<ErrorKind>,
    /// Time from sending to the last byte of the body.
    pub latency: Duration,
    /// Length of the body, in bytes.
    pub bytes: usize,
}

/// Metrics of a wait before another attempt of a call. Time in the queue of the
/// [`Limiter`](crate::Limiter) is not a wait; it is in [`CallMetrics::held`].
///
/// ```
/// use partner_center_core::{Observer, WaitMetrics};
///
/// #[derive(Debug)]
/// struct Patience;
///
/// impl Observer for Patience {
///     fn waiting(&self, wait: &WaitMetrics) {
///         if wait.is_requested {
///             eprintln!("waiting {} s: the service asked for it", wait.duration.as_secs());
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WaitMetrics {
    /// `operationId` of the spec.
    pub operation_id: &'static str,
    /// Duration of the wait.
    pub duration: Duration,
    /// Status of the response before the wait; `None` without a complete response.
    pub status: Option<StatusCode>,
    /// Whether the service requests the wait: with `Retry-After`, or with a 429 response.
    pub is_requested: bool,
}

/// Metrics of one call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallMetrics {
    /// `operationId` of the spec.
    pub operation_id: &'static str,
    /// Number of requests sent; 0 if the call failed before sending.
    pub attempts: u32,
    /// Number of attempts with a 429 response.
    pub throttled: u32,
    /// Status of the last response.
    pub status: Option<StatusCode>,
    /// Kind of the error; `None` with a complete response of any status.
    pub failure: Option<ErrorKind>,
    /// Time from the beginning to the end, including all waits.
    pub duration: Duration,
    /// Time spent waiting before further attempts.
    pub waited: Duration,
    /// Time spent in the queue of the [`Limiter`](crate::Limiter).
    pub held: Duration,
}
