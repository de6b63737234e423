//! The rate bucket: what is known about one budget of calls. A plain state machine that is
//! told the time.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Window of a fixed rate, and of the comparison between buckets.
const MINUTE: Duration = Duration::from_secs(60);

/// Longest pause that is believed.
const MAX_PAUSE: Duration = Duration::from_secs(3600);

/// With fewer calls in a burst it was other clients who used up the budget.
const FEW: usize = 5;

/// Longest distance between two windows.
const MAX_MARGIN: Duration = Duration::from_millis(250);

/// Time without calls after which everything that was learned is dropped.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// Number of calls that are remembered.
const MAX_REMEMBERED: usize = 100_000;

/// Calls and time between two probes of a limit, at least.
const CALLS_BETWEEN_PROBES: usize = 100;
const TIME_BETWEEN_PROBES: Duration = Duration::from_secs(60);

/// Gap before a burst from which on its first call goes alone: nobody knows what other
/// clients did in the meantime, and one round trip is little compared with the gap.
const LONG_GAP: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug)]
struct Recent {
    at: Instant,
    refused: bool,
}

/// What is known about one budget.
///
/// Nothing is held back before the first 429. A 429 pauses the bucket for as long as the
/// service asks. It also shows the limit: as many calls as got through since the burst
/// began, in a window from the first of them to the end of the pause. From then on no more
/// calls than that go out in any such window. A sliding log is used and not a token bucket,
/// which would let through up to twice the limit in the first window, or would need one
/// window more for every fan-out.
///
/// The limit is probed, since other clients may have used a part of the budget: once it is
/// used up, calls beyond it go out one at a time, then two, and so on as long as they
/// succeed; each success raises the limit. A 429 ends the probe. Where it confirms the
/// limit, the time until the next probe doubles.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// Recent calls, the oldest first. Refused ones take part, since some services count
    /// them.
    sent: VecDeque<Recent>,
    /// Number of calls ever, and the last of them.
    count: u64,
    last: Option<Instant>,
    /// Calls without a response so far.
    in_flight: usize,
    /// Highest number of calls in a minute, set by the user.
    fixed: Option<usize>,
    paused_until: Option<Instant>,
    burst: Burst,
    /// Number of the last call that went out before the last 429 was known: it belongs to
    /// the same throttling burst.
    throttled_up_to: u64,
    learned: Option<Learned>,
    /// What the current throttling burst shows, until the pause ends.
    found: Option<Found>,
}

/// Calls that follow each other without a gap.
#[derive(Clone, Copy, Debug, Default)]
struct Burst {
    /// The first call after a gap that was not refused.
    began: Option<Instant>,
    /// The first call after a gap, without a response so far.
    opening: Option<Instant>,
    /// Whether others wait for the response to the opening call.
    is_alone: bool,
}

#[derive(Clone, Copy, Debug)]
struct Learned {
    limit: usize,
    /// The limit before it was raised, by probes or by a 429 that came later than expected.
    anchor: usize,
    window: Duration,
    /// Two calls do not travel equally fast, and the service counts arrivals.
    margin: Duration,
    /// Whether two 429 in a row have shown the same limit.
    confirmed: bool,
    probe_at: Instant,
    /// Calls in flight up to which a probe may go out.
    allowance: usize,
    /// Whether the last 429 came too early and was taken for the work of other clients.
    doubted: bool,
}

#[derive(Clone, Copy, Debug)]
struct Found {
    limit: usize,
    refused: usize,
    window: Duration,
    /// Whether the first call of a burst was the one that was refused.
    at_opening: bool,
    by_probe: bool,
}

/// Whether a call may go out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gate {
    Open,
    /// Not before this time, or not before a response arrives.
    Closed(Instant),
}

/// A call that went out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    number: u64,
    at: Instant,
    /// For a probe: the number of calls in its window.
    probes: Option<usize>,
}

