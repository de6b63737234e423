//! Which budgets a call draws on, and which of them a 429 is about.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::bucket::{Bucket, Gate, Sent};

/// Number of buckets above which those without knowledge are dropped.
const MANY: usize = 1_000;

/// Whose calls these are: the service limits by partner tenant, or by partner tenant and
/// customer.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Traffic {
    /// The partner's tenant; empty where the token does not say it.
    tenant: Arc<str>,
    /// The customer, in a call about one.
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

/// The customer that a call is about: the GUID behind `customers` in its path.
fn customer(url: &Url) -> Option<Uuid> {
    let mut segments = url.path_segments()?;
    segments.find(|segment| segment.eq_ignore_ascii_case("customers"))?;
    Uuid::parse_str(segments.next()?).ok()
}

/// Whether a call may go out.
#[derive(Debug)]
pub(super) enum Entry {
    /// It went out.
    Sent(Ticket),
    /// It has to wait.
    Later(Wait),
}

/// What a call waits for.
#[derive(Debug)]
pub(super) struct Wait {
    /// Until this time at most.
    pub(super) until: Instant,
    /// For so long every call of the budget waits, since the service asked for it.
    pub(super) pause: Duration,
    pub(super) queue: Arc<Queue>,
}

/// Calls that wait for a budget, in order. Only the first one watches the clock.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// A fair lock: whoever has it is the first.
    pub(super) first: Mutex<()>,
    /// Wakes the first one when a response has arrived.
    pub(super) response: Notify,
}

/// A call that went out.
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
    /// Number of buckets up to which none is dropped.
    room: usize,
}

impl Buckets {
    /// Buckets of which those of a tenant let at most so many calls through in a minute.
    pub(super) fn fixed(per_minute: Option<usize>) -> Self {
        Self {
            fixed: per_minute,
            ..Self::default()
        }
    }

    pub(super) fn queues(&mut self, traffic: &Traffic, now: Instant) -> Queues {
        if self.buckets.len() > self.room.max(MANY) {
            self.buckets
                .retain(|_, (bucket, _)| !bucket.is_forgotten(now));
            self.room = self.buckets.len() * 2;
        }
        let customer = traffic.customer.is_some();
        Queues {
            customer: customer.then(|| self.get(traffic).1.clone()),
            tenant: self.get(&traffic.of_the_tenant()).1.clone(),
        }
    }

    /// For how long every such call is held back, since the service asked for it.
    pub(super) fn paused_for(&mut self, traffic: &Traffic, now: Instant) -> Duration {
        let tenant = self.get(&traffic.of_the_tenant()).0.paused_for(now);
        match traffic.customer {
            Some(_) => tenant.max(self.get(traffic).0.paused_for(now)),
            None => tenant,
        }
    }

    /// Whether the customer's own budget holds the call back.
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

    /// Why a call cannot go out at once.
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

    /// The service accepted a call.
    pub(super) fn accepted(&mut self, ticket: &Ticket) {
        self.each(ticket, |bucket, sent| bucket.accepted(sent));
    }

    /// A call ended without a response.
    pub(super) fn ended(&mut self, ticket: &Ticket) {
        self.each(ticket, |bucket, _| bucket.ended());
    }

    /// A call was refused. The response does not say which budget is used up: it is the
    /// customer's if most calls of the last minute were about that customer, else the
    /// tenant's. In doubt all calls slow down, rather than one customer after the other
    /// being refused.
    pub(super) fn refused(&mut self, ticket: &Ticket, now: Instant, wait: Duration) {
        let load_of_tenant = self.get(&ticket.traffic.of_the_tenant()).0.load(now);
        let load = match ticket.in_customer {
            Some(_) => self.get(&ticket.traffic).0.load(now),
            None => 0,
        };
        let is_the_customers = load > 1 && load * 2 > load_of_tenant;
        let refused = |bucket: &mut Bucket, sent, is_its_budget| match is_its_budget {
            true => bucket.refused(sent, now, wait),
            false => bucket.ended(),
        };
        let (bucket, queue) = self.get(&ticket.traffic.of_the_tenant());
        refused(bucket, ticket.in_tenant, !is_the_customers);
        queue.response.notify_one();
        if let Some(sent) = ticket.in_customer {
            let (bucket, queue) = self.get(&ticket.traffic);
            refused(bucket, sent, is_the_customers);
            queue.response.notify_one();
        }
    }

    fn each(&mut self, ticket: &Ticket, mut tell: impl FnMut(&mut Bucket, Sent)) {
        let (bucket, queue) = self.get(&ticket.traffic.of_the_tenant());
        tell(bucket, ticket.in_tenant);
        queue.response.notify_one();
        if let Some(sent) = ticket.in_customer {
            let (bucket, queue) = self.get(&ticket.traffic);
            tell(bucket, sent);
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
    fn customers_are_told_by_the_path() {
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
    fn a_fan_out_over_customers_slows_down_as_a_whole() {
        let (mut buckets, now) = (Buckets::default(), Instant::now());
        let _first = sent(&mut buckets, &about(ANOTHER), now);
        let refused = sent(&mut buckets, &about(ONE), now);
        buckets.refused(&refused, now, Duration::from_secs(9));
        assert!(waits(&mut buckets, &about(ANOTHER), now));
        assert!(waits(&mut buckets, &of_the_tenant("contoso"), now));
        assert!(!waits(&mut buckets, &of_the_tenant("fabrikam"), now));
    }

    #[test]
    fn one_busy_customer_does_not_slow_down_the_others() {
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
    fn a_bound_holds_for_all_calls_of_a_tenant_together() {
        let (mut buckets, now) = (Buckets::fixed(Some(2)), Instant::now());
        let _first = sent(&mut buckets, &about(ONE), now);
        let _second = sent(&mut buckets, &of_the_tenant("contoso"), now);
        assert!(waits(&mut buckets, &about(ANOTHER), now));
        assert!(!waits(&mut buckets, &of_the_tenant("fabrikam"), now));
    }

    #[test]
    fn buckets_that_know_nothing_are_dropped() {
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
