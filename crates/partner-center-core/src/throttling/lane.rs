//! What one budget of calls allows: a plain state machine, told the time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// The service states its limits in calls a minute.
const WINDOW: Duration = Duration::from_secs(60);

/// Two calls do not travel equally fast; the service counts arrivals.
const MARGIN: Duration = Duration::from_millis(500);

/// No pause is longer: after that calls find out how things are.
const MAX_PAUSE: Duration = Duration::from_secs(3600);

/// What a lane without calls has learned is worth nothing after so long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// With no more calls in a minute it was others who used up the budget: their number says
/// nothing about it.
const FEW: usize = 20;

/// No more calls of a minute are remembered; nobody has been seen to allow as many.
const MOST: usize = 100_000;

/// No longer time without growth, in minutes.
const MAX_REST: u32 = 32;

/// What is known about one budget.
///
/// Nothing is held back before the first 429. That one pauses the lane for as long as the
/// service asks, and what went out in the minute before it, less what was refused, is the
/// limit from then on, if it was enough to tell. The service counts the calls of any minute, refused ones too, so
/// this does: a token bucket would let through up to twice the limit in the first minute,
/// or need a third more time for a fan-out of four minutes.
///
/// Others may have used part of the budget, so a limit that is used up for a minute
/// without a 429 grows: by 1 % at first, then by twice as much each minute. Where the next
/// 429 finds the limit where it was, the time until the next growth doubles, up to half an
/// hour: a long fan-out does not run into the same limit every other minute.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// When the calls of the last minute went out, the oldest first.
    sent: VecDeque<Instant>,
    /// When the last one went out, or a pause ends.
    last: Option<Instant>,
    /// Calls that have gone out, ever.
    count: u64,
    /// How many may go out in a minute, as far as is known.
    limit: Option<usize>,
    /// What it was before it last began to grow.
    settled: Option<usize>,
    /// How many may go out in a minute, whatever the service allows.
    bound: Option<usize>,
    paused_until: Option<Instant>,
    /// Calls before this one went out before the last 429 was known.
    storm: u64,
    /// Whether that 429 says something about the limit.
    storm_tells: bool,
    growth: Growth,
    /// Calls that wait queue here, in order: only the first watches the clock.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct Growth {
    percent: usize,
    /// Minutes without growth after a 429.
    rest: u32,
    from: Option<Instant>,
    /// Whether the limit has held a call back since the last change.
    was_reached: bool,
}

impl Default for Growth {
    fn default() -> Self {
        Self {
            percent: 1,
            rest: 1,
            from: None,
            was_reached: false,
        }
    }
}

