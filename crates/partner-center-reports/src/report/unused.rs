//! Report on licences that nobody uses.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use thiserror::Error;
use time::Date;

use super::facts::{Idle, Terms};
use super::money::{Amount, price_notes};
use super::selection::Selection;
use super::shared;
use super::unmatched::{UnmatchedRow, unmatched_row};
use crate::exclusions::Exclusions;
use crate::holdings::{Count, Joined, Position, day};
use crate::prices::{Price, Prices, number};
use crate::row::row;
use crate::text::{counted, grouped, grouped_amount, listed, plural};

/// Default number of days before a renewal during which it is marked.
pub const RENEWAL_WINDOW: u32 = 60;

row! {
    /// Licences of one product of one customer.
    UnusedRow {
        customer_name: Text = "customerName", "Name of the customer";
        customer_tenant_id: Guid = "customerTenantId", "Tenant id of the customer, in lower case";
        product_name: Text = "productName", "Name of the product in the latest row";
        product_id: Guid = "productId", "Id of the product, in lower case";
        service_name: Text = "serviceName", "Names of the services with the product";
        channel: Text = "channel", "Channels through which the licences were sold";
        licenses_sold: Count = "licensesSold", "Licences sold, of all services and channels";
        licenses_deployed: Count = "licensesDeployed", "Licences assigned to users";
        licenses_active: Count = "licensesActive", "Licences active in the workload that has most of them";
        workload_name: Text = "workloadName", "Workload with most active licences";
        licenses_unassigned: Count = "licensesUnassigned", "Licences sold but not assigned: sold - deployed";
        licenses_inactive: Count = "licensesInactive", "Licences assigned but not active: deployed - active";
        licenses_unused: Count = "licensesUnused", "Licences not assigned or not active";
        licenses_spare: Count = "licensesSpare", "Unused licences that are kept as a reserve";
        licenses_reclaimable: Count = "licensesReclaimable", "Unused licences beyond the reserve";
        renewal_date: Timestamp = "renewalDate", "Next renewal of a subscription: the end of its term";
        days_to_renewal: Count = "daysToRenewal", "Days until the next renewal; negative if it is past";
        renews_soon: Boolean = "renewsSoon", "Whether the next renewal is in sight";
        renewal_dates: Text = "renewalDates", "All coming renewals of the subscriptions";
        billing_cycle_name: Text = "billingCycleName", "Billing cycles of the subscriptions, for want of a term in the API";
        auto_renew_enabled: Boolean = "autoRenewEnabled", "Whether the subscriptions with the next renewal renew automatically";
        churn_risk: Text = "churnRisk", "Highest churn risk of the subscriptions";
        status: Text = "status", "Statuses of the subscriptions";
        subscription_count: Count = "subscriptionCount", "Subscriptions that have not ended";
        licenses_subscribed: Count = "licensesSubscribed", "Licences of these subscriptions";
        licenses_on_trial: Count = "licensesOnTrial", "Licences of these subscriptions that are on trial";
        unit_price: Number = "unitPrice", "Price of one licence, from the price file";
        currency: Text = "currency", "Currency of the price";
        price_term: Text = "priceTerm", "Period for which the price is paid";
        amount_per_year: Number = "amountPerYear", "Price of the reclaimable licences for a year";
        processed_date: Timestamp = "processedDate", "Day of the licences sold and deployed";
        usage_processed_date: Timestamp = "usageProcessedDate", "Day of the active licences";
    }
}

row! {
    /// Unused licences of one customer, in one currency.
    UnusedCustomerRow {
        customer_name: Text = "customerName", "Name of the customer";
        customer_tenant_id: Guid = "customerTenantId", "Tenant id of the customer, in lower case";
        product_count: Count = "productCount", "Products of the customer in the report";
        licenses_sold: Count = "licensesSold", "Licences sold of these products";
        licenses_unused: Count = "licensesUnused", "Licences not assigned or not active";
        licenses_reclaimable: Count = "licensesReclaimable", "Unused licences beyond the reserve";
        renewal_date: Timestamp = "renewalDate", "Next renewal of these products";
        currency: Text = "currency", "Currency of the prices; a customer has one row per currency";
        amount_per_year: Number = "amountPerYear", "Price of the reclaimable licences for a year";
    }
}

row! {
    /// Product without a price.
    UnpricedRow {
        product_name: Text = "productName", "Name of the product";
        product_id: Guid = "productId", "Id of the product, in lower case";
        customer_count: Count = "customerCount", "Customers with unused licences of the product";
        licenses_reclaimable: Count = "licensesReclaimable", "Unused licences beyond the reserve";
    }
}

