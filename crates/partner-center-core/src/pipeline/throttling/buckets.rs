//! Buckets of all budgets: the budgets that a call draws on, and the one that a 429 is
//! attributed to.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::bucket::{Bucket, Gate, Sent};

/// Number of buckets above which those without state are dropped.
const PRUNE_ABOVE: usize = 1_000;

/// Key of a budget: the service limits calls by partner tenant, or by partner tenant and
/// customer.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Traffic {
    /// The partner's tenant; empty if the token does not contain it.
    tenant: Arc<str>,
    /// The customer, for a call about one customer.
    customer: Option<Uuid>,
}

impl Traffic {
    pub(crate) fn new(tenant: Arc<str>, url: &Url) -> Self {
        Self {
            tenant,
            customer: customer(url),
        }
    }

    fn of_the_tenant(&self) -> Self {
        Self {
            customer: None,
            ..self.clone()
        }
    }
}

/// Returns the customer that a call is about: the GUID after `customers` in its path.
fn customer(url: &Url) -> Option<Uuid> {
    let mut segments = url.path_segments()?;
    segments.find(|segment| segment.eq_ignore_ascii_case("customers"))?;
    Uuid::parse_str(segments.next()?).ok()
}

/// Result of an attempt to send a call.
#[derive(Debug)]
pub(super) enum Entry {
    /// The call was recorded as sent.
    Sent(Ticket),
    /// The call has to wait.
    Later(Wait),
}

/// Reason and longest duration of a wait.
#[derive(Debug)]
pub(super) struct Wait {
    /// Latest end of the wait.
    pub(super) until: Instant,
    /// Pause that the service asked all calls of the budget for; zero if there is none.
    pub(super) pause: Duration,
    pub(super) queue: Arc<Queue>,
}

/// Queue of the calls that wait for a budget. Only the first of them runs a timer.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Lock of the first call in the queue. It is fair, so calls get it in order.
    pub(super) first: Mutex<()>,
    /// Wakes the first call when a response has arrived.
    pub(super) response: Notify,
}

/// Record of a sent call in each of its buckets.
#[derive(Debug)]
pub(super) struct Ticket {
    traffic: Traffic,
    in_tenant: Sent,
    in_customer: Option<Sent>,
}

/// The queues of a call.
#[derive(Debug)]
pub(super) struct Queues {
    pub(super) customer: Option<Arc<Queue>>,
    pub(super) tenant: Arc<Queue>,
}

/// All buckets of a limiter.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    buckets: HashMap<Traffic, (Bucket, Arc<Queue>)>,
    fixed: Option<usize>,
    /// Number of buckets up to which none is dropped, so that pruning is rare.
    prune_above: usize,
}

impl Buckets {
    /// Creates buckets with a fixed limit of calls per tenant in a minute.
    pub(super) fn fixed(per_minute: Option<usize>) -> Self {
        Self {
            fixed: per_minute,
            ..Self::default()
        }
    }

    pub(super) fn queues(&mut self, traffic: &Traffic, now: Instant) -> Queues {
        if self.buckets.len() > self.prune_above.max(PRUNE_ABOVE) {
            self.buckets
                .retain(|_, (bucket, _)| !bucket.is_forgotten(now));
            self.prune_above = self.buckets.len() * 2;
        }
        let customer = traffic.customer.is_some();
        Queues {
            customer: customer.then(|| self.get(traffic).1.clone()),
            tenant: self.get(&traffic.of_the_tenant()).1.clone(),
        }
    }

    /// Returns the remaining pause that the service asked for.
    pub(super) fn paused_for(&mut self, traffic: &Traffic, now: Instant) -> Duration {
        let tenant = self.get(&traffic.of_the_tenant()).0.paused_for(now);
        match traffic.customer {
            Some(_) => tenant.max(self.get(traffic).0.paused_for(now)),
            None => tenant,
        }
    }

    /// Returns the wait that the customer's budget requires; `None` if there is none.
    pub(super) fn customer_wait(&mut self, traffic: &Traffic, now: Instant) -> Option<Wait> {
        traffic.customer?;
        self.wait(traffic, now)
    }

    pub(super) fn enter(&mut self, traffic: &Traffic, now: Instant) -> Entry {
        if let Some(wait) = self.customer_wait(traffic, now) {
            return Entry::Later(wait);
        }
        let tenant = traffic.of_the_tenant();
        if let Some(wait) = self.wait(&tenant, now) {
            return Entry::Later(wait);
        }
        let customer = traffic.customer.is_some();
        Entry::Sent(Ticket {
            in_tenant: self.get(&tenant).0.send(now),
            in_customer: customer.then(|| self.get(traffic).0.send(now)),
            traffic: traffic.clone(),
        })
    }

    /// Returns the wait that one budget requires; `None` if the call may be sent at once.
    fn wait(&mut self, traffic: &Traffic, now: Instant) -> Option<Wait> {
        let (bucket, queue) = self.get(traffic);
        match bucket.gate(now) {
            Gate::Open => None,
            Gate::Closed(until) => Some(Wait {
                until,
                pause: bucket.paused_for(now),
                queue: queue.clone(),
            }),
        }
    }

    /// Records a response other than 429.
    pub(super) fn accepted(&mut self, ticket: &Ticket) {
        self.each(ticket, |bucket, sent| bucket.accepted(sent));
    }

    /// Records a call that ended without a response.
    pub(super) fn ended(&mut self, ticket: &Ticket) {
        self.each(ticket, |bucket, _| bucket.ended());
    }

