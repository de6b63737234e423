//! What customers hold: licences of products, and Azure subscriptions.
//!
//! The figures of a day are functions of a holding and the day. They use whole numbers only, so that
//! they are the same on every machine.

use crate::data::{
    calendar::Day,
    world::{
        Customer, WorldSettings, product,
        products::{METERS, PRODUCTS, Product, ProductKind, WORKLOADS},
        random::{Guid, Random, Stream},
    },
};

/// Seats of a trial.
const TRIAL_SEATS: i64 = 1_000_000;

/// Days after the end during which a subscription is suspended; then it is deprovisioned.
const SUSPENDED_DAYS: i32 = 30;

/// Licences of one product that a customer holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    pub(crate) customer: u32,
    pub(crate) product: u8,
    /// Length of a term, in months.
    pub(crate) term: u8,
    pub(crate) auto_renew: bool,
    /// Seats at the start.
    seats: u32,
    pub(crate) start: Day,
    /// First day without licences.
    pub(crate) end: Day,
    /// Random bits that shape growth and adoption.
    shape: u64,
}

/// Status of a subscription on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Suspended,
    Deprovisioned,
}

impl Status {
    pub(crate) const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Deprovisioned];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Deprovisioned => "DEPROVISIONED",
        }
    }
}

pub(crate) fn status(end: Day, today: Day) -> Status {
    match today.since(end) {
        ..0 => Status::Active,
        0..SUSPENDED_DAYS => Status::Suspended,
        _ => Status::Deprovisioned,
    }
}

pub(crate) fn deprovisioned_on(end: Day) -> Day {
    end.plus(SUSPENDED_DAYS)
}

/// Adds the holdings of a customer.
pub(crate) fn generate(
    settings: &WorldSettings,
    index: u32,
    customer: &Customer,
    holdings: &mut Vec<Holding>,
) {
    let mut random = Random::new(settings.seed, Stream::Holding, u64::from(index));
    let wanted = 1 + random.below(match customer.size {
        ..25 => 4,
        25..250 => 6,
        _ => 10,
    });
    let weights: u32 = PRODUCTS.iter().map(|product| product.weight).sum();
    let mut taken = 0_u32;
    for _ in 0..wanted {
        let mut ticket = random.below(u64::from(weights)) as u32;
        let position = PRODUCTS.iter().position(|product| {
            let found = ticket < product.weight;
            ticket = ticket.saturating_sub(product.weight);
            found
        });
        let chosen = position.unwrap_or_default();
        // Its million seats would dominate all totals, so one customer in 60 has a trial.
        if PRODUCTS[chosen].kind == ProductKind::Trial {
            continue;
        }
        // A customer holds each product once, so that a row is a holding.
        if taken & (1 << chosen) != 0 {
            continue;
        }
        taken |= 1 << chosen;
        holdings.push(holding(
            settings,
            index,
            customer,
            chosen as u8,
            &mut random,
        ));
    }
    if index % 60 == 7 {
        let is_trial = |product: &Product| product.kind == ProductKind::Trial;
        let mut trials = (0..)
            .zip(&PRODUCTS)
            .filter(|(_, product)| is_trial(product));
        if let Some((trial, _)) = trials.nth(index as usize / 60 % 2) {
            let trial = holding(settings, index, customer, trial, &mut random);
            // It has begun and does not end, so that the data always have one.
            holdings.push(Holding {
                start: trial.start.min(settings.today.plus(-20)),
                end: Day(i32::MAX / 2),
                ..trial
            });
        }
    }
}

