//! Report on one customer.

use std::sync::Arc;

use time::Date;

use super::adoption::{Adoption, adoption};
use super::renewals::{RenewalOptions, Renewals, renewals};
use super::unused::{Spare, Unused, UnusedOptions, unused};
use crate::exclusions::Exclusions;
use crate::holdings::{Joined, Source};
use crate::prices::Prices;

/// Days in which renewals are shown: all that there can be.
const ALL_RENEWALS: u32 = 36_500;

const SOURCES: [Source; 3] = [Source::Deployment, Source::Usage, Source::Subscriptions];

/// Options of [`customer`].
///
/// # Examples
///
/// ```
/// use partner_center_reports::CustomerOptions;
/// use time::macros::date;
///
/// let options = CustomerOptions::new(date!(2026 - 11 - 26));
/// assert!(options.prices.is_none());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CustomerOptions {
    /// Day from which renewals are counted.
    pub today: Date,
    /// Reserve per product. The default is none.
    pub spare: Spare,
    /// Products that are left out. The default is free and trial products.
    pub exclusions: Exclusions,
    /// Prices, if there are any.
    pub prices: Option<Prices>,
}

impl CustomerOptions {
    /// Returns the default options for a day.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::{CustomerOptions, Spare};
    /// use time::macros::date;
    ///
    /// let options = CustomerOptions::new(date!(2026 - 11 - 26));
    /// assert_eq!(options.spare, Spare::Licenses(0));
    /// ```
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self {
            today,
            spare: Spare::Licenses(0),
            exclusions: Exclusions::default(),
            prices: None,
        }
    }
}

/// Report on one customer, made by [`customer`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CustomerReport {
    /// Name of the customer in the latest row.
    pub name: Option<Arc<str>>,
    /// Tenant id of the customer, in lower case.
    pub tenant_id: Option<Arc<str>>,
    /// All products, also those without unused licences.
    pub products: Unused,
    /// All coming renewals.
    pub renewals: Renewals,
    /// Usage of workloads.
    pub adoption: Adoption,
    /// Conclusions in one sentence each.
    pub summary: Vec<String>,
    /// Definitions, exclusions and limits of the data, each once.
    pub notes: Vec<String>,
    /// Notes on lines of the files of prices and exclusions that have no effect.
    pub warnings: Vec<String>,
}

/// Makes the report on one customer, from holdings of this customer alone
/// ([`Holdings::of_customers`](crate::Holdings::of_customers)).
///
/// # Examples
///
/// ```
/// use partner_center_reports::{CustomerOptions, Holdings, customer};
/// use time::macros::date;
///
/// let contoso = "0112a436-b14e-4888-967b-ca4bb2cf1234".parse()?;
/// let holdings = Holdings::of_customers([contoso]);
/// let report = customer(&holdings.join(), &CustomerOptions::new(date!(2026 - 11 - 26)));
/// assert!(report.products.rows.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn customer(joined: &Joined, options: &CustomerOptions) -> CustomerReport {
    let mut of_products = UnusedOptions::new(options.today);
    of_products.min_unused = 0;
    of_products.spare = options.spare;
    of_products.exclusions = options.exclusions.clone();
    of_products.prices = options.prices.clone();
    let mut of_renewals = RenewalOptions::new(options.today);
    of_renewals.within = ALL_RENEWALS;
    of_renewals.exclusions = options.exclusions.clone();
    of_renewals.prices = options.prices.clone();
    let first = joined.positions.first().map(|position| position.customer);
    let mut report = CustomerReport {
        name: first.and_then(|customer| joined.holdings.customer_name(customer)),
        tenant_id: first.and_then(|customer| joined.holdings.customer_id(customer)),
        products: unused(joined, &of_products),
        renewals: renewals(joined, &of_renewals),
        adoption: adoption(joined, &options.exclusions),
        ..CustomerReport::default()
    };
    let is_incomplete = SOURCES.iter().any(|it| joined.holdings.is_incomplete(*it));
    report.summary = match (first, is_incomplete) {
        (Some(_), _) => report.products.summary.clone(),
        (None, true) => vec![
            "No licences, usage or subscriptions of the customer were read, and the data are \
             incomplete."
                .to_owned(),
        ],
        (None, false) => {
            vec!["The customer has no licences, usage or subscriptions with licences.".to_owned()]
        }
    };
    for sentence in &report.adoption.summary {
        if first.is_some() && !report.summary.contains(sentence) {
            report.summary.push(sentence.clone());
        }
    }
    report.warnings.clone_from(&report.products.warnings);
    let parts = [
        &report.products.notes,
        &report.renewals.notes,
        &report.adoption.notes,
    ];
    for note in parts.into_iter().flatten() {
        if !report.notes.contains(note) {
            report.notes.push(note.clone());
        }
    }
    report
}
