use std::collections::BTreeMap;
use std::sync::Arc;

use delta_kernel::arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use partner_center::OPERATIONS;
use proptest::prelude::*;
use time::macros::date;

use super::*;

/// Row of the deployment: customer, product, licences sold and a decimal.
type Row = (Option<u8>, u8, Option<i64>, Option<i64>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let count = prop_oneof![3 => 0..20_i64, 1 => any::<i64>()];
    let count = proptest::option::weighted(0.9, count);
    let parts = proptest::option::weighted(0.9, any::<i64>());
    let row = (
        proptest::option::weighted(0.9, 0..4_u8),
        0..4_u8,
        count,
        parts,
    );
    proptest::collection::vec(row, 0..30)
}

fn batch(rows: &[Row]) -> RecordBatch {
    let text = |texts: Vec<Option<String>>| Arc::new(StringArray::from(texts)) as ArrayRef;
    let customer = |prefix: &str| {
        let ids = rows
            .iter()
            .map(|row| row.0.map(|id| format!("{prefix}{id}")));
        text(ids.collect())
    };
    let product = |prefix: &str| {
        text(
            rows.iter()
                .map(|row| Some(format!("{prefix}{}", row.1)))
                .collect(),
        )
    };
    let constant = |value: &str| text(vec![Some(value.to_owned()); rows.len()]);
    let sold: Int64Array = rows.iter().map(|row| row.2).collect();
    let amounts = rows.iter().map(|row| row.3.map(i128::from));
    let amounts: Decimal128Array = amounts.collect();
    let amounts = amounts.with_precision_and_scale(38, 18).unwrap();
    RecordBatch::try_from_iter_with_nullable([
        ("customerTenantId", customer("c"), true),
        ("productId", product("p"), true),
        ("serviceCode", constant("o365"), true),
        ("channel", constant("reseller"), true),
        ("customerName", customer("Customer "), true),
        ("productName", product("Product "), true),
        ("licensesSold", Arc::new(sold) as ArrayRef, true),
        ("amount", Arc::new(amounts) as ArrayRef, true),
    ])
    .unwrap()
}

/// Returns the rows in batches of at most so many.
fn batches(rows: &[Row], size: usize) -> Vec<RecordBatch> {
    rows.chunks(size.max(1)).map(batch).collect()
}

fn counts() -> Vec<String> {
    vec!["licensesSold".to_owned(), "amount".to_owned()]
}

fn diff(before: &[RecordBatch], after: &[RecordBatch]) -> Difference {
    let key = ReportKey::of("commercial_licenses_deployment").unwrap();
    let mut diff = Diff::new(key, counts());
    // In any order.
    for batch in after {
        diff.add_after(batch).unwrap();
    }
    for batch in before {
        diff.add_before(batch).unwrap();
    }
    diff.finish()
}

/// Sums of a key: rows, licences sold, and parts of the decimal.
type Expected = BTreeMap<(Option<u8>, u8), (u64, Option<i128>, Option<i128>)>;

fn expected(rows: &[Row]) -> Expected {
    let mut sums = Expected::new();
    let add = |sum: &mut Option<i128>, value: Option<i64>| {
        if let Some(value) = value {
            *sum = Some(sum.unwrap_or(0) + i128::from(value));
        }
    };
    for row in rows {
        let sum = sums.entry((row.0, row.1)).or_default();
        sum.0 += 1;
        add(&mut sum.1, row.2);
        add(&mut sum.2, row.3);
    }
    sums
}

