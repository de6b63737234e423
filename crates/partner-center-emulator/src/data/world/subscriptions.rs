//! Subscriptions: licences of products, and Azure.

use std::ops::ControlFlow;

use crate::data::{
    calendar::{Day, Moment},
    table::{Batches, Cell, Column, Key, Table},
    world::{
        AzureSubscription, Customer, Holding, World,
        azure::azure_name,
        customers::{market, reseller_name},
        holdings::{Status, deprovisioned_on, status},
        licenses::product_name,
        product,
        random::{Guid, Random, Stream},
    },
};

/// Name of the partner.
const PROVIDER: &str = "Contoso Partner";

/// Subscriptions that exist on a day.
#[derive(Debug)]
pub(crate) struct Subscriptions<'w> {
    world: &'w World,
    today: Day,
}

/// Subscription to a product or to Azure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subscription<'w> {
    Licenses(&'w Holding),
    Azure(&'w AzureSubscription),
}

static COLUMNS: [Column; 26] = [
    Column::coded("customerTenantId"),
    Column::coded("customerName"),
    Column::coded("customerMarket"),
    Column::coded("id"),
    Column::coded("status"),
    Column::coded("productName"),
    Column::coded("subscriptionType"),
    Column::coded("autoRenewEnabled"),
    Column::coded("partnerId"),
    Column::coded("friendlyName"),
    Column::coded("partnerName"),
    Column::coded("providerName"),
    Column::coded("creationDate"),
    Column::coded("effectiveStartDate"),
    Column::coded("commitmentEndDate"),
    Column::coded("currentStateEndDate"),
    Column::coded("trialToPaidConversionDate"),
    Column::coded("trialStartDate"),
    Column::coded("trialEndDate"),
    Column::coded("lastUsageDate"),
    Column::coded("deprovisionedDate"),
    Column::coded("lastRenewalDate"),
    Column::count("subscriptionCount").only_grouped(),
    Column::count("licenseCount"),
    Column::coded("churnRisk"),
    Column::coded("billingCycleName"),
];

const LICENSE_COUNT: usize = 23;

impl<'w> Subscription<'w> {
    pub(crate) fn customer(self, world: &'w World) -> Option<&'w Customer> {
        let index = match self {
            Self::Licenses(holding) => holding.customer,
            Self::Azure(azure) => azure.customer,
        };
        world.customers.get(index as usize)
    }

    pub(crate) fn start(self) -> Day {
        match self {
            Self::Licenses(holding) => holding.start,
            Self::Azure(azure) => azure.start,
        }
    }

    pub(crate) fn end(self) -> Day {
        match self {
            Self::Licenses(holding) => holding.end,
            Self::Azure(azure) => azure.end,
        }
    }

    pub(crate) fn created(self) -> Moment {
        let milliseconds = match self {
            Self::Licenses(holding) => holding.created_at(),
            Self::Azure(azure) => azure.created_at(),
        };
        Moment::at(self.start(), milliseconds)
    }

    /// Returns the end of the current term; `None` for Azure, which has no terms.
    pub(crate) fn commitment_end(self, today: Day) -> Option<Day> {
        match self {
            Self::Licenses(holding) => Some(holding.commitment_end(today)),
            Self::Azure(_) => None,
        }
    }

    pub(crate) fn license_count(self, today: Day) -> i64 {
        match self {
            Self::Licenses(holding) if holding.is_active(today) => holding.sold(today),
            _ => 0,
        }
    }

    fn id(self, seed: u64) -> Guid {
        match self {
            Self::Licenses(holding) => holding.id(seed),
            Self::Azure(azure) => azure.id(seed),
        }
    }
}

/// Calls `each` with the position and the value of all subscriptions that exist on a day.
pub(crate) fn each_subscription<'w>(
    world: &'w World,
    today: Day,
    mut each: impl FnMut(usize, Subscription<'w>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let licenses = world.holdings.iter().map(Subscription::Licenses);
    let azure = world.azure.iter().map(Subscription::Azure);
    for (index, subscription) in licenses.chain(azure).enumerate() {
        if subscription.start() <= today {
            each(index, subscription)?;
        }
    }
    ControlFlow::Continue(())
}

impl<'w> Subscriptions<'w> {
    pub(crate) fn new(world: &'w World, today: Day) -> Self {
        Self { world, today }
    }

    fn at(&self, index: usize) -> Option<Subscription<'w>> {
        let holdings = &self.world.holdings;
        match holdings.get(index) {
            Some(holding) => Some(Subscription::Licenses(holding)),
            None => {
                let azure = self.world.azure.get(index - holdings.len())?;
                Some(Subscription::Azure(azure))
            }
        }
    }

    /// Returns the value of a column that belongs to one subscription only.
    fn own_cell(&self, name: &str, subscription: Subscription<'w>) -> Cell<'w> {
        let (today, end) = (self.today, subscription.end());
        let state = status(end, today);
        let day = |day: Option<Day>| Cell::time(day.map(Day::start));
        let holding = match subscription {
            Subscription::Licenses(holding) => Some(holding),
            Subscription::Azure(_) => None,
        };
        let trial = holding.filter(|one| one.is_trial());
        match name {
            "id" => Cell::owned(subscription.id(self.world.settings.seed).upper()),
            "friendlyName" => match subscription {
                Subscription::Licenses(holding) => Cell::text(product(holding.product).name),
                Subscription::Azure(azure) => Cell::owned(azure_name(azure.number)),
            },
            "creationDate" => Cell::Time(subscription.created()),
            "effectiveStartDate" => day(Some(subscription.start())),
            "commitmentEndDate" => day(subscription.commitment_end(today)),
            "currentStateEndDate" => day(match state {
                Status::Active => subscription.commitment_end(today),
                Status::Suspended => Some(deprovisioned_on(end)),
                Status::Deprovisioned => None,
            }),
            "trialStartDate" => day(trial.map(|one| one.start)),
            "trialEndDate" => day(trial.map(|one| one.start.plus_months(i32::from(one.term)))),
            "trialToPaidConversionDate" => {
                // One in seven paid subscriptions began as a trial of a month.
                let converted = holding.filter(|one| !one.is_trial() && one.created_at() % 7 == 0);
                let paid_from = converted.map(|one| one.start.plus_months(1));
                day(paid_from.filter(|day| *day <= today))
            }
            "lastUsageDate" => {
                // Unused subscriptions have no date.
                let used = holding.filter(|one| one.created_at() % 9 != 0);
                day(used.map(|_| {
                    today
                        .min(end)
                        .plus(-1 - (subscription.created().micros % 3) as i32)
                }))
            }
            "deprovisionedDate" => match state {
                Status::Deprovisioned => day(Some(deprovisioned_on(end))),
                _ => Cell::Null,
            },
            "lastRenewalDate" => {
                let renewed = holding.and_then(|one| {
                    let term = i32::from(one.term);
                    let current = one.commitment_end(today).plus_months(-term);
                    (current.since(one.start) > 20).then_some(current)
                });
                Cell::time(renewed.map(|day| Moment::at(day, 8_400_000)))
            }
            _ => Cell::Null,
        }
    }

    fn churn_risk(&self, subscription: Subscription<'_>) -> u32 {
        match subscription {
            Subscription::Azure(_) => 0,
            Subscription::Licenses(holding) => match (holding.growth(), holding.auto_renew) {
                (..-3, _) | (..0, false) => 3,
                (..0, true) | (..4, false) => 2,
                _ => 1,
            },
        }
    }
}

const RISKS: [&str; 4] = ["", "Low", "Medium", "High"];
const CYCLES: [&str; 3] = ["MONTHLY", "ANNUAL", "TRIENNIAL"];
const FAMILIES: [&str; 6] = ["Azure", "Office", "M365", "Dynamics", "EMS", "Windows"];

impl Table for Subscriptions<'_> {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>) {
        let mut batches = Batches::new(visit);
        let flow = each_subscription(self.world, self.today, |index, _| {
            batches.push(Key::of(index))
        });
        if flow.is_continue() {
            let _ = batches.flush();
        }
    }

    fn codes(&self, column: usize, keys: &[Key], codes: &mut Vec<u32>) {
        codes.extend(keys.iter().map(|key| {
            let Some(subscription) = self.at(key.index()) else {
                return 0;
            };
            let customer = subscription.customer(self.world);
            let position = |family| FAMILIES.iter().position(|one| *one == family).unwrap_or(0);
            match column {
                0 | 1 => customer.map_or(0, |one| one.index),
                2 => customer.map_or(0, |one| u32::from(one.market)),
                4 => status(subscription.end(), self.today) as u32,
                5 | 6 => match subscription {
                    Subscription::Azure(_) => 0,
                    Subscription::Licenses(one) if column == 5 => 1 + u32::from(one.product),
                    Subscription::Licenses(one) => position(product(one.product).family) as u32,
                },
                7 => match subscription {
                    Subscription::Azure(_) => 1,
                    Subscription::Licenses(holding) => u32::from(holding.auto_renew),
                },
                8 | 10 => {
                    let reseller = customer.and_then(|one| one.reseller);
                    reseller.map_or(0, |index| 1 + u32::from(index))
                }
                11 => 0,
                24 => self.churn_risk(subscription),
                25 => match subscription {
                    Subscription::Licenses(holding) if holding.term == 12 => 1,
                    Subscription::Licenses(holding) if holding.term == 36 => 2,
                    _ => 0,
                },
                _ => key.entity,
            }
        }));
    }

    fn code_count(&self, column: usize) -> usize {
        match column {
            0 | 1 => self.world.customers.len(),
            2 => usize::from(u8::MAX),
            4 => Status::ALL.len(),
            5 => usize::from(u8::MAX),
            6 => FAMILIES.len(),
            7 => 2,
            8 | 10 => 1 + self.world.resellers as usize,
            11 => 1,
            24 => RISKS.len(),
            25 => CYCLES.len(),
            _ => self.world.holdings.len() + self.world.azure.len(),
        }
    }

    fn cell(&self, column: usize, code: u32) -> Cell<'_> {
        let index = code as usize;
        let customer = self.world.customers.get(index);
        let seed = self.world.settings.seed;
        // Code 0 means a direct customer, code 1 the first reseller.
        let reseller = code
            .checked_sub(1)
            .and_then(|index| u16::try_from(index).ok());
        match column {
            0 => customer.map_or(Cell::Null, |one| Cell::owned(one.id.upper())),
            1 => customer.map_or(Cell::Null, |one| Cell::owned(one.name())),
            2 => Cell::text(market(code)),
            4 => Status::ALL
                .get(index)
                .map_or(Cell::Null, |one| Cell::text(one.name())),
            5 => match code
                .checked_sub(1)
                .and_then(|index| u8::try_from(index).ok())
            {
                Some(index) => Cell::text(product_name(index, self.today, self.world)),
                None => Cell::text("MICROSOFT AZURE"),
            },
            6 => FAMILIES
                .get(index)
                .map_or(Cell::Null, |one| Cell::text(one)),
            7 => Cell::Boolean(code == 1),
            8 => {
                let position = reseller.map_or(0, |index| 1 + u64::from(index));
                let position = (1 << 32) + position;
                Cell::owned(Random::new(seed, Stream::Reseller, position).guid().upper())
            }
            10 => match reseller {
                Some(index) => Cell::owned(reseller_name(index)),
                None => Cell::text(PROVIDER),
            },
            11 => Cell::text(PROVIDER),
            24 if code == 0 => Cell::Null,
            24 => RISKS.get(index).map_or(Cell::Null, |one| Cell::text(one)),
            25 => CYCLES.get(index).map_or(Cell::Null, |one| Cell::text(one)),
            _ => match (self.at(index), COLUMNS.get(column)) {
                (Some(subscription), Some(column)) => self.own_cell(column.name, subscription),
                _ => Cell::Null,
            },
        }
    }

    fn numbers(&self, column: usize, keys: &[Key], numbers: &mut Vec<i64>) {
        numbers.extend(keys.iter().map(|key| match self.at(key.index()) {
            Some(subscription) if column == LICENSE_COUNT => subscription.license_count(self.today),
            _ => 1,
        }));
    }
}
