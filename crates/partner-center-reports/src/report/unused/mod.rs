//! Report on unused licences.

mod rows;
mod spare;
mod sums;
mod texts;

use std::cmp::Reverse;

use rust_decimal::Decimal;
use time::Date;

use super::facts::{Idle, Terms};
use super::money::warnings;
use super::selection::Selection;
use super::unmatched::{UnmatchedRow, unmatched_row};
use crate::exclusions::Exclusions;
use crate::holdings::{Count, Joined, Position, day};
use crate::prices::{Price, PriceFinder, Prices, number};

pub use rows::{UnpricedRow, UnusedCustomerRow, UnusedRow};
pub use spare::{Spare, SpareError};

use sums::{customers, totals, unpriced};
use texts::{Scope, notes};

/// Default number of days before a renewal during which it is marked.
pub const RENEWAL_WINDOW: u32 = 60;

/// Options of [`unused`].
///
/// # Examples
///
/// ```
/// use partner_center_reports::{Spare, UnusedOptions};
/// use time::macros::date;
///
/// let mut options = UnusedOptions::new(date!(2026 - 11 - 26));
/// options.spare = Spare::Percent(5);
/// options.renewing_within = Some(30);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UnusedOptions {
    /// Day from which renewals are counted.
    pub today: Date,
    /// Smallest number of reclaimable licences of a row. The default is 1; 0 shows all products.
    pub min_unused: u32,
    /// Reserve per product of a customer. The default is none.
    pub spare: Spare,
    /// If set, only products that renew within so many days.
    pub renewing_within: Option<u32>,
    /// Products that are left out. The default is free and trial products.
    pub exclusions: Exclusions,
    /// Prices, if there are any.
    pub prices: Option<Prices>,
}

impl UnusedOptions {
    /// Returns the default options for a day.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::UnusedOptions;
    /// use time::macros::date;
    ///
    /// assert_eq!(UnusedOptions::new(date!(2026 - 11 - 26)).min_unused, 1);
    /// ```
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self {
            today,
            min_unused: 1,
            spare: Spare::Licenses(0),
            renewing_within: None,
            exclusions: Exclusions::default(),
            prices: None,
        }
    }
}

/// Licences sold of all deployment rows, by where they are in a report. The parts add up to
/// `read`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct LicenseBalance {
    /// Licences sold in all rows.
    pub read: i64,
    /// In the rows of the report.
    pub listed: i64,
    /// Licences of products with fewer reclaimable licences than the smallest number.
    pub below_minimum: i64,
    /// Licences of products that do not renew soon enough.
    pub renewing_later: i64,
    /// Licences of products that are left out.
    pub excluded: i64,
    /// Licences of products whose number of deployed licences is not known.
    pub unmatched: i64,
}

/// Report on unused licences, made by [`unused`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Unused {
    /// Products of customers, those with most reclaimable licences first.
    pub rows: Vec<UnusedRow>,
    /// Sums of the rows, one per currency, and one for the rows without a price.
    pub totals: Vec<UnusedRow>,
    /// Sums by customer, those with most reclaimable licences first.
    pub customers: Vec<UnusedCustomerRow>,
    /// Rows that could not be joined: subscriptions or usage without licences sold, and licences
    /// without counts.
    pub unmatched: Vec<UnmatchedRow>,
    /// Products without a price, if prices were given.
    pub unpriced: Vec<UnpricedRow>,
    /// Check of the sums.
    pub balance: LicenseBalance,
    /// Conclusions in one sentence each.
    pub summary: Vec<String>,
    /// Definitions, exclusions and limits of the data.
    pub notes: Vec<String>,
    /// Notes on lines of the files of prices and exclusions that have no effect.
    pub warnings: Vec<String>,
}

