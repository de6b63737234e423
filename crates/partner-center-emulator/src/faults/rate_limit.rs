//! Throttling by the gateway in front of the service
//! ([T75](partner_center_catalog::deviations#t75)).

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};

use crate::{clock::Clock, ids::is_guid};

/// Number of callers from which inactive callers are dropped.
const CALLERS: usize = 1_000;

/// Maximum number of API calls in a sliding period.
///
/// Calls under `/v1/customers/<customer id>/` count for that customer only, all other
/// calls for the partner's tenant. Rejected calls count as well, so a caller that does
/// not wait stays rejected.
///
/// ```
/// use std::time::Duration;
///
/// use partner_center_emulator::{Emulator, RateLimit};
///
/// let documented = RateLimit { requests: 500, per: Duration::from_secs(60) };
/// let builder = Emulator::builder().rate_limit(documented);
/// # let _ = builder;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Maximum number of calls; 0 rejects every call.
    pub requests: u32,
    /// Length of the period.
    pub per: Duration,
}

/// Counter of the calls of one emulator.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    limit: Mutex<Option<RateLimit>>,
    clock: Clock,
    /// Times of the last calls by customer id; the key `None` is the partner's tenant.
    calls: Mutex<HashMap<Option<String>, VecDeque<Duration>>>,
}

impl RateLimiter {
    /// Returns a limiter; without a limit it accepts every call.
    pub(crate) fn new(limit: Option<RateLimit>, clock: Clock) -> Self {
        Self {
            limit: Mutex::new(limit),
            clock,
            calls: Mutex::default(),
        }
    }

    pub(crate) fn limit(&self) -> Option<RateLimit> {
        *self.limit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets another limit, and forgets the calls so far.
    pub(crate) fn set_limit(&self, limit: Option<RateLimit>) {
        *self.limit.lock().unwrap_or_else(PoisonError::into_inner) = limit;
        let mut callers = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        callers.clear();
    }

    /// Counts a call. Returns the number of seconds to wait if it exceeds the limit.
    pub(crate) fn count(&self, path: &str) -> Result<(), u64> {
        let Some(RateLimit { requests, per }) = self.limit() else {
            return Ok(());
        };
        let requests = usize::try_from(requests).unwrap_or(usize::MAX);
        let now = self.clock.since_epoch();
        let ended = |call: &Duration| now >= call.saturating_add(per);

        let mut callers = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= CALLERS {
            callers.retain(|_, calls| calls.back().is_some_and(|last| !ended(last)));
        }
        let calls = callers.entry(customer_of(path)).or_default();
        while calls.front().is_some_and(ended) {
            calls.pop_front();
        }
        let full = calls.len() >= requests;
        calls.push_back(now);
        if !full {
            return Ok(());
        }
        // The next call is accepted when all but `requests - 1` of the counted calls are
        // older than the period, so earlier calls are not needed.
        while calls.len() > requests {
            calls.pop_front();
        }
        let free = calls.front().unwrap_or(&now).saturating_add(per);
        let wait = free.saturating_sub(now);
        Err(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    }
}

/// Returns the documented response to a call over the limit, including its spaces and
/// without a byte-order mark.
pub(crate) fn rejection(seconds: u64) -> Response {
    let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
    let mut response = gateway_error(StatusCode::TOO_MANY_REQUESTS, &message);
    let wait = HeaderValue::from(seconds);
    response.headers_mut().insert(header::RETRY_AFTER, wait);
    response
}

/// Returns an error in the format of the gateway.
pub(crate) fn gateway_error(status: StatusCode, message: &str) -> Response {
    let message = serde_json::Value::from(message);
    let status_code = status.as_u16();
    let mut response = Response::new(Body::from(format!(
        "{{ \"statusCode\": {status_code}, \"message\": {message} }}"
    )));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// Returns the customer id in a path.
fn customer_of(path: &str) -> Option<String> {
    let mut segments = path.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case("customers"))?;
    let id = segments.next()?;
    is_guid(id).then(|| id.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MovableClock;

    const TENANT: &str = "/v1/analytics/licenses/usage";

    fn limiter(clock: &MovableClock, requests: u32, per: Duration) -> RateLimiter {
        RateLimiter::new(Some(RateLimit { requests, per }), clock.clock())
    }

    #[test]
    fn calls_are_accepted_again_after_the_period() {
        let clock = MovableClock::at(100);
        let limiter = limiter(&clock, 2, Duration::from_secs(60));
        for (at, expected) in [
            (100, Ok(())),
            (110, Ok(())),
            (159, Err(11)),
            // The rejected call counts: the calls at 110 and 159 fill the limit.
            (169, Err(50)),
            (218, Err(11)),
            (278, Ok(())),
            (278, Ok(())),
            (278, Err(60)),
        ] {
            clock.set(at);
            assert_eq!(limiter.count(TENANT), expected, "{at}");
        }
    }

    #[test]
    fn calls_are_counted_per_customer() {
        let clock = MovableClock::at(100);
        let limiter = limiter(&clock, 1, Duration::from_secs(60));
        let customer = "/v1/customers/0c39d6d5-c70d-4c55-bc02-f620844f3fd1/usage";
        let another = "/V1/Customers/25b6edd5-1f53-456b-b48c-c64f60ec2dda/usage";
        for path in [TENANT, customer, another] {
            assert_eq!(limiter.count(path), Ok(()), "{path}");
        }
        for path in [
            "/v1/customers",
            "/v1/customers/contoso/usage",
            &customer.to_uppercase(),
        ] {
            assert_eq!(limiter.count(path), Err(60), "{path}");
        }
    }

    #[test]
    fn zero_and_maximal_limits_do_not_panic() {
        let clock = MovableClock::at(100);
        let none = limiter(&clock, 0, Duration::from_millis(1_500));
        assert_eq!(none.count(TENANT), Err(2));
        let no_time = limiter(&clock, 1, Duration::ZERO);
        assert_eq!(no_time.count(TENANT), Ok(()));
        assert_eq!(no_time.count(TENANT), Ok(()));
        let for_ever = limiter(&clock, 1, Duration::MAX);
        assert_eq!(for_ever.count(TENANT), Ok(()));
        assert!(for_ever.count(TENANT).is_err());
        let unlimited = RateLimiter::new(None, clock.clock());
        assert_eq!(unlimited.count(TENANT), Ok(()));
    }
}
