//! Synthetic partner: customers, licences, subscriptions, Azure meters, resellers, searches and
//! referrals that belong together.
//!
//! Customers and what they hold are generated from the seed. Everything that changes from day to day
//! is computed when a row is read, from the seed, the entity and the day. So a day has the same
//! figures in every report, and the memory does not depend on the number of days.

mod azure;
mod customers;
mod holdings;
pub(crate) mod legacy;
mod licenses;
mod names;
mod products;
pub(crate) mod random;
mod referrals;
mod resellers;
mod searches;
mod skus;
mod subscriptions;

use std::collections::HashMap;

pub(crate) use customers::{Customer, write_customer};
pub(crate) use holdings::{AzureSubscription, Holding};
pub(crate) use skus::subscribed_skus;

use crate::data::{
    calendar::Day,
    table::Table,
    world::{
        products::{Product, Service},
        random::Guid,
    },
};

/// Maximum number of customers.
pub(crate) const MAX_CUSTOMERS: u32 = 100_000;
/// Maximum number of days.
pub(crate) const MAX_DAYS: u16 = 1_095;

/// Customer of another partner: calls for it are refused with another error than calls for customers
/// that do not exist. The same in all emulators.
pub(crate) const FOREIGN_CUSTOMER: &str = "f02e1600-0000-4000-8000-c0a70c0a7050";

/// Settings of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WorldSettings {
    pub(crate) customers: u32,
    pub(crate) days: u16,
    pub(crate) seed: u64,
    /// Day on which the data was read. The last processed day is the day before.
    pub(crate) today: Day,
}

/// Generated entities of a world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: WorldSettings,
    pub(crate) customers: Vec<Customer>,
    pub(crate) holdings: Vec<Holding>,
    pub(crate) azure: Vec<AzureSubscription>,
    resellers: u32,
    by_id: HashMap<Guid, u32>,
}

impl World {
    pub(crate) fn generate(settings: WorldSettings) -> Self {
        let resellers = (settings.customers / 8).clamp(1, 2_000);
        let customers: Vec<_> = (0..settings.customers)
            .map(|index| Customer::generate(&settings, index, resellers))
            .collect();
        let by_id = (0..)
            .zip(&customers)
            .map(|(index, customer)| (customer.id, index));
        let by_id = by_id.collect();
        let mut holdings = Vec::new();
        let mut azure = Vec::new();
        for (index, customer) in (0..).zip(&customers) {
            holdings::generate(&settings, index, customer, &mut holdings);
            holdings::generate_azure(&settings, index, customer, &mut azure);
        }
        Self {
            settings,
            customers,
            holdings,
            azure,
            resellers,
            by_id,
        }
    }

    /// Returns the index of a customer.
    pub(crate) fn customer(&self, id: Guid) -> Option<usize> {
        self.by_id.get(&id).map(|index| *index as usize)
    }

    /// Returns the licences of a customer: holdings are in the order of their customers.
    fn holdings_of(&self, customer: usize) -> &[Holding] {
        let customer = u32::try_from(customer).unwrap_or(u32::MAX);
        let start = self.holdings.partition_point(|one| one.customer < customer);
        let rest = self.holdings.get(start..).unwrap_or_default();
        let length = rest.partition_point(|one| one.customer == customer);
        rest.get(..length).unwrap_or_default()
    }

    /// Returns the first and the last day that were processed, as of a day.
    pub(crate) fn processed_days(&self, today: Day) -> (Day, Day) {
        let days = i32::from(self.settings.days);
        (today.plus(-days), today.plus(-1))
    }

    /// Returns the table of an operation as of a day; `None` for an operation that has none.
    /// `processed` is the day whose figures are requested, the last one by default.
    pub(crate) fn table<'a>(
        &'a self,
        operation: &str,
        today: Day,
        processed: Option<Day>,
    ) -> Option<Box<dyn Table + 'a>> {
        let (first, last) = self.processed_days(today);
        let day = processed.unwrap_or(last);
        let day = (first..=last).contains(&day).then_some(day);
        Some(match operation {
            "commercial_licenses_deployment" => Box::new(licenses::Deployment::new(self, day)),
            "commercial_licenses_usage" => Box::new(licenses::Usage::new(self, day)),
            "azure_usage" => Box::new(azure::AzureUsage::new(self, first, last)),
            "indirect_resellers" => Box::new(resellers::Resellers::new(self, today)),
            "subscriptions" => Box::new(subscriptions::Subscriptions::new(self, today)),
            "searches" => Box::new(searches::Searches::new(self, first, last)),
            "referrals" => Box::new(referrals::Referrals::new(self, today)),
            _ => return None,
        })
    }
}

/// Returns the compact JSON text of a value.
fn json_text(value: &impl serde::Serialize) -> String {
    // The values are structures of texts and numbers, which have a JSON text.
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns the product with this index.
pub(crate) fn product(index: u8) -> &'static Product {
    // Indices come from the table itself.
    products::PRODUCTS
        .get(usize::from(index))
        .unwrap_or(&products::PRODUCTS[0])
}

/// Returns the service with this index.
pub(crate) fn service(index: u8) -> &'static Service {
    products::SERVICES
        .get(usize::from(index))
        .unwrap_or(&products::SERVICES[0])
}

#[cfg(test)]
pub(crate) mod tests;
