//! What customers hold, folded row by row.

mod cells;
mod count;
mod entities;
mod freshness;
mod join;
mod moment;
mod names;
mod subscriptions;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use partner_center::types::{
    Channel, CommercialLicensesDeployment, CommercialLicensesUsage, ServiceCode, Subscription,
    WorkloadCode,
};
use partner_center_core::Timestamp;
use partner_center_core::query::Guid;

pub use freshness::Source;
pub use join::Joined;

pub(crate) use count::{Count, clamp};
pub(crate) use entities::guid_bytes;
pub(crate) use join::{Position, distinct};
pub(crate) use moment::{Moment, day};
pub(crate) use names::normal;
pub(crate) use subscriptions::Subscription as KeptSubscription;

use cells::Cell;
use entities::{Entities, trimmed};
use freshness::Freshness;
use names::{Codes, Texts, number};
use subscriptions::Subscriptions;

/// Products that customers hold: the sum of all rows that were added.
///
/// Rows are added one by one, in any order, and need not be kept: memory grows with the number of
/// customers, products and subscriptions, and not with the number of rows. A row of a customer and
/// a product that are known allocates nothing.
///
/// [`join`](Self::join) then brings the three operations together. The [documentation of the
/// crate](crate#the-join) has the rules.
///
/// # Examples
///
/// ```
/// use partner_center::types::CommercialLicensesDeployment;
/// use partner_center_reports::{Holdings, Source};
///
/// let row: CommercialLicensesDeployment = serde_json::from_str(
///     r#"{"processedDateTime": "2026-11-25T00:00:00", "serviceCode": "o365",
///         "customerTenantId": "0112A436-B14E-4888-967B-CA4BB2CF1234", "customerName": "Contoso",
///         "productId": "6FD2C87F-B296-42F0-B197-1E91E994B900",
///         "productName": "OFFICE 365 ENTERPRISE E3", "licensesSold": 14, "licensesDeployed": 7}"#,
/// )?;
/// let mut holdings = Holdings::new();
/// holdings.add_deployment(&row);
/// assert_eq!(holdings.freshness(Source::Deployment), "1 row, processed 2026-11-25");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Holdings {
    customers: Entities,
    products: Entities,
    names: Texts,
    pub(crate) services: Codes,
    pub(crate) channels: Codes,
    pub(crate) workloads: Codes,
    holdings: Vec<Holding>,
    by_pair: HashMap<(u32, u32), u32>,
    pub(crate) subscriptions: Subscriptions,
    /// Customers whose rows are kept; `None` for all.
    wanted: Option<HashSet<[u8; 16]>>,
    freshness: [Freshness; 3],
    /// Processing time of the previous row, which most rows share.
    last_processed: Option<(Timestamp, Option<Moment>)>,
}

/// Product of a customer.
#[derive(Debug)]
pub(crate) struct Holding {
    customer: u32,
    product: u32,
    /// Sold and deployed licences by service and channel.
    deployment: Vec<Cell<(u32, u32)>>,
    /// Active and qualified licences by service, channel and workload.
    pub(crate) usage: Vec<Cell<(u32, u32, u32)>>,
}

