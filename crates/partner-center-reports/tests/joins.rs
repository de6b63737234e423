//! Properties of the join: nothing is lost or counted twice, whatever the rows.

#![allow(
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is reported"
)]

use std::collections::{BTreeMap, BTreeSet};

use partner_center::types::{CommercialLicensesDeployment, CommercialLicensesUsage, Subscription};
use partner_center_reports::{
    Exclusions, Holdings, RenewalOptions, Unused, UnusedOptions, adoption, renewals, unused,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::date;

/// Tenant ids with names, of which two are the same.
const CUSTOMERS: [(&str, &str); 4] = [
    ("0112a436-b14e-4888-967b-ca4bb2cf1234", "Contoso"),
    ("76906668-6c5e-4f0e-9c5c-0b2b3c4d5e6f", "Contoso"),
    ("735920eb-1a2b-4c3d-8e4f-5a6b7c8d9e0f", "Fabrikam"),
    ("39a1dfac-1a2b-4c3d-8e4f-5a6b7c8d9e0f", "Fabrikam \u{fc}"),
];

/// Product ids with the names that rows give them. The second and the third share a name.
const PRODUCTS: [(&str, [&str; 2]); 4] = [
    (
        "3b555118-da6a-4418-894f-7df1e2096870",
        [
            "OFFICE 365 BUSINESS ESSENTIALS",
            "MICROSOFT 365 BUSINESS BASIC",
        ],
    ),
    (
        "05e9a617-0261-4cee-bb44-138d3ef5d965",
        ["MICROSOFT 365 E3", "MICROSOFT 365  E3"],
    ),
    (
        "6fd2c87f-b296-42f0-b197-1e91e994b900",
        ["MICROSOFT 365 E3", "OFFICE 365 ENTERPRISE E3"],
    ),
    (
        "710779e8-3d4a-4c88-adb9-386c958d1fdf",
        ["MICROSOFT TEAMS EXPLORATORY", "MICROSOFT TEAMS EXPLORATORY"],
    ),
];

const DAYS: [&str; 3] = ["2026-11-20", "2026-11-24T00:00:00", "2026-11-25T12:30:00"];

/// Row of any of the three operations, with its operation.
type Row = (u8, Value);

prop_compose! {
    /// Keys that all rows have.
    fn keys()(
        customer in 0..CUSTOMERS.len(),
        product in 0..PRODUCTS.len(),
        name in 0..2_usize,
        upper in any::<bool>(),
        without_id in prop::bool::weighted(0.1),
    ) -> (Value, Value, Value, Value) {
        let case = |id: &str| if upper { id.to_uppercase() } else { id.to_owned() };
        let (customer, product) = (CUSTOMERS[customer], PRODUCTS[product]);
        let id = if without_id { Value::Null } else { json!(case(customer.0)) };
        (id, json!(customer.1), json!(case(product.0)), json!(product.1[name]))
    }
}

fn count() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![1 => Just(None), 9 => (0..60_i64).prop_map(Some)]
}

prop_compose! {
    fn row()(
        operation in 0..3_u8,
        (tenant, customer, product, name) in keys(),
        day in 0..DAYS.len(),
        service in 0..2_usize,
        channel in 0..2_usize,
        workload in 0..3_usize,
        one in count(),
        two in count(),
        id in 0..40_u32,
        end in 0..4_usize,
    ) -> Row {
        let service = ["o365", "ems"][service];
        let channel = ["reseller", "direct"][channel];
        let workload_code = ["EXO", "SPO", "TEAMS"][workload];
        let status = ["ACTIVE", "SUSPENDED", "DEPROVISIONED"][workload];
        let ends = [None, Some("2026-01-01"), Some("2026-12-10"), Some("2028-01-01")];
        let end = ends[end];
        let mut row = json!({
            "customerTenantId": tenant, "customerName": customer, "productName": name,
        });
        let more = match operation {
            0 => json!({
                "productId": product, "processedDateTime": DAYS[day], "serviceCode": service,
                "channel": channel, "licensesSold": one, "licensesDeployed": two,
            }),
            1 => json!({
                "productId": product, "processedDateTime": DAYS[day], "serviceCode": service,
                "channel": channel, "workloadCode": workload_code,
                "licensesActive": one, "licensesQualified": two,
            }),
            // Ids differ by customer and product, so that a repeated id is a repeated row.
            _ => json!({
                "id": format!("{tenant}/{customer}/{name}/{id}").to_lowercase(), "licenseCount": one,
                "status": status,
                "commitmentEndDate": end,
                "autoRenewEnabled": two.map(|it| it % 2 == 0),
            }),
        };
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (operation, row)
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..60)
}