/// Makes the report on licences that are not assigned or not active.
///
/// # Examples
///
/// ```
/// use partner_center::types::{CommercialLicensesDeployment, CommercialLicensesUsage};
/// use partner_center_reports::{Holdings, Prices, UnusedOptions, unused};
/// use time::macros::date;
///
/// let mut holdings = Holdings::new();
/// let licenses: CommercialLicensesDeployment = serde_json::from_str(
///     r#"{"customerTenantId": "0112A436-B14E-4888-967B-CA4BB2CF1234", "customerName": "Contoso",
///         "productId": "6FD2C87F-B296-42F0-B197-1E91E994B900",
///         "productName": "OFFICE 365 ENTERPRISE E3", "licensesSold": 14, "licensesDeployed": 9}"#,
/// )?;
/// holdings.add_deployment(&licenses);
/// // Of the workloads, the one with most active licences counts.
/// for workload in [r#""EXO", "licensesActive": 6"#, r#""SPO", "licensesActive": 4"#] {
///     let usage: CommercialLicensesUsage = serde_json::from_str(&format!(
///         r#"{{"customerTenantId": "0112A436-B14E-4888-967B-CA4BB2CF1234",
///             "productId": "6FD2C87F-B296-42F0-B197-1E91E994B900",
///             "licensesQualified": 14, "workloadCode": {workload}}}"#,
///     ))?;
///     holdings.add_usage(&usage);
/// }
/// let prices = "product,unitPrice,currency,term\nOffice 365 Enterprise E3,21.60,EUR,month\n";
/// let mut options = UnusedOptions::new(date!(2026 - 11 - 26));
/// options.prices = Some(Prices::read(prices.as_bytes())?);
///
/// let report = unused(&holdings.join(), &options);
/// let row = &report.rows[0];
/// assert_eq!((row.licenses_unassigned, row.licenses_inactive), (Some(5), Some(3)));
/// assert_eq!(row.amount_per_year.as_ref().map(|it| it.as_str()), Some("2073.60"));
/// assert_eq!(report.balance.read, report.balance.listed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn unused(joined: &Joined, options: &UnusedOptions) -> Unused {
    let mut report = Unused::default();
    let mut selection = Selection::new(&options.exclusions);
    let mut prices = PriceFinder::new(options.prices.as_ref());
    let (mut rows, mut places) = (Vec::new(), Vec::new());
    let mut scope = Scope::default();
    let mut balance = [Count::default(); 4];
    let [listed, below, later, unmatched] = &mut balance;
    for position in &joined.positions {
        if !selection.takes(joined, position) {
            continue;
        }
        let price = prices.find(joined, position);
        let line = Line::new(joined, position, price, options);
        let Some(idle) = line.idle else {
            unmatched.merge(position.sold);
            let subscribed = line.terms.licenses.value();
            // Nothing to report: no licences, no usage, no count that is unknown.
            if position.has_deployment || position.usage.is_some() || subscribed != Some(0) {
                report
                    .unmatched
                    .push(unmatched_row(joined, position, &line.terms));
            }
            continue;
        };
        scope.add(position, idle, &line, options);
        let is_outside = options
            .renewing_within
            .is_some_and(|days| !line.terms.renews_within(days));
        if line.reclaimable < i64::from(options.min_unused) {
            below.merge(position.sold);
        } else if is_outside {
            later.merge(position.sold);
        } else {
            listed.merge(position.sold);
            rows.push(line.row(joined, options));
            places.push(line.place());
        }
    }
    let [listed, below, later, unmatched] = balance.map(|count| count.value().unwrap_or(0));
    report.balance = LicenseBalance {
        read: joined.licenses_sold(),
        listed,
        below_minimum: below,
        renewing_later: later,
        excluded: selection.sold(),
        unmatched,
    };
    report.totals = totals(&rows, &places);
    report.customers = customers(&rows, &places);
    if options.prices.is_some() {
        report.unpriced = unpriced(&rows, &places);
    }
    rows.sort_by_cached_key(order);
    report.rows = rows;
    report.unmatched.sort_by_cached_key(UnmatchedRow::order);
    report.summary = scope.summary(joined, &report, options);
    report.notes = notes(joined, options, &selection, &report);
    report.warnings = warnings(joined, options.prices.as_ref(), &selection);
    report
}

