use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::buckets::{Buckets, Entry, Ticket, Traffic};

/// Rate limiter that delays calls after a 429 response, so that all calls of a fan-out slow
/// down together instead of each being throttled separately.
///
/// All calls of a partner tenant share one budget; calls about a customer also draw on the budget
/// of that customer. No call is delayed before the first 429 ([T65](crate::deviations#t65)). After
/// a 429, the calls of that budget pause for as long as the service asks, one hour at most. The
/// number of calls that were accepted before becomes the limit, and the waiting time shows the
/// window that it applies to: a second, a minute or an hour. The limiter then probes for a higher
/// limit, less often once the limit is confirmed. Calls are sent in the order in which they were
/// made.
///
/// Clones share their state: use one limiter for all clients of a tenant in a process. Calls
/// of different tenants do not delay each other, provided that their tokens can be read.
///
/// ```
/// use std::num::NonZeroU32;
///
/// use partner_center_core::Limiter;
///
/// // One limiter for all clients of a tenant; clones share what it has learned.
/// let limiter = Limiter::new();
/// let of_another_client = limiter.clone();
///
/// // Leaves a part of the budget to other programs of the tenant.
/// let background = Limiter::at_most(NonZeroU32::new(300).unwrap());
/// # let _ = (of_another_client, background);
/// ```
#[derive(Clone, Debug)]
pub struct Limiter {
    buckets: Option<Arc<Mutex<Buckets>>>,
}

/// Permission to send one call. Dropping it without reporting a response releases the slot
/// and leaves the learned limit unchanged.
#[derive(Debug)]
pub(crate) struct Permit {
    buckets: Option<(Arc<Mutex<Buckets>>, Ticket)>,
    /// Time spent in the queue.
    pub(crate) queued_for: Duration,
}

/// Pause of a budget that is longer than the patience of the call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PauseTooLong {
    pub(crate) pause: Duration,
}

impl Limiter {
    /// Creates a limiter that learns the limit from the responses.
    pub fn new() -> Self {
        Self::with(Buckets::default())
    }

    /// Creates a limiter with an additional fixed limit of calls per tenant in any minute,
    /// which leaves a part of the budget to other clients. Values above 100,000 count as
    /// 100,000.
    pub fn at_most(calls_per_minute: NonZeroU32) -> Self {
        let fixed = usize::try_from(calls_per_minute.get()).unwrap_or(usize::MAX);
        Self::with(Buckets::fixed(Some(fixed)))
    }

    /// Creates a limiter that delays no call: a 429 affects only the call that received it.
    pub fn none() -> Self {
        Self { buckets: None }
    }

    fn with(buckets: Buckets) -> Self {
        Self {
            buckets: Some(Arc::new(Mutex::new(buckets))),
        }
    }

    /// Waits until the call may be sent.
    ///
    /// # Errors
    ///
    /// [`PauseTooLong`] if the service has paused the budget for longer than `patience`. This is
    /// checked on entering and again when the call is first in the queue. The time in the
    /// queue behind other calls is not bounded.
    pub(crate) async fn admit(
        &self,
        traffic: &Traffic,
        patience: Duration,
    ) -> Result<Permit, PauseTooLong> {
        let Some(buckets) = &self.buckets else {
            let (buckets, queued_for) = (None, Duration::ZERO);
            return Ok(Permit {
                buckets,
                queued_for,
            });
        };
        let began = Instant::now();
        let queues = {
            let mut buckets = lock(buckets);
            let pause = buckets.paused_for(traffic, began);
            if pause > patience {
                return Err(PauseTooLong { pause });
            }
            buckets.queues(traffic, began)
        };
        // The customer's queue is always locked first; a fixed order excludes a deadlock. Both
        // locks are fair: a new call queues behind waiting calls even if a slot is free at
        // this moment. Otherwise new calls would take every slot of a busy fan-out.
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
                    // A pause of one customer must not delay other calls of the tenant, so
                    // this call gives up its place in the tenant's queue while it waits.
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
                            queued_for: now - began,
                        });
                    }
                    Entry::Later(wait) => wait,
                },
            };
            if wait.pause > patience {
                return Err(PauseTooLong { pause: wait.pause });
            }
            // A response can open the bucket before `until`, by raising the limit.
            let _either = timeout_at(wait.until, wait.queue.response.notified()).await;
        }
    }
}

impl Permit {
    /// Records a response other than 429.
    pub(crate) fn accepted(mut self) {
        if let Some((buckets, ticket)) = self.buckets.take() {
            lock(&buckets).accepted(&ticket);
        }
    }

    /// Records a 429 response after which the call waits for `wait`.
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
    async fn a_pause_delays_calls_and_fails_those_with_less_patience() {
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
        assert_eq!(second.queued_for, Duration::from_secs(57));
    }

    #[tokio::test(start_paused = true)]
    async fn a_disabled_limiter_delays_no_call() {
        let limiter = Limiter::none();
        for _ in 0..3 {
            let permit = limiter.admit(&traffic(), Duration::ZERO).await.unwrap();
            assert_eq!(permit.queued_for, Duration::ZERO);
            permit.refused(Duration::MAX);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn concurrent_calls_respect_a_fixed_limit() {
        let limiter = Limiter::at_most(NonZeroU32::new(10).unwrap());
        let began = Instant::now();
        let calls = (0..35).map(|_| async {
            let permit = limiter.admit(&traffic(), Duration::ZERO).await.unwrap();
            permit.queued_for.as_secs()
        });
        let mut held = futures_util::future::join_all(calls).await;
        held.sort_unstable();
        let delays = held.chunk_by(|one, next| one == next);
        let calls_by_delay: Vec<_> = delays.map(|equal| (equal[0], equal.len())).collect();
        assert_eq!(calls_by_delay, [(0, 10), (60, 10), (120, 10), (180, 5)]);
        assert_eq!(began.elapsed().as_secs(), 180);
    }

    /// A pause of one customer delays only the calls about that customer.
    #[tokio::test(start_paused = true)]
    async fn a_call_that_waits_for_its_customer_leaves_the_queue_of_the_tenant() {
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
            tokio::spawn(async move { limiter.admit(&traffic, hour).await.unwrap().queued_for })
        };
        let about_the_customer = wait(customer.clone());
        tokio::task::yield_now().await;
        let about_the_tenant = wait(traffic());
        tokio::task::yield_now().await;
        out.remove(0).refused(Duration::from_secs(900));
        assert_eq!(about_the_tenant.await.unwrap().as_secs(), 60);
        assert_eq!(about_the_customer.await.unwrap().as_secs(), 900);
    }

    /// Calls that arrive while a slot is free do not overtake waiting calls.
    #[tokio::test(start_paused = true)]
    async fn calls_are_sent_in_the_order_in_which_they_were_made() {
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
            // A divisor of the time after which a slot becomes free.
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        for call in calls {
            call.await.unwrap();
        }
        assert!(order.lock().unwrap().is_sorted(), "{order:?}");
    }

    /// Cancelled in the queue or after sending, a call delays no other call.
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
        assert_eq!(next.queued_for, Duration::from_secs(9));
    }
}
