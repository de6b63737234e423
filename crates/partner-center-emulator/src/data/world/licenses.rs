//! Commercial licence reports of one day: licences by customer and product, and their usage by
//! workload.

use std::ops::ControlFlow;

use crate::data::{
    calendar::Day,
    table::{Batches, Cell, Column, Key, Table},
    world::{
        Holding, World, product,
        products::{PRODUCTS, SERVICES, WORKLOADS},
        service,
    },
};

/// Coded columns that both reports have, with the same meaning.
#[derive(Clone, Copy, Debug)]
enum Shared {
    Day,
    ServiceCode,
    ServiceName,
    Channel,
    CustomerId,
    CustomerName,
    ProductId,
    ProductName,
}

/// Holdings that are active on a day.
#[derive(Debug)]
struct Holdings<'w> {
    world: &'w World,
    /// `None` for a day that was not processed.
    day: Option<Day>,
}

impl Holdings<'_> {
    fn day(&self) -> Day {
        self.day.unwrap_or_default()
    }

    fn holding(&self, key: Key) -> Option<&Holding> {
        self.world.holdings.get(key.index())
    }

    fn scan(&self, mut each: impl FnMut(usize, &Holding) -> ControlFlow<()>) -> ControlFlow<()> {
        let Some(day) = self.day else {
            return ControlFlow::Continue(());
        };
        for (index, holding) in self.world.holdings.iter().enumerate() {
            if holding.is_active(day) {
                each(index, holding)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn codes(&self, column: Shared, keys: &[Key], codes: &mut Vec<u32>) {
        let holdings = keys.iter().map(|key| self.holding(*key));
        match column {
            Shared::Day | Shared::Channel => codes.extend(keys.iter().map(|_| 0)),
            Shared::ServiceCode | Shared::ServiceName => codes.extend(holdings.map(|holding| {
                holding.map_or(0, |holding| u32::from(product(holding.product).service))
            })),
            Shared::CustomerId | Shared::CustomerName => {
                codes.extend(holdings.map(|holding| holding.map_or(0, |one| one.customer)));
            }
            Shared::ProductId | Shared::ProductName => codes
                .extend(holdings.map(|holding| holding.map_or(0, |one| u32::from(one.product)))),
        }
    }

    fn code_count(&self, column: Shared) -> usize {
        match column {
            Shared::Day | Shared::Channel => 1,
            Shared::ServiceCode | Shared::ServiceName => SERVICES.len(),
            Shared::CustomerId | Shared::CustomerName => self.world.customers.len(),
            Shared::ProductId | Shared::ProductName => PRODUCTS.len(),
        }
    }

    fn cell(&self, column: Shared, code: u32) -> Cell<'_> {
        let small = u8::try_from(code).unwrap_or_default();
        let customer = self.world.customers.get(code as usize);
        match column {
            Shared::Day => Cell::Time(self.day().start()),
            Shared::ServiceCode => Cell::text(service(small).code),
            Shared::ServiceName => Cell::text(service(small).name),
            Shared::Channel => Cell::text(CHANNEL),
            Shared::CustomerId => customer.map_or(Cell::Null, |one| Cell::owned(one.id.upper())),
            Shared::CustomerName => customer.map_or(Cell::Null, |one| Cell::owned(one.name())),
            Shared::ProductId => Cell::owned(product(small).id.to_ascii_uppercase()),
            Shared::ProductName => Cell::text(product_name(small, self.day(), self.world)),
        }
    }
}

/// Sales channel of all rows.
pub(crate) const CHANNEL: &str = "reseller";

/// Returns the name of a product on a day. Some products are renamed in the middle of the processed
/// days.
pub(crate) fn product_name(index: u8, day: Day, world: &World) -> &'static str {
    let renamed_on = world
        .settings
        .today
        .plus(-i32::from(world.settings.days) / 2);
    let product = product(index);
    match product.earlier_name {
        Some(earlier) if day < renamed_on => earlier,
        _ => product.name,
    }
}

/// Licences by customer and product.
#[derive(Debug)]
pub(crate) struct Deployment<'w>(Holdings<'w>);

static DEPLOYMENT: [Column; 10] = [
    Column::coded("processedDateTime"),
    Column::coded("serviceCode"),
    Column::coded("serviceName"),
    Column::coded("channel"),
    Column::coded("customerTenantId"),
    Column::coded("customerName"),
    Column::coded("productId"),
    Column::coded("productName"),
    Column::count("licensesDeployed"),
    Column::count("licensesSold"),
];

/// Coded columns of [`DEPLOYMENT`].
const DEPLOYMENT_CODES: [Shared; 8] = [
    Shared::Day,
    Shared::ServiceCode,
    Shared::ServiceName,
    Shared::Channel,
    Shared::CustomerId,
    Shared::CustomerName,
    Shared::ProductId,
    Shared::ProductName,
];