impl Holdings {
    /// Creates an accumulator without rows, for all customers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an accumulator that skips the rows of all other customers.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::{Holdings, Source};
    ///
    /// let contoso = "0112a436-b14e-4888-967b-ca4bb2cf1234".parse()?;
    /// let holdings = Holdings::of_customers([contoso]);
    /// assert_eq!(holdings.rows(Source::Usage), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_customers(customers: impl IntoIterator<Item = Guid>) -> Self {
        let customers = customers.into_iter();
        Self {
            wanted: Some(customers.filter_map(|id| guid_bytes(id.as_str())).collect()),
            ..Self::default()
        }
    }

    /// Adds a row of the operation `commercial_licenses_deployment`.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center::types::CommercialLicensesDeployment;
    /// use partner_center_reports::{Holdings, Source};
    ///
    /// let row: CommercialLicensesDeployment = serde_json::from_str("{}")?;
    /// let mut holdings = Holdings::new();
    /// holdings.add_deployment(&row);
    /// assert_eq!(holdings.rows(Source::Deployment), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn add_deployment(&mut self, row: &CommercialLicensesDeployment) {
        let tenant = row.customer_tenant_id.as_deref();
        if !self.is_wanted(tenant) {
            return;
        }
        let processed = self.processed(row.processed_date_time.as_ref());
        let customer = self.customer(tenant, row.customer_name.as_deref(), processed);
        let product = self.product(
            row.product_id.as_deref(),
            row.product_name.as_deref(),
            processed,
        );
        let service = self.services.number(
            row.service_code.as_ref().map(ServiceCode::as_str),
            row.service_name.as_deref(),
        );
        let channel = row.channel.as_ref().map(Channel::as_str);
        let key = (service, self.channels.number(channel, None));
        let figures = [row.licenses_sold, row.licenses_deployed];
        let older = match self.holding(customer, product) {
            Some(holding) => cells::add(&mut holding.deployment, key, processed, figures),
            None => 0,
        };
        self.freshness[Source::Deployment as usize].add(service, processed, older);
    }

    /// Adds a row of the operation `commercial_licenses_usage`.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center::types::CommercialLicensesUsage;
    /// use partner_center_reports::{Holdings, Source};
    ///
    /// let row: CommercialLicensesUsage =
    ///     serde_json::from_str(r#"{"workloadCode": "EXO", "licensesActive": 5}"#)?;
    /// let mut holdings = Holdings::new();
    /// holdings.add_usage(&row);
    /// assert_eq!(holdings.rows(Source::Usage), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn add_usage(&mut self, row: &CommercialLicensesUsage) {
        let tenant = row.customer_tenant_id.as_deref();
        if !self.is_wanted(tenant) {
            return;
        }
        let processed = self.processed(row.processed_date_time.as_ref());
        let customer = self.customer(tenant, row.customer_name.as_deref(), processed);
        let product = self.product(
            row.product_id.as_deref(),
            row.product_name.as_deref(),
            processed,
        );
        let service = self.services.number(
            row.service_code.as_ref().map(ServiceCode::as_str),
            row.service_name.as_deref(),
        );
        let channel = row.channel.as_ref().map(Channel::as_str);
        let workload = self.workloads.number(
            row.workload_code.as_ref().map(WorkloadCode::as_str),
            row.workload_name.as_deref(),
        );
        let key = (service, self.channels.number(channel, None), workload);
        let figures = [row.licenses_active, row.licenses_qualified];
        let older = match self.holding(customer, product) {
            Some(holding) => cells::add(&mut holding.usage, key, processed, figures),
            None => 0,
        };
        self.freshness[Source::Usage as usize].add(service, processed, older);
    }

    /// Adds a row of the operation `subscriptions`.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center::types::Subscription;
    /// use partner_center_reports::{Holdings, Source};
    ///
    /// let row: Subscription = serde_json::from_str(r#"{"licenseCount": 14}"#)?;
    /// let mut holdings = Holdings::new();
    /// holdings.add_subscription(&row);
    /// assert_eq!(holdings.rows(Source::Subscriptions), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn add_subscription(&mut self, row: &Subscription) {
        let tenant = row.customer_tenant_id.as_deref();
        if !self.is_wanted(tenant) {
            return;
        }
        let customer = self.customer(tenant, row.customer_name.as_deref(), None);
        self.subscriptions.add(row, customer, &mut self.names);
        self.freshness[Source::Subscriptions as usize].add_undated();
    }

    /// Returns the number of rows that were added, without those of other customers.
    #[must_use]
    pub fn rows(&self, source: Source) -> u64 {
        self.freshness[source as usize].rows
    }

    fn processed(&mut self, timestamp: Option<&Timestamp>) -> Option<Moment> {
        let timestamp = timestamp?;
        if let Some((last, moment)) = &self.last_processed
            && last == timestamp
        {
            return *moment;
        }
        let moment = Moment::of(timestamp);
        self.last_processed = Some((timestamp.clone(), moment));
        moment
    }

    fn is_wanted(&self, tenant: Option<&str>) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| {
            let id = tenant.and_then(|tenant| guid_bytes(tenant.trim()));
            id.is_some_and(|id| wanted.contains(&id))
        })
    }

    fn customer(&mut self, id: Option<&str>, name: Option<&str>, at: Option<Moment>) -> u32 {
        let found = self.customers.number(id, name);
        note_name(&mut self.customers, &mut self.names, found, name, at);
        found
    }

    fn product(&mut self, id: Option<&str>, name: Option<&str>, at: Option<Moment>) -> u32 {
        let found = self.products.number(id, name);
        note_name(&mut self.products, &mut self.names, found, name, at);
        found
    }

    fn holding(&mut self, customer: u32, product: u32) -> Option<&mut Holding> {
        let next = number(self.holdings.len());
        let found = *self.by_pair.entry((customer, product)).or_insert(next);
        if found == next {
            self.holdings.push(Holding {
                customer,
                product,
                deployment: Vec::new(),
                usage: Vec::new(),
            });
        }
        self.holdings.get_mut(found as usize)
    }

    pub(crate) fn name(&self, name: u32) -> Option<Arc<str>> {
        self.names.text(name).cloned()
    }

    pub(crate) fn customer_name(&self, customer: u32) -> Option<Arc<str>> {
        self.customers.get(customer)?.name(&self.names)
    }

    pub(crate) fn customer_id(&self, customer: u32) -> Option<Arc<str>> {
        self.customers.get(customer)?.key.id()
    }

    pub(crate) fn product_name(&self, product: u32) -> Option<Arc<str>> {
        self.products.get(product)?.name(&self.names)
    }

    pub(crate) fn product_id(&self, product: u32) -> Option<Arc<str>> {
        self.products.get(product)?.key.id()
    }

    /// Returns all names of a product in the rows.
    pub(crate) fn product_names(&self, product: u32) -> impl Iterator<Item = &str> {
        let product = self.products.get(product);
        let names = product.into_iter().flat_map(|product| product.names());
        names.filter_map(|name| self.names.text(name).map(|text| &**text))
    }

    /// Returns all names of a customer in the rows.
    pub(crate) fn customer_names(&self, customer: u32) -> impl Iterator<Item = &str> {
        let customer = self.customers.get(customer);
        let names = customer.into_iter().flat_map(|customer| customer.names());
        names.filter_map(|name| self.names.text(name).map(|text| &**text))
    }
}

fn note_name(
    entities: &mut Entities,
    names: &mut Texts,
    found: u32,
    name: Option<&str>,
    processed: Option<Moment>,
) {
    if let (Some(name), Some(entity)) = (trimmed(name), entities.get_mut(found)) {
        // Nearly all rows of an entity have the same name: comparing it is faster than looking it
        // up.
        let recent = entity.recent_name();
        let recent = recent.filter(|recent| names.text(*recent).is_some_and(|it| **it == *name));
        let name = recent.unwrap_or_else(|| names.number(name));
        entity.called(name, processed);
    }
}
