//! Indirect resellers with the totals of their customers.

use std::ops::ControlFlow;

use crate::data::{
    calendar::{Day, Moment},
    table::{Batches, Cell, Column, Key, Table},
    world::{
        World,
        customers::{market, reseller_id, reseller_name},
        holdings::{Status, deprovisioned_on, status},
        names::MARKETS,
        random::{Random, Stream},
        subscriptions::{Subscription, each_subscription},
    },
};

/// Resellers with at least one subscription on a day.
#[derive(Debug)]
pub(crate) struct Resellers<'w> {
    world: &'w World,
    totals: Vec<Totals>,
}

/// Totals of the subscriptions of a reseller.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    subscriptions: i64,
    licenses: i64,
    /// First and last creation, end, suspension and deprovisioning.
    dates: [Option<(Moment, Moment)>; 4],
}

static COLUMNS: [Column; 15] = [
    Column::coded("partnerTenantId"),
    Column::coded("id"),
    Column::coded("name"),
    Column::coded("market"),
    Column::coded("firstSubscriptionCreationDate"),
    Column::coded("latestSubscriptionCreationDate"),
    Column::coded("firstSubscriptionEndDate"),
    Column::coded("latestSubscriptionEndDate"),
    Column::coded("firstSubscriptionSuspendedDate"),
    Column::coded("latestSubscriptionSuspendedDate"),
    Column::coded("firstSubscriptionDeprovisionedDate"),
    Column::coded("latestSubscriptionDeprovisionedDate"),
    Column::count("indirectResellerCount").only_grouped(),
    Column::count("subscriptionCount"),
    Column::count("licenseCount"),
];

/// First of the eight dates in [`COLUMNS`].
const FIRST_DATE: usize = 4;

impl Totals {
    fn add(&mut self, subscription: Subscription<'_>, today: Day) {
        let end = subscription.end();
        let state = status(end, today);
        self.subscriptions += 1;
        self.licenses += subscription.license_count(today);
        let dates = [
            Some(subscription.created()),
            subscription.commitment_end(today).map(Day::start),
            (state != Status::Active).then(|| end.start()),
            (state == Status::Deprovisioned).then(|| deprovisioned_on(end).start()),
        ];
        for (total, date) in self.dates.iter_mut().zip(dates) {
            if let Some(date) = date {
                let (first, last) = total.unwrap_or((date, date));
                *total = Some((first.min(date), last.max(date)));
            }
        }
    }
}

impl<'w> Resellers<'w> {
    pub(crate) fn new(world: &'w World, today: Day) -> Self {
        let mut totals = vec![Totals::default(); world.resellers as usize];
        let _ = each_subscription(world, today, |_, subscription| {
            let reseller = subscription
                .customer(world)
                .and_then(|customer| customer.reseller);
            if let Some(totals) = reseller.and_then(|index| totals.get_mut(usize::from(index))) {
                totals.add(subscription, today);
            }
            ControlFlow::Continue(())
        });
        Self { world, totals }
    }
}

impl Table for Resellers<'_> {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>) {
        let mut batches = Batches::new(visit);
        for (index, totals) in self.totals.iter().enumerate() {
            if totals.subscriptions > 0 && batches.push(Key::of(index)).is_break() {
                return;
            }
        }
        let _ = batches.flush();
    }

    fn codes(&self, column: usize, keys: &[Key], codes: &mut Vec<u32>) {
        codes.extend(keys.iter().map(|key| match column {
            0 => 0,
            3 => {
                let seed = self.world.settings.seed;
                let position = (1 << 33) + u64::from(key.entity);
                let mut random = Random::new(seed, Stream::Reseller, position);
                random.below(MARKETS.len() as u64) as u32
            }
            _ => key.entity,
        }));
    }

    fn code_count(&self, column: usize) -> usize {
        match column {
            0 => 1,
            3 => MARKETS.len(),
            _ => self.totals.len(),
        }
    }

    fn cell(&self, column: usize, code: u32) -> Cell<'_> {
        let seed = self.world.settings.seed;
        let index = u16::try_from(code).unwrap_or_default();
        match column {
            0 => {
                let mut random = Random::new(seed, Stream::Reseller, 1 << 32);
                Cell::owned(random.guid().upper())
            }
            1 => Cell::owned(reseller_id(seed, index)),
            2 => Cell::owned(reseller_name(index)),
            3 => Cell::text(market(code)),
            _ => {
                let position = column.saturating_sub(FIRST_DATE);
                let totals = self.totals.get(usize::from(index));
                let dates = totals.and_then(|one| *one.dates.get(position / 2)?);
                // A date that never came is year 1 (T51).
                Cell::Time(match dates {
                    Some((first, _)) if position.is_multiple_of(2) => first,
                    Some((_, last)) => last,
                    None => Moment::YEAR_ONE,
                })
            }
        }
    }

    fn numbers(&self, column: usize, keys: &[Key], numbers: &mut Vec<i64>) {
        numbers.extend(keys.iter().map(|key| {
            let totals = self.totals.get(key.index()).copied().unwrap_or_default();
            match COLUMNS.get(column).map(|column| column.name) {
                Some("subscriptionCount") => totals.subscriptions,
                Some("licenseCount") => totals.licenses,
                _ => 1,
            }
        }));
    }
}
