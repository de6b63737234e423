//! Rows of many customers, with one call per customer.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::time::Duration;

use clap::ArgMatches;
use partner_center::fan_out::{FanOut, fan_out};
use partner_center::{Client, CountMismatch, Operation, Row, UnknownProperty, UnreadableRow};
use tokio::time::Instant;
use uuid::Uuid;

use super::Customer;
use super::rows::{CustomerRow, Names, named};
use crate::failure::{Exit, Failure};
use crate::listing::{
    Broken, CustomersDone, FailedCustomer, NextPage, Page, Parts, Position, RowSource, Settings,
    page,
};
use crate::operations::Endpoint;

/// Number of calls at a time. More are hardly faster, since the rate limit applies to the tenant.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(8).unwrap();
/// Maximum number of customers of a page, and longest time until a page is returned. The continuation
/// file is written after every page and names all customers that are done, so that a page per customer
/// would take a time that grows with the square of their number.
const PAGE_CUSTOMERS: usize = 100;
const PAGE_TIME: Duration = Duration::from_millis(250);
/// Maximum number of unreadable rows that are reported individually.
const MOST_REPORTED: usize = 100;

/// Rows of one customer.
struct Received {
    rows: Vec<Box<dyn Row>>,
    mismatch: Option<CountMismatch>,
    unreadable: Vec<UnreadableRow>,
    unreadable_count: u64,
    unknown: Vec<UnknownProperty>,
    has_unread_rows: bool,
}

/// Customers whose rows are in the next page.
#[derive(Default)]
struct NextCustomers {
    ids: Vec<Uuid>,
    rows: Vec<CustomerRow>,
    /// Time at which the page is returned.
    due: Option<Instant>,
}

/// Source with the rows of some customers per page, in the order of the customers. A call that fails does not stop
/// the others, unless the sign-in is rejected.
pub(super) struct CustomerCalls {
    operation: &'static Operation,
    calls: FanOut<'static, Uuid, Received, Failure>,
    /// Customers whose page has not been returned, in reverse order.
    remaining: Vec<Customer>,
    /// Results that arrived before those of an earlier customer.
    arrived: HashMap<Uuid, Result<Received, Failure>>,
    all_arrived: bool,
    page: NextCustomers,
    total: usize,
    /// Number of customers whose rows earlier runs have returned.
    before: usize,
    /// Number of customers whose rows have not been returned, also by earlier runs.
    missing: usize,
    /// Customers whose rows have been returned, also by earlier runs.
    done: BTreeSet<Uuid>,
    failed: Vec<FailedCustomer>,
    /// Error that ends the calls.
    fatal: Option<Failure>,
    names: Option<Names>,
    mismatch: Option<CountMismatch>,
    unreadable: Vec<UnreadableRow>,
    unreadable_count: u64,
    unknown: Vec<UnknownProperty>,
    has_unread_rows: bool,
}

impl CustomerCalls {
    /// Creates the calls for these customers, except those that are done. `failed` are customers that
    /// cannot be called.
    pub(super) fn new(
        endpoint: Endpoint,
        matches: ArgMatches,
        client: Client,
        settings: Settings,
        customers: Vec<Customer>,
        failed: Vec<FailedCustomer>,
    ) -> Self {
        let done = match &settings.position {
            Some(Position::Customers(customers)) => customers.done.clone(),
            _ => BTreeSet::new(),
        };
        let ids: Vec<Uuid> = customers.iter().map(|customer| customer.id).collect();
        let total = customers.len();
        let mut remaining = customers;
        remaining.retain(|customer| !done.contains(&customer.id));
        remaining.reverse();
        let settings = Settings {
            position: None,
            ..settings
        };
        let calls = fan_out(ids, CONCURRENCY, move |id| {
            let prepared = endpoint.prepare(&matches, &[id]);
            let source = prepared.map(|prepared| (prepared.start)(&client, settings.clone()));
            async move { received(source?).await }
        });
        Self {
            operation: endpoint.operation(),
            calls: calls
                .skip_done(done.iter().copied().collect())
                // It would be rejected for every customer.
                .stop_on(|failure| failure.exit == Exit::Authentication),
            page: NextCustomers::default(),
            before: total - remaining.len(),
            missing: remaining.len(),
            remaining,
            arrived: HashMap::new(),
            all_arrived: false,
            total,
            done,
            failed,
            fatal: None,
            names: None,
            mismatch: None,
            unreadable: Vec::new(),
            unreadable_count: 0,
            unknown: Vec::new(),
            has_unread_rows: false,
        }
    }

    /// Waits until the result of the next customer has arrived, or all results have.
    async fn next_result(&mut self) -> Option<(Customer, Result<Received, Failure>)> {
        loop {
            let next = self.remaining.last()?;
            if let Some(result) = self.arrived.remove(&next.id) {
                return Some((self.remaining.pop()?, result));
            }
            if self.all_arrived {
                // The calls were stopped before this customer, by the error of an earlier one.
                let customer = self.remaining.pop()?;
                if self.fatal.is_some() {
                    continue;
                }
                let failure = Failure::new(Exit::Other, "no call was made");
                return Some((customer, Err(failure)));
            }
            match self.calls.next().await {
                Some((id, result)) => {
                    self.arrived.insert(id, result);
                }
                None => self.all_arrived = true,
            }
        }
    }

