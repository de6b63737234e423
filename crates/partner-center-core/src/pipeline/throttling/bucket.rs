//! Rate-limit state of one budget of calls: a state machine that takes the time as an argument.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Window of a fixed limit, and of the comparison between buckets.
const MINUTE: Duration = Duration::from_secs(60);

/// Longest pause. A longer `Retry-After` is cut to this, so that a nonsensical value does not
/// stop a job for ever.
const MAX_PAUSE: Duration = Duration::from_secs(3600);

/// Smallest number of calls from which a limit is learned. After fewer calls, a 429 is
/// attributed to other clients that share the budget.
const MIN_CALLS_TO_LEARN: usize = 5;

/// Longest safety margin between two windows.
const MAX_MARGIN: Duration = Duration::from_millis(250);

/// Time without calls after which the learned limit is dropped.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// Largest number of calls in the log of a bucket.
const MAX_REMEMBERED: usize = 100_000;

/// Minimum number of calls between two probes of a limit.
const CALLS_BETWEEN_PROBES: usize = 100;

/// Minimum time between two probes of a limit.
const TIME_BETWEEN_PROBES: Duration = Duration::from_secs(60);

/// Shortest gap after which the first call of a burst is sent alone. Other clients may have
/// used the budget in the meantime, and one round trip is short compared with the gap.
const LONG_GAP: Duration = Duration::from_secs(5);

/// Entry of the log of calls.
#[derive(Clone, Copy, Debug)]
struct Recent {
    at: Instant,
    refused: bool,
}

/// Rate-limit state of one budget.
///
/// No call is delayed before the first 429. A 429 pauses the bucket for as long as the
/// service asks. It also shows the limit, which is the number of calls accepted since the
/// burst began, and the window, which lasts from the first of these calls to the end of the
/// pause. From then on, no more calls than the limit are sent in any such window. The bucket
/// uses a sliding log of calls. A token bucket would let through up to twice the limit in the
/// first window, or would need one more window for every fan-out.
///
/// Other clients may have used a part of the budget, so the bucket probes for a higher limit:
/// once the limit is used up, one extra call is sent, then two, and so on as long as they
/// succeed; each success raises the limit. A 429 ends the probe. If it confirms the limit, the
/// next probe is delayed by at least `TIME_BETWEEN_PROBES` and `CALLS_BETWEEN_PROBES`.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// Recent calls, oldest first. Throttled calls are included, because some services count
    /// them.
    sent: VecDeque<Recent>,
    /// Total number of calls.
    count: u64,
    /// Time of the last call.
    last: Option<Instant>,
    /// Number of calls without a response so far.
    in_flight: usize,
    /// Largest number of calls in a minute, set by the user.
    fixed: Option<usize>,
    paused_until: Option<Instant>,
    burst: Burst,
    /// Number of the last call sent before the last 429 arrived. A 429 for a call up to this
    /// number belongs to the same throttling burst.
    throttled_up_to: u64,
    learned: Option<Learned>,
    /// Result of the current throttling burst, until the pause ends.
    found: Option<Found>,
}

/// Calls that follow each other without a gap.
#[derive(Clone, Copy, Debug, Default)]
struct Burst {
    /// Time of the first accepted call after a gap.
    began: Option<Instant>,
    /// Time of the first call after a gap, while it has no response.
    opening: Option<Instant>,
    /// `true` while other calls wait for the response to the opening call.
    is_alone: bool,
}

/// Limit learned from 429 responses.
#[derive(Clone, Copy, Debug)]
struct Learned {
    limit: usize,
    /// Limit before it was raised by probes or by a 429 that came later than expected.
    anchor: usize,
    window: Duration,
    /// Safety margin added to the window: latencies differ, and the service counts arrivals.
    margin: Duration,
    /// `true` after two consecutive 429 responses have shown the same limit.
    confirmed: bool,
    /// Time of the next probe.
    probe_at: Instant,
    /// Number of calls in flight below which a probe may be sent.
    allowance: usize,
    /// `true` if the last 429 came too early and was attributed to other clients.
    doubted: bool,
}

/// Limit and window that one throttling burst shows.
#[derive(Clone, Copy, Debug)]
struct Found {
    limit: usize,
    refused: usize,
    window: Duration,
    /// `true` if the throttled call was the first of a burst.
    at_opening: bool,
    by_probe: bool,
}