fn fold(rows: &[Row]) -> Holdings {
    let mut holdings = Holdings::new();
    for (operation, row) in rows {
        let text = row.to_string();
        match operation {
            0 => {
                let row: CommercialLicensesDeployment = serde_json::from_str(&text).unwrap();
                holdings.add_deployment(&row);
            }
            1 => {
                let row: CommercialLicensesUsage = serde_json::from_str(&text).unwrap();
                holdings.add_usage(&row);
            }
            _ => {
                let row: Subscription = serde_json::from_str(&text).unwrap();
                holdings.add_subscription(&row);
            }
        }
    }
    holdings
}

/// Options that show everything.
fn everything() -> UnusedOptions {
    let mut options = UnusedOptions::new(date!(2026 - 11 - 26));
    options.min_unused = 0;
    options.exclusions = Exclusions::none();
    options
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_lowercase()
}

/// Identity of a customer: the id, or else the name.
fn customer_of(row: &Value) -> String {
    match text(row, "customerTenantId") {
        id if id.is_empty() => format!("name {}", text(row, "customerName")),
        id => id,
    }
}

/// Returns a sum over the latest rows of each customer, product, service and channel.
fn latest_sum(rows: &[Row], field: &str) -> i64 {
    let mut latest: BTreeMap<_, (String, i64)> = BTreeMap::new();
    for (_, row) in rows.iter().filter(|(operation, _)| *operation == 0) {
        let key = [
            customer_of(row),
            text(row, "productId"),
            text(row, "serviceCode"),
            text(row, "channel"),
        ];
        let (day, count) = (
            text(row, "processedDateTime"),
            row[field].as_i64().unwrap_or(0),
        );
        let entry = latest.entry(key).or_insert((day.clone(), 0));
        if day > entry.0 {
            *entry = (day, count);
        } else if day == entry.0 {
            entry.1 += count;
        }
    }
    latest.values().map(|(_, sum)| sum).sum()
}

/// Returns the number of subscriptions that have not ended, and the ones that renew in the period.
fn distinct_subscriptions(rows: &[Row]) -> usize {
    let ids: BTreeSet<_> = rows
        .iter()
        .filter(|(operation, row)| {
            let has_licenses = row["licenseCount"] != 0 || !row["commitmentEndDate"].is_null();
            *operation == 2 && text(row, "status") != "deprovisioned" && has_licenses
        })
        .map(|(_, row)| text(row, "id"))
        .collect();
    ids.len()
}

fn sum<T>(rows: &[T], value: impl Fn(&T) -> Option<i64>) -> i64 {
    rows.iter().filter_map(value).sum()
}