fn holding(
    settings: &WorldSettings,
    index: u32,
    customer: &Customer,
    chosen: u8,
    random: &mut Random,
) -> Holding {
    let sold = product(chosen);
    let is_trial = sold.kind == ProductKind::Trial;
    let seats = u64::from(customer.size) * u64::from(sold.seats) / 100;
    let spread = seats * (60 + random.below(80)) / 100;
    // Some begin after the start of the emulator, so that data moves with its clock.
    let age = i32::max(settings.today.since(customer.since), 1) + 60;
    let start = customer.since.plus(random.below(age as u64) as i32);
    let term = match (is_trial, random.below(100)) {
        (true, _) => 1,
        (_, 0..30) => 1,
        (_, 30..90) => 12,
        _ => 36,
    };
    // Monthly customers leave more often.
    let leaves = random.chance(match term {
        1 => 25,
        _ => 12,
    });
    let end = match leaves {
        true => start.plus_months(i32::from(term) * (1 + random.below(4) as i32)),
        false => Day(i32::MAX / 2),
    };
    Holding {
        customer: index,
        product: chosen,
        term,
        auto_renew: !is_trial && random.chance(78),
        seats: u32::try_from(spread.max(1)).unwrap_or(u32::MAX),
        start,
        end,
        shape: random.number(),
    }
}

impl Holding {
    pub(crate) const fn is_active(&self, day: Day) -> bool {
        self.start.0 <= day.0 && day.0 < self.end.0
    }

    /// Returns `size` random bits of the holding that begin at bit `start`.
    const fn bits(&self, start: u32, size: u32) -> i64 {
        ((self.shape >> start) & ((1 << size) - 1)) as i64
    }

    /// Returns the change of seats in a month, in thousandths of the first ones.
    pub(crate) const fn growth(&self) -> i64 {
        self.bits(0, 5) - 7
    }

    pub(crate) fn is_trial(&self) -> bool {
        product(self.product).kind == ProductKind::Trial
    }

    /// Returns the sold licences; the number changes once a month.
    pub(crate) fn sold(&self, day: Day) -> i64 {
        if self.is_trial() {
            return TRIAL_SEATS;
        }
        let months = i64::from(day.since(self.start) / 30);
        let percentage = (1_000 + self.growth() * months).clamp(400, 3_000);
        (i64::from(self.seats) * percentage / 1_000).max(1)
    }

    /// Returns the licences that are assigned to users, never more than sold.
    pub(crate) fn deployed(&self, day: Day) -> i64 {
        let age = i64::from(day.since(self.start));
        let rollout = ((age + 12) * 1_000 / (40 + self.bits(5, 6))).min(1_000);
        if self.is_trial() {
            return (age / 3 + self.bits(11, 4)).min(TRIAL_SEATS);
        }
        let share = 45 + self.bits(11, 6) * 55 / 63;
        let sold = self.sold(day);
        let deployed = sold * rollout / 1_000 * share / 100;
        let daily = self.wave(day, 0) % (1 + sold / 50);
        (deployed + daily).clamp(0, sold)
    }

    /// Returns the licences in use for a workload. About one in 25 holdings uses more than it
    /// bought.
    pub(crate) fn active(&self, day: Day, workload: u8) -> i64 {
        let typical = WORKLOADS
            .get(usize::from(workload))
            .map_or(50, |one| one.adoption);
        let own = i64::from(typical) + self.bits(17 + u32::from(workload) % 8, 6) - 32;
        let base = match self.bits(32, 8) {
            // A customer that gave licences back while its users still work.
            0..10 => self.sold(day) * (112 + self.bits(40, 4)) / 100,
            _ => self.deployed(day) * own.clamp(3, 98) / 100,
        };
        let date = day.date();
        let weekday = match date.weekday().number_days_from_monday() {
            5 | 6 => 58,
            4 => 94,
            _ => 100,
        };
        let season = match (u8::from(date.month()), date.day()) {
            (12, 22..) | (1, ..=3) => 55,
            (7, _) => 91,
            (8, _) => 84,
            _ => 100,
        };
        let weekday = match self.bits(32, 8) {
            0..10 => 100,
            _ => weekday,
        };
        let noise = 97 + self.wave(day, u64::from(workload) + 1) % 7;
        base * weekday * season / 10_000 * noise / 100
    }