/// Unused licences that a customer keeps as a reserve, per product.
///
/// # Examples
///
/// ```
/// use partner_center_reports::Spare;
///
/// assert_eq!("5".parse(), Ok(Spare::Licenses(5)));
/// assert_eq!("10%".parse(), Ok(Spare::Percent(10)));
/// assert_eq!("10 %".parse::<Spare>()?.to_string(), "10%");
/// assert!("many".parse::<Spare>().is_err());
/// # Ok::<(), partner_center_reports::SpareError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spare {
    /// A number of licences.
    Licenses(u32),
    /// A share of the licences sold, in percent, rounded up to whole licences.
    Percent(u8),
}

impl Spare {
    fn of(self, sold: i64) -> i64 {
        match self {
            Self::Licenses(number) => i64::from(number),
            Self::Percent(percent) => {
                let hundredths = i128::from(sold.max(0)) * i128::from(percent);
                crate::holdings::clamp((hundredths + 99) / 100)
            }
        }
    }
}

impl fmt::Display for Spare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Licenses(number) => write!(f, "{number}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// Error of a text that is not a [`Spare`].
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("expected a number of licences such as 5, or a share of those sold such as 10%")]
pub struct SpareError(());

impl FromStr for Spare {
    type Err = SpareError;

    /// Reads a number of licences, or a whole percentage from 0 to 100.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let spare = match text.strip_suffix('%').map(str::trim_end) {
            Some(share) => Some(share)
                .filter(|share| is_number(share))
                .and_then(|share| share.parse().ok())
                .filter(|share| *share <= 100)
                .map(Self::Percent),
            None => Some(text)
                .filter(|text| is_number(text))
                .and_then(|text| text.parse().ok())
                .map(Self::Licenses),
        };
        spare.ok_or(SpareError(()))
    }
}

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
    /// Of products with fewer reclaimable licences than the smallest number.
    pub below_minimum: i64,
    /// Of products that do not renew soon enough.
    pub renewing_later: i64,
    /// Of products that are left out.
    pub excluded: i64,
    /// Of products whose number of deployed licences is not known.
    pub unmatched: i64,
}

/// Report on licences that nobody uses, made by [`unused`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Unused {
    /// Products of customers, those with most reclaimable licences first.
    pub rows: Vec<UnusedRow>,
    /// Sums of the rows, one per currency, and one for the rows without a price.
    pub totals: Vec<UnusedRow>,
    /// Sums by customer, those with most reclaimable licences first.
    pub customers: Vec<UnusedCustomerRow>,
    /// What could not be joined: subscriptions or usage without licences sold, and licences
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
}

