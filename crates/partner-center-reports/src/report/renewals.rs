//! Report on subscriptions that renew soon.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rust_decimal::Decimal;
use time::Date;

use super::facts::Idle;
use super::money::{Amount, price_notes, warnings};
use super::selection::Selection;
use super::shared;
use super::unused::RENEWAL_WINDOW;
use crate::exclusions::Exclusions;
use crate::holdings::{Count, Joined, KeptSubscription, Position, Source, day};
use crate::prices::{Price, PriceFinder, Prices, number};
use crate::row::row;
use crate::text::{counted, grouped, grouped_amount, placed, plural};

row! {
    /// Subscription that renews, beside the licences of its product.
    RenewalRow {
        customer_name: Text = "customerName", "Name of the customer";
        customer_tenant_id: Guid = "customerTenantId", "Tenant id of the customer, in lower case";
        product_name: Text = "productName", "Name of the product";
        product_id: Guid = "productId", "Id of the product, in lower case";
        renewal_date: Timestamp = "renewalDate", "Day of the renewal: the end of the term";
        days_to_renewal: Count = "daysToRenewal", "Days until the renewal";
        license_count: Count = "licenseCount", "Licences of the subscription";
        auto_renew_enabled: Boolean = "autoRenewEnabled", "Whether the subscription renews automatically";
        billing_cycle_name: Text = "billingCycleName", "Billing cycle, for want of a term in the API";
        churn_risk: Text = "churnRisk", "Churn risk of the subscription";
        status: Text = "status", "Status of the subscription";
        is_trial: Boolean = "isTrial", "Whether the subscription is a trial";
        licenses_sold: Count = "licensesSold", "Licences sold of the product to the customer, by all subscriptions";
        licenses_deployed: Count = "licensesDeployed", "Licences of the product that are assigned to users";
        licenses_active: Count = "licensesActive", "Licences of the product that are active in the workload with most of them";
        licenses_unused: Count = "licensesUnused", "Licences of the product that are not assigned or not active";
        friendly_name: Text = "friendlyName", "Name that was given to the subscription";
        subscription_id: Guid = "subscriptionId", "Id of the subscription, in lower case";
        unit_price: Number = "unitPrice", "Price of one licence, from the price file";
        currency: Text = "currency", "Currency of the price";
        price_term: Text = "priceTerm", "Period for which the price is paid";
        amount_per_year: Number = "amountPerYear", "Price of the licences of the subscription for a year";
    }
}

row! {
    /// Renewals of a month.
    MonthRow {
        month: Text = "month", "Month of the renewals";
        subscription_count: Count = "subscriptionCount", "Subscriptions that renew";
        license_count: Count = "licenseCount", "Licences of these subscriptions";
        manual_count: Count = "manualCount", "Subscriptions that do not renew automatically";
        licenses_unused: Count = "licensesUnused", "Unused licences of the products of these subscriptions";
    }
}

/// Options of [`renewals`].
///
/// # Examples
///
/// ```
/// use partner_center_reports::RenewalOptions;
/// use time::macros::date;
///
/// let mut options = RenewalOptions::new(date!(2026 - 11 - 26));
/// options.within = 30;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RenewalOptions {
    /// Day from which renewals are counted.
    pub today: Date,
    /// Number of days. The default is [`RENEWAL_WINDOW`].
    pub within: u32,
    /// Products that are left out. The default is free and trial products.
    pub exclusions: Exclusions,
    /// Prices, if there are any.
    pub prices: Option<Prices>,
}

impl RenewalOptions {
    /// Returns the default options for a day.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::{RENEWAL_WINDOW, RenewalOptions};
    /// use time::macros::date;
    ///
    /// assert_eq!(RenewalOptions::new(date!(2026 - 11 - 26)).within, RENEWAL_WINDOW);
    /// ```
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self {
            today,
            within: RENEWAL_WINDOW,
            exclusions: Exclusions::default(),
            prices: None,
        }
    }
}

/// Subscriptions that have not ended, by where they are in a report. The parts add up to `read`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SubscriptionBalance {
    /// Subscriptions with licences that have not ended.
    pub read: u64,
    /// In the rows of the report.
    pub listed: u64,
    /// With a renewal after the period.
    pub later: u64,
    /// With a renewal before the period.
    pub past: u64,
    /// Without a renewal.
    pub undated: u64,
    /// Subscriptions of products that are left out.
    pub excluded: u64,
}

