//! Figures and texts of the reports, each with the few rows that they need.

#![allow(
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is reported"
)]

use partner_center_core::{FieldValue, Row};
use partner_center_reports::{
    AdoptionRow, CustomerOptions, Exclusions, Holdings, Joined, Prices, RenewalOptions, RenewalRow,
    Source, Spare, UnusedOptions, UnusedRow, adoption, customer, renewals, unused,
};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 11 - 26);
const CONTOSO: &str = "0112a436-b14e-4888-967b-ca4bb2cf1234";

/// Returns a row with the keys of a customer and a product, and these properties.
fn row(product: &str, more: Value) -> Value {
    let mut row = json!({
        "customerTenantId": CONTOSO, "customerName": "Contoso", "productName": product,
    });
    row.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    row
}

fn licenses(product: &str, sold: i64, deployed: i64) -> Value {
    row(
        product,
        json!({"productId": product, "licensesSold": sold, "licensesDeployed": deployed}),
    )
}

fn subscription(product: &str, id: u8, end: &str, more: Value) -> Value {
    let mut row = row(
        product,
        json!({"id": id.to_string(), "status": "ACTIVE", "commitmentEndDate": end, "licenseCount": 5}),
    );
    row.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    row
}

fn fold(deployment: &[Value], usage: &[Value], subscriptions: &[Value]) -> Holdings {
    let mut holdings = Holdings::new();
    for row in deployment {
        holdings.add_deployment(&serde_json::from_str(&row.to_string()).unwrap());
    }
    for row in usage {
        holdings.add_usage(&serde_json::from_str(&row.to_string()).unwrap());
    }
    for row in subscriptions {
        holdings.add_subscription(&serde_json::from_str(&row.to_string()).unwrap());
    }
    holdings
}

fn has(notes: &[String], start: &str) -> bool {
    notes.iter().any(|note| note.starts_with(start))
}

#[test]
fn the_age_of_the_data_is_stated_by_service() {
    let of = |service: &str, day: &str| {
        row(
            "E3",
            json!({"serviceCode": service, "processedDateTime": day}),
        )
    };
    let holdings = fold(
        &[
            of("o365", "2026-11-25T00:00:00"),
            of("O365", "2026-11-25T00:00:00"),
            of("crm", "2026-11-20T00:00:00"),
            of("ems", "2026-11-24T00:00:00"),
            of("ems", "2026-11-25T06:00:00"),
            row("E3", json!({"serviceCode": "crm"})),
        ],
        &[of("o365", "0001-01-01T00:00:00")],
        &[
            subscription("E3", 1, "2026-12-01", json!({"status": "deprovisioned"})),
            subscription("E3", 2, "2026-12-01", json!({})),
            subscription("E3", 2, "2026-12-01", json!({})),
            row(
                "AZURE",
                json!({"id": "3", "subscriptionType": "Azure", "licenseCount": 0}),
            ),
        ],
    );
    assert_eq!(
        holdings.freshness(Source::Deployment),
        "6 rows, processed 2026-11-20 (crm), processed 2026-11-24 to 2026-11-25 (ems), processed \
         2026-11-25 (O365), 1 row without a processing time, 2 rows left out because a newer row has \
         the same product, service and channel"
    );
    assert_eq!(
        holdings.freshness(Source::Usage),
        "1 row, 1 row without a processing time"
    );
    assert_eq!(
        holdings.freshness(Source::Subscriptions),
        "4 rows, as of the call: the operation has no processing time; 1 subscription has ended, with 5 \
         licences that are not counted; 1 subscription has no licences, such as those of Azure; 1 row \
         left out because another row has the same id"
    );
}

