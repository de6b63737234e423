//! What could not be joined.

use std::sync::Arc;

use super::facts::Terms;
use crate::holdings::{Joined, Position, day};
use crate::row::row;

row! {
    /// Product of a customer for which licences sold or deployed are not known.
    UnmatchedRow {
        customer_name: Text = "customerName", "Name of the customer";
        customer_tenant_id: Guid = "customerTenantId", "Tenant id of the customer, in lower case";
        product_name: Text = "productName", "Name of the product";
        product_id: Guid = "productId", "Id of the product, in lower case; subscriptions have none";
        reason: Text = "reason", "What is missing";
        licenses_sold: Count = "licensesSold", "Licences sold";
        licenses_deployed: Count = "licensesDeployed", "Licences assigned to users";
        licenses_active: Count = "licensesActive", "Licences active in the workload that has most of them";
        subscription_count: Count = "subscriptionCount", "Subscriptions that have not ended";
        licenses_subscribed: Count = "licensesSubscribed", "Licences of these subscriptions";
        renewal_date: Timestamp = "renewalDate", "Next renewal of a subscription: the end of its term";
        status: Text = "status", "Statuses of the subscriptions";
    }
}

/// Texts that sort rows by name, with the ids for rows of the same name.
pub(crate) type NameOrder = [Option<Arc<str>>; 4];

impl UnmatchedRow {
    pub(crate) fn order(&self) -> NameOrder {
        [
            self.customer_name.clone(),
            self.customer_tenant_id.clone(),
            self.product_name.clone(),
            self.product_id.clone(),
        ]
    }
}

pub(crate) fn unmatched_row(joined: &Joined, position: &Position, terms: &Terms) -> UnmatchedRow {
    let holdings = &joined.holdings;
    let reason = match (position.has_deployment, position.usage.is_some()) {
        (true, _) => "licences without a number sold or deployed",
        (false, true) => "usage without licences sold",
        (false, false) => "subscription without licences sold of a product of this name",
    };
    UnmatchedRow {
        customer_name: holdings.customer_name(position.customer),
        customer_tenant_id: holdings.customer_id(position.customer),
        product_name: holdings.product_name(position.product),
        product_id: holdings.product_id(position.product),
        reason: Some(reason.into()),
        licenses_sold: position.sold.value(),
        licenses_deployed: position.deployed.value(),
        licenses_active: position.usage.and_then(|usage| usage.active),
        subscription_count: Some(terms.subscriptions),
        licenses_subscribed: terms.licenses.value(),
        renewal_date: day(terms.renewal),
        status: terms.status.clone(),
    }
}
