//! What one budget of calls allows: a plain state machine, told the time.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The service states its limits in calls a minute.
const WINDOW: Duration = Duration::from_secs(60);

/// Two calls do not travel equally fast; the service counts arrivals.
const MARGIN: Duration = Duration::from_millis(500);

/// No pause is longer: after that one call finds out how things are.
const MAX_PAUSE: Duration = Duration::from_secs(3600);

/// A lane without calls for so long starts afresh.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// With fewer calls in a minute it was others who used up the budget: their number says
/// nothing about it.
const FEW: usize = 20;

/// What is known about one budget.
///
/// Nothing is held back before the first 429. That one pauses the lane for as long as the
/// service asks, and what went out in the minute before it, less what was refused, is the
/// limit from then on, if it was enough to tell. The service counts the calls of any minute, refused ones too, so
/// this does: a token bucket would let through up to twice the limit in the first minute,
/// or need a third more time for a fan-out of four minutes.
///
/// Others may have used part of the budget, so a limit that is used up for a minute
/// without a 429 grows: by 1 % at first, then by twice as much each minute.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// When the calls of the last minute went out, the oldest first.
    sent: VecDeque<Instant>,
    /// Calls that have gone out, ever.
    count: u64,
    /// How many may go out in a minute, as far as is known.
    limit: Option<usize>,
    /// How many may go out in a minute, whatever the service allows.
    bound: Option<usize>,
    paused_until: Option<Instant>,
    /// Calls before this one went out before the last 429 was known.
    storm: u64,
    /// Whether that 429 says something about the limit.
    storm_tells: bool,
    growth: Growth,
}

#[derive(Debug)]
struct Growth {
    percent: usize,
    from: Option<Instant>,
    /// Whether the limit has held a call back since the last change.
    was_reached: bool,
}

impl Default for Growth {
    fn default() -> Self {
        Self {
            percent: 1,
            from: None,
            was_reached: false,
        }
    }
}

impl Lane {
    /// A lane that never lets more calls through in a minute, were they allowed or not.
    pub(super) fn bounded(bound: Option<usize>) -> Self {
        Self {
            limit: bound,
            bound,
            ..Self::default()
        }
    }

    /// When the next call may go out; not after `now` if it may at once.
    pub(super) fn free_at(&mut self, now: Instant) -> Instant {
        self.forget_old(now);
        if let Some(until) = self.paused_until {
            if now < until {
                return until;
            }
            self.paused_until = None;
        }
        self.grow(now);
        match self.limit {
            Some(limit) if self.sent.len() >= limit => {
                self.growth.was_reached = true;
                let leaves = self.sent.get(self.sent.len() - limit);
                leaves.map_or(now, |&sent| sent + WINDOW + MARGIN)
            }
            _ => now,
        }
    }

    /// How long the lane is closed for everybody.
    pub(super) fn paused_for(&self, now: Instant) -> Duration {
        self.paused_until
            .map_or(Duration::ZERO, |until| until.duration_since(now))
    }

    /// A call goes out. Its number says to which storm its 429 would belong.
    pub(super) fn enter(&mut self, now: Instant) -> u64 {
        self.sent.push_back(now);
        self.count += 1;
        self.count
    }

    /// The call with this number was answered 429.
    pub(super) fn refused(&mut self, call: u64, now: Instant, wait: Duration) {
        self.forget_old(now);
        let until = now + wait.min(MAX_PAUSE);
        self.paused_until = Some(self.paused_until.map_or(until, |known| known.max(until)));
        if call > self.storm {
            // The first of a storm. Those that went out with it may still be refused.
            self.storm = self.count;
            self.storm_tells = self.sent.len() > FEW;
            if self.storm_tells {
                self.limit = Some(self.sent.len());
            }
        }
        if self.storm_tells {
            self.limit = self.limit.map(|limit| (limit - 1).max(FEW));
        }
        self.growth = Growth {
            from: Some(until + WINDOW),
            ..Growth::default()
        };
    }

    /// Calls of the last minute.
    pub(super) fn load(&self) -> usize {
        self.sent.len()
    }

    /// Whether nothing would be lost with it.
    pub(super) fn is_forgotten(&self, now: Instant) -> bool {
        let last = self.sent.back().copied().max(self.paused_until);
        last.is_none_or(|last| last + FORGOTTEN_AFTER <= now)
    }

    fn forget_old(&mut self, now: Instant) {
        while let Some(&oldest) = self.sent.front()
            && oldest + WINDOW + MARGIN <= now
        {
            self.sent.pop_front();
        }
    }

