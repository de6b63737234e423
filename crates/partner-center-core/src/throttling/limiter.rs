use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::lanes::{Entry, Lanes, Ticket, Traffic};

/// Holds calls back where the service has answered 429, so that a fan-out slows down as a
/// whole instead of every call being refused by itself.
///
/// Calls of one partner tenant draw on one budget, and calls about one customer on that
/// customer's besides. Nothing is held back before the first 429 (T65). Then the calls of
/// that budget pause for as long as the service asks, and what got through in the minute
/// before is the limit from there on (unless those were 20 or less, and others used up
/// the budget); it grows again slowly where there is more to be had. A pause is believed
/// for an hour at most.
///
/// Clones share what they learn: give one limiter to all clients of a tenant in a process.
/// Different tenants do not slow each other down, where their tokens can be read.
#[derive(Clone, Debug)]
pub struct Limiter {
    lanes: Option<Arc<Mutex<Lanes>>>,
}

/// A call that is out, or would be without a limiter.
#[derive(Debug)]
pub(crate) struct Permit {
    ticket: Option<Ticket>,
    /// How long it was held back.
    pub(crate) held: Duration,
}

/// A pause is longer than a call is willing to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) pause: Duration,
}

impl Limiter {
    /// One that learns from the answers.
    pub fn new() -> Self {
        Self::with(Lanes::default())
    }

    /// One that besides never lets more calls of a tenant through in any minute, in case
    /// others need a part of the budget.
    pub fn at_most(calls_per_minute: NonZeroU32) -> Self {
        let bound = usize::try_from(calls_per_minute.get()).unwrap_or(usize::MAX);
        Self::with(Lanes::bounded(Some(bound)))
    }

    /// None: every call goes out at once, and every 429 is its own caller's.
    pub fn none() -> Self {
        Self { lanes: None }
    }

    fn with(lanes: Lanes) -> Self {
        Self {
            lanes: Some(Arc::new(Mutex::new(lanes))),
        }
    }

    /// Waits until the call may go out.
    ///
    /// # Errors
    ///
    /// At once where the service has closed the budget for longer than `patience`. The
    /// wait for one's turn is not bounded: it ends as surely as the calls before it.
    pub(crate) async fn admit(
        &self,
        traffic: &Traffic,
        patience: Duration,
    ) -> Result<Permit, Held> {
        let Some(lanes) = &self.lanes else {
            let (ticket, held) = (None, Duration::ZERO);
            return Ok(Permit { ticket, held });
        };
        let began = Instant::now();
        let mut now = began;
        let mut first_in_queue = None;
        loop {
            let entry = lanes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .enter(traffic, now);
            match entry {
                Entry::Gone(ticket) => {
                    return Ok(Permit {
                        ticket: Some(ticket),
                        held: now - began,
                    });
                }
                Entry::Later { pause, .. } if pause > patience => return Err(Held { pause }),
                Entry::Later { at, turn, .. } => {
                    match first_in_queue {
                        None => first_in_queue = Some(turn.lock_owned().await),
                        Some(_) => sleep_until(at).await,
                    }
                    now = Instant::now();
                }
            }
        }
    }

    /// The call was answered 429, and its caller will wait so long.
    pub(crate) fn refused(&self, permit: &Permit, wait: Duration) {
        if let (Some(lanes), Some(ticket)) = (&self.lanes, &permit.ticket) {
            lanes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .refused(ticket, Instant::now(), wait);
        }
    }
}

impl Default for Limiter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic() -> Traffic {
        Traffic::new(
            "".into(),
            &"https://api.contoso.example/v1".parse().unwrap(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody_but_the_impatient() {
        let limiter = Limiter::new();
        let clone = limiter.clone();
        let (traffic, minute) = (traffic(), Duration::from_secs(60));
        let first = limiter.admit(&traffic, minute).await.unwrap();
        limiter.refused(&first, Duration::from_secs(57));
        let held = clone
            .admit(&traffic, Duration::from_secs(56))
            .await
            .unwrap_err();
        assert_eq!(held.pause, Duration::from_secs(57));
        let second = clone.admit(&traffic, minute).await.unwrap();
        assert_eq!(second.held, Duration::from_secs(57));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limiter_nothing_waits() {
        let limiter = Limiter::none();
        for _ in 0..3 {
            let permit = limiter.admit(&traffic(), Duration::ZERO).await.unwrap();
            assert_eq!(permit.held, Duration::ZERO);
            limiter.refused(&permit, Duration::MAX);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_bound_is_kept_by_many_at_once() {
        let limiter = Limiter::at_most(NonZeroU32::new(10).unwrap());
        let began = Instant::now();
        let calls = (0..35).map(|_| async {
            let permit = limiter.admit(&traffic(), Duration::ZERO).await.unwrap();
            permit.held.as_secs()
        });
        let mut held = futures_util::future::join_all(calls).await;
        held.sort_unstable();
        let turns: Vec<_> = held.chunk_by(|one, next| one == next).collect();
        let turns: Vec<_> = turns.iter().map(|turn| (turn[0], turn.len())).collect();
        assert_eq!(turns, [(0, 10), (60, 10), (121, 10), (181, 5)]);
        assert_eq!(began.elapsed().as_secs(), 181);
    }
}
