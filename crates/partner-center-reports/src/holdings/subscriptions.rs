//! Subscriptions that are kept for the join, and numbers of those that are not.

use std::collections::HashMap;

use partner_center::types::{self, SubscriptionStatus, SubscriptionType};
use time::Date;

use super::entities::{Entities, trimmed};
use super::moment::date_of;
use super::names::{Codes, Texts};

/// Subscription with licences that has not ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subscription {
    pub(crate) customer: u32,
    /// Number of the name of the product.
    pub(crate) product_name: u32,
    pub(crate) friendly_name: Option<u32>,
    pub(crate) id: Option<u32>,
    pub(crate) status: Option<u32>,
    pub(crate) churn_risk: Option<u32>,
    pub(crate) billing_cycle: Option<u32>,
    pub(crate) auto_renew: Option<bool>,
    pub(crate) licenses: Option<i64>,
    /// End of the term, when the subscription renews.
    pub(crate) term_end: Option<Date>,
    pub(crate) is_trial: bool,
}

/// Subscriptions of the rows read so far.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    pub(crate) kept: Vec<Subscription>,
    pub(crate) ids: Entities,
    /// Kept subscription of each id and customer.
    by_id: HashMap<(u32, u32), usize>,
    pub(crate) statuses: Codes,
    pub(crate) churn_risks: Codes,
    pub(crate) billing_cycles: Codes,
    /// Rows with the id of another row.
    pub(crate) repeated: u64,
    pub(crate) ended: u64,
    pub(crate) ended_licenses: i128,
    pub(crate) without_licenses: u64,
}

/// Statuses of subscriptions that have ended. Only the first one is documented.
const ENDED: [&str; 5] = [
    "DEPROVISIONED",
    "CANCELED",
    "CANCELLED",
    "DELETED",
    "EXPIRED",
];

impl Subscriptions {
    pub(crate) fn add(&mut self, row: &types::Subscription, customer: u32, names: &mut Texts) {
        let status = row.status.as_ref().map(SubscriptionStatus::as_str);
        let is_status = |ended: &&str| status.is_some_and(|it| it.eq_ignore_ascii_case(ended));
        if ENDED.iter().any(is_status) {
            self.ended += 1;
            self.ended_licenses += i128::from(row.license_count.unwrap_or(0));
            return;
        }
        let term_end = date_of(row.commitment_end_date.as_ref());
        let kind = row.subscription_type.as_ref();
        let is_azure = kind
            .map(SubscriptionType::as_str)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("azure"));
        let has_licenses = match row.license_count {
            Some(0) => term_end.is_some() && !is_azure,
            Some(_) => true,
            None => !is_azure,
        };
        if !has_licenses {
            self.without_licenses += 1;
            return;
        }
        let code = |codes: &mut Codes, text: Option<&str>| {
            trimmed(text).map(|text| codes.number(Some(text), None))
        };
        let trial_dates = [&row.trial_start_date, &row.trial_end_date];
        let is_dated = |date: &&Option<_>| date_of(date.as_ref()).is_some();
        let id = trimmed(row.id.as_deref());
        let subscription = Subscription {
            customer,
            product_name: names.number(row.product_name.as_deref().unwrap_or_default().trim()),
            friendly_name: row.friendly_name.as_deref().map(|name| names.number(name)),
            id: id.map(|id| self.ids.number(Some(id), None)),
            status: code(&mut self.statuses, status),
            churn_risk: code(&mut self.churn_risks, row.churn_risk.as_deref()),
            billing_cycle: code(&mut self.billing_cycles, row.billing_cycle_name.as_deref()),
            auto_renew: row.auto_renew_enabled,
            licenses: row.license_count,
            term_end,
            is_trial: trial_dates.iter().any(is_dated)
                && date_of(row.trial_to_paid_conversion_date.as_ref()).is_none(),
        };
        let key = subscription.id.map(|id| (id, customer));
        let known = key.and_then(|key| self.by_id.get(&key).copied());
        match known {
            // Pages can repeat rows. Of two rows that differ, the choice must not depend on their
            // order.
            Some(position) => {
                self.repeated += 1;
                if let Some(kept) = self.kept.get(position).copied()
                    && self.rank(&subscription, names) > self.rank(&kept, names)
                    && let Some(kept) = self.kept.get_mut(position)
                {
                    *kept = subscription;
                }
            }
            None => {
                if let Some(key) = key {
                    self.by_id.insert(key, self.kept.len());
                }
                self.kept.push(subscription);
            }
        }
    }

    /// Returns a value whose order depends on the row alone.
    fn rank<'a>(&'a self, of: &Subscription, names: &'a Texts) -> impl Ord + 'a {
        let code = |codes: &'a Codes, number: Option<u32>| codes.label(number?);
        (
            (of.term_end, of.licenses, of.auto_renew, of.is_trial),
            code(&self.statuses, of.status),
            code(&self.churn_risks, of.churn_risk),
            code(&self.billing_cycles, of.billing_cycle),
            names.text(of.product_name),
            of.friendly_name.and_then(|name| names.text(name)),
        )
    }
}
