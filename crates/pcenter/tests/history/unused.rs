//! `report unused` over snapshots.

use partner_center_emulator::Fault;
use serde_json::{Value, json};

use super::*;

const ALL: [&str; 4] = ["commercial", "deployment", "commercial", "usage"];

fn take(partner: &Partner) {
    partner.take(&[&ALL[..], &["subscriptions"]].concat());
}

/// Returns the day of the licences that were stored last.
fn day(partner: &Partner) -> String {
    let list = partner.json(&["snapshot", "list", "--report", "commercial deployment"]);
    let days = list["rows"].as_array().unwrap();
    days.last().unwrap()["processedDate"]
        .as_str()
        .unwrap()
        .chars()
        .take(10)
        .collect()
}

/// Returns a document without its sources, which name the history.
fn without_sources(mut document: Value) -> Value {
    document["sources"] = Value::Null;
    document
}

#[test]
fn the_report_of_snapshots_is_that_of_the_service() {
    let partner = Partner::start();
    take(&partner);
    let day = day(&partner);
    for more in [
        &["--min-unused", "0", "--include-free"][..],
        &["--renewing-within", "60", "--spare", "5%"],
        &["--customer", "Contoso"],
    ] {
        let common = ["--today", &*day, "-o", "json"];
        let live = partner.call(&[&["report", "unused"][..], more, &common].concat());
        if more[0] == "--customer" && live.exit == 2 {
            // Several customers have the name: both ask for one of them.
            let stored = partner.run(&[&["report", "unused", "--at", &*day][..], more].concat());
            assert_eq!(stored.exit, 2, "{}", stored.stderr);
            continue;
        }
        assert_eq!(live.exit, 0, "{}", live.stderr);
        let stored =
            partner.run(&[&["report", "unused", "--at", &*day, "-o", "json"][..], more].concat());
        assert_eq!((stored.exit, stored.stderr.as_str()), (0, ""));
        let (live, stored) = (live.json(), stored.json());
        assert!(!live["rows"].as_array().unwrap().is_empty());
        let sources = stored["sources"].as_array().unwrap();
        assert_eq!(sources.len(), 4, "{sources:#?}");
        let snapshot = format!("from the snapshot of {day}");
        assert!(
            sources[0].as_str().unwrap().contains(&snapshot),
            "{sources:#?}"
        );
        assert_eq!(without_sources(live), without_sources(stored));
    }
}

#[test]
fn the_trend_has_the_sums_of_the_report_of_each_day() {
    let partner = Partner::start().on("2026-11-18");
    take(&partner);
    let partner = partner.on(TODAY);
    take(&partner);
    let trend = partner.json(&["report", "unused", "--trend"]);
    let days = trend["rows"].as_array().unwrap();
    assert_eq!(days.len(), 2);
    for row in days {
        let day: String = row["processedDate"]
            .as_str()
            .unwrap()
            .chars()
            .take(10)
            .collect();
        let report = partner.json(&["report", "unused", "--at", &day]);
        let total = &report["totals"][0];
        for field in ["licensesSold", "licensesUnused", "licensesReclaimable"] {
            assert_eq!(row[field], total[field], "{day} {field}");
        }
        assert_eq!(
            row["productCount"],
            report["rows"].as_array().unwrap().len()
        );
        assert_eq!(row["isComplete"], true);
    }
    let html = partner.run(&["report", "unused", "--trend", "-o", "html"]);
    assert_eq!(html.exit, 0, "{}", html.stderr);
    assert!(
        html.stdout
            .contains("Unused licences of those sold, by day")
    );
}

#[test]
fn missing_and_incomplete_snapshots_are_named() {
    let partner = Partner::start();
    let ran = partner.run(&["report", "unused", "--at", TODAY]);
    assert_eq!(ran.exit, 2);
    assert!(
        ran.stderr
            .contains("there are no snapshots of commercial_licenses_deployment"),
        "{}",
        ran.stderr
    );

    partner.take(&["commercial", "deployment"]);
    let day = day(&partner);
    let ran = partner.run(&["report", "unused", "--at", "2020-01-01"]);
    assert_eq!(ran.exit, 2);
    assert!(
        ran.stderr.contains(&format!("the nearest day is {day}")),
        "{}",
        ran.stderr
    );
    let ran = partner.run(&["report", "unused", "--at", "latest", "-o", "json"]);
    assert_eq!(ran.exit, 5);
    for command in ["commercial usage", "subscriptions"] {
        let warning = format!("warning: `{command}`: the history has no snapshots of it");
        assert!(ran.stderr.contains(&warning), "{}", ran.stderr);
    }

    let rows = partner.rows(&["commercial", "usage", "--limit", "2"]);
    let body = json!({"value": rows, "nextLink": null, "totalCount": 5}).to_string();
    let fault = Fault::status(200).body("application/json", body);
    let fault = fault.on_operation("commercial_licenses_usage").unwrap();
    partner.emulator.inject(fault.unlimited());
    let words = [
        "snapshot",
        "take",
        "commercial",
        "usage",
        "subscriptions",
        "--allow-incomplete",
    ];
    assert_eq!(partner.call(&words).exit, 5);
    let ran = partner.run(&["report", "unused", "--at", "latest", "-o", "json"]);
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let warning = "warning: `commercial usage`: the snapshot is incomplete\n";
    assert_eq!(ran.stderr, warning);
    let trend = partner.run(&["report", "unused", "--trend", "-o", "json"]);
    assert_eq!(
        (trend.exit, &trend.json()["rows"][0]["isComplete"]),
        (5, &json!(false))
    );
}

#[test]
fn options_for_the_service_and_for_the_history_exclude_each_other() {
    let partner = Partner::start();
    for words in [
        &["--at", "latest", "--emulator"][..],
        &["--at", "latest", "--processed-date", TODAY],
        &["--at", "latest", "--trend"],
        &["--trend", "--today", TODAY],
        &["--from", "somewhere"],
        &["--at", "yesterday"],
    ] {
        let ran = partner.run(&[&["report", "unused"], words].concat());
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (2, ""),
            "{words:?}: {}",
            ran.stderr
        );
    }
}