impl Bucket {
    /// A bucket that never lets more calls through in a minute, even if the service would.
    pub(super) fn fixed(per_minute: Option<usize>) -> Self {
        Self {
            fixed: per_minute.map(|limit| limit.min(MAX_REMEMBERED)),
            ..Self::default()
        }
    }

    /// Whether the next call may go out.
    pub(super) fn gate(&mut self, now: Instant) -> Gate {
        self.forget_old(now);
        if let Some(until) = self.paused_until {
            if now < until {
                return Gate::Closed(until);
            }
            self.paused_until = None;
            self.settle(until);
        }
        if let Some(at) = self
            .fixed
            .and_then(|limit| self.full_until(limit, MINUTE + MAX_MARGIN))
            && at > now
        {
            return Gate::Closed(at);
        }
        let Some(learned) = self.learned else {
            return Gate::Open;
        };
        if self.burst.is_alone && self.in_flight > 0 {
            return Gate::Closed(now + learned.window);
        }
        match self.full_until(learned.limit, learned.window + learned.margin) {
            Some(at) if at > now && !self.may_probe(&learned, at, now) => Gate::Closed(at),
            _ => Gate::Open,
        }
    }

    /// Time at which one more call fits into the window.
    fn full_until(&self, limit: usize, window: Duration) -> Option<Instant> {
        let leaves = self.sent.len().checked_sub(limit)?;
        let sent = self.sent.get(leaves)?;
        Some(sent.at + window)
    }

    /// Whether a call may go out although the limit is used up until `at`: not shortly before
    /// that, when it would only be early.
    fn may_probe(&self, learned: &Learned, at: Instant, now: Instant) -> bool {
        let is_steady = self
            .burst
            .began
            .is_some_and(|began| now - began > learned.window * 2);
        now >= learned.probe_at
            && self.in_flight < learned.allowance
            && (is_steady || at - now > learned.window / 2)
    }

