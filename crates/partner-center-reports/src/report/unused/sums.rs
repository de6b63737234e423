//! Sums of the rows, by currency, customer and product.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use time::Date;

use super::{Place, UnpricedRow, UnusedCustomerRow, UnusedRow};
use crate::holdings::{Count, day};
use crate::prices::number;
use crate::report::money::Amount;

/// Sums of some rows.
#[derive(Debug, Default)]
struct Sums {
    rows: u64,
    counts: [Count; 10],
    amount: Amount,
    renewal: Option<Date>,
}

impl Sums {
    fn add(&mut self, row: &UnusedRow, place: &Place<'_>) {
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
        if place.price.is_some() {
            self.amount.add(place.amount);
        }
        if let Some(renewal) = place.renewal {
            self.renewal = Some(self.renewal.map_or(renewal, |known| known.min(renewal)));
        }
    }
}

/// Returns one row per currency, and one for the rows without a price if there are any.
pub(super) fn totals(rows: &[UnusedRow], places: &[Place<'_>]) -> Vec<UnusedRow> {
    let mut currencies: BTreeMap<Option<&str>, Sums> = BTreeMap::new();
    for (row, place) in rows.iter().zip(places) {
        let currency = place.price.map(|price| price.currency.as_str());
        currencies.entry(currency).or_default().add(row, place);
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

pub(super) fn customers(rows: &[UnusedRow], places: &[Place<'_>]) -> Vec<UnusedCustomerRow> {
    let mut sums: BTreeMap<(u32, Option<&str>), (&UnusedRow, Sums)> = BTreeMap::new();
    for (row, place) in rows.iter().zip(places) {
        let currency = place.price.map(|price| price.currency.as_str());
        let key = (place.customer, currency);
        let (_, sums) = sums.entry(key).or_insert_with(|| (row, Sums::default()));
        sums.add(row, place);
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

pub(super) fn unpriced(rows: &[UnusedRow], places: &[Place<'_>]) -> Vec<UnpricedRow> {
    let mut products: BTreeMap<u32, (&UnusedRow, i64, Count)> = BTreeMap::new();
    let rows = rows.iter().zip(places);
    for (row, place) in rows.filter(|(_, place)| place.price.is_none()) {
        let product = products
            .entry(place.product)
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
