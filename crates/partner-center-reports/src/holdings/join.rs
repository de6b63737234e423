//! The join: licences, usage and subscriptions of one product of one customer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use time::Date;

use super::count::Count;
use super::moment::Moment;
use super::names::{normal, number};
use super::{Holding, Holdings, KeptSubscription};
use crate::renames::other_names;

/// Holdings whose rows were joined, from which all reports are made.
///
/// Created by [`Holdings::join`].
///
/// # Examples
///
/// ```
/// use partner_center_reports::Holdings;
///
/// let joined = Holdings::new().join();
/// assert_eq!(joined.licenses_sold(), 0);
/// ```
#[derive(Debug)]
pub struct Joined {
    pub(crate) holdings: Holdings,
    pub(crate) positions: Vec<Position>,
    /// Subscriptions that fit several products of their customer.
    pub(crate) ambiguous: u64,
    /// Subscriptions that were joined by another name of the product.
    pub(crate) renamed: u64,
}

/// Product of a customer, with its licences and subscriptions.
#[derive(Debug)]
pub(crate) struct Position {
    pub(crate) customer: u32,
    pub(crate) product: u32,
    /// Position in the list of holdings; `None` for subscriptions without licences or usage.
    holding: Option<u32>,
    /// Positions in the list of kept subscriptions.
    pub(crate) subscriptions: Vec<u32>,
    pub(crate) sold: Count,
    pub(crate) deployed: Count,
    pub(crate) has_deployment: bool,
    /// Usage of the workload with the most active licences.
    pub(crate) usage: Option<Usage>,
}

/// Usage of a workload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) workload: u32,
    pub(crate) active: Option<i64>,
    pub(crate) qualified: Option<i64>,
}

impl Position {
    fn new(customer: u32, product: u32, holding: Option<u32>) -> Self {
        Self {
            customer,
            product,
            holding,
            subscriptions: Vec::new(),
            sold: Count::default(),
            deployed: Count::default(),
            has_deployment: false,
            usage: None,
        }
    }
}

impl Holdings {
    /// Joins the rows. The [documentation of the crate](crate#the-join) has the rules.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center::types::{CommercialLicensesDeployment, Subscription};
    /// use partner_center_reports::{Holdings, UnusedOptions, unused};
    /// use time::macros::date;
    ///
    /// let licenses: CommercialLicensesDeployment = serde_json::from_str(
    ///     r#"{"customerTenantId": "0112A436-B14E-4888-967B-CA4BB2CF1234",
    ///         "productId": "6FD2C87F-B296-42F0-B197-1E91E994B900",
    ///         "productName": "OFFICE 365 ENTERPRISE E3", "licensesSold": 14, "licensesDeployed": 7}"#,
    /// )?;
    /// let subscription: Subscription = serde_json::from_str(
    ///     r#"{"customerTenantId": "0112a436-b14e-4888-967b-ca4bb2cf1234", "licenseCount": 14,
    ///         "productName": "Office 365 Enterprise E3", "commitmentEndDate": "2026-12-19T00:00:00"}"#,
    /// )?;
    /// let mut holdings = Holdings::new();
    /// holdings.add_subscription(&subscription);
    /// holdings.add_deployment(&licenses);
    ///
    /// let report = unused(&holdings.join(), &UnusedOptions::new(date!(2026 - 11 - 26)));
    /// assert_eq!(report.rows[0].licenses_unused, Some(7));
    /// assert_eq!(report.rows[0].days_to_renewal, Some(23));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn join(self) -> Joined {
        let mut positions = Vec::with_capacity(self.holdings.len());
        for (at, holding) in self.holdings.iter().enumerate() {
            let mut position = Position::new(holding.customer, holding.product, Some(number(at)));
            position.has_deployment = !holding.deployment.is_empty();
            for cell in &holding.deployment {
                let [sold, deployed] = cell.figures;
                position.sold.merge(sold);
                position.deployed.merge(deployed);
            }
            position.usage = self.most_used(holding);
            positions.push(position);
        }
        let mut joined = Joined {
            holdings: self,
            positions,
            ambiguous: 0,
            renamed: 0,
        };
        joined.join_subscriptions();
        joined
    }

    /// Returns the usage of the workload with the most active licences. Workloads are not added
    /// up: a licence counts once in each of them.
    fn most_used(&self, holding: &Holding) -> Option<Usage> {
        let mut workloads: BTreeMap<u32, [Count; 2]> = BTreeMap::new();
        for cell in &holding.usage {
            let sums = workloads.entry(cell.key.2).or_default();
            for (sum, figure) in sums.iter_mut().zip(cell.figures) {
                sum.merge(figure);
            }
        }
        let usage = workloads.into_iter().map(|(workload, sums)| Usage {
            workload,
            active: sums[0].value(),
            qualified: sums[1].value(),
        });
        usage.max_by_key(|one| {
            let code = self.workloads.get(one.workload).map(|it| &it.code);
            (one.active, one.qualified, Reverse(code))
        })
    }
}