    /// Remaining time in which the bucket is closed for every call.
    pub(super) fn paused_for(&self, now: Instant) -> Duration {
        self.paused_until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// A call goes out.
    pub(super) fn send(&mut self, now: Instant) -> Sent {
        let gap = self.last.map_or(MAX_PAUSE, |last| now - last);
        let window = self.learned.map_or(MINUTE, |learned| learned.window);
        if gap * 2 >= window {
            self.burst.opening = Some(now);
            self.burst.is_alone = self.learned.is_some() && gap >= LONG_GAP;
            if let Some(learned) = &mut self.learned {
                learned.allowance = 1;
            }
        }
        let full = self
            .learned
            .and_then(|learned| self.full_until(learned.limit, learned.window + learned.margin));
        if self.sent.len() == MAX_REMEMBERED {
            self.sent.pop_front();
        }
        self.sent.push_back(Recent {
            at: now,
            refused: false,
        });
        self.last = Some(now);
        self.count += 1;
        self.in_flight += 1;
        Sent {
            number: self.count,
            at: now,
            probes: full
                .filter(|at| *at > now)
                .map(|_| self.accepted_since(now.checked_sub(window))),
        }
    }

    /// A response other than 429 arrived.
    pub(super) fn accepted(&mut self, sent: Sent) {
        self.ended();
        if let Some(opening) = self.burst.opening
            && sent.at >= opening
        {
            self.burst = Burst {
                began: Some(opening),
                ..Burst::default()
            };
        }
        if let (Some(learned), Some(load)) = (&mut self.learned, sent.probes)
            && sent.number > self.throttled_up_to
        {
            learned.allowance += 1;
            learned.limit = learned.limit.max(load);
        }
    }

    /// No response arrived, or one that shows nothing about this budget.
    pub(super) fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The service refused a call and asks to wait.
    pub(super) fn refused(&mut self, sent: Sent, now: Instant, wait: Duration) {
        self.ended();
        let until = now + wait.min(MAX_PAUSE);
        self.paused_until = self.paused_until.max(Some(until));
        if sent.number > self.throttled_up_to {
            // The first of a throttling burst. Calls in flight may still be refused.
            self.throttled_up_to = self.count;
            self.found = Some(self.shown_by(sent, wait.min(MAX_PAUSE)));
        }
        if let Some(found) = &mut self.found {
            found.limit = found.limit.saturating_sub(1);
            found.refused += 1;
        }
        let later = usize::try_from(self.count - sent.number).unwrap_or(usize::MAX);
        let index = self.sent.len().checked_sub(later.saturating_add(1));
        if let Some(recent) = index.and_then(|index| self.sent.get_mut(index)) {
            recent.refused = true;
        }
    }

    /// What a 429 shows: the window, from the first call of the burst to the time at which
    /// the service will accept the next one, and how many calls fit into it. Both ends are
    /// as sent, so that the travel time cancels out. `Retry-After` is rounded up to whole
    /// seconds and windows are whole seconds, so the sum is rounded down.
    fn shown_by(&self, sent: Sent, wait: Duration) -> Found {
        let began = self.burst.began.or(self.burst.opening).unwrap_or(sent.at);
        let since = sent.at.saturating_duration_since(began);
        let shown = match since + wait {
            shown if shown >= Duration::from_secs(1) => Duration::from_secs(shown.as_secs()),
            shown => shown.max(Duration::from_millis(100)),
        };
        let at_opening = self.burst.opening.is_some();
        let window = match self.learned {
            // Where calls have gone out for long, the beginning shows nothing.
            None if since > MINUTE.max(wait) => MINUTE.max(wait),
            None => shown,
            // A window seems shorter where it had begun before the burst, or where other
            // clients have called before it, but never longer.
            Some(known) if since < known.window => shown.max(known.window),
            // Two windows follow each other, and the second was too early.
            Some(known) if at_opening && (!known.confirmed || shown <= known.window * 5 / 4) => {
                shown.max(known.window)
            }
            Some(known) => known.window.max(wait),
        };
        // In a window that is longer than believed, calls before the burst do not count.
        let counts = match self.learned {
            Some(known) if window > known.window => since.saturating_add(Duration::from_millis(1)),
            _ => window,
        };
        Found {
            limit: self.accepted_since(sent.at.checked_sub(counts)),
            refused: 0,
            window,
            at_opening,
            by_probe: sent.probes.is_some(),
        }
    }

    /// Number of calls after this time that were not refused.
    fn accepted_since(&self, time: Option<Instant>) -> usize {
        let is_after = |recent: &&Recent| time.is_none_or(|time| recent.at > time);
        let recent = self.sent.iter().rev().take_while(is_after);
        recent.filter(|recent| !recent.refused).count()
    }

    /// Draws the conclusion from a throttling burst, when the pause after it is over.
    fn settle(&mut self, ended: Instant) {
        let Some(found) = self.found.take() else {
            return;
        };
        let limit = found.limit.max(1);
        let fresh = Learned {
            limit,
            anchor: limit,
            window: found.window,
            margin: margin(found.window),
            confirmed: false,
            probe_at: ended,
            allowance: 1,
            doubted: false,
        };
        let Some(known) = self.learned else {
            // A few calls teach nothing but the pause.
            self.learned = (found.limit + found.refused >= FEW).then_some(fresh);
            return;
        };
        let same_window = found.window <= known.window * 5 / 4;
        let known_limit = [known.limit, known.anchor]
            .into_iter()
            .any(|known| is_about(known, limit));
        let confirmed = same_window && known_limit && !found.at_opening;
        let between = same_window && (known.anchor..known.limit).contains(&limit);
        let early = found.at_opening || limit < known.anchor;
        self.learned = Some(if found.at_opening && same_window && known.confirmed {
            Learned {
                window: found.window,
                allowance: 1,
                ..known
            }
        } else if confirmed || between {
            Learned {
                margin: match found.by_probe {
                    // The limit was respected: calls of two windows arrived too close.
                    false if known.limit == known.anchor => (known.margin * 2).min(MAX_MARGIN),
                    _ => known.margin,
                },
                confirmed: true,
                probe_at: ended + time_between_probes(limit, known.window),
                ..fresh
            }
        } else if early && known.confirmed && !known.doubted {
            // Other clients have used a part of the budget, or the limit is lower now. The
            // second time in a row it is believed.
            Learned {
                limit: known.anchor,
                doubted: true,
                allowance: 1,
                ..known
            }
        } else {
            Learned {
                anchor: known.limit,
                ..fresh
            }
        });
    }

    /// Calls of the last minute.
    pub(super) fn load(&self, now: Instant) -> usize {
        self.sent.len()
            - self
                .sent
                .partition_point(|recent| now - recent.at >= MINUTE)
    }

    /// Whether nothing would be lost with it.
    pub(super) fn is_forgotten(&mut self, now: Instant) -> bool {
        self.forget_old(now);
        let paused = self.paused_until.is_some_and(|until| now < until);
        self.sent.is_empty() && !paused && self.learned.is_none()
    }

    /// Drops calls that count in no window, and in time what they taught.
    fn forget_old(&mut self, now: Instant) {
        let last = self.last.max(self.paused_until);
        if last.is_some_and(|last| last + FORGOTTEN_AFTER <= now) {
            *self = Self {
                count: self.count,
                throttled_up_to: self.throttled_up_to,
                in_flight: self.in_flight,
                ..Self::fixed(self.fixed)
            };
        }
        let window = self
            .learned
            .map_or(MINUTE, |known| known.window.max(MINUTE));
        while let Some(&oldest) = self.sent.front()
            && oldest.at + window + MAX_MARGIN <= now
        {
            self.sent.pop_front();
        }
    }
}

/// A probe costs a refused call, and up to two seconds where the window is short: neither
/// may be more than a few percent.
fn time_between_probes(limit: usize, window: Duration) -> Duration {
    let windows = CALLS_BETWEEN_PROBES
        .div_ceil(limit.max(1))
        .saturating_sub(1);
    let windows = u32::try_from(windows).unwrap_or(u32::MAX);
    window
        .saturating_mul(windows)
        .max(TIME_BETWEEN_PROBES.saturating_sub(window))
}

/// Within a tenth.
fn is_about(known: usize, found: usize) -> bool {
    known.abs_diff(found) * 10 <= known
}

fn margin(window: Duration) -> Duration {
    (window / 25).clamp(Duration::from_millis(10), MAX_MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Sends as many calls as the bucket lets through at this moment, up to `most`.
    fn send(bucket: &mut Bucket, now: Instant, most: usize) -> Vec<Sent> {
        let mut sent = Vec::new();
        while sent.len() < most && bucket.gate(now) == Gate::Open {
            sent.push(bucket.send(now));
        }
        sent
    }

    /// Sends in several goes, each with a response 100 ms later; returns how many got out.
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
    fn nothing_is_held_back_before_the_first_refusal() {
        let (mut bucket, now) = (Bucket::default(), Instant::now());
        let sent = send(&mut bucket, now, 2 * MAX_REMEMBERED).len();
        assert_eq!(sent, 2 * MAX_REMEMBERED);
        assert_eq!(bucket.load(now), MAX_REMEMBERED);
    }

    /// A bucket after 30 calls of which 10 were refused, all within half a second.
    fn taught(wait: Duration, start: Instant) -> Bucket {
        let mut bucket = Bucket::default();
        let sent = send(&mut bucket, start, 30);
        let answered = start + Duration::from_millis(300);
        for call in &sent[..20] {
            bucket.accepted(*call);
        }
        // In any order.
        for call in sent[20..].iter().rev() {
            bucket.refused(*call, answered, wait);
        }
        assert_eq!(bucket.gate(answered), Gate::Closed(answered + wait));
        assert_eq!(bucket.paused_for(answered), wait);
        bucket
    }

    #[test]
    fn the_waiting_time_shows_the_window() {
        for wait in [1, 2, 10, 60, 3600].map(seconds) {
            let start = Instant::now();
            let mut bucket = taught(wait, start);
            let after = start + Duration::from_millis(300) + wait;
            assert_eq!(send_and_accept(&mut bucket, after, 20), 20, "{wait:?}");
            let learned = bucket.learned.unwrap();
            assert_eq!((learned.limit, learned.window), (20, wait));
        }
    }

    #[test]
    fn calls_beyond_the_limit_go_one_by_one_and_raise_it() {
        let start = Instant::now();
        let mut bucket = taught(seconds(60), start);
        let now = start + seconds(61);
        // After a long pause one call goes ahead.
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
        let mut bucket = taught(seconds(60), start);
        let now = start + seconds(61);
        assert_eq!(send_and_accept(&mut bucket, now, 20), 20);
        let probe = send(&mut bucket, now + seconds(1), 99);
        assert_eq!(probe.len(), 1);
        bucket.refused(probe[0], now + seconds(1), seconds(59));
        // The same limit twice: four windows of 20 calls without a probe follow. The refused
        // call counts in the first one.
        let mut now = now + seconds(62);
        for _ in 0..4 {
            assert_eq!(send_and_accept(&mut bucket, now, 99), 20);
            now += seconds(61);
        }
        assert!(send_and_accept(&mut bucket, now, 99) > 20);
    }

    #[test]
    fn a_refusal_that_comes_too_early_is_taken_for_other_clients_once() {
        let start = Instant::now();
        let mut bucket = taught(seconds(60), start);
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
    fn a_fixed_rate_holds_over_any_minute() {
        let (mut bucket, start) = (Bucket::fixed(Some(2)), Instant::now());
        assert_eq!(send(&mut bucket, start, 1).len(), 1);
        assert_eq!(send(&mut bucket, start + seconds(30), 9).len(), 1);
        let leaves = start + MINUTE + MAX_MARGIN;
        assert_eq!(bucket.gate(start + seconds(40)), Gate::Closed(leaves));
        assert_eq!(send(&mut bucket, start + seconds(61), 9).len(), 1);
    }

    #[test]
    fn extremes_do_no_harm() {
        let (mut bucket, start) = (Bucket::fixed(Some(1)), Instant::now());
        let only = send(&mut bucket, start, 9);
        assert_eq!(only.len(), 1);
        bucket.refused(only[0], start, Duration::MAX);
        assert_eq!(bucket.paused_for(start), MAX_PAUSE);
        // A late refusal with a shorter wait does not open the bucket.
        bucket.refused(only[0], start, Duration::ZERO);
        assert_eq!(bucket.gate(start), Gate::Closed(start + MAX_PAUSE));
        assert_eq!(send(&mut bucket, start + MAX_PAUSE, 9).len(), 1);
        assert!(!bucket.is_forgotten(start + MAX_PAUSE));
        // A refusal without a wait, and one of a call that left the window long ago.
        let mut quiet = Bucket::default();
        let call = quiet.send(start);
        let later = start + seconds(600);
        assert_eq!(quiet.gate(later), Gate::Open);
        quiet.refused(call, later, Duration::ZERO);
        assert_eq!(quiet.gate(later), Gate::Open);
    }

    #[test]
    fn everything_is_forgotten_after_an_hour_without_calls() {
        let start = Instant::now();
        assert!(Bucket::default().is_forgotten(start));
        let mut quiet = Bucket::default();
        quiet.send(start);
        assert!(!quiet.is_forgotten(start + MINUTE));
        assert!(quiet.is_forgotten(start + MINUTE + MAX_MARGIN));
        // A limit that was learned stays longer.
        let mut bucket = taught(seconds(1), start);
        let now = start + seconds(2);
        assert_eq!(send_and_accept(&mut bucket, now, 20), 20);
        assert!(!bucket.is_forgotten(now + seconds(3599)));
        assert!(bucket.is_forgotten(now + FORGOTTEN_AFTER));
        assert_eq!(send(&mut bucket, now + FORGOTTEN_AFTER, 500).len(), 500);
    }
}
