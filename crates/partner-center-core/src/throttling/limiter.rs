use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::buckets::{Buckets, Entry, Ticket, Traffic};

/// Holds calls back where the service has answered 429, so that a fan-out slows down as a
/// whole instead of every call being refused by itself.
///
/// Calls of one partner tenant draw on one budget, and calls about one customer on that
/// customer's besides. Nothing is held back before the first 429 (T65). Then the calls of
/// that budget pause for as long as the service asks, and what got through is the limit
/// from there on, in the window that the waiting time shows: a second, a minute, an hour.
/// Beyond it the limiter probes carefully, and less often each time that the limit is
/// confirmed. Calls go out in the order in which they were made. A pause is believed for an
/// hour at most.
///
/// Clones share what they learn: give one limiter to all clients of a tenant in a process.
/// Different tenants do not slow each other down, where their tokens can be read.
#[derive(Clone, Debug)]
pub struct Limiter {
    buckets: Option<Arc<Mutex<Buckets>>>,
}

/// A call under way, or one without a limiter. Dropped without a response, it counts as a
/// call that shows nothing.
#[derive(Debug)]
pub(crate) struct Permit {
    buckets: Option<(Arc<Mutex<Buckets>>, Ticket)>,
    /// Time in the queue.
    pub(crate) held: Duration,
}

/// A pause is longer than a call is willing to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) pause: Duration,
}

impl Limiter {
    /// A limiter that learns from the responses.
    pub fn new() -> Self {
        Self::with(Buckets::default())
    }

    /// A limiter that besides never lets more calls of a tenant through in any minute, in
    /// case other clients need a part of the budget; 100,000 at most.
    pub fn at_most(calls_per_minute: NonZeroU32) -> Self {
        let fixed = usize::try_from(calls_per_minute.get()).unwrap_or(usize::MAX);
        Self::with(Buckets::fixed(Some(fixed)))
    }

    /// No limiter: every call goes out at once, and every 429 concerns its own call only.
    pub fn none() -> Self {
        Self { buckets: None }
    }

    fn with(buckets: Buckets) -> Self {
        Self {
            buckets: Some(Arc::new(Mutex::new(buckets))),
        }
    }

    /// Waits until the call may go out.
    ///
    /// # Errors
    ///
    /// [`Held`] where the service has closed the budget for longer than `patience`: on
    /// entering, or when the call is the first in the queue. The wait in the queue is not
    /// bounded: it ends as surely as those of the calls before.
    pub(crate) async fn admit(
        &self,
        traffic: &Traffic,
        patience: Duration,
    ) -> Result<Permit, Held> {
        let Some(buckets) = &self.buckets else {
            let (buckets, held) = (None, Duration::ZERO);
            return Ok(Permit { buckets, held });
        };
        let began = Instant::now();
        let queues = {
            let mut buckets = lock(buckets);
            let pause = buckets.paused_for(traffic, began);
            if pause > patience {
                return Err(Held { pause });
            }
            buckets.queues(traffic, began)
        };
        // Always in this order, the customer's queue first. Both locks are fair, and whoever
        // finds calls waiting queues behind them, even if a slot is free at this moment:
        // otherwise newcomers would take every slot of a busy fan-out.
        let _first_of_customer = match &queues.customer {
            Some(queue) => Some(queue.first.lock().await),
            None => None,
        };
        let mut first_of_tenant = None;
        loop {
            let now = Instant::now();
            let waits_for_customer = lock(buckets).customer_wait(traffic, now);
            let wait = match waits_for_customer {
                Some(wait) => {
                    // A pause of one customer must not hold back the tenant.
                    first_of_tenant = None;
                    wait
                }
                None if first_of_tenant.is_none() => {
                    first_of_tenant = Some(queues.tenant.first.lock().await);
                    continue;
                }
                None => match lock(buckets).enter(traffic, now) {
                    Entry::Sent(ticket) => {
                        return Ok(Permit {
                            buckets: Some((buckets.clone(), ticket)),
                            held: now - began,
                        });
                    }
                    Entry::Later(wait) => wait,
                },
            };
            if wait.pause > patience {
                return Err(Held { pause: wait.pause });
            }
            // A response can open the bucket earlier, by raising the limit.
            let _either = timeout_at(wait.until, wait.queue.response.notified()).await;
        }
    }
}

impl Permit {
    /// A response other than 429 arrived.
    pub(crate) fn accepted(mut self) {
        if let Some((buckets, ticket)) = self.buckets.take() {
            lock(&buckets).accepted(&ticket);
        }
    }

    /// The service answered 429, and the call will wait so long.
    pub(crate) fn refused(mut self, wait: Duration) {
        if let Some((buckets, ticket)) = self.buckets.take() {
            lock(&buckets).refused(&ticket, Instant::now(), wait);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some((buckets, ticket)) = self.buckets.take() {
            lock(&buckets).ended(&ticket);
        }
    }
}

fn lock(buckets: &Mutex<Buckets>) -> MutexGuard<'_, Buckets> {
    buckets.lock().unwrap_or_else(PoisonError::into_inner)
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
        first.refused(Duration::from_secs(57));
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
            permit.refused(Duration::MAX);
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
        assert_eq!(turns, [(0, 10), (60, 10), (120, 10), (180, 5)]);
        assert_eq!(began.elapsed().as_secs(), 180);
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
        out.remove(0).refused(Duration::from_secs(900));
        assert_eq!(about_all.await.unwrap().as_secs(), 60);
        assert_eq!(about_the_customer.await.unwrap().as_secs(), 900);
    }

    /// Calls arrive at moments in which slots are free: those that wait have them first.
    #[tokio::test(start_paused = true)]
    async fn calls_go_out_in_the_order_in_which_they_were_made() {
        let limiter = Limiter::at_most(NonZeroU32::new(10).unwrap());
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut calls = Vec::new();
        for number in 0..60 {
            let (limiter, order) = (limiter.clone(), order.clone());
            calls.push(tokio::spawn(async move {
                let permit = limiter.admit(&traffic(), Duration::MAX).await.unwrap();
                order.lock().unwrap().push(number);
                permit.accepted();
            }));
            // A divisor of the time in which a slot becomes free.
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        for call in calls {
            call.await.unwrap();
        }
        assert!(order.lock().unwrap().is_sorted(), "{order:?}");
    }

    /// Cancelled in the queue or under way, a call holds back no other.
    #[tokio::test(start_paused = true)]
    async fn a_cancelled_call_leaves_the_queue() {
        let limiter = Limiter::new();
        let hour = Duration::from_secs(3600);
        let first = limiter.admit(&traffic(), hour).await.unwrap();
        drop(limiter.admit(&traffic(), hour).await.unwrap());
        first.refused(Duration::from_secs(9));
        let waits = {
            let limiter = limiter.clone();
            tokio::spawn(async move { limiter.admit(&traffic(), hour).await.map(drop) })
        };
        tokio::task::yield_now().await;
        waits.abort();
        let next = limiter.admit(&traffic(), hour).await.unwrap();
        assert_eq!(next.held, Duration::from_secs(9));
    }
}
