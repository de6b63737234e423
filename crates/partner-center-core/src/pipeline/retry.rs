//! Retry options and retry decisions. A decision is a pure function of the result of an
//! attempt; only the pipeline waits.

use std::time::Duration;

use http::StatusCode;
use uuid::Uuid;

use crate::error::{CredentialFailure, ErrorKind};

/// Limits of the attempts of a call, and of the time that they take.
///
/// The client retries the statuses 408, 429, 500, 502, 503 and 504, a 403 because of an exhausted
/// quota, calls without a complete response, and successes whose body is not JSON
/// ([T77](crate::deviations#t77)). Retries are safe because every operation only reads. Before each
/// retry the client waits: as long as the service asks, or for a random part of a backoff that
/// doubles with each attempt, whichever is longer. A sign-in that fails in one of these ways counts
/// as an attempt, too. A 401 is retried once, immediately and with a new token, unless the rejected
/// token was new or the error code shows that a new token would be rejected as well: 900420
/// (audience) and 900421 (multi-factor authentication).
///
/// All limits apply at the same time: after [`max_attempts`](Self::max_attempts) the last response
/// or error is the result ([T78](crate::deviations#t78)), and the client does not start a wait that
/// would end after [`max_elapsed`](Self::max_elapsed) or the [`deadline`](Self::deadline).
///
/// ```
/// use std::time::Duration;
///
/// use partner_center_core::RetryOptions;
///
/// let mut options = RetryOptions::new();
/// options.deadline = Some(Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryOptions {
    /// Maximum number of attempts, including the first. Default: 4. A value of 1 disables
    /// retries.
    pub max_attempts: u32,
    /// Time after the start of a call after which no further attempt begins. It includes
    /// attempts and waits, but not the queue of the [`Limiter`](crate::Limiter). A call is also
    /// not sent while the service asks all calls for a longer pause than this. Default: 5
    /// minutes.
    pub max_elapsed: Duration,
    /// Maximum duration of a call, including attempts, waits, sign-in and the queue of the
    /// [`Limiter`](crate::Limiter). After it the call fails with
    /// [`Error::DeadlineExceeded`](crate::Error::DeadlineExceeded), even while a response is
    /// being read. In a listing it applies to each page. Default: none.
    pub deadline: Option<Duration>,
    /// Maximum backoff before the second attempt; it doubles with each further attempt.
    /// Default: 1 s.
    pub base_delay: Duration,
    /// Maximum backoff before any attempt. Default: 30 s. A longer wait that the service asks
    /// for is not shortened.
    pub max_delay: Duration,
}

impl RetryOptions {
    /// Creates options with the default values.
    pub const fn new() -> Self {
        Self {
            max_attempts: 4,
            max_elapsed: Duration::from_secs(300),
            deadline: None,
            base_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(30),
        }
    }

    /// Creates options that send every call exactly once. A rejected token is renewed for the
    /// next call, not for this one.
    ///
    /// ```
    /// use partner_center_core::RetryOptions;
    ///
    /// assert_eq!(RetryOptions::none().max_attempts, 1);
    /// ```
    pub const fn none() -> Self {
        Self {
            max_attempts: 1,
            ..Self::new()
        }
    }
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Result of an attempt.
#[derive(Clone, Copy, Debug)]
pub enum AttemptResult {
    /// Complete response.
    Response {
        /// Status of the response.
        status: StatusCode,
        /// Wait that the service requests.
        retry_after: Option<Duration>,
    },
    /// Rejection that applies to every token of the same sign-in.
    SignInRejected,
    /// Missing, incomplete or unreadable response.
    NoResponse,
}

impl AttemptResult {
    /// Returns the result of an attempt whose sign-in failed, if the sign-in service is the cause.
    /// `None` if the sign-in is the cause, because every further attempt would fail as well.
    pub(super) fn of_credential(failure: &CredentialFailure) -> Option<Self> {
        match (failure.status, failure.kind) {
            (Some(status), _) => Some(Self::Response {
                status,
                retry_after: failure.retry_after,
            }),
            (None, ErrorKind::Network) => Some(Self::NoResponse),
            (None, _) => None,
        }
    }
}

/// State of a call after an attempt.
#[derive(Clone, Copy, Debug)]
pub struct RetryProgress {
    /// Number of attempts so far, 1 or more.
    pub attempts: u32,
    /// Time since the call began, without the queue of the limiter.
    pub elapsed: Duration,
    /// Time until the deadline, if there is one.
    pub remaining: Option<Duration>,
    /// `true` after an attempt with a new token.
    pub token_renewed: bool,
}

/// Action after an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Return the response or error.
    Return,
    /// Retry after this wait.
    Retry(Duration),
    /// Retry immediately with a new token.
    RenewToken,
}