impl<'w> Deployment<'w> {
    pub(crate) fn new(world: &'w World, day: Option<Day>) -> Self {
        Self(Holdings { world, day })
    }
}

impl Table for Deployment<'_> {
    fn columns(&self) -> &[Column] {
        &DEPLOYMENT
    }

    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>) {
        let mut batches = Batches::new(visit);
        let flow = self.0.scan(|index, _| batches.push(Key::of(index)));
        if flow.is_continue() {
            // The last batch: nothing follows that could stop.
            let _ = batches.flush();
        }
    }

    fn codes(&self, column: usize, keys: &[Key], codes: &mut Vec<u32>) {
        if let Some(shared) = DEPLOYMENT_CODES.get(column) {
            self.0.codes(*shared, keys, codes);
        }
    }

    fn code_count(&self, column: usize) -> usize {
        DEPLOYMENT_CODES
            .get(column)
            .map_or(0, |shared| self.0.code_count(*shared))
    }

    fn cell(&self, column: usize, code: u32) -> Cell<'_> {
        DEPLOYMENT_CODES
            .get(column)
            .map_or(Cell::Null, |shared| self.0.cell(*shared, code))
    }

    fn numbers(&self, column: usize, keys: &[Key], numbers: &mut Vec<i64>) {
        let (day, is_sold) = (self.0.day(), column == 9);
        numbers.extend(keys.iter().map(|key| match self.0.holding(*key) {
            Some(holding) if is_sold => holding.sold(day),
            Some(holding) => holding.deployed(day),
            None => 0,
        }));
    }
}

/// Usage by customer, product and workload.
#[derive(Debug)]
pub(crate) struct Usage<'w>(Holdings<'w>);

static USAGE: [Column; 12] = [
    Column::coded("processedDateTime"),
    Column::coded("workloadCode"),
    Column::coded("workloadName"),
    Column::coded("serviceCode"),
    Column::coded("serviceName"),
    Column::coded("channel"),
    Column::coded("customerTenantId"),
    Column::coded("customerName"),
    Column::coded("productId"),
    Column::coded("productName"),
    Column::count("licensesActive"),
    Column::count("licensesQualified"),
];

impl<'w> Usage<'w> {
    pub(crate) fn new(world: &'w World, day: Option<Day>) -> Self {
        Self(Holdings { world, day })
    }

    /// Returns the column of both reports; `None` for the two columns of the workload.
    fn shared(column: usize) -> Option<Shared> {
        let position = match column {
            0 => 0,
            column => column.checked_sub(2)?,
        };
        match column {
            1 | 2 => None,
            _ => DEPLOYMENT_CODES.get(position).copied(),
        }
    }
}

impl Table for Usage<'_> {
    fn columns(&self) -> &[Column] {
        &USAGE
    }

    fn scan(&self, visit: &mut dyn FnMut(&[Key]) -> ControlFlow<()>) {
        let mut batches = Batches::new(visit);
        let flow = self.0.scan(|index, holding| {
            for workload in product(holding.product).workloads {
                let part = u16::from(*workload);
                batches.push(Key {
                    part,
                    ..Key::of(index)
                })?;
            }
            ControlFlow::Continue(())
        });
        if flow.is_continue() {
            let _ = batches.flush();
        }
    }

    fn codes(&self, column: usize, keys: &[Key], codes: &mut Vec<u32>) {
        match Self::shared(column) {
            Some(shared) => self.0.codes(shared, keys, codes),
            None => codes.extend(keys.iter().map(|key| u32::from(key.part))),
        }
    }

    fn code_count(&self, column: usize) -> usize {
        Self::shared(column).map_or(WORKLOADS.len(), |shared| self.0.code_count(shared))
    }

    fn cell(&self, column: usize, code: u32) -> Cell<'_> {
        match (Self::shared(column), WORKLOADS.get(code as usize)) {
            (Some(shared), _) => self.0.cell(shared, code),
            (None, Some(workload)) if column == 1 => Cell::text(workload.code),
            (None, Some(workload)) => Cell::text(workload.name),
            (None, None) => Cell::Null,
        }
    }

    fn numbers(&self, column: usize, keys: &[Key], numbers: &mut Vec<i64>) {
        let (day, is_qualified) = (self.0.day(), column == 11);
        numbers.extend(keys.iter().map(|key| match self.0.holding(*key) {
            Some(holding) if is_qualified => holding.sold(day),
            Some(holding) => holding.active(day, u8::try_from(key.part).unwrap_or_default()),
            None => 0,
        }));
    }
}