#[test]
fn the_next_renewal_and_its_subscriptions_count() {
    let ends = [
        (
            "2026-11-01",
            json!({"autoRenewEnabled": false, "churnRisk": "Low"}),
        ),
        (
            "2026-11-26",
            json!({"autoRenewEnabled": true, "billingCycleName": "MONTHLY"}),
        ),
        (
            "2026-11-26",
            json!({"autoRenewEnabled": false, "churnRisk": "High"}),
        ),
        (
            "2027-03-01",
            json!({"autoRenewEnabled": true, "billingCycleName": "ANNUAL", "churnRisk": "Medium"}),
        ),
    ];
    let subscriptions: Vec<_> = (0..)
        .zip(ends)
        .map(|(id, (end, more))| subscription("E3", id, end, more))
        .collect();
    let joined = fold(&[licenses("E3", 20, 5)], &[], &subscriptions).join();
    let report = unused(&joined, &UnusedOptions::new(TODAY));
    let [found] = &report.rows[..] else { panic!() };
    assert_eq!(found.renewal_date.as_ref().unwrap().as_str(), "2026-11-26");
    assert_eq!(
        (found.days_to_renewal, found.renews_soon),
        (Some(0), Some(true))
    );
    assert_eq!(
        found.renewal_dates.as_deref(),
        Some("2026-11-26, 2027-03-01")
    );
    assert_eq!(found.auto_renew_enabled, Some(false));
    assert_eq!(found.billing_cycle_name.as_deref(), Some("ANNUAL, MONTHLY"));
    assert_eq!(found.churn_risk.as_deref(), Some("High"));
    assert_eq!(
        (found.subscription_count, found.licenses_subscribed),
        (Some(4), Some(20))
    );

    let mut options = RenewalOptions::new(TODAY);
    options.within = 0;
    let report = renewals(&joined, &options);
    assert_eq!(report.rows.len(), 2);
    assert_eq!((report.balance.past, report.balance.later), (1, 1));
    // The licences of the product count once.
    assert_eq!(report.totals[0].licenses_sold, Some(20));
    assert_eq!(report.totals[0].license_count, Some(10));

    // Only past renewals: the latest one.
    let joined = fold(&[licenses("E3", 20, 5)], &[], &subscriptions[..1]).join();
    let report = unused(&joined, &UnusedOptions::new(TODAY));
    assert_eq!(report.rows[0].days_to_renewal, Some(-25));
    assert_eq!(report.rows[0].renews_soon, Some(false));
    assert_eq!(report.rows[0].renewal_dates, None);
}

#[test]
fn a_reserve_is_a_number_or_a_share_that_is_rounded_up() {
    let joined = fold(&[licenses("E3", 101, 91), licenses("E5", 5, 4)], &[], &[]).join();
    for (spare, rows) in [
        (Spare::Licenses(0), vec![(10, 0, 10), (1, 0, 1)]),
        (Spare::Licenses(4), vec![(10, 4, 6)]),
        (Spare::Percent(5), vec![(10, 6, 4)]),
        (Spare::Percent(100), vec![]),
    ] {
        let mut options = UnusedOptions::new(TODAY);
        options.spare = spare;
        let report = unused(&joined, &options);
        let found = report.rows.iter().map(|row| {
            let count = |count: Option<i64>| count.unwrap();
            (
                count(row.licenses_unused),
                count(row.licenses_spare),
                count(row.licenses_reclaimable),
            )
        });
        assert_eq!(found.collect::<Vec<_>>(), rows, "{spare}");
    }
}