/// Decision about the next call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gate {
    /// The call may be sent.
    Open,
    /// The call waits until this time or until a response arrives.
    Closed(Instant),
}

/// Record of a sent call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    number: u64,
    at: Instant,
    /// Number of calls in the window of a probe; `None` for an ordinary call.
    probes: Option<usize>,
}

impl Bucket {
    /// Creates a bucket with a fixed limit of calls in a minute, besides the learned limit.
    pub(super) fn fixed(per_minute: Option<usize>) -> Self {
        Self {
            fixed: per_minute.map(|limit| limit.min(MAX_REMEMBERED)),
            ..Self::default()
        }
    }

    /// Decides whether the next call may be sent.
    pub(super) fn gate(&mut self, now: Instant) -> Gate {
        self.forget_old(now);
        if let Some(until) = self.paused_until {
            if now < until {
                return Gate::Closed(until);
            }
            self.paused_until = None;
            self.settle(until);
        }
        // The margin keeps the limit for arrivals at the service, although latencies differ.
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
        // The response to the first call shows whether other clients have used the budget.
        if self.burst.is_alone && self.in_flight > 0 {
            return Gate::Closed(now + learned.window);
        }
        match self.full_until(learned.limit, learned.window + learned.margin) {
            Some(at) if at > now && !self.may_probe(&learned, at, now) => Gate::Closed(at),
            _ => Gate::Open,
        }
    }

    /// Returns the time from which one more call fits into the window; `None` if the limit is
    /// not used up.
    fn full_until(&self, limit: usize, window: Duration) -> Option<Instant> {
        let leaves = self.sent.len().checked_sub(limit)?;
        let sent = self.sent.get(leaves)?;
        Some(sent.at + window)
    }

    /// Returns whether a probe may be sent although the limit is used up until `at`. Shortly
    /// before `at` a probe shows nothing: it would only be early.
    fn may_probe(&self, learned: &Learned, at: Instant, now: Instant) -> bool {
        // In a long series of calls, every moment is shortly before a slot becomes free, so the
        // time until `at` does not matter.
        let is_steady = self
            .burst
            .began
            .is_some_and(|began| now - began > learned.window * 2);
        now >= learned.probe_at
            && self.in_flight < learned.allowance
            && (is_steady || at - now > learned.window / 2)
    }

