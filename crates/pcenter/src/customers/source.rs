//! Rows of the customers that a command line selects.

use std::pin::Pin;

use clap::ArgMatches;
use partner_center::paging::{Completeness, PagingError};
use partner_center::{Client, CountMismatch, UnknownProperty, UnreadableRow};
use uuid::Uuid;

use super::fan_out::CustomerCalls;
use super::rows::added_columns;
use super::{Customer, Resolver};
use crate::failure::{Exit, Failure};
use crate::listing::{Broken, FailedCustomer, NextPage, Parts, Position, RowSource, Settings};
use crate::operations::{CustomerChoice, Endpoint};

/// Returns the rows of an operation, for the customers that the command line selects. Customers are
/// looked up with the first call of [`RowSource::next`].
///
/// # Errors
///
/// Returns a failure if the flags are not valid.
pub(crate) fn open(
    endpoint: &Endpoint,
    matches: &ArgMatches,
    client: &Client,
    settings: Settings,
) -> Result<Box<dyn RowSource>, Failure> {
    let choice = endpoint.customers(matches);
    let several = choice.are_several();
    let opening = Opening {
        endpoint: *endpoint,
        matches: matches.clone(),
        client: client.clone(),
        settings,
        several,
        failed: Vec::new(),
    };
    let ids = match &choice {
        CustomerChoice::Unspecified => return opening.source(Vec::new()),
        CustomerChoice::All => None,
        // The names of customers are looked up if they are columns.
        CustomerChoice::Named(_) if several && opening.adds_names() => None,
        CustomerChoice::Named(texts) => texts
            .iter()
            .map(|text| Uuid::parse_str(text).ok())
            .collect(),
    };
    if let Some(ids) = ids {
        let ids: Vec<Uuid> = ids;
        return opening.source(distinct(ids.into_iter().map(Customer::of_id).collect()));
    }
    Ok(Box::new(LookedUp::Pending(Box::pin(
        opening.look_up(choice),
    ))))
}

/// Everything that a source of rows needs.
struct Opening {
    endpoint: Endpoint,
    matches: ArgMatches,
    client: Client,
    settings: Settings,
    several: bool,
    /// Customers that cannot be called.
    failed: Vec<FailedCustomer>,
}

impl Opening {
    /// Returns whether each row gets the name of its customer.
    fn adds_names(&self) -> bool {
        self.endpoint.is_of_one_customer() && !added_columns(self.endpoint.operation()).is_empty()
    }

    async fn look_up(mut self, choice: CustomerChoice) -> Result<Box<dyn RowSource>, Failure> {
        let mut resolver = Resolver::new(&self.client).correlation_id(self.settings.correlation_id);
        let customers = match choice {
            CustomerChoice::Named(texts) => {
                let mut customers = Vec::new();
                for text in &texts {
                    customers.push(resolver.resolve(text).await?);
                }
                if self.several && self.adds_names() {
                    resolver.add_names(&mut customers).await?;
                }
                customers
            }
            CustomerChoice::All => {
                let customers = resolver.all().await?.to_vec();
                self.failed = resolver.take_without_id();
                customers
            }
            CustomerChoice::Unspecified => Vec::new(),
        };
        if customers.is_empty() {
            let message = "the partner has no customers";
            return Err(Failure::new(Exit::Other, message));
        }
        self.source(distinct(customers))
    }

    /// Returns the rows of these customers.
    fn source(self, customers: Vec<Customer>) -> Result<Box<dyn RowSource>, Failure> {
        if self.several && self.endpoint.is_of_one_customer() {
            return Ok(Box::new(CustomerCalls::new(
                self.endpoint,
                self.matches,
                self.client,
                self.settings,
                customers,
                self.failed,
            )));
        }
        let ids: Vec<Uuid> = customers.iter().map(|customer| customer.id).collect();
        let prepared = self.endpoint.prepare(&self.matches, &ids)?;
        Ok((prepared.start)(&self.client, self.settings))
    }
}

/// Returns the customers without repetitions, in their order.
fn distinct(mut customers: Vec<Customer>) -> Vec<Customer> {
    let mut ids = std::collections::HashSet::new();
    customers.retain(|customer| ids.insert(customer.id));
    customers
}

type LookUp = Pin<Box<dyn Future<Output = Result<Box<dyn RowSource>, Failure>> + Send>>;

/// Source whose customers are looked up first.
enum LookedUp {
    Pending(LookUp),
    Source(Box<dyn RowSource>),
    Failed,
}

impl LookedUp {
    fn source(&self) -> Option<&dyn RowSource> {
        match self {
            Self::Source(source) => Some(&**source),
            Self::Pending(_) | Self::Failed => None,
        }
    }
}

impl RowSource for LookedUp {
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async move {
            if let Self::Pending(look_up) = self {
                match look_up.await {
                    Ok(source) => *self = Self::Source(source),
                    Err(failure) => {
                        *self = Self::Failed;
                        return Some(Err(Broken::from(failure)));
                    }
                }
            }
            match self {
                Self::Source(source) => source.next().await,
                Self::Pending(_) | Self::Failed => None,
            }
        })
    }

    fn completeness(&self) -> Option<Completeness> {
        self.source()?.completeness()
    }

    fn count_mismatch(&self) -> Option<CountMismatch> {
        self.source()?.count_mismatch()
    }

    fn position(&self) -> Option<Position> {
        self.source()?.position()
    }

    fn unreadable_rows(&self) -> (&[UnreadableRow], u64) {
        self.source().map_or((&[], 0), RowSource::unreadable_rows)
    }

    fn unknown_properties(&self) -> &[UnknownProperty] {
        self.source().map_or(&[], RowSource::unknown_properties)
    }

    fn unconfirmed_end(&self) -> Option<&PagingError> {
        self.source()?.unconfirmed_end()
    }

    fn has_unread_rows(&self) -> bool {
        self.source().is_some_and(RowSource::has_unread_rows)
    }

    fn failed_customers(&self) -> &[FailedCustomer] {
        self.source().map_or(&[], RowSource::failed_customers)
    }

    fn parts(&self) -> Option<Parts> {
        self.source()?.parts()
    }

    fn stated_total(&self) -> Option<i64> {
        self.source()?.stated_total()
    }
}