#[test]
fn products_on_trial_are_left_out_unless_a_subscription_is_paid_for() {
    let trial = json!({"trialStartDate": "2026-11-01", "trialEndDate": "2026-12-01"});
    let converted = json!({
        "trialStartDate": "2026-11-01", "trialToPaidConversionDate": "2026-11-15",
    });
    let joined = fold(
        &[
            licenses("A", 5, 0),
            licenses("B", 10, 0),
            licenses("C", 5, 0),
            licenses("POWER BI (FREE)", 9, 0),
        ],
        &[],
        &[
            subscription("A", 1, "2026-12-01", trial.clone()),
            subscription("B", 2, "2026-12-01", trial),
            subscription("B", 3, "2026-12-01", json!({})),
            subscription("C", 4, "2026-12-01", converted),
        ],
    )
    .join();
    let report = unused(&joined, &UnusedOptions::new(TODAY));
    let found = report.rows.iter();
    let found: Vec<_> = found
        .map(|row| (row.product_name.as_deref().unwrap(), row.licenses_on_trial))
        .collect();
    assert_eq!(found, [("B", Some(5)), ("C", None)]);
    assert_eq!((report.balance.excluded, report.balance.listed), (14, 15));
    assert!(has(
        &report.notes,
        "Left out by products of which a customer has trials only: A (1 "
    ));
    let free =
        "Left out by free and trial products (default list): POWER BI (FREE) (1 customer, 9 ";
    assert!(has(&report.notes, free), "{:#?}", report.notes);

    let mut options = UnusedOptions::new(TODAY);
    options.exclusions = Exclusions::none();
    assert_eq!(unused(&joined, &options).rows.len(), 4);
}

#[test]
fn the_price_of_the_term_of_the_subscriptions_counts_or_else_the_cheapest() {
    let prices = "product,price,currency,term\nE3,10.00,EUR,month\ne3,100.00,EUR,year\n";
    let prices = Prices::read(prices.as_bytes()).unwrap();
    let cycle = |id: u8, cycle: &str| {
        subscription("E3", id, "2026-12-01", json!({"billingCycleName": cycle}))
    };
    for (subscriptions, amount, term) in [
        (vec![], "1000.00", "year"),
        (vec![cycle(1, "MONTHLY")], "1200.00", "month"),
        (
            vec![cycle(1, "ANNUAL"), cycle(2, "Annual")],
            "1000.00",
            "year",
        ),
        (
            vec![cycle(1, "MONTHLY"), cycle(2, "ANNUAL")],
            "1000.00",
            "year",
        ),
        (vec![cycle(1, "WEEKLY")], "1000.00", "year"),
    ] {
        let joined = fold(&[licenses("E3", 10, 0)], &[], &subscriptions).join();
        let mut options = UnusedOptions::new(TODAY);
        options.prices = Some(prices.clone());
        let report = unused(&joined, &options);
        let [found] = &report.rows[..] else { panic!() };
        let found_amount = found.amount_per_year.as_ref().unwrap();
        assert_eq!(
            (found_amount.as_str(), found.price_term.as_deref()),
            (amount, Some(term))
        );
        assert!(report.unpriced.is_empty());
    }
}

#[test]
fn missing_counts_are_stated_and_not_zero() {
    let count = |name: &str, sold: Value, deployed: Value| {
        row(
            "E3",
            json!({"productId": "E3", "channel": name, "licensesSold": sold, "licensesDeployed": deployed}),
        )
    };
    let joined = fold(
        &[
            count("a", json!(10), json!(4)),
            count("b", Value::Null, json!(1)),
        ],
        &[row("E3", json!({"productId": "E3", "workloadCode": "EXO"}))],
        &[],
    )
    .join();
    let report = unused(&joined, &UnusedOptions::new(TODAY));
    let [found] = &report.rows[..] else { panic!() };
    assert_eq!(
        (found.licenses_sold, found.licenses_deployed),
        (Some(10), Some(5))
    );
    assert_eq!(
        (found.licenses_active, found.licenses_inactive),
        (None, None)
    );
    assert_eq!(found.licenses_unused, Some(5));
    assert!(has(
        &report.notes,
        "1 row of the deployment has no number of licences sold"
    ));
    let report = adoption(&joined, &Exclusions::none());
    assert_eq!(report.rows[0].usage_percent, None);
    assert!(has(&report.notes, "2 counts are missing in the usage"));
}

#[test]
fn a_product_in_several_services_is_added_up_and_stated() {
    let of = |service: &str| {
        row(
            "E3",
            json!({"productId": "E3", "serviceCode": service, "serviceName": service, "licensesSold": 5, "licensesDeployed": 5}),
        )
    };
    let report = unused(&fold(&[of("o365"), of("ems")], &[], &[]).join(), &{
        let mut options = UnusedOptions::new(TODAY);
        options.min_unused = 0;
        options
    });
    assert_eq!(report.rows[0].licenses_sold, Some(10));
    assert_eq!(report.rows[0].service_name.as_deref(), Some("ems, o365"));
    assert!(has(
        &report.notes,
        "1 product of a customer has rows of several services"
    ));
}

