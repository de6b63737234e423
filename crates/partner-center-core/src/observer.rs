//! What a program can count and time.

use std::time::Duration;

use http::StatusCode;

use crate::ErrorKind;

/// Is told of every attempt and every call, for counters and latencies; not of those whose
/// future is dropped before their end.
///
/// Called in the task that makes the call, between its steps: count and return. Nothing in
/// here names a customer, a token or a row.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use partner_center_core::{CallMeasured, Observer};
///
/// #[derive(Debug, Default)]
/// struct Throttled(AtomicU64);
///
/// impl Observer for Throttled {
///     fn call(&self, call: &CallMeasured) {
///         self.0.fetch_add(call.throttled.into(), Ordering::Relaxed);
///     }
/// }
/// ```
pub trait Observer: std::fmt::Debug + Send + Sync {
    /// A request was answered, or was not.
    fn attempt(&self, attempt: &AttemptMeasured) {
        let _not_counted = attempt;
    }

    /// A call has come to its end, with all its attempts.
    fn call(&self, call: &CallMeasured) {
        let _not_counted = call;
    }
}

/// One request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptMeasured {
    /// `operationId` of the spec.
    pub operation_id: &'static str,
    /// 1 for the first attempt of a call.
    pub attempt: u32,
    /// Status of the answer; nothing without a complete one.
    pub status: Option<StatusCode>,
    /// Why there is no complete answer.
    pub failure: Option<ErrorKind>,
    /// From sending to the last byte.
    pub latency: Duration,
    /// Length of the body.
    pub bytes: usize,
}

/// One call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallMeasured {
    /// `operationId` of the spec.
    pub operation_id: &'static str,
    /// Requests sent; 0 if something was wrong before.
    pub attempts: u32,
    /// How many of them were answered 429.
    pub throttled: u32,
    /// Status of the last answer.
    pub status: Option<StatusCode>,
    /// Why there is no complete answer. An answer that is not a success is one.
    pub failure: Option<ErrorKind>,
    /// From the beginning to the end, all waits included.
    pub duration: Duration,
    /// How much of it was spent waiting before another attempt.
    pub waited: Duration,
    /// How much of it was spent in the queue of the [`Limiter`](crate::Limiter).
    pub held: Duration,
}
