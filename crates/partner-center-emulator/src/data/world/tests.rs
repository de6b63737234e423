//! Invariants of the synthetic data.

use std::collections::{BTreeMap, HashSet};

use partner_center_catalog::{OPERATIONS, Operation, ResponseShape};
use serde_json::Value;

use super::*;
use crate::{
    data::calendar::parse_moment,
    query::{self, Query, Rules},
};

pub(crate) fn world(customers: u32) -> World {
    World::generate(WorldSettings {
        customers,
        days: 90,
        seed: 1,
        today: today(),
    })
}

pub(crate) fn today() -> Day {
    parse_moment("2026-11-25").unwrap().day()
}

fn run(world: &World, id: &str, query: &Query<'_>) -> Vec<Value> {
    let table = world.table(id, today(), None).unwrap();
    let rows = query::run(table.as_ref(), query, Rules::default());
    serde_json::from_str(&format!("[{}]", rows.json)).unwrap()
}

fn all(world: &World, id: &str) -> Vec<Value> {
    let query = Query {
        top: usize::MAX,
        ..Query::default()
    };
    run(world, id, &query)
}

fn grouped(world: &World, id: &str, fields: &[&'static str]) -> Vec<Value> {
    let query = Query {
        group_by: fields.to_vec(),
        measures: Operation::find(id).unwrap().measures,
        top: usize::MAX,
        ..Query::default()
    };
    run(world, id, &query)
}

fn sum(rows: &[Value], name: &str) -> i64 {
    rows.iter().map(|row| row[name].as_i64().unwrap()).sum()
}

#[test]
fn every_table_has_the_fields_of_its_operation_in_wire_order() {
    let world = world(20);
    for operation in OPERATIONS
        .iter()
        .filter(|one| one.response == ResponseShape::Page)
    {
        let table = world.table(operation.id, today(), None).unwrap();
        let columns: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
        let mut fields: Vec<&str> = operation.fields.iter().map(|field| field.name).collect();
        let mut sorted = columns.clone();
        sorted.sort_unstable();
        fields.sort_unstable();
        assert_eq!(sorted, fields, "{}", operation.id);
        for field in operation.group_fields().chain(operation.filter_fields()) {
            assert!(columns.contains(&field.name));
        }
        for measure in operation.measures {
            assert!(columns.contains(measure));
        }
        assert!(table.row_count() > 0, "{}", operation.id);
    }
}

#[test]
fn equal_settings_give_equal_rows_and_another_seed_gives_others() {
    let rows = |world: &World| {
        let pages = OPERATIONS
            .iter()
            .filter(|one| one.response == ResponseShape::Page);
        pages.map(|one| all(world, one.id)).collect::<Vec<_>>()
    };
    let first = world(20);
    let other = World::generate(WorldSettings {
        seed: 2,
        ..first.settings
    });
    assert_eq!(rows(&first), rows(&world(20)));
    for (one, other) in rows(&first).iter().zip(rows(&other)) {
        assert_ne!(*one, other);
    }
}

#[test]
fn every_code_is_below_the_number_of_codes() {
    let world = world(200);
    for operation in OPERATIONS
        .iter()
        .filter(|one| one.response == ResponseShape::Page)
    {
        let table = world.table(operation.id, today(), None).unwrap();
        table.scan(&mut |keys| {
            for (index, column) in (0..).zip(table.columns()) {
                if column.kind != crate::data::table::ColumnKind::Coded {
                    continue;
                }
                let mut codes = Vec::new();
                table.codes(index, keys, &mut codes);
                assert_eq!(codes.len(), keys.len());
                let count = table.code_count(index) as u32;
                let largest = codes.iter().max().copied().unwrap_or_default();
                assert!(
                    largest < count,
                    "{} {}: {largest}",
                    operation.id,
                    column.name
                );
            }
            std::ops::ControlFlow::Continue(())
        });
    }
}

#[test]
fn partner_totals_are_the_sums_of_customers_and_of_groups() {
    let world = world(120);
    let partner = legacy::rows(&world, "partner_licenses_deployment", None, today()).unwrap();
    let partner: Vec<Value> = partner
        .iter()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    let by_service = grouped(&world, "commercial_licenses_deployment", &["serviceCode"]);
    assert_eq!(partner.len(), by_service.len());

    let mut of_customers: BTreeMap<String, i64> = BTreeMap::new();
    for customer in 0..world.customers.len() {
        let rows = legacy::rows(
            &world,
            "customer_licenses_deployment",
            Some(customer),
            today(),
        );
        for row in rows.unwrap() {
            let row: Value = serde_json::from_str(&row).unwrap();
            let sold = row["licensesSold"].as_i64().unwrap();
            *of_customers
                .entry(row["serviceName"].as_str().unwrap().to_owned())
                .or_default() += sold;
        }
    }
    for row in &partner {
        let service = row["serviceName"].as_str().unwrap();
        let group = by_service
            .iter()
            .find(|group| group["serviceCode"] == service)
            .unwrap();
        assert_eq!(row["licensesSold"], group["licensesSold"]);
        assert_eq!(row["licensesSold"], of_customers[service]);
        let share =
            group["licensesDeployed"].as_f64().unwrap() / group["licensesSold"].as_f64().unwrap();
        assert!((row["proratedDeploymentPercent"].as_f64().unwrap() - share).abs() < 0.0001);
    }
}

#[test]
fn usage_agrees_with_the_licences() {
    let world = world(120);
    let usage = all(&world, "commercial_licenses_usage");
    let deployment = all(&world, "commercial_licenses_deployment");
    let sold: BTreeMap<_, _> = deployment
        .iter()
        .map(|row| {
            (
                (
                    row["customerTenantId"].to_string(),
                    row["productId"].to_string(),
                ),
                &row["licensesSold"],
            )
        })
        .collect();
    for row in &usage {
        let key = (
            row["customerTenantId"].to_string(),
            row["productId"].to_string(),
        );
        assert_eq!(&row["licensesQualified"], sold[&key]);
    }
    let above = usage
        .iter()
        .filter(|row| row["licensesActive"].as_i64() > row["licensesQualified"].as_i64());
    assert!(
        above.count() > 0,
        "some customers use more than they bought"
    );
    for row in &deployment {
        assert!(
            row["licensesDeployed"].as_i64() <= row["licensesSold"].as_i64(),
            "{row}"
        );
    }
    assert!(
        deployment
            .iter()
            .any(|row| row["licensesSold"] == 1_000_000),
        "trials"
    );
}

#[test]
fn ids_join_across_reports() {
    let world = world(120);
    let customers: HashSet<String> = world.customers.iter().map(|one| one.id.upper()).collect();
    for id in [
        "commercial_licenses_deployment",
        "azure_usage",
        "subscriptions",
    ] {
        for row in all(&world, id) {
            assert!(
                customers.contains(row["customerTenantId"].as_str().unwrap()),
                "{id}"
            );
        }
    }
    let azure: HashSet<String> = all(&world, "subscriptions")
        .iter()
        .filter(|row| row["subscriptionType"] == "Azure")
        .map(|row| row["id"].to_string())
        .collect();
    for row in all(&world, "azure_usage") {
        assert!(azure.contains(&row["subscriptionId"].to_string()));
    }
    let resellers: HashSet<String> = all(&world, "indirect_resellers")
        .iter()
        .map(|row| row["id"].to_string())
        .collect();
    let mut indirect = 0;
    for customer in &world.customers {
        if let Some(reseller) = customer.reseller_id(world.settings.seed) {
            assert!(resellers.contains(&format!("\"{reseller}\"")));
            indirect += 1;
        }
    }
    assert!(indirect > 0 && indirect < world.customers.len());
}

#[test]
fn subscriptions_agree_with_licences_and_resellers() {
    let world = world(120);
    let subscriptions = all(&world, "subscriptions");
    // Licences of yesterday and subscriptions of today: compared on the same day.
    let table = world
        .table("subscriptions", today().plus(-1), None)
        .unwrap();
    let everything = Query {
        top: usize::MAX,
        ..Query::default()
    };
    let rows = query::run(table.as_ref(), &everything, Rules::default());
    let yesterday: Vec<Value> = serde_json::from_str(&format!("[{}]", rows.json)).unwrap();
    let deployment = all(&world, "commercial_licenses_deployment");
    assert_eq!(
        sum(&yesterday, "licenseCount"),
        sum(&deployment, "licensesSold")
    );

    let resellers = all(&world, "indirect_resellers");
    let by_reseller = grouped(&world, "subscriptions", &["partnerName"]);
    for reseller in &resellers {
        let group = by_reseller
            .iter()
            .find(|group| group["partnerName"] == reseller["name"])
            .unwrap();
        assert_eq!(group["licenseCount"], reseller["licenseCount"]);
        assert_eq!(group["subscriptionCount"], reseller["subscriptionCount"]);
    }
    let statuses: HashSet<_> = subscriptions
        .iter()
        .map(|row| row["status"].to_string())
        .collect();
    assert_eq!(statuses.len(), 3, "{statuses:?}");
    for row in &subscriptions {
        let date = |name: &str| row[name].as_str().map(str::to_owned);
        assert!(
            date("creationDate") <= Some("2026-11-26".to_owned()),
            "{row}"
        );
        if row["status"] == "ACTIVE" && row["subscriptionType"] != "Azure" {
            assert!(
                date("commitmentEndDate") > Some("2026-11-25".to_owned()),
                "{row}"
            );
        }
        assert!(
            date("lastRenewalDate") <= Some("2026-11-26".to_owned()),
            "{row}"
        );
    }
    assert!(
        subscriptions
            .iter()
            .any(|row| !row["lastRenewalDate"].is_null())
    );
    assert!(
        subscriptions
            .iter()
            .any(|row| !row["trialEndDate"].is_null())
    );
}

#[test]
fn figures_move_from_day_to_day_and_new_days_appear() {
    let world = world(50);
    let sold = |today: Day| {
        let table = world
            .table("commercial_licenses_usage", today, None)
            .unwrap();
        let query = Query {
            group_by: vec!["processedDateTime"],
            measures: &["licensesActive"],
            top: 1,
            ..Query::default()
        };
        query::run(table.as_ref(), &query, Rules::default()).json
    };
    let days: HashSet<String> = (-20..20).map(|offset| sold(today().plus(offset))).collect();
    assert_eq!(days.len(), 40);
    // A day has the same figures, whenever it is read.
    let past = today().plus(-5);
    let read = |today: Day| {
        let table = world
            .table("commercial_licenses_usage", today, Some(past))
            .unwrap();
        let query = Query {
            top: 100,
            ..Query::default()
        };
        query::run(table.as_ref(), &query, Rules::default()).json
    };
    assert_eq!(read(today()), read(today().plus(10)));
    // A day that was not processed has no rows.
    let table = world
        .table("commercial_licenses_usage", today(), Some(today()))
        .unwrap();
    assert_eq!(table.row_count(), 0);
}

#[test]
fn available_licences_follow_the_documented_rules() {
    let world = world(120);
    let mut groups = HashSet::new();
    for customer in 0..world.customers.len() {
        for sku in subscribed_skus(&world, customer, today(), &["group1", "group2"]) {
            let sku: Value = serde_json::from_str(&sku).unwrap();
            let units = |name: &str| sku[name].as_i64().unwrap();
            assert_eq!(
                units("availableUnits"),
                units("totalUnits") - units("consumedUnits")
            );
            assert_eq!(
                units("totalUnits"),
                units("activeUnits") + units("warningUnits")
            );
            groups.insert(sku["productSku"]["licenseGroupId"].to_string());
        }
    }
    assert_eq!(groups.len(), 2);
}

#[test]
fn quantities_are_fractional_and_reservations_are_rare() {
    let world = world(120);
    let rows = all(&world, "azure_usage");
    assert!(rows.iter().any(|row| row["quantity"].is_f64()));
    assert!(rows.iter().any(|row| row["quantity"].is_u64()));
    let reserved = rows.iter().filter(|row| row["reservationId"] != "").count();
    assert!(reserved > 0 && reserved < rows.len() / 2);
    let table = world.table("azure_usage", today(), None).unwrap();
    assert_eq!(table.row_count(), rows.len());
}