#[test]
fn the_report_on_one_customer_has_all_parts_and_each_note_once() {
    let joined = fold(
        &[licenses("E3", 5, 5)],
        &[row("E3", json!({"productId": "E3", "workloadCode": "EXO", "licensesActive": 5, "licensesQualified": 5}))],
        &[subscription("E3", 1, "2029-12-01", json!({}))],
    )
    .join();
    let report = customer(&joined, &CustomerOptions::new(TODAY));
    assert_eq!(report.name.as_deref(), Some("Contoso"));
    assert_eq!(report.tenant_id.as_deref(), Some(CONTOSO));
    assert_eq!(report.products.rows.len(), 1);
    assert_eq!(report.renewals.rows.len(), 1);
    assert_eq!(report.adoption.rows.len(), 1);
    let mut notes = report.notes.clone();
    notes.sort_unstable();
    notes.dedup();
    assert_eq!(notes.len(), report.notes.len());

    let report = customer(&Holdings::new().join(), &CustomerOptions::new(TODAY));
    assert_eq!(
        report.summary,
        ["The customer has no licences, usage or subscriptions with licences."]
    );
}

#[test]
fn rows_of_other_customers_are_skipped() {
    let mut holdings = Holdings::of_customers([CONTOSO.to_uppercase().parse().unwrap()]);
    let mut other = licenses("E3", 5, 0);
    other["customerTenantId"] = json!("76906668-6c5e-4f0e-9c5c-0b2b3c4d5e6f");
    for row in [licenses("E3", 9, 0), other, json!({"licensesSold": 1})] {
        holdings.add_deployment(&serde_json::from_str(&row.to_string()).unwrap());
    }
    assert_eq!(holdings.rows(Source::Deployment), 1);
    assert_eq!(holdings.join().licenses_sold(), 9);
}

#[test]
fn fields_and_names_of_rows_are_the_same() {
    fn check(row: &dyn Row, fields: &[partner_center_catalog::Field]) {
        let names = fields.iter().map(|field| field.name);
        assert!(row.names().iter().copied().eq(names));
        assert!(fields.iter().all(|field| !field.meaning.is_empty()));
        assert!(row.value(fields.len()).is_null());
        assert!(row.additional().is_empty());
    }

    let joined = fold(&[licenses("E3", 5, 0)], &[], &[]).join();
    let report = unused(&joined, &UnusedOptions::new(TODAY));
    let found = &report.rows[0];
    check(found, UnusedRow::FIELDS);
    check(&RenewalRow::default(), RenewalRow::FIELDS);
    check(&AdoptionRow::default(), AdoptionRow::FIELDS);
    let names = found.names();
    let at = names
        .iter()
        .position(|name| *name == "licensesSold")
        .unwrap();
    assert!(matches!(found.value(at), FieldValue::Integer(5)));
}