impl Joined {
    /// Returns the sum of the licences sold in all deployment rows.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center::types::CommercialLicensesDeployment;
    /// use partner_center_reports::Holdings;
    ///
    /// let mut holdings = Holdings::new();
    /// for row in [r#"{"licensesSold": 5}"#, r#"{"channel": "reseller", "licensesSold": 9}"#] {
    ///     let row: CommercialLicensesDeployment = serde_json::from_str(row)?;
    ///     holdings.add_deployment(&row);
    /// }
    /// assert_eq!(holdings.join().licenses_sold(), 14);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn licenses_sold(&self) -> i64 {
        let mut all = Count::default();
        for position in &self.positions {
            all.merge(position.sold);
        }
        all.value().unwrap_or(0)
    }

    /// Returns the rows that were joined, for their number and their age.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::{Holdings, Source};
    ///
    /// let joined = Holdings::new().join();
    /// assert_eq!(joined.holdings().rows(Source::Usage), 0);
    /// ```
    #[must_use]
    pub fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    fn join_subscriptions(&mut self) {
        let mut products: HashMap<String, Vec<u32>> = HashMap::new();
        for (product, entity) in self.holdings.products.iter() {
            for name in entity.names() {
                if let Some(name) = self.holdings.names.text(name) {
                    let named = products.entry(normal(name)).or_default();
                    if !named.contains(&product) {
                        named.push(product);
                    }
                }
            }
        }
        // Products by the name of a subscription, first those of the same name, then those of
        // another name.
        let mut by_name: HashMap<u32, [Vec<u32>; 2]> = HashMap::new();
        let mut added: HashMap<(u32, u32), u32> = HashMap::new();
        for at in 0..self.holdings.subscriptions.kept.len() {
            let Some(subscription) = self.holdings.subscriptions.kept.get(at).copied() else {
                continue;
            };
            let text = self.holdings.names.text(subscription.product_name);
            let [same, other] = by_name.entry(subscription.product_name).or_insert_with(|| {
                let text = text.map_or("", |text| text);
                let find = |name: String| products.get(&name).cloned().unwrap_or_default();
                [
                    find(normal(text)),
                    other_names(text).flat_map(find).collect(),
                ]
            });
            let mut found = self.best(&subscription, same);
            if found.is_none() {
                found = self.best(&subscription, other);
                self.renamed += u64::from(found.is_some());
            }
            let position = match found {
                Some((position, candidates)) => {
                    self.ambiguous += u64::from(candidates > 1);
                    position
                }
                None => {
                    // A name that one product has gives the row its id, although this customer
                    // has no licences of the product.
                    let product = match same[..] {
                        [product] => product,
                        _ => {
                            let name = text.map_or("", |text| text);
                            self.holdings.products.of_name(name)
                        }
                    };
                    self.position_of(&subscription, product, &mut added)
                }
            };
            if let Some(position) = self.positions.get_mut(position as usize) {
                position.subscriptions.push(number(at));
            }
        }
    }

    /// Returns the position for a subscription without one.
    fn position_of(
        &mut self,
        subscription: &KeptSubscription,
        product: u32,
        added: &mut HashMap<(u32, u32), u32>,
    ) -> u32 {
        let pair = (subscription.customer, product);
        let name = self.holdings.names.text(subscription.product_name);
        if name.is_some_and(|name| !name.is_empty())
            && let Some(product) = self.holdings.products.get_mut(product)
        {
            product.called(subscription.product_name, None);
        }
        if let Some(found) = self
            .holdings
            .by_pair
            .get(&pair)
            .or_else(|| added.get(&pair))
        {
            return *found;
        }
        let new = number(self.positions.len());
        self.positions.push(Position::new(pair.0, pair.1, None));
        added.insert(pair, new);
        new
    }

    /// Returns the position of the best of these products that the customer has, and the number of
    /// candidates: one with as many licences as the subscription, or else the largest.
    fn best(&self, subscription: &KeptSubscription, products: &[u32]) -> Option<(u32, usize)> {
        let found = products.iter().filter_map(|product| {
            let pair = (subscription.customer, *product);
            let at = *self.holdings.by_pair.get(&pair)?;
            let position = self.positions.get(at as usize)?;
            let sold = position.sold.value();
            let is_same = sold.is_some() && sold == subscription.licenses;
            let key = self.holdings.products.get(*product).map(|it| &it.key);
            Some(((is_same, sold, Reverse(key)), at))
        });
        let count = found.clone().count();
        let (_, best) = found.max_by(|one, two| one.0.cmp(&two.0))?;
        Some((best, count))
    }

    pub(crate) fn subscriptions(
        &self,
        position: &Position,
    ) -> impl Iterator<Item = &KeptSubscription> + Clone {
        let all = &self.holdings.subscriptions.kept;
        let numbers = position.subscriptions.iter();
        numbers.filter_map(|at| all.get(*at as usize))
    }

    pub(crate) fn holding(&self, position: &Position) -> Option<&Holding> {
        self.holdings.holdings.get(position.holding? as usize)
    }

    /// Returns the display names of the services and the channels of a position.
    pub(crate) fn places(&self, position: &Position) -> [Option<Arc<str>>; 2] {
        let Some(holding) = self.holding(position) else {
            return [None, None];
        };
        let deployment = holding.deployment.iter().map(|cell| cell.key);
        let usage = holding.usage.iter().map(|cell| (cell.key.0, cell.key.1));
        let keys = deployment.chain(usage);
        let services = keys
            .clone()
            .filter_map(|key| self.holdings.services.label(key.0));
        let channels = keys.filter_map(|key| self.holdings.channels.label(key.1));
        [distinct(services), distinct(channels)]
    }

    /// Returns whether the licences of a position are in rows of several services.
    pub(crate) fn has_several_services(&self, position: &Position) -> bool {
        let holding = self.holding(position);
        let mut services = holding
            .into_iter()
            .flat_map(|holding| holding.deployment.iter().map(|cell| cell.key.0));
        let first = services.next();
        services.any(|service| Some(service) != first)
    }

    /// Returns the latest processing days of the licences and of the usage of a position.
    pub(crate) fn processed(&self, position: &Position) -> [Option<Date>; 2] {
        let Some(holding) = self.holding(position) else {
            return [None, None];
        };
        let deployment = holding.deployment.iter().filter_map(|cell| cell.processed);
        let usage = holding.usage.iter().filter_map(|cell| cell.processed);
        [deployment.max(), usage.max()].map(|latest| latest.and_then(Moment::date))
    }
}

/// Returns the different texts in alphabetic order, separated by commas; `None` without any.
pub(crate) fn distinct(texts: impl Iterator<Item = Arc<str>>) -> Option<Arc<str>> {
    let mut texts: Vec<_> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    match &texts[..] {
        [] => None,
        [one] => Some(Arc::clone(one)),
        many => Some(many.join(", ").into()),
    }
}