impl Lane {
    /// A lane that never lets more calls through in a minute, were they allowed or not.
    pub(super) fn bounded(bound: Option<usize>) -> Self {
        Self {
            limit: bound.map(|bound| bound.min(MOST)),
            bound: bound.map(|bound| bound.min(MOST)),
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

    /// The queue of those who wait.
    pub(super) fn turn(&self) -> Arc<tokio::sync::Mutex<()>> {
        self.turn.clone()
    }

    /// How long the lane is closed for everybody.
    pub(super) fn paused_for(&self, now: Instant) -> Duration {
        self.paused_until
            .map_or(Duration::ZERO, |until| until.duration_since(now))
    }

    /// A call goes out. Its number says to which storm its 429 would belong.
    pub(super) fn enter(&mut self, now: Instant) -> u64 {
        if self.sent.len() == MOST {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
        self.last = self.last.max(Some(now));
        self.count += 1;
        self.count
    }

    /// The call with this number was answered 429.
    pub(super) fn refused(&mut self, call: u64, now: Instant, wait: Duration) {
        self.forget_old(now);
        let until = now + wait.min(MAX_PAUSE);
        self.paused_until = self.paused_until.max(Some(until));
        self.last = self.last.max(self.paused_until);
        if call > self.storm {
            // The first of a storm. Those that went out with it may still be refused.
            self.storm = self.count;
            self.storm_tells = self.sent.len() > FEW;
            if self.storm_tells {
                self.growth.rest = match self.settled.take() {
                    Some(settled) if is_about(settled, self.sent.len()) => {
                        (self.growth.rest * 2).min(MAX_REST)
                    }
                    _ => 1,
                };
                self.limit = Some(self.sent.len());
            }
        }
        if self.storm_tells {
            self.limit = self.limit.map(|limit| (limit - 1).max(FEW));
        }
        self.growth = Growth {
            rest: self.growth.rest,
            from: Some(until + WINDOW * self.growth.rest),
            ..Growth::default()
        };
    }

    /// Calls of the last minute.
    pub(super) fn load(&self) -> usize {
        self.sent.len()
    }

    /// Whether nothing would be lost with it.
    pub(super) fn is_forgotten(&mut self, now: Instant) -> bool {
        self.forget_old(now);
        let paused = self.paused_until.is_some_and(|until| now < until);
        self.sent.is_empty() && !paused && self.limit == self.bound
    }

    /// Lets go of calls older than a minute, and in time of what they taught.
    fn forget_old(&mut self, now: Instant) {
        if self.last.is_some_and(|last| last + FORGOTTEN_AFTER <= now) {
            *self = Self {
                count: self.count,
                storm: self.storm,
                turn: self.turn.clone(),
                ..Self::bounded(self.bound)
            };
        }
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
        if self.growth.percent == 1 {
            self.settled = Some(limit);
        }
        let percent = self.growth.percent;
        let more = limit.saturating_add((limit.saturating_mul(percent) / 100).max(1));
        self.limit = Some(more.min(self.bound.unwrap_or(usize::MAX)));
        self.growth = Growth {
            percent: (percent * 2).min(100),
            rest: self.growth.rest,
            from: Some(now + WINDOW),
            was_reached: false,
        };
    }
}

/// Within a twentieth.
fn is_about(known: usize, found: usize) -> bool {
    known.abs_diff(found) * 20 <= known
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
        assert_eq!(send(&mut lane, Instant::now(), 2 * MOST).len(), 2 * MOST);
        assert_eq!(lane.load(), MOST);
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
        // A refusal of a call that left the window long ago.
        let mut quiet = Lane::default();
        let call = quiet.enter(start);
        let later = start + seconds(600);
        assert_eq!(quiet.free_at(later), later);
        quiet.refused(call, later, seconds(1));
        assert_eq!(quiet.free_at(later), later + seconds(1));
    }

    #[test]
    fn what_nobody_asks_for_is_forgotten_within_the_hour() {
        let start = Instant::now();
        assert!(Lane::default().is_forgotten(start));
        let mut quiet = Lane::default();
        quiet.enter(start);
        assert!(!quiet.is_forgotten(start + WINDOW));
        assert!(quiet.is_forgotten(start + WINDOW + MARGIN));
        // A limit that was learned stays longer.
        let mut lane = learned(25);
        send(&mut lane, start, 25);
        assert!(!lane.is_forgotten(start + seconds(3599)));
        assert!(lane.is_forgotten(start + FORGOTTEN_AFTER));
        assert_eq!(send(&mut lane, start + FORGOTTEN_AFTER, 500).len(), 500);
    }

    /// The limit is 500: what goes out above it is refused.
    #[test]
    fn a_limit_that_is_found_again_is_tried_less_and_less_often() {
        let (mut lane, mut now) = (learned(500), Instant::now());
        let mut storms = Vec::new();
        for minute in 0..240 {
            let sent = send(&mut lane, now, 1_000);
            for call in sent.iter().skip(500) {
                lane.refused(*call, now, seconds(60));
            }
            if sent.len() > 500 {
                storms.push(minute);
            }
            now += WINDOW + MARGIN;
        }
        let pauses: Vec<_> = storms.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(pauses.is_sorted() && pauses.len() < 12, "{pauses:?}");
        assert!(pauses.last().is_some_and(|last| *last > 30), "{pauses:?}");
    }
}