/// Key of the order of rows: most reclaimable licences first.
fn order(row: &UnusedRow) -> impl Ord + use<> {
    (
        Reverse((
            row.licenses_reclaimable,
            row.licenses_unused,
            row.licenses_sold,
        )),
        (row.customer_name.clone(), row.customer_tenant_id.clone()),
        (row.product_name.clone(), row.product_id.clone()),
    )
}

/// Exact values of a row for sums, besides its fields.
struct Place<'a> {
    customer: u32,
    product: u32,
    price: Option<&'a Price>,
    amount: Option<Decimal>,
    /// Next renewal, if it is not past.
    renewal: Option<Date>,
}

/// Figures of a position.
struct Line<'a> {
    position: &'a Position,
    terms: Terms,
    idle: Option<Idle>,
    spare: i64,
    reclaimable: i64,
    price: Option<&'a Price>,
    amount: Option<Decimal>,
}

impl<'a> Line<'a> {
    fn new(
        joined: &Joined,
        position: &'a Position,
        price: Option<&'a Price>,
        options: &UnusedOptions,
    ) -> Self {
        let sold = position.sold.value();
        let active = position.usage.and_then(|usage| usage.active);
        let idle = Idle::of(sold, position.deployed.value(), active);
        let unused = idle.map_or(0, Idle::unused);
        let spare = options.spare.of(sold.unwrap_or(0)).min(unused);
        let reclaimable = unused - spare;
        Self {
            position,
            terms: Terms::of(joined, position, options.today),
            idle,
            spare,
            reclaimable,
            price,
            amount: price.and_then(|price| price.per_year(reclaimable)),
        }
    }

    fn place(&self) -> Place<'a> {
        let is_coming = self.terms.days.is_some_and(|days| days >= 0);
        Place {
            customer: self.position.customer,
            product: self.position.product,
            price: self.price,
            amount: self.amount,
            renewal: self.terms.renewal.filter(|_| is_coming),
        }
    }

    fn row(&self, joined: &Joined, options: &UnusedOptions) -> UnusedRow {
        let (holdings, position, terms) = (&joined.holdings, self.position, &self.terms);
        let [service_name, channel] = joined.places(position);
        let [processed, usage_processed] = joined.processed(position);
        let usage = position.usage;
        let window = options.renewing_within.unwrap_or(RENEWAL_WINDOW);
        UnusedRow {
            customer_name: holdings.customer_name(position.customer),
            customer_tenant_id: holdings.customer_id(position.customer),
            product_name: holdings.product_name(position.product),
            product_id: holdings.product_id(position.product),
            service_name,
            channel,
            licenses_sold: position.sold.value(),
            licenses_deployed: position.deployed.value(),
            licenses_active: usage.and_then(|usage| usage.active),
            workload_name: usage.and_then(|usage| holdings.workloads.label(usage.workload)),
            licenses_unassigned: self.idle.map(|idle| idle.unassigned),
            licenses_inactive: self.idle.and_then(|idle| idle.inactive),
            licenses_unused: self.idle.map(Idle::unused),
            licenses_spare: Some(self.spare),
            licenses_reclaimable: Some(self.reclaimable),
            renewal_date: day(terms.renewal),
            days_to_renewal: terms.days,
            renews_soon: terms.days.map(|_| terms.renews_within(window)),
            renewal_dates: terms.renewals.clone(),
            billing_cycle_name: terms.billing_cycle.clone(),
            auto_renew_enabled: terms.auto_renew,
            churn_risk: terms.churn_risk.clone(),
            status: terms.status.clone(),
            subscription_count: Some(terms.subscriptions),
            licenses_subscribed: terms.licenses.value(),
            licenses_on_trial: terms.trial_licenses.value(),
            unit_price: self.price.and_then(|price| number(price.unit)),
            currency: self.price.map(|price| price.currency.as_str().into()),
            price_term: self.price.map(|price| price.term.name().into()),
            amount_per_year: self.amount.and_then(number),
            processed_date: day(processed),
            usage_processed_date: day(usage_processed),
        }
    }
}
