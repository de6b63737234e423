//! Waits before further attempts, reported by the client.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use partner_center::{Observer, WaitMetrics};

/// Maximum number of waits that are kept for events, so that a listing without events keeps few.
const MOST_KEPT: usize = 100;

/// Wait that has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    pub(super) duration: Duration,
    /// Whether the service requests the wait.
    pub(super) is_requested: bool,
    until: Option<Instant>,
}

impl Wait {
    /// Returns the text for a wait of which this time is left.
    pub(super) fn text(&self, left: Duration) -> String {
        let seconds = left.as_millis().div_ceil(1_000);
        match self.is_requested {
            true => format!("waiting {seconds} s: the service asked for it"),
            false => format!("waiting {seconds} s before another attempt"),
        }
    }
}

/// Waits of the calls of a client.
#[derive(Debug, Default)]
pub(crate) struct Waits(Mutex<Vec<Wait>>);

impl Waits {
    fn lock(&self) -> MutexGuard<'_, Vec<Wait>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn begin_now(&self, duration: Duration, is_requested: bool) {
        self.begin(duration, is_requested, Instant::now());
    }

    fn begin(&self, duration: Duration, is_requested: bool, now: Instant) {
        let mut waits = self.lock();
        if waits.len() >= MOST_KEPT {
            waits.remove(0);
        }
        waits.push(Wait {
            duration,
            is_requested,
            until: now.checked_add(duration),
        });
    }

    /// Returns the longest wait that has not ended, with the remaining time.
    pub(super) fn current(&self, now: Instant) -> Option<(Wait, Duration)> {
        let mut waits = self.lock();
        waits.retain(|wait| wait.until.is_none_or(|until| until > now));
        let left = |wait: &Wait| match wait.until {
            Some(until) => until.saturating_duration_since(now),
            None => wait.duration,
        };
        let waits = waits.iter().map(|wait| (*wait, left(wait)));
        waits.max_by_key(|(_, left)| *left)
    }

    /// Removes and returns all waits that have begun.
    pub(super) fn take_begun(&self) -> Vec<Wait> {
        std::mem::take(&mut *self.lock())
    }
}

impl Observer for Waits {
    fn waiting(&self, wait: &WaitMetrics) {
        self.begin(wait.duration, wait.is_requested, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_is_shown_until_it_ends() {
        let (waits, now) = (Waits::default(), Instant::now());
        let second = Duration::from_secs(1);
        waits.begin(second, false, now);
        waits.begin(30 * second, true, now);
        let text = |now| waits.current(now).map(|(wait, left)| wait.text(left));
        assert_eq!(
            text(now).as_deref(),
            Some("waiting 30 s: the service asked for it")
        );
        let later = now + Duration::from_millis(28_700);
        assert_eq!(
            text(later).as_deref(),
            Some("waiting 2 s: the service asked for it")
        );
        assert_eq!(text(now + 30 * second), None);
        waits.begin(Duration::from_millis(400), false, now);
        assert_eq!(
            text(now).as_deref(),
            Some("waiting 1 s before another attempt")
        );
    }

    #[test]
    fn events_get_every_wait_once_and_few_are_kept_without_events() {
        let (waits, now) = (Waits::default(), Instant::now());
        waits.begin(Duration::MAX, true, now);
        assert_eq!(
            waits.current(now).map(|(_, left)| left),
            Some(Duration::MAX)
        );
        assert_eq!(waits.take_begun().len(), 1);
        assert!(waits.take_begun().is_empty());
        for _ in 0..1_000 {
            waits.begin(Duration::from_secs(1), true, now);
        }
        assert_eq!(waits.take_begun().len(), MOST_KEPT);
    }
}