/// Report on subscriptions that renew soon, made by [`renewals`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Renewals {
    /// Subscriptions, the next renewal first.
    pub rows: Vec<RenewalRow>,
    /// Sums of the rows, one per currency, and one for the rows without a price. Licences of a
    /// product with several subscriptions count once.
    pub totals: Vec<RenewalRow>,
    /// Sums by month.
    pub months: Vec<MonthRow>,
    /// Check of the number of subscriptions.
    pub balance: SubscriptionBalance,
    /// Conclusions in one sentence each.
    pub summary: Vec<String>,
    /// Definitions, exclusions and limits of the data.
    pub notes: Vec<String>,
    /// Notes on lines of the files of prices and exclusions that have no effect.
    pub warnings: Vec<String>,
}

/// Makes the report on subscriptions that renew soon.
///
/// # Examples
///
/// ```
/// use partner_center::types::Subscription;
/// use partner_center_reports::{Holdings, RenewalOptions, renewals};
/// use time::macros::date;
///
/// let subscription: Subscription = serde_json::from_str(
///     r#"{"id": "DEE2BD4F-4306-4113-8C97-DC26254CE093", "status": "ACTIVE", "licenseCount": 14,
///         "productName": "OFFICE 365 ENTERPRISE E3", "autoRenewEnabled": false,
///         "commitmentEndDate": "2026-12-19T00:00:00"}"#,
/// )?;
/// let mut holdings = Holdings::new();
/// holdings.add_subscription(&subscription);
///
/// let report = renewals(&holdings.join(), &RenewalOptions::new(date!(2026 - 11 - 26)));
/// assert_eq!(report.rows[0].days_to_renewal, Some(23));
/// assert_eq!(
///     report.summary[0],
///     "1 subscription with 14 licences renews within 60 days, 1 of them not automatically."
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn renewals(joined: &Joined, options: &RenewalOptions) -> Renewals {
    let mut report = Renewals::default();
    let mut selection = Selection::new(&options.exclusions);
    let mut prices = PriceFinder::new(options.prices.as_ref());
    let mut lines = Vec::new();
    for position in &joined.positions {
        let number = position.subscriptions.len() as u64;
        report.balance.read += number;
        if number == 0 {
            continue;
        }
        if !selection.takes(joined, position) {
            report.balance.excluded += number;
            continue;
        }
        let price = prices.find(joined, position);
        for subscription in joined.subscriptions(position) {
            let days = subscription
                .term_end
                .map(|end| (end - options.today).whole_days());
            match days {
                None => report.balance.undated += 1,
                Some(days) if days < 0 => report.balance.past += 1,
                Some(days) if days > i64::from(options.within) => report.balance.later += 1,
                Some(_) => {
                    report.balance.listed += 1;
                    lines.push(Line::new(
                        joined,
                        position,
                        subscription,
                        price,
                        options.today,
                    ));
                }
            }
        }
    }
    lines.sort_by_cached_key(|line| {
        let row = &line.row;
        (
            (line.subscription.term_end, Reverse(row.license_count)),
            (row.customer_name.clone(), row.customer_tenant_id.clone()),
            (row.product_name.clone(), row.product_id.clone()),
            (row.subscription_id.clone(), row.friendly_name.clone()),
        )
    });
    report.totals = totals(&lines);
    report.months = months(&lines);
    report.summary = summary(joined, &lines, &report, options);
    report.notes = notes(joined, options, &selection, &report);
    report.warnings = warnings(joined, options.prices.as_ref(), &selection);
    let rows = lines.into_iter().map(|line| line.row);
    report.rows = rows.collect();
    report
}

/// Row with the values that sums need.
struct Line<'a> {
    position: &'a Position,
    subscription: &'a KeptSubscription,
    price: Option<&'a Price>,
    amount: Option<Decimal>,
    row: RenewalRow,
}

