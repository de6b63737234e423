use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
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
    /// others need a part of the budget; 100,000 at most.
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
    /// Where the service has closed the budget for longer than `patience`: on entering, or
    /// when one's turn comes. The wait for one's turn is not bounded: it ends as surely as
    /// those of the calls before.
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
        let mut first_in_queue: Option<OwnedMutexGuard<()>> = None;
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
                    match &first_in_queue {
                        Some(held) if Arc::ptr_eq(OwnedMutexGuard::mutex(held), &turn) => {
                            sleep_until(at).await;
                        }
                        // Never first in two queues: what holds back one customer must not
                        // hold back the tenant.
                        _ => {
                            drop(first_in_queue.take());
                            first_in_queue = Some(turn.lock_owned().await);
                        }
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

    /// A customer's pause holds back that customer, not those who queue for the tenant.
    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_customer_leaves_the_queue_of_the_tenant() {
        let limiter = Limiter::at_most(NonZeroU32::new(4).unwrap());
        let hour = Duration::from_secs(3600);
        let customer = "https://api.contoso.example/v1/customers/\
                        0c39d6d5-c70d-4c55-bc02-f620844f3fd1/x";
        let customer = Traffic::new("".into(), &customer.parse().unwrap());
        let mut out = Vec::new();
        for _ in 0..4 {
            out.push(limiter.admit(&customer, hour).await.unwrap());
        }
        let wait = |traffic: Traffic| {
            let limiter = limiter.clone();
            tokio::spawn(async move { limiter.admit(&traffic, hour).await.unwrap().held })
        };
        let about_the_customer = wait(customer.clone());
        tokio::task::yield_now().await;
        let about_all = wait(traffic());
        tokio::task::yield_now().await;
        limiter.refused(&out[0], Duration::from_secs(900));
        assert_eq!(about_all.await.unwrap().as_secs(), 60);
        assert_eq!(about_the_customer.await.unwrap().as_secs(), 900);
    }
}