    /// Records a 429 response.
    ///
    /// The response does not state which budget is used up. It is attributed to the customer's
    /// budget if most calls of the last minute were about that customer, otherwise to the
    /// tenant's: it is better to slow down all calls than to have the calls about one customer
    /// after the other throttled.
    pub(super) fn refused(&mut self, ticket: &Ticket, now: Instant, wait: Duration) {
        let load_of_tenant = self.get(&ticket.traffic.of_the_tenant()).0.load(now);
        let load = match ticket.in_customer {
            Some(_) => self.get(&ticket.traffic).0.load(now),
            None => 0,
        };
        let is_customer_budget = load > 1 && load * 2 > load_of_tenant;
        let refused = |bucket: &mut Bucket, sent, is_exhausted| match is_exhausted {
            true => bucket.refused(sent, now, wait),
            false => bucket.ended(),
        };
        let (bucket, queue) = self.get(&ticket.traffic.of_the_tenant());
        refused(bucket, ticket.in_tenant, !is_customer_budget);
        queue.response.notify_one();
        if let Some(sent) = ticket.in_customer {
            let (bucket, queue) = self.get(&ticket.traffic);
            refused(bucket, sent, is_customer_budget);
            queue.response.notify_one();
        }
    }

    /// Updates every bucket of the call and wakes the first call in its queue.
    fn each(&mut self, ticket: &Ticket, mut update: impl FnMut(&mut Bucket, Sent)) {
        let (bucket, queue) = self.get(&ticket.traffic.of_the_tenant());
        update(bucket, ticket.in_tenant);
        queue.response.notify_one();
        if let Some(sent) = ticket.in_customer {
            let (bucket, queue) = self.get(&ticket.traffic);
            update(bucket, sent);
            queue.response.notify_one();
        }
    }

    fn get(&mut self, traffic: &Traffic) -> &mut (Bucket, Arc<Queue>) {
        let fixed = match traffic.customer {
            None => self.fixed,
            Some(_) => None,
        };
        self.buckets
            .entry(traffic.clone())
            .or_insert_with(|| (Bucket::fixed(fixed), Arc::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";
    const ANOTHER: &str = "25b6edd5-1f53-456b-b48c-c64f60ec2dda";

    fn about(customer: &str) -> Traffic {
        let url = format!("https://api.partnercenter.microsoft.com/v1/customers/{customer}/x");
        Traffic::new("contoso".into(), &url.parse().unwrap())
    }

    fn of_the_tenant(tenant: &str) -> Traffic {
        let url = "https://api.partnercenter.microsoft.com/partner/v1/analytics/search";
        Traffic::new(tenant.into(), &url.parse().unwrap())
    }

    fn sent(buckets: &mut Buckets, traffic: &Traffic, now: Instant) -> Ticket {
        buckets.queues(traffic, now);
        match buckets.enter(traffic, now) {
            Entry::Sent(ticket) => ticket,
            Entry::Later(_) => panic!("{traffic:?} has to wait"),
        }
    }

    fn waits(buckets: &mut Buckets, traffic: &Traffic, now: Instant) -> bool {
        matches!(buckets.enter(traffic, now), Entry::Later(_))
    }

    #[test]
    fn the_customer_is_read_from_the_path() {
        assert!(about(ONE).customer.is_some());
        assert_eq!(about(ONE), about(&ONE.to_uppercase()));
        for other in ["contoso", "", "%30"] {
            assert_eq!(about(other), of_the_tenant("contoso"), "{other}");
        }
        let listing = "https://api.partnercenter.microsoft.com/v1/customers";
        assert_eq!(
            Traffic::new("".into(), &listing.parse().unwrap()).customer,
            None
        );
    }

    #[test]
    fn a_429_in_a_fan_out_delays_the_calls_about_all_customers() {
        let (mut buckets, now) = (Buckets::default(), Instant::now());
        let _first = sent(&mut buckets, &about(ANOTHER), now);
        let refused = sent(&mut buckets, &about(ONE), now);
        buckets.refused(&refused, now, Duration::from_secs(9));
        assert!(waits(&mut buckets, &about(ANOTHER), now));
        assert!(waits(&mut buckets, &of_the_tenant("contoso"), now));
        assert!(!waits(&mut buckets, &of_the_tenant("fabrikam"), now));
    }

    #[test]
    fn a_429_about_one_busy_customer_does_not_delay_other_customers() {
        let (mut buckets, now) = (Buckets::default(), Instant::now());
        let _another = sent(&mut buckets, &about(ANOTHER), now);
        let _first = sent(&mut buckets, &about(ONE), now);
        let refused = sent(&mut buckets, &about(ONE), now);
        buckets.refused(&refused, now, Duration::from_secs(9));
        assert!(waits(&mut buckets, &about(ONE), now));
        assert!(!waits(&mut buckets, &about(ANOTHER), now));
        assert!(!waits(&mut buckets, &of_the_tenant("contoso"), now));
    }

    #[test]
    fn a_fixed_limit_applies_to_all_calls_of_a_tenant_together() {
        let (mut buckets, now) = (Buckets::fixed(Some(2)), Instant::now());
        let _first = sent(&mut buckets, &about(ONE), now);
        let _second = sent(&mut buckets, &of_the_tenant("contoso"), now);
        assert!(waits(&mut buckets, &about(ANOTHER), now));
        assert!(!waits(&mut buckets, &of_the_tenant("fabrikam"), now));
    }

    #[test]
    fn buckets_without_state_are_dropped() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        let later = start + Duration::from_secs(7200);
        for (count, now) in [(5_000, start), (5_000, later)] {
            for _ in 0..count {
                let _ticket = sent(&mut buckets, &about(&Uuid::new_v4().to_string()), now);
            }
        }
        assert!(buckets.buckets.len() < 10_000, "{}", buckets.buckets.len());
    }
}