    async fn next_page(&mut self) -> Option<Result<Page, Broken>> {
        while self.page.ids.len() < PAGE_CUSTOMERS {
            let result = match self.page.due {
                None => self.next_result().await,
                Some(due) => match tokio::time::timeout_at(due, self.next_result()).await {
                    Ok(result) => result,
                    Err(_due) => break,
                },
            };
            let Some((customer, result)) = result else {
                break;
            };
            match result {
                Ok(received) => self.add(&customer, received),
                Err(failure) if failure.exit == Exit::Authentication => {
                    self.fatal.get_or_insert(failure);
                }
                Err(failure) => self.failed.push(FailedCustomer {
                    customer: customer.described(),
                    failure,
                }),
            }
        }
        let NextCustomers { ids, rows, .. } = std::mem::take(&mut self.page);
        if !ids.is_empty() {
            self.missing -= ids.len();
            self.done.extend(ids);
            return Some(Ok(page(rows)));
        }
        let failure = match self.fatal.take() {
            Some(failure) => failure,
            None if self.done.is_empty() => self.none_succeeded()?,
            None => return None,
        };
        Some(Err(Broken {
            failure,
            position: self.position(),
        }))
    }

    /// Returns the failure of the first customer, if the calls of all customers failed.
    fn none_succeeded(&mut self) -> Option<Failure> {
        if self.failed.is_empty() {
            return None;
        }
        let number = self.failed.len();
        let first = self.failed.swap_remove(0);
        // Reported once, instead of for every customer.
        self.failed.clear();
        Some(match number {
            1 => first.failure,
            _ => first.failure.help(format!(
                "the calls for all {number} customers failed; this is the error for {}",
                first.customer
            )),
        })
    }

    /// Adds the rows of a customer to the next page.
    fn add(&mut self, customer: &Customer, received: Received) {
        self.mismatch = match (self.mismatch, received.mismatch) {
            (Some(sum), Some(one)) => Some(CountMismatch {
                stated: sum.stated.saturating_add(one.stated),
                received: sum.received.saturating_add(one.received),
            }),
            (sum, one) => sum.or(one),
        };
        let room = MOST_REPORTED.saturating_sub(self.unreadable.len());
        self.unreadable
            .extend(received.unreadable.into_iter().take(room));
        self.unreadable_count += received.unreadable_count;
        for property in received.unknown {
            let is_new =
                |it: &UnknownProperty| it.name != property.name || it.sign != property.sign;
            if self.unknown.iter().all(is_new) {
                self.unknown.push(property);
            }
        }
        self.has_unread_rows |= received.has_unread_rows;
        let rows = named(received.rows, customer, self.operation, &mut self.names);
        self.page.rows.extend(rows);
        self.page.ids.push(customer.id);
        self.page.due.get_or_insert(Instant::now() + PAGE_TIME);
    }
}

/// Reads all rows of one customer. Rows before an error are dropped: a later run reads them again.
async fn received(mut source: Box<dyn RowSource>) -> Result<Received, Failure> {
    let mut rows = Vec::new();
    while let Some(page) = source.next().await {
        let page = page.map_err(|broken| broken.failure)?;
        rows.extend(page.into_rows());
    }
    let (unreadable, unreadable_count) = source.unreadable_rows();
    Ok(Received {
        rows,
        mismatch: source.count_mismatch(),
        unreadable: unreadable.to_vec(),
        unreadable_count,
        unknown: source.unknown_properties().to_vec(),
        has_unread_rows: source.has_unread_rows(),
    })
}

impl RowSource for CustomerCalls {
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(self.next_page())
    }

    fn count_mismatch(&self) -> Option<CountMismatch> {
        self.mismatch
    }

    fn position(&self) -> Option<Position> {
        (self.missing > 0).then(|| {
            Position::Customers(CustomersDone {
                operation: self.operation.id.to_owned(),
                done: self.done.clone(),
            })
        })
    }

    fn unreadable_rows(&self) -> (&[UnreadableRow], u64) {
        (&self.unreadable, self.unreadable_count)
    }

    fn unknown_properties(&self) -> &[UnknownProperty] {
        &self.unknown
    }

    fn has_unread_rows(&self) -> bool {
        self.has_unread_rows
    }

    fn failed_customers(&self) -> &[FailedCustomer] {
        &self.failed
    }

    fn parts(&self) -> Option<Parts> {
        Some(Parts {
            before: self.before,
            done: self.total - self.missing
                + self.page.ids.len()
                + self.arrived.values().flatten().count(),
            failed: self.failed.len(),
            total: self.total,
        })
    }
}