/// Everything of a report that can be compared.
fn parts(report: &Unused) -> impl PartialEq + std::fmt::Debug + use<> {
    let rows = (
        report.rows.clone(),
        report.totals.clone(),
        report.customers.clone(),
    );
    let texts = (report.summary.clone(), report.notes.clone());
    (rows, report.unmatched.clone(), report.balance, texts)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn no_licence_is_lost_or_counted_twice(
        rows in rows(), min in 0..20_u32, within in prop::option::of(0..800_u32), free in any::<bool>()
    ) {
        let joined = fold(&rows).join();
        let mut options = everything();
        options.min_unused = min;
        options.renewing_within = within;
        if !free {
            options.exclusions = Exclusions::default();
        }
        let report = unused(&joined, &options);
        let balance = report.balance;
        prop_assert_eq!(balance.read, latest_sum(&rows, "licensesSold"));
        let placed = balance.listed + balance.below_minimum + balance.renewing_later
            + balance.excluded + balance.unmatched;
        prop_assert_eq!(placed, balance.read);
        prop_assert_eq!(sum(&report.rows, |row| row.licenses_sold), balance.listed);
        prop_assert_eq!(sum(&report.totals, |row| row.licenses_sold), balance.listed);
        prop_assert_eq!(sum(&report.customers, |row| row.licenses_sold), balance.listed);
        prop_assert_eq!(sum(&report.unmatched, |row| row.licenses_sold), balance.unmatched);
        for row in &report.rows {
            let parts = row.licenses_unassigned.unwrap() + row.licenses_inactive.unwrap_or(0);
            prop_assert_eq!(row.licenses_unused, Some(parts));
            prop_assert!((0..=row.licenses_sold.unwrap()).contains(&parts));
        }
    }

    #[test]
    fn no_subscription_is_lost_or_counted_twice(rows in rows(), within in 0..800_u32) {
        let joined = fold(&rows).join();
        let report = unused(&joined, &everything());
        let number = sum(&report.rows, |row| row.subscription_count)
            + sum(&report.unmatched, |row| row.subscription_count);
        // Subscriptions without licences and without a product are not in the report.
        let mut options = RenewalOptions::new(date!(2026 - 11 - 26));
        options.within = within;
        options.exclusions = Exclusions::none();
        let report = renewals(&joined, &options);
        let balance = report.balance;
        let distinct = distinct_subscriptions(&rows) as u64;
        prop_assert_eq!(balance.read, distinct);
        prop_assert!(number as u64 <= distinct);
        prop_assert_eq!(
            balance.listed + balance.later + balance.past + balance.undated + balance.excluded,
            balance.read
        );
        prop_assert_eq!(report.rows.len() as u64, balance.listed);
        let by_month = sum(&report.months, |row| row.subscription_count) as u64;
        prop_assert_eq!(by_month, balance.listed);
    }

    #[test]
    fn workloads_of_all_customers_add_up(rows in rows()) {
        let report = adoption(&fold(&rows).join(), &Exclusions::none());
        prop_assert_eq!(
            sum(&report.rows, |row| row.licenses_active),
            sum(&report.workloads, |row| row.licenses_active)
        );
        prop_assert_eq!(
            sum(&report.rows, |row| row.licenses_qualified),
            sum(&report.workloads, |row| row.licenses_qualified)
        );
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(
        (rows, shuffled) in rows().prop_flat_map(|rows| {
            (Just(rows.clone()), Just(rows).prop_shuffle())
        })
    ) {
        let (one, two) = (fold(&rows).join(), fold(&shuffled).join());
        prop_assert_eq!(
            parts(&unused(&one, &everything())),
            parts(&unused(&two, &everything()))
        );
        let options = RenewalOptions::new(date!(2026 - 11 - 26));
        prop_assert_eq!(renewals(&one, &options).rows, renewals(&two, &options).rows);
        let exclusions = Exclusions::default();
        prop_assert_eq!(adoption(&one, &exclusions).rows, adoption(&two, &exclusions).rows);
    }

    #[test]
    fn the_case_of_ids_does_not_matter(rows in rows()) {
        let lower: Vec<Row> = rows
            .iter()
            .map(|(operation, row)| {
                let mut row = row.clone();
                for field in ["customerTenantId", "productId", "id"] {
                    if row[field].is_string() {
                        row[field] = json!(text(&row, field));
                    }
                }
                (*operation, row)
            })
            .collect();
        prop_assert_eq!(
            parts(&unused(&fold(&rows).join(), &everything())),
            parts(&unused(&fold(&lower).join(), &everything()))
        );
    }

    #[test]
    fn customers_of_one_name_have_separate_rows(rows in rows()) {
        let report = unused(&fold(&rows).join(), &everything());
        let mut seen = BTreeSet::new();
        for row in &report.rows {
            let product = row.product_id.clone().or(row.product_name.clone());
            let customer = row.customer_tenant_id.clone().or(row.customer_name.clone());
            prop_assert!(seen.insert((customer, product)), "{row:?}");
        }
        let customers: BTreeSet<_> = rows
            .iter()
            .filter(|(operation, row)| {
                *operation == 0 && !row["customerTenantId"].is_null()
            })
            .map(|(_, row)| text(row, "customerTenantId"))
            .collect();
        let shown: BTreeSet<_> = report
            .rows
            .iter()
            .filter_map(|row| row.customer_tenant_id.clone())
            .chain(report.unmatched.iter().filter_map(|row| row.customer_tenant_id.clone()))
            .map(|id| id.to_string())
            .collect();
        prop_assert!(customers.is_subset(&shown));
    }
}

/// Returns rows of the deployment, with one subscription for each name.
fn products_and_subscriptions(licenses: &[Value], names: &[(&str, i64)]) -> Holdings {
    let tenant = CUSTOMERS[0].0;
    let mut rows: Vec<Row> = Vec::new();
    for row in licenses {
        let mut row = row.clone();
        row["customerTenantId"] = json!(tenant.to_uppercase());
        rows.push((0, row));
    }
    for (at, (name, licenses)) in names.iter().enumerate() {
        rows.push((
            2,
            json!({
                "customerTenantId": tenant, "id": at.to_string(), "status": "ACTIVE",
                "productName": name, "licenseCount": licenses, "commitmentEndDate": "2026-12-10",
            }),
        ));
    }
    fold(&rows)
}

#[test]
fn a_subscription_finds_its_product_by_any_name_that_rows_have() {
    let id = PRODUCTS[1].0;
    let licenses = [
        json!({"productId": id, "productName": "Suite, old name", "processedDateTime": "2026-01-01",
            "channel": "direct", "licensesSold": 5, "licensesDeployed": 0}),
        json!({"productId": id.to_uppercase(), "productName": "Suite, new name",
            "processedDateTime": "2026-11-01", "licensesSold": 9, "licensesDeployed": 0}),
    ];
    for name in ["SUITE OLD NAME", "Suite - New Name"] {
        let holdings = products_and_subscriptions(&licenses, &[(name, 14)]);
        let report = unused(&holdings.join(), &everything());
        let [row] = &report.rows[..] else {
            panic!("{report:#?}")
        };
        assert_eq!(row.product_name.as_deref(), Some("Suite, new name"));
        assert_eq!(
            (row.licenses_sold, row.licenses_subscribed),
            (Some(14), Some(14))
        );
        assert!(report.unmatched.is_empty());
    }
}

#[test]
fn a_subscription_finds_a_product_that_microsoft_renamed() {
    let licenses = [
        json!({"productId": PRODUCTS[0].0, "productName": "MICROSOFT 365 BUSINESS BASIC",
        "licensesSold": 5, "licensesDeployed": 0}),
    ];
    let names = [("OFFICE 365 BUSINESS ESSENTIALS", 5)];
    let holdings = products_and_subscriptions(&licenses, &names);
    let report = unused(&holdings.join(), &everything());
    assert_eq!(report.rows[0].licenses_subscribed, Some(5));
    let is_named = |note: &String| note.starts_with("1 subscription was joined by an earlier");
    assert!(report.notes.iter().any(is_named), "{:#?}", report.notes);
}

#[test]
fn subscriptions_of_two_products_with_one_name_count_once_each() {
    let licenses = [
        json!({"productId": PRODUCTS[1].0, "productName": "MICROSOFT 365 E3", "licensesSold": 10,
            "licensesDeployed": 1}),
        json!({"productId": PRODUCTS[2].0, "productName": "MICROSOFT 365 E3", "licensesSold": 25,
            "licensesDeployed": 1}),
    ];
    let names = [
        ("MICROSOFT 365 E3", 10),
        ("MICROSOFT 365 E3", 25),
        ("MICROSOFT 365 E3", 3),
    ];
    let report = unused(
        &products_and_subscriptions(&licenses, &names).join(),
        &everything(),
    );
    let subscribed: Vec<_> = report
        .rows
        .iter()
        .map(|row| (row.licenses_sold, row.licenses_subscribed))
        .collect();
    // The one with another number of licences goes to the larger product.
    assert_eq!(subscribed, [(Some(25), Some(28)), (Some(10), Some(10))]);
    let is_named = |note: &String| note.starts_with("3 subscriptions fit several products");
    assert!(report.notes.iter().any(is_named), "{:#?}", report.notes);
}

#[test]
fn data_in_which_nothing_joins_is_reported_as_such() {
    let licenses = [
        json!({"productId": PRODUCTS[1].0, "productName": "DYNAMICS AX TASK",
        "licensesSold": 9}),
    ];
    let holdings = products_and_subscriptions(&licenses, &[("CALLING PLAN", 5), ("", 2)]);
    let joined = holdings.join();
    let report = unused(&joined, &everything());
    assert!(report.rows.is_empty());
    let unmatched: Vec<_> = report
        .unmatched
        .iter()
        .map(|row| {
            (
                row.product_name.as_deref(),
                row.licenses_sold,
                row.licenses_subscribed,
            )
        })
        .collect();
    assert_eq!(
        unmatched,
        [
            (None, None, Some(2)),
            (Some("CALLING PLAN"), None, Some(5)),
            (Some("DYNAMICS AX TASK"), Some(9), None),
        ]
    );
    assert_eq!(report.balance.unmatched, 9);
    assert_eq!(
        report.summary[0],
        "Unused licences are not known: no product in the report has both a number of licences sold and \
         of licences deployed."
    );
}