impl<'a> Line<'a> {
    fn new(
        joined: &'a Joined,
        position: &'a Position,
        subscription: &'a KeptSubscription,
        price: Option<&'a Price>,
        today: Date,
    ) -> Self {
        let (holdings, read) = (&joined.holdings, &joined.holdings.subscriptions);
        let amount = price.and_then(|price| price.per_year(subscription.licenses?));
        let active = position.usage.and_then(|usage| usage.active);
        let idle = Idle::of(position.sold.value(), position.deployed.value(), active);
        let days = subscription.term_end.map(|end| end - today);
        let row = RenewalRow {
            customer_name: holdings.customer_name(position.customer),
            customer_tenant_id: holdings.customer_id(position.customer),
            product_name: holdings.product_name(position.product),
            product_id: holdings.product_id(position.product),
            renewal_date: day(subscription.term_end),
            days_to_renewal: days.map(|days| days.whole_days()),
            license_count: subscription.licenses,
            auto_renew_enabled: subscription.auto_renew,
            billing_cycle_name: subscription
                .billing_cycle
                .and_then(|cycle| read.billing_cycles.label(cycle)),
            churn_risk: subscription
                .churn_risk
                .and_then(|risk| read.churn_risks.label(risk)),
            status: subscription
                .status
                .and_then(|status| read.statuses.label(status)),
            is_trial: Some(subscription.is_trial),
            licenses_sold: position.sold.value(),
            licenses_deployed: position.deployed.value(),
            licenses_active: active,
            licenses_unused: idle.map(Idle::unused),
            friendly_name: subscription
                .friendly_name
                .and_then(|name| holdings.name(name)),
            subscription_id: subscription.id.and_then(|id| read.ids.get(id)?.key.id()),
            unit_price: price.and_then(|price| number(price.unit)),
            currency: price.map(|price| price.currency.as_str().into()),
            price_term: price.map(|price| price.term.name().into()),
            amount_per_year: amount.and_then(number),
        };
        Self {
            position,
            subscription,
            price,
            amount,
            row,
        }
    }

    fn is_manual(&self) -> bool {
        self.subscription.auto_renew == Some(false)
    }

    /// Returns what tells the position from others.
    fn key(&self) -> (u32, u32) {
        (self.position.customer, self.position.product)
    }
}

/// Sums of some rows.
#[derive(Default)]
struct Sums {
    subscriptions: i64,
    manual: i64,
    licenses: Count,
    /// Sold, deployed, active and unused licences, of each position once.
    counts: [Count; 4],
    positions: HashSet<(u32, u32)>,
    amount: Amount,
}

impl Sums {
    fn add(&mut self, line: &Line<'_>) {
        self.subscriptions += 1;
        self.manual += i64::from(line.is_manual());
        self.licenses.add(line.row.license_count);
        if line.price.is_some() && line.row.license_count.is_some() {
            self.amount.add(line.amount);
        }
        if self.positions.insert(line.key()) {
            let row = &line.row;
            let values = [
                row.licenses_sold,
                row.licenses_deployed,
                row.licenses_active,
                row.licenses_unused,
            ];
            for (count, value) in self.counts.iter_mut().zip(values) {
                count.add(value);
            }
        }
    }
}