    /// Returns a number from 0 to 1023 that depends on the holding, the day and `salt`.
    const fn wave(&self, day: Day, salt: u64) -> i64 {
        let mixed = (self.shape ^ salt.wrapping_mul(0x9e37_79b9))
            .wrapping_add(day.0 as u64)
            .wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 54) as i64
    }

    /// Returns the end of the term that contains the day, or the end of the licences.
    pub(crate) fn commitment_end(&self, today: Day) -> Day {
        let term = i32::from(self.term.max(1));
        let months = i32::max(today.min(self.end.plus(-1)).since(self.start), 0) / 31 / term * term;
        let mut terms = months;
        while self.start.plus_months(terms) <= today.min(self.end.plus(-1)) {
            terms += term;
        }
        self.start.plus_months(terms.max(term))
    }

    pub(crate) fn id(&self, seed: u64) -> Guid {
        let position = u64::from(self.customer) << 8 | u64::from(self.product);
        Random::new(seed, Stream::HoldingId, position).guid()
    }

    /// Returns the time of day at which the subscription was created, in milliseconds.
    pub(crate) const fn created_at(&self) -> u32 {
        ((self.shape >> 8) % 86_400_000) as u32
    }
}

/// Azure subscription of a customer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AzureSubscription {
    pub(crate) customer: u32,
    pub(crate) number: u8,
    pub(crate) meters: u8,
    pub(crate) start: Day,
    pub(crate) end: Day,
    shape: u64,
}

/// Adds the Azure subscriptions of a customer.
pub(crate) fn generate_azure(
    settings: &WorldSettings,
    index: u32,
    customer: &Customer,
    azure: &mut Vec<AzureSubscription>,
) {
    if !customer.has_azure {
        return;
    }
    let mut random = Random::new(settings.seed, Stream::Azure, u64::from(index));
    let count = 1 + random.below(match customer.size {
        ..250 => 2,
        _ => 4,
    });
    for number in 0..count {
        let start = customer.since.plus(random.below(400) as i32);
        let end = match random.chance(8) {
            true => start.plus(90 + random.below(500) as i32),
            false => Day(i32::MAX / 2),
        };
        azure.push(AzureSubscription {
            customer: index,
            number: number as u8,
            meters: 2 + random.below(5) as u8,
            start,
            end,
            shape: random.number(),
        });
    }
}

impl AzureSubscription {
    pub(crate) fn id(&self, seed: u64) -> Guid {
        let position = u64::from(self.customer) << 8 | u64::from(self.number);
        Random::new(seed, Stream::AzureId, position).guid()
    }

    pub(crate) const fn created_at(&self) -> u32 {
        (self.shape % 86_400_000) as u32
    }

    /// Returns the index of a meter in [`METERS`]; the meters of a subscription are different.
    pub(crate) const fn meter(&self, ordinal: u8) -> u8 {
        let count = METERS.len() as u64;
        // Odd, so that the steps visit every meter of a power of two.
        let step = ((self.shape >> 4) & 0x7) * 2 + 1;
        ((self.shape.wrapping_add(ordinal as u64 * step)) % count) as u8
    }

    /// Returns the index of the region.
    pub(crate) const fn location(&self) -> u8 {
        ((self.shape >> 10) & 0x7) as u8
    }

    /// Returns the quantity of a meter on a day, in millionths.
    pub(crate) fn quantity(&self, ordinal: u8, day: Day) -> i64 {
        let Some(meter) = METERS.get(usize::from(self.meter(ordinal))) else {
            return 0;
        };
        let scale = 20 + ((self.shape >> (16 + ordinal % 8)) & 0xff) as i64;
        let months = i64::from(day.since(self.start) / 30).clamp(0, 60);
        let growth = 100 + months * (((self.shape >> 40) & 0xf) as i64 - 4);
        let mixed = (self.shape ^ u64::from(ordinal))
            .wrapping_add(day.0 as u64)
            .wrapping_mul(0x94d0_49bb_1331_11eb);
        let noise = 900 + (mixed >> 56) as i64;
        let quantity = meter.quantity / 100 * scale / 100 * growth.max(10) / 1_000 * noise;
        match meter.is_whole {
            true => (quantity / 1_000_000 + 1) * 1_000_000,
            false => quantity.max(1),
        }
    }
}
