//! Throttling of a fan-out. The test uses tokio's paused clock, which skips waits, so times are
//! exact and not measured.

use std::time::Duration;

use partner_center_emulator::RateLimit;

#[path = "../benches/ratios/throttling.rs"]
mod fan_out;

/// With 500 calls a minute, 2,000 calls take at least three minutes: 500 immediately, and 500
/// after every minute.
#[test]
fn a_fan_out_under_a_limit_loses_no_call_and_is_rarely_throttled() {
    let limit = RateLimit {
        requests: 500,
        per: Duration::from_secs(60),
    };
    let outcome = fan_out::fan_out_under(limit, 2_000);
    assert_eq!(outcome.succeeded, 2_000);
    assert!(outcome.took <= Duration::from_secs(198), "{outcome:?}");
    assert!(outcome.throttled < 100, "{outcome:?}");
    assert!(outcome.throttled > 0, "it was never too fast: {outcome:?}");
}