/// Decides what follows an attempt. `random` returns a number from 0 to 1 for the jitter; it is
/// called only before a wait.
pub fn decide(
    outcome: AttemptResult,
    progress: RetryProgress,
    options: &RetryOptions,
    random: impl FnOnce() -> f64,
) -> Decision {
    let asked = match outcome {
        // A 401 is retried once, without a wait: if a new token is rejected as well, the token is
        // not the cause.
        AttemptResult::Response { status, .. } if status == StatusCode::UNAUTHORIZED => {
            return match progress.token_renewed || options.max_attempts <= 1 {
                true => Decision::Return,
                false => Decision::RenewToken,
            };
        }
        AttemptResult::Response {
            status,
            retry_after,
        } if is_transient(status) => retry_after,
        AttemptResult::Response { .. } | AttemptResult::SignInRejected => return Decision::Return,
        AttemptResult::NoResponse => None,
    };
    if progress.attempts >= options.max_attempts {
        return Decision::Return;
    }
    // `Retry-After` is the minimum wait (RFC 9110, 10.2.3). A longer random backoff still applies,
    // so that clients that were throttled at the same time do not retry at the same time.
    let wait = backoff(progress.attempts, options, random()).max(asked.unwrap_or_default());
    let in_time = progress.remaining.is_none_or(|remaining| wait < remaining);
    match progress.elapsed.checked_add(wait) {
        Some(end) if end <= options.max_elapsed && in_time => Decision::Retry(wait),
        // The wait would exceed a limit, so the caller gets the last result (T78).
        _ => Decision::Return,
    }
}

/// Returns a random number from 0 to 1 for the jitter, from the random bits of a GUID.
pub fn random() -> f64 {
    let bits = u32::from_ne_bytes(*Uuid::new_v4().as_bytes().first_chunk().unwrap_or(&[0; 4]));
    f64::from(bits) / f64::from(u32::MAX)
}