#[test]
fn what_is_not_known_is_not_zero_in_the_summaries() {
    let deployment = [licenses("E3", 14, 9)];
    let renewing = [subscription("E3", 14, "2026-12-01", json!({}))];
    let usage = [row(
        "E3",
        json!({"productId": "E3", "workloadCode": "EXO", "workloadName": "Exchange",
            "licensesActive": 9, "licensesQualified": 14}),
    )];
    let without_usage = fold(&deployment, &[], &renewing).join();
    let of_renewals = |joined: &Joined| renewals(joined, &RenewalOptions::new(TODAY)).summary;
    assert_eq!(
        unused(&without_usage, &UnusedOptions::new(TODAY)).summary[0],
        "At least 5 of 14 licences sold are unused (36 %): 5 not assigned to a user, inactive licences \
         are not known (no usage data)."
    );
    assert_eq!(
        of_renewals(&without_usage)[1],
        "Of the 14 licences of these products, at least 5 are unused: inactive licences are not known \
         (no usage data)."
    );
    assert_eq!(
        adoption(&without_usage, &Exclusions::default()).summary,
        ["Usage is not known: no rows of the usage report."]
    );
    let without_deployment = fold(&[], &usage, &renewing).join();
    assert_eq!(
        unused(&without_deployment, &UnusedOptions::new(TODAY)).summary[0],
        "Licences sold, deployed and unused are not known: no rows of the deployment report."
    );
    assert_eq!(
        of_renewals(&without_deployment)[1],
        "Unused licences of these products are not known."
    );
    assert_eq!(
        of_renewals(&fold(&deployment, &usage, &[]).join()),
        ["No rows of the subscriptions: renewals, terms and churn risks are not known."]
    );
    let unknown = [subscription(
        "E3",
        1,
        "2026-12-01",
        json!({"licenseCount": null}),
    )];
    assert!(
        of_renewals(&fold(&deployment, &usage, &unknown).join())[0]
            .starts_with("1 subscription with an unknown number of licences renews within 60 days")
    );
}

#[test]
fn incomplete_sources_are_stated_after_the_first_sentence_and_in_the_notes() {
    let usage = |workload: &str, active: i64| {
        row(
            "E3",
            json!({"productId": "E3", "workloadCode": workload, "workloadName": workload,
                "licensesActive": active, "licensesQualified": 14}),
        )
    };
    for (source, start) in [
        (Source::Deployment, "Deployment data are incomplete: "),
        (Source::Usage, "Usage data are incomplete: "),
        (Source::Subscriptions, "Subscription data are incomplete: "),
    ] {
        for is_marked in [false, true] {
            let mut holdings = fold(
                &[licenses("E3", 14, 9)],
                &[usage("EXO", 9), usage("SPO", 2)],
                &[subscription("E3", 14, "2026-12-01", json!({}))],
            );
            if is_marked {
                holdings.mark_incomplete(source);
            }
            let joined = holdings.join();
            let of_products = unused(&joined, &UnusedOptions::new(TODAY));
            let of_renewals = renewals(&joined, &RenewalOptions::new(TODAY));
            let of_usage = adoption(&joined, &Exclusions::default());
            let of_customer = customer(&joined, &CustomerOptions::new(TODAY));
            for (summary, notes) in [
                (of_products.summary, of_products.notes),
                (of_renewals.summary, of_renewals.notes),
                (of_customer.summary, of_customer.notes),
            ] {
                assert_eq!(summary[1].starts_with(start), is_marked, "{summary:#?}");
                assert_eq!(has(&notes, start), is_marked, "{notes:#?}");
            }
            assert_eq!(
                of_usage.summary[0],
                "Of 2 workloads, SPO is used least (14.3 % of the licences that include it) and EXO most \
                 (64.3 %)."
            );
            let is_stated = of_usage.summary[1].starts_with(start);
            assert_eq!(is_stated, is_marked && source == Source::Usage);
        }
    }
}

#[test]
fn files_without_effect_give_warnings() {
    let joined = fold(&[licenses("E3", 14, 9)], &[], &[]).join();
    let mut options = UnusedOptions::new(TODAY);
    for (prices, exclusions, expected) in [
        ("E3,1,EUR,month", "E3", &[][..]),
        (
            "E5,1,EUR,month",
            "E5",
            &[
                "The data have no product of the price file; its products are names or ids of products.",
                "Nothing was left out by line 2 of the exclusion file.",
            ],
        ),
    ] {
        let prices = format!("product,unitPrice,currency,term\n{prices}\n");
        options.prices = Some(Prices::read(prices.as_bytes()).unwrap());
        let exclusions = format!("product\n{exclusions}\n");
        options.exclusions = Exclusions::none().with_file(exclusions.as_bytes()).unwrap();
        assert_eq!(unused(&joined, &options).warnings, expected);
    }
}