fn text(amount: Option<Amount>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

fn whole(sum: Option<i128>) -> Option<String> {
    sum.map(|sum| sum.to_string())
}

fn added(amounts: impl Iterator<Item = Option<Amount>>) -> Amount {
    amounts
        .flatten()
        .fold(Amount::default(), |sum, it| sum + it)
}

proptest! {
    #[test]
    fn changes_are_those_of_an_independent_comparison(before in rows(), after in rows(), size in 1..9_usize) {
        let found = diff(&batches(&before, size), &batches(&after, size));
        let (old, new) = (expected(&before), expected(&after));
        let id = |(customer, product): &(Option<u8>, u8)| {
            (customer.map(|id| format!("c{id}")), format!("p{product}"))
        };
        let mut wanted = BTreeMap::new();
        for key in old.keys().chain(new.keys()) {
            let (one, other) = (old.get(key), new.get(key));
            let sums = |it: Option<&(u64, Option<i128>, Option<i128>)>| it.map(|it| (it.1, it.2));
            let kind = match (sums(one), sums(other)) {
                (None, _) => ChangeKind::Added,
                (_, None) => ChangeKind::Removed,
                (one, other) if one != other => ChangeKind::Changed,
                _ => continue,
            };
            let sold = [one, other].map(|it| whole(it.and_then(|it| it.1)));
            wanted.insert(id(key), (kind, sold));
        }
        let changes: BTreeMap<_, _> = found.changes.iter().map(|it| {
            let key = (it.key[0].as_deref().map(str::to_owned), it.key[1].as_deref().unwrap().to_owned());
            (key, (it.kind, [text(it.before[0]), text(it.after[0])]))
        }).collect();
        prop_assert_eq!(changes.len(), found.changes.len());
        prop_assert_eq!(changes, wanted);
        let keys = |sums: &Expected| u64::try_from(sums.len()).unwrap();
        prop_assert_eq!(found.rows_before + found.rows_after - found.repeated, keys(&old) + keys(&new));
        let all: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
        prop_assert_eq!(u64::try_from(found.changes.len()).unwrap() + found.unchanged, all.len() as u64);
    }

    #[test]
    fn differences_add_up_to_the_difference_of_the_totals(before in rows(), after in rows()) {
        let found = diff(&[batch(&before)], &[batch(&after)]);
        for (position, total) in found.totals.iter().enumerate() {
            let side = |of: fn(&Change) -> &Vec<Option<Amount>>| added(found.changes.iter().map(|it| of(it)[position]));
            let difference = side(|it| &it.after) - side(|it| &it.before);
            prop_assert_eq!(difference, total.difference());
        }
        let names = |rows: &[Row]| rows.iter().filter_map(|row| row.0).collect::<std::collections::BTreeSet<_>>();
        let (old, new) = (names(&before), names(&after));
        let ids = |of: &[Entity]| of.iter().map(|it| it.id.to_string()).collect::<Vec<_>>();
        let only = |one: &std::collections::BTreeSet<u8>, other| one.difference(other).map(|id| format!("c{id}")).collect::<Vec<_>>();
        prop_assert_eq!(ids(&found.customers_added), only(&new, &old));
        prop_assert_eq!(ids(&found.customers_removed), only(&old, &new));
    }

    #[test]
    fn a_day_does_not_differ_from_itself_and_the_reverse_is_the_opposite(before in rows(), after in rows(), size in 1..9_usize) {
        let same = diff(&batches(&before, size), &[batch(&before)]);
        prop_assert!(same.changes.is_empty() && same.customers_added.is_empty() && same.products_removed.is_empty());
        let (there, back) = (diff(&[batch(&before)], &[batch(&after)]), diff(&[batch(&after)], &[batch(&before)]));
        prop_assert_eq!(there.count(ChangeKind::Added), back.count(ChangeKind::Removed));
        prop_assert_eq!(there.count(ChangeKind::Changed), back.count(ChangeKind::Changed));
        prop_assert_eq!(&there.products_added, &back.products_removed);
        let again = diff(&batches(&before, size), &batches(&after, size));
        prop_assert_eq!(there, again);
    }

    #[test]
    fn sums_of_groups_add_up_to_those_of_the_day(rows in rows(), size in 1..9_usize) {
        let day = date!(2026 - 11 - 25);
        let fold = |group: Option<&str>, batches: &[RecordBatch]| {
            let mut trend = Trend::new(counts(), group.map(str::to_owned));
            for batch in batches {
                trend.add(day, batch).unwrap();
            }
            trend.finish()
        };
        let whole = fold(None, &[batch(&rows)]);
        prop_assert_eq!(&whole, &fold(None, &if rows.is_empty() { vec![batch(&rows)] } else { batches(&rows, size) }));
        let groups = fold(Some("customerName"), &batches(&rows, size));
        let customers: std::collections::BTreeSet<_> = rows.iter().map(|row| row.0).collect();
        prop_assert_eq!(groups.len(), customers.len());
        prop_assert_eq!(whole.len(), 1);
        prop_assert_eq!(groups.iter().map(|it| it.rows).sum::<u64>(), whole[0].rows);
        for position in 0..2 {
            let sum = added(groups.iter().map(|it| it.sums[position]));
            prop_assert_eq!(sum, whole[0].sums[position].unwrap_or_default());
        }
    }

    #[test]
    fn amounts_are_exact(one in any::<i64>(), other in any::<i64>()) {
        let parts = |number: i64| Amount::of_parts(number.into());
        let (sum, difference) = (i128::from(one) + i128::from(other), i128::from(one) - i128::from(other));
        prop_assert_eq!(parts(one) + parts(other), Amount::of_parts(sum));
        prop_assert_eq!(parts(one) - parts(other), Amount::of_parts(difference));
        prop_assert_eq!((Amount::from(one) + Amount::from(other)).to_string(), sum.to_string());
        prop_assert_eq!((parts(one) - parts(one)).is_zero(), true);
        prop_assert_eq!(parts(one) < parts(other), one < other);
    }
}

#[test]
fn amounts_are_written_as_decimals() {
    for (parts, text) in [
        (0, "0"),
        (-1, "-0.000000000000000001"),
        (1_500_000_000_000_000_000, "1.5"),
        (-1_500_000_000_000_000_000, "-1.5"),
        (-2_000_000_000_000_000_000, "-2"),
    ] {
        assert_eq!(Amount::of_parts(parts).to_string(), text);
        let is_whole = !text.contains('.');
        assert_eq!(
            Amount::of_parts(parts).as_i64().is_some(),
            is_whole,
            "{text}"
        );
    }
}

#[test]
fn a_day_without_rows_has_sums_that_are_not_known() {
    let mut trend = Trend::new(counts(), None);
    trend.add_day(date!(2026 - 11 - 25));
    let rows = trend.finish();
    assert_eq!(
        (rows.len(), rows[0].rows, &rows[0].sums[..]),
        (1, 0, &[None, None][..])
    );
}

#[test]
fn a_missing_column_and_one_of_text_are_named() {
    let rows = batch(&[(Some(1), 1, Some(1), None)]);
    let mut trend = Trend::new(vec!["customerName".to_owned()], None);
    let error = trend
        .add(date!(2026 - 11 - 25), &rows)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "the column `customerName` has the type Utf8, which cannot be added up"
    );
    let mut trend = Trend::new(counts(), Some("tier".to_owned()));
    let error = trend
        .add(date!(2026 - 11 - 25), &rows)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "the rows have no column `tier`");
}

#[test]
fn every_report_but_the_searches_has_a_key_of_its_own_columns() {
    // Columns that calls for several customers add.
    let added = ["customerId", "customerName"];
    for operation in OPERATIONS {
        let Some(key) = ReportKey::of(operation.id) else {
            assert_eq!(operation.id, "searches");
            continue;
        };
        let named = [key.customer, key.product].into_iter().flatten();
        let columns = key.columns.iter().chain(key.names).copied();
        for column in columns.chain(named.flat_map(|it| [it.id, it.name])) {
            let mut parts = column.split('_');
            let field = operation.field(parts.next().unwrap());
            let is_member = parts.all(|part| {
                let members = field.map_or(&[][..], |field| field.members);
                members.iter().any(|member| member.name == part)
            });
            let is_added = added.contains(&column) && operation.path.contains("{customer");
            assert!(
                (field.is_some() && is_member) || is_added,
                "{}: {column}",
                operation.id
            );
        }
    }
}
