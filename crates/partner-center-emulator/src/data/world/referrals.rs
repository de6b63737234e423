//! Referrals and their outcomes.

use std::ops::ControlFlow;

use crate::data::{
    calendar::{Day, Moment},
    table::{Batches, Cell, Column, Key, Table},
    world::{
        World,
        customers::market,
        names::{CUSTOMERS, MARKETS},
        random::{Random, Stream},
    },
};

/// Referrals that were created until a day.
#[derive(Debug)]
pub(crate) struct Referrals<'w> {
    world: &'w World,
    today: Day,
}

static COLUMNS: [Column; 16] = [
    Column::coded("id"),
    Column::coded("status"),
    Column::coded("customerMarket"),
    Column::coded("customerName"),
    Column::coded("customerOrgSize"),
    Column::coded("acceptedDate"),
    Column::coded("acknowledgedDate"),
    Column::coded("archivedDate"),
    Column::coded("declinedDate"),
    Column::coded("expiredDate"),
    Column::coded("lostDate"),
    Column::coded("missedDate"),
    Column::coded("createdDate"),
    Column::coded("skippedDate"),
    Column::coded("wonDate"),
    Column::coded("partnerMarket"),
];

/// Outcomes in the spelling of the documentation's example, with the date that each sets.
const OUTCOMES: [(&str, &str); 8] = [
    ("New", ""),
    ("Accepted", "acceptedDate"),
    ("Declined", "declinedDate"),
    ("Expired", "expiredDate"),
    ("Lost", "lostDate"),
    ("Missed", "missedDate"),
    ("Skipped", "skippedDate"),
    ("Won", "wonDate"),
];

const SIZES: [&str; 5] = [
    "1to9employees",
    "10to50employees",
    "51to250employees",
    "251to1000employees",
    "1001to5000employees",
];

/// Id of the first referral.
const FIRST_ID: u32 = 112_310;

/// Values of one referral.
struct Referral {
    outcome: u32,
    market: u32,
    name: u32,
    size: u32,
    partner_market: u32,
    created: Moment,
    /// Days from the creation to the decision.
    days: u32,
    is_archived: bool,
}

impl<'w> Referrals<'w> {
    pub(crate) fn new(world: &'w World, today: Day) -> Self {
        Self { world, today }
    }

    fn count(&self) -> u32 {
        20 + self.world.settings.customers / 2
    }

    fn referral(&self, index: u32) -> Referral {
        let mut random = Random::new(self.world.settings.seed, Stream::Referral, u64::from(index));
        let mut code = |count: usize| random.below(count as u64) as u32;
        let (market, name) = (code(MARKETS.len()), code(CUSTOMERS.len()));
        let (size, partner_market) = (code(SIZES.len()), code(MARKETS.len()));
        let outcome = code(OUTCOMES.len());
        let age = random.below(730) as i32;
        // The documentation's example has whole seconds.
        let seconds = random.below(86_400) as u32;
        let created = Moment::at(self.world.settings.today.plus(-age), seconds * 1_000);
        let days = 1 + random.below(20) as u32;
        let is_decided = Day(created.day().0 + days as i32) < self.today;
        Referral {
            outcome: if is_decided { outcome } else { 0 },
            market,
            name,
            size,
            partner_market,
            created,
            days,
            is_archived: is_decided && random.chance(15),
        }
    }
}

impl Referral {
    fn after(&self, days: u32) -> Moment {
        Moment {
            micros: self.created.micros + i64::from(days) * 86_400_000_000 + 611_000_000,
            ..self.created
        }
    }

    fn date(&self, name: &str) -> Option<Moment> {
        let outcome = OUTCOMES
            .get(self.outcome as usize)
            .map_or("", |(_, date)| date);
        match name {
            "createdDate" => Some(self.created),
            "acknowledgedDate" => (self.outcome != 0).then(|| self.after(0)),
            "archivedDate" => self.is_archived.then(|| self.after(self.days + 30)),
            // A referral is accepted before it is won or lost.
            "acceptedDate" if matches!(outcome, "wonDate" | "lostDate") => Some(self.after(0)),
            name if name == outcome => Some(self.after(self.days)),
            _ => None,
        }
    }
}

impl Table for Referrals<'_> {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>) {
        let mut batches = Batches::new(visit);
        for index in 0..self.count() {
            let exists = self.referral(index).created.day() <= self.today;
            if exists && batches.push(Key::of(index as usize)).is_break() {
                return;
            }
        }
        let _ = batches.flush();
    }

    fn codes(&self, column: usize, keys: &[Key], codes: &mut Vec<u32>) {
        codes.extend(keys.iter().map(|key| {
            let referral = self.referral(key.entity);
            match column {
                1 => referral.outcome,
                2 => referral.market,
                3 => referral.name,
                4 => referral.size,
                15 => referral.partner_market,
                _ => key.entity,
            }
        }));
    }

    fn code_count(&self, column: usize) -> usize {
        match column {
            1 => OUTCOMES.len(),
            2 | 15 => MARKETS.len(),
            3 => CUSTOMERS.len(),
            4 => SIZES.len(),
            _ => self.count() as usize,
        }
    }

    fn cell(&self, column: usize, code: u32) -> Cell<'_> {
        let index = code as usize;
        match column {
            0 => Cell::owned((FIRST_ID + code).to_string()),
            1 => OUTCOMES
                .get(index)
                .map_or(Cell::Null, |(status, _)| Cell::text(status)),
            2 | 15 => Cell::text(market(code)),
            3 => CUSTOMERS
                .get(index)
                .map_or(Cell::Null, |name| Cell::text(name)),
            4 => SIZES.get(index).map_or(Cell::Null, |size| Cell::text(size)),
            _ => match COLUMNS.get(column) {
                Some(column) => {
                    let date = self.referral(code).date(column.name);
                    Cell::time(date.filter(|date| date.day() <= self.today))
                }
                None => Cell::Null,
            },
        }
    }

    fn numbers(&self, _column: usize, keys: &[Key], numbers: &mut Vec<i64>) {
        numbers.extend(keys.iter().map(|_| 0));
    }
}
