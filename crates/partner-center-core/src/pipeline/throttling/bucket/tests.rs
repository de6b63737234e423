//! Tests of the rate bucket, with given times.

use super::*;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Sends as many calls as the bucket allows at this moment, up to `most`.
fn send(bucket: &mut Bucket, now: Instant, most: usize) -> Vec<Sent> {
    let mut sent = Vec::new();
    while sent.len() < most && bucket.gate(now) == Gate::Open {
        sent.push(bucket.send(now));
    }
    sent
}

/// Sends calls in several steps, each with a response 100 ms later; returns the number of
/// calls sent.
fn send_and_accept(bucket: &mut Bucket, mut now: Instant, most: usize) -> usize {
    let mut count = 0;
    loop {
        let sent = send(bucket, now, most - count);
        count += sent.len();
        if sent.is_empty() {
            return count;
        }
        now += Duration::from_millis(100);
        for call in sent {
            bucket.accepted(call);
        }
    }
}

#[test]
fn no_call_is_delayed_before_the_first_429() {
    let (mut bucket, now) = (Bucket::default(), Instant::now());
    let sent = send(&mut bucket, now, 2 * MAX_REMEMBERED).len();
    assert_eq!(sent, 2 * MAX_REMEMBERED);
    assert_eq!(bucket.load(now), MAX_REMEMBERED);
}

/// A bucket after 30 calls of which 10 were throttled, all within half a second.
fn throttled_bucket(wait: Duration, start: Instant) -> Bucket {
    let mut bucket = Bucket::default();
    let sent = send(&mut bucket, start, 30);
    let received = start + Duration::from_millis(300);
    for call in &sent[..20] {
        bucket.accepted(*call);
    }
    // In reverse order.
    for call in sent[20..].iter().rev() {
        bucket.refused(*call, received, wait);
    }
    assert_eq!(bucket.gate(received), Gate::Closed(received + wait));
    assert_eq!(bucket.paused_for(received), wait);
    bucket
}

#[test]
fn the_waiting_time_shows_the_window() {
    for wait in [1, 2, 10, 60, 3600].map(seconds) {
        let start = Instant::now();
        let mut bucket = throttled_bucket(wait, start);
        let after = start + Duration::from_millis(300) + wait;
        assert_eq!(send_and_accept(&mut bucket, after, 20), 20, "{wait:?}");
        let learned = bucket.learned.unwrap();
        assert_eq!((learned.limit, learned.window), (20, wait));
    }
}

#[test]
fn probes_are_sent_one_by_one_and_raise_the_limit() {
    let start = Instant::now();
    let mut bucket = throttled_bucket(seconds(60), start);
    let now = start + seconds(61);
    // After a long pause the first call is sent alone.
    let first = send(&mut bucket, now, 99);
    assert_eq!(first.len(), 1);
    bucket.accepted(first[0]);
    let rest = send(&mut bucket, now, 99);
    assert_eq!(rest.len(), 19);
    for call in rest {
        bucket.accepted(call);
    }
    let mut probes = Vec::new();
    for _ in 0..4 {
        let sent = send(&mut bucket, now, 99);
        probes.push(sent.len());
        for call in sent {
            bucket.accepted(call);
        }
    }
    assert_eq!(probes, [1, 2, 4, 8]);
    assert_eq!(bucket.learned.unwrap().limit, 35);
}

#[test]
fn a_confirmed_limit_is_kept_until_the_next_probe() {
    let start = Instant::now();
    let mut bucket = throttled_bucket(seconds(60), start);
    let now = start + seconds(61);
    assert_eq!(send_and_accept(&mut bucket, now, 20), 20);
    let probe = send(&mut bucket, now + seconds(1), 99);
    assert_eq!(probe.len(), 1);
    bucket.refused(probe[0], now + seconds(1), seconds(59));
    // The limit was shown twice, so four windows of 20 calls without a probe follow. The
    // throttled call counts in the first of them.
    let mut now = now + seconds(62);
    for _ in 0..4 {
        assert_eq!(send_and_accept(&mut bucket, now, 99), 20);
        now += seconds(61);
    }
    assert!(send_and_accept(&mut bucket, now, 99) > 20);
}

#[test]
fn one_early_429_is_attributed_to_other_clients_and_a_second_lowers_the_limit() {
    let start = Instant::now();
    let mut bucket = throttled_bucket(seconds(60), start);
    let mut now = start + seconds(61);
    let confirmed = send_and_accept(&mut bucket, now, 20);
    let probe = send(&mut bucket, now + seconds(1), 99);
    bucket.refused(probe[0], now + seconds(1), seconds(59));
    for expected in [20, 5] {
        now += seconds(61);
        assert_eq!(send_and_accept(&mut bucket, now, 5), 5);
        let refused = send(&mut bucket, now + seconds(1), 1);
        bucket.refused(refused[0], now + seconds(1), seconds(59));
        assert!(matches!(bucket.gate(now + seconds(61)), Gate::Open));
        assert_eq!(bucket.learned.unwrap().limit, expected);
    }
    assert_eq!(confirmed, 20);
}

#[test]
fn a_fixed_limit_applies_to_any_minute() {
    let (mut bucket, start) = (Bucket::fixed(Some(2)), Instant::now());
    assert_eq!(send(&mut bucket, start, 1).len(), 1);
    assert_eq!(send(&mut bucket, start + seconds(30), 9).len(), 1);
    let leaves = start + MINUTE + MAX_MARGIN;
    assert_eq!(bucket.gate(start + seconds(40)), Gate::Closed(leaves));
    assert_eq!(send(&mut bucket, start + seconds(61), 9).len(), 1);
}

#[test]
fn extreme_waits_are_bounded() {
    let (mut bucket, start) = (Bucket::fixed(Some(1)), Instant::now());
    let only = send(&mut bucket, start, 9);
    assert_eq!(only.len(), 1);
    bucket.refused(only[0], start, Duration::MAX);
    assert_eq!(bucket.paused_for(start), MAX_PAUSE);
    // A late 429 with a shorter wait does not open the bucket.
    bucket.refused(only[0], start, Duration::ZERO);
    assert_eq!(bucket.gate(start), Gate::Closed(start + MAX_PAUSE));
    assert_eq!(send(&mut bucket, start + MAX_PAUSE, 9).len(), 1);
    assert!(!bucket.is_forgotten(start + MAX_PAUSE));
    // A 429 without a wait, for a call that left the window long ago.
    let mut quiet = Bucket::default();
    let call = quiet.send(start);
    let later = start + seconds(600);
    assert_eq!(quiet.gate(later), Gate::Open);
    quiet.refused(call, later, Duration::ZERO);
    assert_eq!(quiet.gate(later), Gate::Open);
}

#[test]
fn the_learned_limit_is_dropped_after_an_hour_without_calls() {
    let start = Instant::now();
    assert!(Bucket::default().is_forgotten(start));
    let mut quiet = Bucket::default();
    quiet.send(start);
    assert!(!quiet.is_forgotten(start + MINUTE));
    assert!(quiet.is_forgotten(start + MINUTE + MAX_MARGIN));
    // A learned limit is kept longer than the log of calls.
    let mut bucket = throttled_bucket(seconds(1), start);
    let now = start + seconds(2);
    assert_eq!(send_and_accept(&mut bucket, now, 20), 20);
    assert!(!bucket.is_forgotten(now + seconds(3599)));
    assert!(bucket.is_forgotten(now + FORGOTTEN_AFTER));
    assert_eq!(send(&mut bucket, now + FORGOTTEN_AFTER, 500).len(), 500);
}