    /// Returns the remaining time of the pause that the service asked for.
    pub(super) fn paused_for(&self, now: Instant) -> Duration {
        self.paused_until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// Records a call that is sent now.
    pub(super) fn send(&mut self, now: Instant) -> Sent {
        let gap = self.last.map_or(MAX_PAUSE, |last| now - last);
        let window = self.learned.map_or(MINUTE, |learned| learned.window);
        // A gap of half a window begins a new burst.
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

    /// Records a response other than 429.
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
        // A probe that was sent before the last 429 says nothing about the limit after it.
        if let (Some(learned), Some(load)) = (&mut self.learned, sent.probes)
            && sent.number > self.throttled_up_to
        {
            learned.allowance += 1;
            learned.limit = learned.limit.max(load);
        }
    }

    /// Records the end of a call that shows nothing about this budget, such as one without a
    /// response.
    pub(super) fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Records a 429 response with its waiting time.
    pub(super) fn refused(&mut self, sent: Sent, now: Instant, wait: Duration) {
        self.ended();
        let until = now + wait.min(MAX_PAUSE);
        self.paused_until = self.paused_until.max(Some(until));
        if sent.number > self.throttled_up_to {
            // The first 429 of a throttling burst. Calls in flight may still be throttled.
            self.throttled_up_to = self.count;
            self.found = Some(self.shown_by(sent, wait.min(MAX_PAUSE)));
        }
        if let Some(found) = &mut self.found {
            found.limit = found.limit.saturating_sub(1);
            found.refused += 1;
        }
        // The log is ordered by number, so the position of the call follows from the calls after
        // it. The call may already have left the log.
        let later = usize::try_from(self.count - sent.number).unwrap_or(usize::MAX);
        let index = self.sent.len().checked_sub(later.saturating_add(1));
        if let Some(recent) = index.and_then(|index| self.sent.get_mut(index)) {
            recent.refused = true;
        }
    }

    /// Returns the limit and the window that a 429 shows. The window lasts from the first call
    /// of the burst to the time at which the service accepts the next call; the limit is the
    /// number of calls accepted in it. Both ends are sending times, so that the latency cancels
    /// out. `Retry-After` is rounded up to whole seconds (RFC 9110, 10.2.3), and windows are
    /// whole seconds, so the sum is rounded down.
    fn shown_by(&self, sent: Sent, wait: Duration) -> Found {
        let began = self.burst.began.or(self.burst.opening).unwrap_or(sent.at);
        let since = sent.at.saturating_duration_since(began);
        let shown = match since + wait {
            shown if shown >= Duration::from_secs(1) => Duration::from_secs(shown.as_secs()),
            shown => shown.max(Duration::from_millis(100)),
        };
        let at_opening = self.burst.opening.is_some();
        let window = match self.learned {
            // After a long series of calls, its beginning does not show the window.
            None if since > MINUTE.max(wait) => MINUTE.max(wait),
            None => shown,
            // A window can seem shorter than it is, if it began before the burst or other
            // clients called before it. It cannot seem longer.
            Some(known) if since < known.window => shown.max(known.window),
            // Two windows follow each other, and the second began too early.
            Some(known) if at_opening && (!known.confirmed || shown <= known.window * 5 / 4) => {
                shown.max(known.window)
            }
            Some(known) => known.window.max(wait),
        };
        // If the window is longer than assumed, calls before the burst do not count.
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

    /// Returns the number of calls after this time that were not throttled.
    fn accepted_since(&self, time: Option<Instant>) -> usize {
        let is_after = |recent: &&Recent| time.is_none_or(|time| recent.at > time);
        let recent = self.sent.iter().rev().take_while(is_after);
        recent.filter(|recent| !recent.refused).count()
    }

    /// Updates the learned limit from a throttling burst, when its pause has ended.
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
            // Too few calls show only the pause.
            let calls = found.limit + found.refused;
            self.learned = (calls >= MIN_CALLS_TO_LEARN).then_some(fresh);
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
                    // The limit was respected, so the calls of two windows arrived too close
                    // to each other.
                    false if known.limit == known.anchor => (known.margin * 2).min(MAX_MARGIN),
                    _ => known.margin,
                },
                confirmed: true,
                probe_at: ended + time_between_probes(limit, known.window),
                ..fresh
            }
        } else if early && known.confirmed && !known.doubted {
            // Either other clients have used a part of the budget, or the limit is lower now.
            // Only a second consecutive 429 of this kind lowers the limit.
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

    /// Returns the number of calls of the last minute.
    pub(super) fn load(&self, now: Instant) -> usize {
        self.sent.len()
            - self
                .sent
                .partition_point(|recent| now - recent.at >= MINUTE)
    }

    /// Returns whether the bucket has no state worth keeping.
    pub(super) fn is_forgotten(&mut self, now: Instant) -> bool {
        self.forget_old(now);
        let paused = self.paused_until.is_some_and(|until| now < until);
        self.sent.is_empty() && !paused && self.learned.is_none()
    }

    /// Drops calls that no window contains any more, and the learned limit after
    /// `FORGOTTEN_AFTER` without calls.
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

/// Returns the time until the next probe. A probe costs a throttled call, and up to two
/// seconds if the window is short; each must cost at most a few percent.
fn time_between_probes(limit: usize, window: Duration) -> Duration {
    let windows = CALLS_BETWEEN_PROBES
        .div_ceil(limit.max(1))
        .saturating_sub(1);
    let windows = u32::try_from(windows).unwrap_or(u32::MAX);
    window
        .saturating_mul(windows)
        .max(TIME_BETWEEN_PROBES.saturating_sub(window))
}

/// Returns whether `found` differs from `known` by at most a tenth.
fn is_about(known: usize, found: usize) -> bool {
    known.abs_diff(found) * 10 <= known
}

fn margin(window: Duration) -> Duration {
    (window / 25).clamp(Duration::from_millis(10), MAX_MARGIN)
}

#[cfg(test)]
mod tests;
