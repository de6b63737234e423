//! Azure usage by subscription, meter and day.

use std::ops::ControlFlow;

use crate::data::{
    calendar::Day,
    table::{Batches, Cell, Column, Key, Table},
    world::{
        AzureSubscription, World,
        products::{LOCATIONS, METERS, Meter},
        random::{Random, Stream},
    },
};

/// Azure usage of all processed days.
#[derive(Debug)]
pub(crate) struct AzureUsage<'w> {
    world: &'w World,
    first: Day,
    last: Day,
}

static COLUMNS: [Column; 14] = [
    Column::coded("customerTenantId"),
    Column::coded("customerName"),
    Column::coded("subscriptionId"),
    Column::coded("subscriptionName"),
    Column::coded("usageDate"),
    Column::coded("resourceLocation"),
    Column::coded("meterCategory"),
    Column::coded("meterSubcategory"),
    Column::coded("meterUnit"),
    Column::coded("reservationOrderId"),
    Column::coded("reservationId"),
    Column::coded("consumptionMeterId"),
    Column::coded("serviceType"),
    Column::decimal("quantity"),
];

const METER_COUNT: u32 = METERS.len() as u32;

impl<'w> AzureUsage<'w> {
    pub(crate) fn new(world: &'w World, first: Day, last: Day) -> Self {
        Self { world, first, last }
    }

    fn subscription(&self, key: Key) -> Option<&AzureSubscription> {
        self.world.azure.get(key.index())
    }

    /// Returns the days on which a subscription has usage.
    fn days(&self, subscription: &AzureSubscription) -> std::ops::Range<i32> {
        let start = subscription.start.max(self.first).0;
        start..subscription.end.min(self.last.plus(1)).0
    }

    /// Returns a code of a subscription and one of its meters, for the ids of reservations.
    fn reservation(&self, key: Key) -> u32 {
        let Some(subscription) = self.subscription(key) else {
            return 0;
        };
        let meter = subscription.meter(key.part as u8);
        let is_reserved = METERS
            .get(usize::from(meter))
            .is_some_and(|one| one.is_reservable)
            && (key.entity + u32::from(meter)).is_multiple_of(3);
        match is_reserved {
            true => 1 + key.entity * METER_COUNT + u32::from(meter),
            false => 0,
        }
    }

    fn meter(code: u32) -> Option<&'static Meter> {
        METERS.get(code as usize)
    }
}

impl Table for AzureUsage<'_> {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>) {
        let mut batches = Batches::new(visit);
        for (index, subscription) in self.world.azure.iter().enumerate() {
            for day in self.days(subscription) {
                let day = (day - self.first.0) as u16;
                for part in 0..u16::from(subscription.meters) {
                    let key = Key {
                        part,
                        day,
                        ..Key::of(index)
                    };
                    if batches.push(key).is_break() {
                        return;
                    }
                }
            }
        }
        let _ = batches.flush();
    }

    fn row_count(&self) -> usize {
        let rows =
            self.world.azure.iter().map(|subscription| {
                self.days(subscription).len() * usize::from(subscription.meters)
            });
        rows.sum()
    }

    fn codes(&self, column: usize, keys: &[Key], codes: &mut Vec<u32>) {
        match column {
            0 | 1 => codes.extend(
                keys.iter()
                    .map(|key| self.subscription(*key).map_or(0, |one| one.customer)),
            ),
            2 | 3 => codes.extend(keys.iter().map(|key| key.entity)),
            4 => codes.extend(keys.iter().map(|key| u32::from(key.day))),
            5 => codes.extend(keys.iter().map(|key| {
                self.subscription(*key)
                    .map_or(0, |one| u32::from(one.location()))
            })),
            9 | 10 => codes.extend(keys.iter().map(|key| self.reservation(*key))),
            _ => codes.extend(keys.iter().map(|key| {
                self.subscription(*key)
                    .map_or(0, |one| u32::from(one.meter(key.part as u8)))
            })),
        }
    }

    fn code_count(&self, column: usize) -> usize {
        match column {
            0 | 1 => self.world.customers.len(),
            2 | 3 => self.world.azure.len(),
            4 => usize::from(self.world.settings.days) + 1,
            5 => LOCATIONS.len(),
            9 | 10 => 1 + self.world.azure.len() * METERS.len(),
            _ => METERS.len(),
        }
    }

    fn cell(&self, column: usize, code: u32) -> Cell<'_> {
        let customer = self.world.customers.get(code as usize);
        let subscription = self.world.azure.get(code as usize);
        let seed = self.world.settings.seed;
        match (column, Self::meter(code)) {
            (0, _) => customer.map_or(Cell::Null, |one| Cell::owned(one.id.upper())),
            (1, _) => customer.map_or(Cell::Null, |one| Cell::owned(one.name())),
            (2, _) => subscription.map_or(Cell::Null, |one| Cell::owned(one.id(seed).upper())),
            (3, _) => subscription.map_or(Cell::Null, |one| Cell::owned(azure_name(one.number))),
            (4, _) => Cell::Time(self.first.plus(code as i32).start()),
            (5, _) => Cell::text(LOCATIONS.get(code as usize).copied().unwrap_or_default()),
            (9 | 10, _) if code == 0 => Cell::text(""),
            (9, _) => Cell::owned(
                Random::new(seed, Stream::Meter, u64::from(code))
                    .guid()
                    .upper(),
            ),
            (10, _) => {
                let position = (1 << 40) + u64::from(code);
                Cell::owned(Random::new(seed, Stream::Meter, position).guid().upper())
            }
            (6, Some(meter)) => Cell::text(meter.category),
            (7, Some(meter)) => Cell::text(meter.subcategory),
            (8, Some(meter)) => Cell::text(meter.unit),
            (11, Some(_)) => {
                let position = (1 << 41) + u64::from(code);
                // The same for every seed: the meters of Azure are the same for everybody.
                Cell::owned(Random::new(0, Stream::Meter, position).guid().upper())
            }
            (12, Some(meter)) => Cell::text(meter.service_type),
            _ => Cell::Null,
        }
    }

    fn numbers(&self, _column: usize, keys: &[Key], numbers: &mut Vec<i64>) {
        numbers.extend(keys.iter().map(|key| {
            let day = self.first.plus(i32::from(key.day));
            self.subscription(*key)
                .map_or(0, |one| one.quantity(key.part as u8, day))
        }));
    }
}

/// Returns the name of an Azure subscription of a customer.
pub(crate) fn azure_name(number: u8) -> String {
    match number {
        0 => "MICROSOFT AZURE".to_owned(),
        number => format!("MICROSOFT AZURE {}", number + 1),
    }
}