/// Returns one row per currency, and one for the rows without a price if there are any.
fn totals(lines: &[Line<'_>]) -> Vec<RenewalRow> {
    let mut currencies: BTreeMap<Option<&str>, Sums> = BTreeMap::new();
    for line in lines {
        let currency = line.price.map(|price| price.currency.as_str());
        currencies.entry(currency).or_default().add(line);
    }
    if currencies.is_empty() {
        currencies.entry(None).or_default();
    }
    let mut totals: Vec<_> = currencies
        .into_iter()
        .map(|(currency, sums)| {
            let [sold, deployed, active, unused] = sums.counts.map(Count::value);
            RenewalRow {
                license_count: sums.licenses.value(),
                licenses_sold: sold,
                licenses_deployed: deployed,
                licenses_active: active,
                licenses_unused: unused,
                currency: currency.map(Into::into),
                amount_per_year: currency.and(sums.amount.0).and_then(number),
                ..RenewalRow::default()
            }
        })
        .collect();
    // Rows without a price come last.
    totals.sort_by_key(|total| total.currency.is_none());
    totals
}

fn months(lines: &[Line<'_>]) -> Vec<MonthRow> {
    let mut months: BTreeMap<String, Sums> = BTreeMap::new();
    for line in lines {
        if let Some(end) = line.subscription.term_end {
            let month = format!("{:04}-{:02}", end.year(), u8::from(end.month()));
            months.entry(month).or_default().add(line);
        }
    }
    let rows = months.into_iter().map(|(month, sums)| MonthRow {
        month: Some(Arc::from(month)),
        subscription_count: Some(sums.subscriptions),
        license_count: sums.licenses.value(),
        manual_count: Some(sums.manual),
        licenses_unused: sums.counts[3].value(),
    });
    rows.collect()
}

fn summary(
    joined: &Joined,
    lines: &[Line<'_>],
    report: &Renewals,
    options: &RenewalOptions,
) -> Vec<String> {
    if joined.holdings.rows(Source::Subscriptions) == 0 {
        let mut summary = vec![shared::NO_SUBSCRIPTIONS.to_owned()];
        shared::insert_gaps(joined, shared::OF_LICENSES, &mut summary);
        return summary;
    }
    let mut sums = Sums::default();
    lines.iter().for_each(|line| sums.add(line));
    let licenses = match (sums.subscriptions, sums.licenses.value()) {
        (0, _) => String::new(),
        (_, Some(licenses)) => format!(" with {}", counted(licenses, "licence", "licences")),
        (_, None) => " with an unknown number of licences".to_owned(),
    };
    let mut first = format!(
        "{}{licenses} {} within {} days",
        counted(sums.subscriptions, "subscription", "subscriptions"),
        plural(sums.subscriptions, "renews", "renew"),
        options.within,
    );
    if sums.manual > 0 {
        first.push_str(&format!(
            ", {} of them not automatically",
            grouped(sums.manual)
        ));
    }
    first.push('.');
    let mut summary = vec![first];
    shared::insert_gaps(joined, shared::OF_LICENSES, &mut summary);
    let [sold, _, active, unused] = sums.counts.map(Count::value);
    match (sold, unused) {
        (Some(sold), Some(unused)) => {
            let (at_least, reason) = match active {
                Some(_) => ("", ""),
                None => (
                    "at least ",
                    ": inactive licences are not known (no usage data)",
                ),
            };
            summary.push(format!(
                "Of the {} of these products, {at_least}{} unused{reason}.",
                counted(sold, "licence", "licences"),
                counted(unused, "is", "are"),
            ));
        }
        _ if sums.subscriptions > 0 => {
            summary.push("Unused licences of these products are not known.".to_owned());
        }
        _ => {}
    }
    for total in &report.totals {
        if let (Some(currency), Some(amount), Some(licenses)) =
            (&total.currency, &total.amount_per_year, total.license_count)
        {
            summary.push(format!(
                "The {} with a price in {currency} cost {currency} {} per year.",
                counted(licenses, "licence", "licences"),
                grouped_amount(amount.as_str()),
            ));
        }
    }
    summary
}

fn notes(
    joined: &Joined,
    options: &RenewalOptions,
    selection: &Selection<'_>,
    report: &Renewals,
) -> Vec<String> {
    let mut notes = Vec::new();
    notes.push(
        "The renewal is the end of the term of a subscription (commitmentEndDate). The API has no \
         term; the billing cycle is beside it."
            .to_owned(),
    );
    notes.push(
        "Licences sold, deployed, active and unused are those of the product of the customer. They \
         repeat in the rows of its subscriptions, and the total counts them once."
            .to_owned(),
    );
    shared::definitions(&mut notes);
    let rows = report.rows.iter();
    let too_large = rows.filter(|row| {
        row.currency.is_some() && row.license_count.is_some() && row.amount_per_year.is_none()
    });
    price_notes(
        joined,
        options.prices.as_ref(),
        too_large.count(),
        &mut notes,
    );
    selection.notes(&mut notes);
    shared::absent_sources(joined, &mut notes);
    notes.extend(shared::gaps(joined, shared::OF_LICENSES));
    shared::joins(joined, &mut notes);
    notes.push(balance_note(report.balance));
    notes
}

fn balance_note(balance: SubscriptionBalance) -> String {
    let parts = [
        (balance.listed, "in the table"),
        (balance.later, "with a later renewal"),
        (balance.past, "with a renewal in the past"),
        (balance.undated, "without a renewal"),
        (balance.excluded, "of products that are left out"),
    ];
    let parts = placed(&parts);
    match parts.is_empty() {
        true => "No subscriptions with licences.".to_owned(),
        false => format!(
            "Of {} with licences: {}.",
            counted(balance.read, "subscription", "subscriptions"),
            parts
        ),
    }
}