/// Returns whether the status is transient.
fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// Returns the backoff with full jitter: between zero and the doubled delay.
fn backoff(attempts: u32, options: &RetryOptions, random: f64) -> Duration {
    let doublings = attempts.saturating_sub(1).min(20);
    let longest = options
        .base_delay
        .saturating_mul(1 << doublings)
        .min(options.max_delay);
    // Not `mul_f64`, which panics where the product is a little above `Duration::MAX`.
    Duration::try_from_secs_f64(longest.as_secs_f64() * random.clamp(0.0, 1.0)).unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, retry_after: Option<u64>) -> AttemptResult {
        AttemptResult::Response {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn after(attempts: u32, elapsed: u64) -> RetryProgress {
        RetryProgress {
            attempts,
            elapsed: Duration::from_secs(elapsed),
            remaining: None,
            token_renewed: false,
        }
    }

    fn decided(outcome: AttemptResult, progress: RetryProgress, random: f64) -> Decision {
        decide(outcome, progress, &RetryOptions::new(), || random)
    }

    #[test]
    fn only_transient_statuses_are_retried() {
        for status in [408, 429, 500, 502, 503, 504] {
            let decision = decided(response(status, None), after(1, 0), 0.5);
            assert_eq!(
                decision,
                Decision::Retry(Duration::from_millis(500)),
                "{status}"
            );
        }
        for status in [200, 204, 302, 400, 403, 404, 405, 409, 412, 417, 501, 505] {
            assert_eq!(
                decided(response(status, Some(1)), after(1, 0), 0.5),
                Decision::Return,
                "{status}"
            );
        }
        assert_eq!(
            decided(AttemptResult::NoResponse, after(1, 0), 1.0),
            Decision::Retry(Duration::from_secs(1))
        );
    }

    #[test]
    fn documents_list_the_statuses_that_are_retried() {
        let statuses: Vec<_> = (100..=999)
            .filter(|status| is_transient(StatusCode::from_u16(*status).unwrap()))
            .map(|status| status.to_string())
            .collect();
        let (last, others) = statuses.split_last().unwrap();
        let listed = format!("{} and {last}", others.join(", "));
        let manifest = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (file, list) in [
            ("src/pipeline/retry.rs", format!("statuses {listed},")),
            (
                "../partner-center/src/guide/errors.md",
                format!("- the statuses {listed},"),
            ),
            (
                "../../openapi/deviations.md",
                format!("{} and calls without", statuses.join(", ")),
            ),
        ] {
            let text = std::fs::read_to_string(manifest.join(file)).unwrap();
            assert!(text.contains(&list), "{file} does not contain `{list}`");
        }
    }

    #[test]
    fn attempts_and_time_are_limited() {
        assert!(matches!(
            decided(response(503, None), after(3, 0), 1.0),
            Decision::Retry(_)
        ));
        assert_eq!(
            decided(response(503, None), after(4, 0), 1.0),
            Decision::Return
        );
        assert_eq!(
            decided(response(503, None), after(1, 300), 1.0),
            Decision::Return
        );
        assert_eq!(
            decided(response(429, Some(290)), after(1, 11), 0.0),
            Decision::Return
        );
        assert_eq!(
            decided(response(429, Some(290)), after(1, 10), 0.0),
            Decision::Retry(Duration::from_secs(290))
        );
        for endless in [999_999_999, u64::MAX] {
            assert_eq!(
                decided(response(429, Some(endless)), after(1, 0), 0.0),
                Decision::Return
            );
        }
        let once = RetryOptions::none();
        assert_eq!(
            decide(response(503, None), after(1, 0), &once, || 0.0),
            Decision::Return
        );
    }

    #[test]
    fn backoff_doubles_up_to_a_limit_and_respects_retry_after() {
        let seconds =
            |attempts, random| backoff(attempts, &RetryOptions::new(), random).as_secs_f64();
        assert_eq!(
            [1, 2, 3, 6, 60, u32::MAX].map(|n| seconds(n, 1.0)),
            [1.0, 2.0, 4.0, 30.0, 30.0, 30.0]
        );
        assert_eq!(seconds(3, 0.0), 0.0);
        assert_eq!(
            decided(response(429, Some(57)), after(1, 0), 1.0),
            Decision::Retry(Duration::from_secs(57))
        );
        assert_eq!(
            decided(response(503, Some(0)), after(2, 0), 1.0),
            Decision::Retry(Duration::from_secs(2))
        );
    }

    #[test]
    fn jitter_is_spread_from_0_to_1() {
        let drawn: Vec<f64> = (0..200).map(|_| random()).collect();
        assert!(drawn.iter().all(|part| (0.0..=1.0).contains(part)));
        // Each assertion fails by chance once in 10^60 runs.
        assert!(drawn.iter().any(|part| *part < 0.5));
        assert!(drawn.iter().any(|part| *part > 0.5));
        assert!(drawn.windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn defaults_match_the_documentation() {
        let defaults = RetryOptions::default();
        assert_eq!(defaults, RetryOptions::new());
        assert_eq!(defaults.max_attempts, 4);
        assert_eq!(defaults.max_elapsed, Duration::from_secs(300));
        assert_eq!(defaults.base_delay, Duration::from_secs(1));
        assert_eq!(defaults.max_delay, Duration::from_secs(30));
        let none = RetryOptions::none();
        assert_eq!(none.max_attempts, 1);
        assert_eq!(none.max_elapsed, defaults.max_elapsed);
    }

    #[test]
    fn a_wait_that_would_reach_the_deadline_does_not_begin() {
        let decided = |remaining: u64| {
            let progress = RetryProgress {
                remaining: Some(Duration::from_secs(remaining)),
                ..after(1, 0)
            };
            let options = RetryOptions {
                base_delay: Duration::ZERO,
                ..RetryOptions::new()
            };
            decide(response(503, Some(10)), progress, &options, || 1.0)
        };
        assert_eq!(decided(11), Decision::Retry(Duration::from_secs(10)));
        for remaining in [10, 9, 0] {
            assert_eq!(decided(remaining), Decision::Return);
        }
    }

    #[test]
    fn the_largest_delays_do_not_overflow() {
        let options = RetryOptions {
            max_elapsed: Duration::MAX,
            base_delay: Duration::MAX,
            max_delay: Duration::MAX,
            ..RetryOptions::new()
        };
        for random in [0.0, 0.5, 1.0, 2.0, f64::NAN] {
            let wait = backoff(3, &options, random);
            assert!(random != 0.5 || wait > Duration::MAX / 3);
        }
        assert!(matches!(
            decide(AttemptResult::NoResponse, after(1, 0), &options, || 1.0),
            Decision::Retry(_)
        ));
        assert_eq!(
            decide(AttemptResult::NoResponse, after(1, 1), &options, || 1.0),
            Decision::Return
        );
    }

    #[test]
    fn a_rejected_token_is_renewed_once() {
        assert_eq!(
            decided(response(401, None), after(1, 0), 0.5),
            Decision::RenewToken
        );
        let renewed = RetryProgress {
            token_renewed: true,
            ..after(2, 0)
        };
        assert_eq!(decided(response(401, None), renewed, 0.5), Decision::Return);
        let once = RetryOptions::none();
        assert_eq!(
            decide(response(401, None), after(1, 0), &once, || 0.5),
            Decision::Return
        );
    }

    #[test]
    fn a_rejected_sign_in_is_not_retried() {
        assert_eq!(
            decided(AttemptResult::SignInRejected, after(1, 0), 0.5),
            Decision::Return
        );
    }
}