    fn grow(&mut self, now: Instant) {
        let Some(limit) = self.limit else {
            return;
        };
        let from = *self.growth.from.get_or_insert(now + WINDOW);
        if now < from || !self.growth.was_reached {
            return;
        }
        let percent = self.growth.percent;
        let more = limit.saturating_add((limit.saturating_mul(percent) / 100).max(1));
        self.limit = Some(more.min(self.bound.unwrap_or(usize::MAX)));
        self.growth = Growth {
            percent: (percent * 2).min(100),
            from: Some(now + WINDOW),
            was_reached: false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn learned(limit: usize) -> Lane {
        Lane {
            limit: Some(limit),
            ..Lane::default()
        }
    }

    /// Sends as many calls as the lane lets through at this moment, up to `most`.
    fn send(lane: &mut Lane, now: Instant, most: usize) -> Vec<u64> {
        let mut sent = Vec::new();
        while sent.len() < most && lane.free_at(now) <= now {
            sent.push(lane.enter(now));
        }
        sent
    }

    #[test]
    fn nothing_is_held_back_before_the_first_refusal() {
        let mut lane = Lane::default();
        assert_eq!(send(&mut lane, Instant::now(), 5_000).len(), 5_000);
    }

    #[test]
    fn a_storm_of_refusals_is_one_lesson() {
        let (mut lane, start) = (Lane::default(), Instant::now());
        let sent = send(&mut lane, start, 510);
        // The last ten are refused, in any order, while nothing else goes out.
        for call in sent[500..].iter().rev() {
            lane.refused(*call, start, seconds(60));
        }
        assert_eq!(lane.free_at(start), start + seconds(60));
        assert_eq!(lane.paused_for(start), seconds(60));
        let next = start + WINDOW + MARGIN;
        assert_eq!(send(&mut lane, next, 1_000).len(), 500);
        assert_eq!(lane.free_at(next), next + WINDOW + MARGIN);
    }

    #[test]
    fn a_few_calls_teach_nothing_but_the_pause() {
        let (mut lane, start) = (Lane::default(), Instant::now());
        let sent = send(&mut lane, start, FEW);
        lane.refused(sent[0], start, seconds(9));
        lane.refused(sent[1], start, seconds(9));
        assert_eq!(lane.free_at(start), start + seconds(9));
        assert_eq!(send(&mut lane, start + seconds(9), 500).len(), 500);
        // More than a few, and nearly all of them refused.
        let (mut lane, start) = (Lane::default(), Instant::now());
        for call in send(&mut lane, start, 2 * FEW) {
            lane.refused(call, start, seconds(9));
        }
        let next = start + WINDOW + MARGIN;
        assert_eq!(send(&mut lane, next, 500).len(), FEW);
    }

    #[test]
    fn the_limit_holds_over_any_minute() {
        let (mut lane, start) = (Lane::bounded(Some(2)), Instant::now());
        assert_eq!(send(&mut lane, start, 1).len(), 1);
        assert_eq!(send(&mut lane, start + seconds(30), 9).len(), 1);
        assert_eq!(
            lane.free_at(start + seconds(40)),
            start + WINDOW + MARGIN,
            "when the first one leaves the minute"
        );
        assert_eq!(send(&mut lane, start + seconds(61), 9).len(), 1);
    }

    #[test]
    fn a_limit_that_is_used_up_grows_until_the_next_refusal() {
        let (mut lane, mut now) = (learned(100), Instant::now());
        let mut sent = Vec::new();
        for _ in 0..5 {
            sent.push(send(&mut lane, now, 1_000));
            now += WINDOW + MARGIN;
        }
        assert_eq!(
            sent.iter().map(Vec::len).collect::<Vec<_>>(),
            [100, 101, 103, 107, 115]
        );
        // The last three were too many: 112 it is, and growth begins anew.
        now -= MARGIN;
        for call in &sent[4][112..] {
            lane.refused(*call, now, seconds(1));
        }
        now += seconds(1) + MARGIN;
        assert_eq!(send(&mut lane, now, 1_000).len(), 112);
        now += WINDOW + MARGIN;
        assert_eq!(send(&mut lane, now, 1_000).len(), 113);
    }

    #[test]
    fn a_limit_that_is_not_used_up_stays() {
        let (mut lane, mut now) = (learned(100), Instant::now());
        for _ in 0..9 {
            assert_eq!(send(&mut lane, now, 50).len(), 50);
            now += WINDOW + MARGIN;
        }
        assert_eq!(send(&mut lane, now, 1_000).len(), 100);
    }

    #[test]
    fn a_bound_is_never_passed() {
        let (mut lane, mut now) = (Lane::bounded(Some(10)), Instant::now());
        for _ in 0..9 {
            assert_eq!(send(&mut lane, now, 1_000).len(), 10);
            now += WINDOW + MARGIN;
        }
    }

    #[test]
    fn extremes_do_no_harm() {
        let (mut lane, start) = (Lane::bounded(Some(1)), Instant::now());
        let only = send(&mut lane, start, 9);
        assert_eq!(only.len(), 1);
        lane.refused(only[0], start, Duration::MAX);
        assert_eq!(lane.paused_for(start), MAX_PAUSE);
        // A late refusal with a shorter wait does not open the lane.
        lane.refused(only[0], start, Duration::ZERO);
        assert_eq!(lane.free_at(start), start + MAX_PAUSE);
        assert_eq!(send(&mut lane, start + MAX_PAUSE, 9).len(), 1);
        assert!(!lane.is_forgotten(start + MAX_PAUSE));
        assert!(lane.is_forgotten(start + MAX_PAUSE + FORGOTTEN_AFTER));
        // A refusal of a call that left the window long ago.
        let mut quiet = Lane::default();
        let call = quiet.enter(start);
        let later = start + seconds(600);
        assert_eq!(quiet.free_at(later), later);
        quiet.refused(call, later, seconds(1));
        assert_eq!(quiet.free_at(later), later + seconds(1));
        assert!(Lane::default().is_forgotten(start));
    }
}
