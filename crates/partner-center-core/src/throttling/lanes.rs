//! Which budgets a call draws on, and which of them a 429 is about.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::lane::Lane;

/// From how many lanes on those that know nothing any more are dropped.
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
    /// It has, under these numbers.
    Gone(Ticket),
    /// It has to wait until then, in this queue. For the time of `pause`, so has every other.
    Later {
        at: Instant,
        pause: Duration,
        turn: Arc<tokio::sync::Mutex<()>>,
    },
}

/// A call that has gone out.
#[derive(Debug)]
pub(super) struct Ticket {
    traffic: Traffic,
    in_tenant: u64,
    in_customer: Option<u64>,
}

/// All lanes of a limiter.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: HashMap<Traffic, Lane>,
    bound: Option<usize>,
    /// How many lanes may be there before the next look for some to drop.
    room: usize,
}

impl Lanes {
    /// Lanes of which those of a tenant let at most so many calls through in a minute.
    pub(super) fn bounded(bound: Option<usize>) -> Self {
        Self {
            bound,
            ..Self::default()
        }
    }

    pub(super) fn enter(&mut self, traffic: &Traffic, now: Instant) -> Entry {
        if self.lanes.len() > self.room.max(MANY) {
            self.lanes.retain(|_, lane| !lane.is_forgotten(now));
            self.room = self.lanes.len() * 2;
        }
        let tenant = traffic.of_the_tenant();
        let of_customer = traffic.customer.is_some();
        if of_customer {
            let lane = self.lane(traffic);
            if let Some(later) = later(lane, now) {
                return later;
            }
        }
        let lane = self.lane(&tenant);
        if let Some(later) = later(lane, now) {
            return later;
        }
        Entry::Gone(Ticket {
            in_tenant: lane.enter(now),
            in_customer: of_customer.then(|| self.lane(traffic).enter(now)),
            traffic: traffic.clone(),
        })
    }

    /// A call was answered 429. The answer does not say which budget is used up: it is the
    /// customer's if most calls of the last minute were about that customer, else the
    /// tenant's. In doubt all calls slow down, rather than one customer after the other
    /// being refused.
    pub(super) fn refused(&mut self, ticket: &Ticket, now: Instant, wait: Duration) {
        let tenant = ticket.traffic.of_the_tenant();
        let load_of_tenant = self.lane(&tenant).load();
        if let Some(call) = ticket.in_customer {
            let lane = self.lane(&ticket.traffic);
            if lane.load() > 1 && lane.load() * 2 > load_of_tenant {
                lane.refused(call, now, wait);
                return;
            }
        }
        self.lane(&tenant).refused(ticket.in_tenant, now, wait);
    }

    fn lane(&mut self, traffic: &Traffic) -> &mut Lane {
        let bound = match traffic.customer {
            None => self.bound,
            Some(_) => None,
        };
        self.lanes
            .entry(traffic.clone())
            .or_insert_with(|| Lane::bounded(bound))
    }
}

/// Why a call cannot go out at once.
fn later(lane: &mut Lane, now: Instant) -> Option<Entry> {
    let at = lane.free_at(now);
    (at > now).then(|| Entry::Later {
        at,
        pause: lane.paused_for(now),
        turn: lane.turn(),
    })
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

    fn gone(lanes: &mut Lanes, traffic: &Traffic, now: Instant) -> Ticket {
        match lanes.enter(traffic, now) {
            Entry::Gone(ticket) => ticket,
            Entry::Later { .. } => panic!("{traffic:?} has to wait"),
        }
    }

    fn waits(lanes: &mut Lanes, traffic: &Traffic, now: Instant) -> bool {
        matches!(lanes.enter(traffic, now), Entry::Later { .. })
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
        let (mut lanes, now) = (Lanes::default(), Instant::now());
        let _first = gone(&mut lanes, &about(ANOTHER), now);
        let refused = gone(&mut lanes, &about(ONE), now);
        lanes.refused(&refused, now, Duration::from_secs(9));
        assert!(waits(&mut lanes, &about(ANOTHER), now));
        assert!(waits(&mut lanes, &of_the_tenant("contoso"), now));
        assert!(!waits(&mut lanes, &of_the_tenant("fabrikam"), now));
    }

    #[test]
    fn one_busy_customer_does_not_slow_down_the_others() {
        let (mut lanes, now) = (Lanes::default(), Instant::now());
        let _another = gone(&mut lanes, &about(ANOTHER), now);
        let _first = gone(&mut lanes, &about(ONE), now);
        let refused = gone(&mut lanes, &about(ONE), now);
        lanes.refused(&refused, now, Duration::from_secs(9));
        assert!(waits(&mut lanes, &about(ONE), now));
        assert!(!waits(&mut lanes, &about(ANOTHER), now));
        assert!(!waits(&mut lanes, &of_the_tenant("contoso"), now));
    }

    #[test]
    fn a_bound_holds_for_all_calls_of_a_tenant_together() {
        let (mut lanes, now) = (Lanes::bounded(Some(2)), Instant::now());
        let _first = gone(&mut lanes, &about(ONE), now);
        let _second = gone(&mut lanes, &of_the_tenant("contoso"), now);
        assert!(waits(&mut lanes, &about(ANOTHER), now));
        assert!(!waits(&mut lanes, &of_the_tenant("fabrikam"), now));
    }

    #[test]
    fn lanes_that_know_nothing_are_dropped() {
        let (mut lanes, start) = (Lanes::default(), Instant::now());
        let later = start + Duration::from_secs(7200);
        for (count, now) in [(5_000, start), (5_000, later)] {
            for _ in 0..count {
                let _ticket = gone(&mut lanes, &about(&Uuid::new_v4().to_string()), now);
            }
        }
        assert!(lanes.lanes.len() < 10_000, "{}", lanes.lanes.len());
    }
}