/// Makes the report on licences that nobody uses.
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
    let mut lines = Vec::new();
    let mut scope = Scope::default();
    let mut balance = [Count::default(); 4];
    let [listed, below, later, unmatched] = &mut balance;
    for position in &joined.positions {
        if !selection.takes(joined, position) {
            continue;
        }
        let line = Line::new(joined, position, options);
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
            lines.push(line);
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
    let mut rows: Vec<_> = lines
        .iter()
        .map(|line| (line.row(joined, options), line))
        .collect();
    rows.sort_by_cached_key(|(row, _)| order(row));
    report.totals = totals(&rows);
    report.customers = customers(&rows);
    if options.prices.is_some() {
        report.unpriced = unpriced(&rows);
    }
    report.rows = rows.into_iter().map(|(row, _)| row).collect();
    report.unmatched.sort_by_cached_key(UnmatchedRow::order);
    report.summary = scope.summary(&report, options);
    report.notes = notes(joined, options, &selection, &report);
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

/// Row with the values that sums need.
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
    fn new(joined: &Joined, position: &'a Position, options: &'a UnusedOptions) -> Self {
        let sold = position.sold.value();
        let active = position.usage.and_then(|usage| usage.active);
        let idle = Idle::of(sold, position.deployed.value(), active);
        let unused = idle.map_or(0, Idle::unused);
        let spare = options.spare.of(sold.unwrap_or(0)).min(unused);
        let reclaimable = unused - spare;
        let prices = options.prices.as_ref();
        let price = prices.and_then(|prices| prices.of(joined, position));
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

/// Sums of some rows.
#[derive(Debug, Default)]
struct Sums {
    rows: u64,
    counts: [Count; 10],
    amount: Amount,
    renewal: Option<Date>,
}

impl Sums {
    fn add(&mut self, row: &UnusedRow, line: &Line<'_>) {
        self.rows += 1;
        let values = [
            row.licenses_sold,
            row.licenses_deployed,
            row.licenses_active,
            row.licenses_unassigned,
            row.licenses_inactive,
            row.licenses_unused,
            row.licenses_spare,
            row.licenses_reclaimable,
            row.licenses_subscribed,
            row.licenses_on_trial,
        ];
        for (count, value) in self.counts.iter_mut().zip(values) {
            count.add(value);
        }
        if line.price.is_some() {
            self.amount.add(line.amount);
        }
        let coming = line.terms.days.is_some_and(|days| days >= 0);
        if let Some(renewal) = line.terms.renewal.filter(|_| coming) {
            self.renewal = Some(self.renewal.map_or(renewal, |known| known.min(renewal)));
        }
    }
}

/// Returns one row per currency, and one for the rows without a price if there are any.
fn totals(rows: &[(UnusedRow, &Line<'_>)]) -> Vec<UnusedRow> {
    let mut currencies: BTreeMap<Option<&str>, Sums> = BTreeMap::new();
    for (row, line) in rows {
        let currency = line.price.map(|price| price.currency.as_str());
        currencies.entry(currency).or_default().add(row, line);
    }
    if currencies.is_empty() {
        currencies.entry(None).or_default();
    }
    let mut totals: Vec<_> = currencies
        .into_iter()
        .map(|(currency, sums)| {
            let [
                sold,
                deployed,
                active,
                unassigned,
                inactive,
                unused,
                spare,
                reclaimable,
                subscribed,
                trial,
            ] = sums.counts.map(Count::value);
            UnusedRow {
                licenses_sold: sold,
                licenses_deployed: deployed,
                licenses_active: active,
                licenses_unassigned: unassigned,
                licenses_inactive: inactive,
                licenses_unused: unused,
                licenses_spare: spare,
                licenses_reclaimable: reclaimable,
                licenses_subscribed: subscribed,
                licenses_on_trial: trial,
                currency: currency.map(Into::into),
                amount_per_year: currency.and(sums.amount.0).and_then(number),
                ..UnusedRow::default()
            }
        })
        .collect();
    // Rows without a price come last.
    totals.sort_by_key(|total| total.currency.is_none());
    totals
}

fn customers(rows: &[(UnusedRow, &Line<'_>)]) -> Vec<UnusedCustomerRow> {
    let mut sums: BTreeMap<(u32, Option<&str>), (&UnusedRow, Sums)> = BTreeMap::new();
    for (row, line) in rows {
        let currency = line.price.map(|price| price.currency.as_str());
        let key = (line.position.customer, currency);
        let (_, sums) = sums.entry(key).or_insert_with(|| (row, Sums::default()));
        sums.add(row, line);
    }
    let mut customers: Vec<_> = sums
        .into_iter()
        .map(|((_, currency), (row, sums))| {
            let [sold, _, _, _, _, unused, _, reclaimable, ..] = sums.counts.map(Count::value);
            UnusedCustomerRow {
                customer_name: row.customer_name.clone(),
                customer_tenant_id: row.customer_tenant_id.clone(),
                product_count: i64::try_from(sums.rows).ok(),
                licenses_sold: sold,
                licenses_unused: unused,
                licenses_reclaimable: reclaimable,
                renewal_date: day(sums.renewal),
                currency: currency.map(Into::into),
                amount_per_year: currency.and(sums.amount.0).and_then(number),
            }
        })
        .collect();
    customers.sort_by_cached_key(|row| {
        (
            Reverse((
                row.licenses_reclaimable,
                row.licenses_unused,
                row.licenses_sold,
            )),
            (row.customer_name.clone(), row.customer_tenant_id.clone()),
            row.currency.clone(),
        )
    });
    customers
}

fn unpriced(rows: &[(UnusedRow, &Line<'_>)]) -> Vec<UnpricedRow> {
    let mut products: BTreeMap<u32, (&UnusedRow, i64, Count)> = BTreeMap::new();
    for (row, line) in rows.iter().filter(|(_, line)| line.price.is_none()) {
        let product = products
            .entry(line.position.product)
            .or_insert((row, 0, Count::default()));
        product.1 += 1;
        product.2.add(row.licenses_reclaimable);
    }
    let mut products: Vec<_> = products
        .into_values()
        .map(|(row, customers, reclaimable)| UnpricedRow {
            product_name: row.product_name.clone(),
            product_id: row.product_id.clone(),
            customer_count: Some(customers),
            licenses_reclaimable: reclaimable.value(),
        })
        .collect();
    products.sort_by_cached_key(|row| {
        let reclaimable = Reverse(row.licenses_reclaimable);
        (
            reclaimable,
            row.product_name.clone(),
            row.product_id.clone(),
        )
    });
    products
}

/// Figures of all products in the report, also of those below the smallest number.
#[derive(Default)]
struct Scope {
    sold: Count,
    unassigned: Count,
    inactive: Count,
    renewing: u64,
    renewing_unused: Count,
}

impl Scope {
    fn add(&mut self, position: &Position, idle: Idle, line: &Line<'_>, options: &UnusedOptions) {
        self.sold.merge(position.sold);
        self.unassigned.add(Some(idle.unassigned));
        self.inactive.add(idle.inactive);
        let window = options.renewing_within.unwrap_or(RENEWAL_WINDOW);
        if line.terms.renews_within(window) && idle.unused() > 0 {
            self.renewing += 1;
            self.renewing_unused.add(Some(idle.unused()));
        }
    }

    fn summary(&self, report: &Unused, options: &UnusedOptions) -> Vec<String> {
        let value = |count: Count| i128::from(count.value().unwrap_or(0));
        let (sold, unassigned) = (value(self.sold), value(self.unassigned));
        let unused = unassigned + value(self.inactive);
        let mut share = String::new();
        if sold > 0 {
            share = format!(" ({} %)", (unused * 200 + sold) / (sold * 2));
        }
        let mut summary = vec![format!(
            "{} of {} sold are unused{share}: {} not assigned to a user, {} assigned but not active.",
            grouped(unused),
            counted(sold, "licence", "licences"),
            grouped(unassigned),
            grouped(value(self.inactive)),
        )];
        if self.renewing > 0 {
            summary.push(format!(
                "{} with {} within {} days.",
                counted(self.renewing, "product", "products"),
                format_args!(
                    "{} {}",
                    counted(
                        value(self.renewing_unused),
                        "unused licence",
                        "unused licences"
                    ),
                    plural(self.renewing, "renews", "renew")
                ),
                options.renewing_within.unwrap_or(RENEWAL_WINDOW),
            ));
        }
        for total in &report.totals {
            if let (Some(currency), Some(amount)) = (&total.currency, &total.amount_per_year) {
                summary.push(format!(
                    "The {} with a price in {currency} cost {currency} {} per year.",
                    counted(
                        total.licenses_reclaimable.unwrap_or(0),
                        "reclaimable licence",
                        "reclaimable licences"
                    ),
                    grouped_amount(amount.as_str()),
                ));
            }
        }
        summary
    }
}

fn notes(
    joined: &Joined,
    options: &UnusedOptions,
    selection: &Selection<'_>,
    report: &Unused,
) -> Vec<String> {
    let mut notes = Vec::new();
    shared::definitions(&mut notes);
    if options.spare != Spare::Licenses(0) {
        notes.push(format!(
            "Reserve of {} per product of a customer: reclaimable = unused - reserve.",
            match options.spare {
                Spare::Licenses(number) => counted(number, "licence", "licences"),
                Spare::Percent(percent) => format!("{percent} % of the licences sold"),
            }
        ));
    }
    let rows = report.rows.iter();
    let too_large = rows.filter(|row| row.currency.is_some() && row.amount_per_year.is_none());
    price_notes(
        joined,
        options.prices.as_ref(),
        too_large.count(),
        &mut notes,
    );
    if !report.unpriced.is_empty() {
        notes.push(unpriced_note(&report.unpriced));
    }
    selection.notes(&mut notes);
    shared::absent_sources(joined, &mut notes);
    shared::missing_counts(joined, &mut notes);
    shared::joins(joined, &mut notes);
    notes.push(balance_note(report.balance));
    if !report.unmatched.is_empty() {
        notes.push(format!(
            "{} could not be joined and {} in the section `unmatched`.",
            counted(
                report.unmatched.len() as u64,
                "product of a customer",
                "products of customers"
            ),
            plural(report.unmatched.len() as u64, "is", "are"),
        ));
    }
    notes
}

fn balance_note(balance: LicenseBalance) -> String {
    let parts = [
        (balance.listed, "in the table"),
        (
            balance.below_minimum,
            "of products with too few unused licences",
        ),
        (
            balance.renewing_later,
            "of products that do not renew soon enough",
        ),
        (balance.excluded, "of products that are left out"),
        (balance.unmatched, "without a number of deployed licences"),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(number, _)| *number != 0)
        .map(|(number, place)| format!("{} {place}", grouped(*number)))
        .collect();
    match parts.is_empty() {
        true => "No licences sold.".to_owned(),
        false => format!(
            "Of {} sold: {}.",
            counted(balance.read, "licence", "licences"),
            parts.join(", ")
        ),
    }
}

/// Returns the note on products without a price.
fn unpriced_note(unpriced: &[UnpricedRow]) -> String {
    let products: Vec<_> = unpriced
        .iter()
        .map(|row| {
            let name = row.product_name.as_deref().unwrap_or("(no name)");
            let number = row.licenses_reclaimable.unwrap_or(0);
            format!("{name} ({})", counted(number, "licence", "licences"))
        })
        .collect();
    format!("Products without a price: {}.", listed(&products, 10))
}
