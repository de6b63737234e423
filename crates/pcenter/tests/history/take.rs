//! Snapshots that are taken, listed and verified.

use partner_center::OPERATIONS;
use partner_center::catalog::Place;
use partner_center_emulator::{DataSet, Fault};
use serde_json::{Value, json};

use super::*;

#[test]
fn all_reports_are_stored_listed_and_sound() {
    let partner = Partner::start();
    let summary = partner.take(&["--all"]);
    let reports = reports(&summary);
    let all = OPERATIONS
        .iter()
        .filter(|operation| operation.parameters_in(Place::Path).next().is_none());
    assert_eq!(reports.len(), all.count());
    assert_eq!(summary["exitCode"], 0);
    assert_eq!(summary["history"], partner.history().to_str().unwrap());
    for (id, words) in [
        (
            "commercial_licenses_deployment",
            &["commercial", "deployment"][..],
        ),
        ("subscriptions", &["subscriptions"]),
        ("customers", &["customers", "list"]),
    ] {
        let taken = reports[id];
        assert_eq!(taken["rows"], partner.rows(words).len(), "{id}");
        assert_eq!(
            (&taken["replaced"], &taken["incomplete"]),
            (&json!(false), &json!(false))
        );
        assert!(taken["bytes"].as_u64().unwrap() > 0, "{taken}");
        assert!(partner.history().join(id).join("_delta_log").is_dir());
    }
    // The service states no day for them, so it is that of the clock.
    assert_eq!(reports["subscriptions"]["day"], TODAY);

    let list = partner.json(&["snapshot", "list"]);
    let tables = list["rows"].as_array().unwrap();
    assert_eq!(tables.len(), reports.len());
    for table in tables {
        let taken = reports[table["report"].as_str().unwrap()];
        assert_eq!(table["rows"], taken["rows"]);
        assert!(
            table["latestDay"]
                .as_str()
                .unwrap()
                .starts_with(taken["day"].as_str().unwrap())
        );
        assert_eq!(
            (&table["days"], &table["missingDays"]),
            (&json!(1), &json!(0))
        );
    }
    let checks = partner.json(&["snapshot", "verify"]);
    let checks = checks["rows"].as_array().unwrap();
    assert_eq!(checks.len(), reports.len());
    assert!(
        checks.iter().all(|check| check["isValid"] == true),
        "{checks:#?}"
    );
}

#[test]
fn a_report_of_one_customer_is_read_for_all_customers() {
    let partner = Partner::start();
    let summary = partner.take(&["skus"]);
    let rows = partner.rows(&["skus", "--all-customers"]);
    assert_eq!(reports(&summary)["subscribed_skus"]["rows"], rows.len());
    let trend = partner.json(&[
        "snapshot",
        "trend",
        "--report",
        "skus",
        "--by",
        "customerName",
    ]);
    let total = sum(trend["rows"].as_array().unwrap(), "totalUnits");
    assert_eq!(total, sum(&rows, "totalUnits"));
}

#[test]
fn a_second_snapshot_of_a_day_replaces_the_first() {
    let partner = Partner::start();
    let words = ["commercial", "deployment", "subscriptions"];
    let first = partner.take(&words);
    let second = partner.take(&words);
    for (id, before) in reports(&first) {
        let after = reports(&second)[&id];
        assert_eq!(
            (&after["day"], &after["rows"]),
            (&before["day"], &before["rows"])
        );
        assert_eq!(after["replaced"], true);
        assert_eq!(
            after["version"].as_u64(),
            before["version"].as_u64().map(|it| it + 1)
        );
    }
    let days = partner.json(&["snapshot", "list", "--report", "subscriptions"]);
    assert_eq!(days["rows"].as_array().unwrap().len(), 1);
    // The replaced files are kept for a while.
    let clean = partner.json(&["snapshot", "clean", "--keep", "0", "--dry-run"]);
    assert_eq!(clean["rows"].as_array().unwrap().len(), 2);
    let clean = partner.json(&["snapshot", "clean"]);
    assert!(clean["rows"].as_array().unwrap().is_empty(), "{clean}");
    let clean = partner.json(&["snapshot", "clean", "--keep", "0"]);
    assert!(
        clean["rows"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["isRemoved"] == true)
    );
    assert_eq!(clean["rows"].as_array().unwrap().len(), 2);
    assert_eq!(partner.run(&["snapshot", "verify"]).exit, 0);
}

/// Makes the service state more subscriptions than it sends.
fn shorten(partner: &Partner) {
    let rows = partner.rows(&["subscriptions", "--limit", "2"]);
    let body = json!({"Value": rows, "@nextLink": null, "TotalCount": 5}).to_string();
    let fault = Fault::status(200).body("application/json", body);
    let fault = fault.on_operation("subscriptions").unwrap();
    partner.emulator.inject(fault.unlimited());
}

#[test]
fn an_incomplete_listing_is_refused_or_stored_and_marked() {
    let partner = Partner::start();
    shorten(&partner);
    let words = ["snapshot", "take", "subscriptions", "customers"];
    let ran = partner.call(&words);
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let problem = "the service states 5 rows and sent 2";
    let warning = format!("warning: subscriptions: not stored: {problem}");
    assert!(ran.stderr.starts_with(&warning), "{}", ran.stderr);
    let summary = ran.json();
    let taken = reports(&summary);
    assert_eq!(taken["subscriptions"]["version"], Value::Null);
    assert_eq!(
        (
            &taken["subscriptions"]["incomplete"],
            &taken["subscriptions"]["rows"]
        ),
        (&json!(true), &json!(2))
    );
    assert!(
        taken["subscriptions"]["error"]
            .as_str()
            .unwrap()
            .starts_with(problem)
    );
    assert_eq!(taken["customers"]["error"], Value::Null);

    let ran = partner.call(&[&words[..], &["--allow-incomplete"]].concat());
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let days = partner.json(&["snapshot", "list", "--report", "subscriptions"]);
    let [day] = days["rows"].as_array().unwrap().as_slice() else {
        panic!("{days}")
    };
    assert_eq!(
        (&day["isComplete"], &day["rows"]),
        (&json!(false), &json!(2))
    );

    // A complete listing replaces it, and then an incomplete one is refused.
    partner.emulator.clear_faults();
    let all = partner.take(&["subscriptions"]);
    shorten(&partner);
    let ran = partner.call(&[&words[..3], &["--allow-incomplete"]].concat());
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("already has a complete snapshot"),
        "{}",
        ran.stderr
    );
    let days = partner.json(&["snapshot", "list", "--report", "subscriptions"]);
    assert_eq!(
        days["rows"][0]["rows"],
        reports(&all)["subscriptions"]["rows"]
    );
    assert_eq!(days["rows"][0]["isComplete"], true);
}

#[test]
fn a_report_that_fails_does_not_stop_the_others() {
    let partner = Partner::start();
    let fault = Fault::status(403).on_operation("subscriptions").unwrap();
    partner.emulator.inject(fault.unlimited());
    let ran = partner.call(&["snapshot", "take", "subscriptions", "customers"]);
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 1);
    let summary = ran.json();
    let taken = reports(&summary);
    assert_eq!(taken["customers"]["error"], Value::Null);
    assert!(taken["subscriptions"]["error"].is_string());
    // Nothing is stored: the exit code is that of the failure.
    let ran = partner.call(&["snapshot", "take", "subscriptions"]);
    assert_eq!(
        (ran.exit, ran.json()["exitCode"].as_u64()),
        (3, Some(3)),
        "{}",
        ran.stderr
    );
    // The table was created, and has no day.
    let ran = partner.run(&["snapshot", "list", "--report", "subscriptions", "-o", "csv"]);
    assert_eq!(
        (ran.exit, ran.stdout.lines().count()),
        (0, 1),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_report_without_rows_has_a_day_with_an_empty_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("referrals.json"), "[]").unwrap();
    let partner = Partner::with(DataSet::from_path(folder.path(), settings(TODAY)).unwrap());
    let summary = partner.take(&["referrals"]);
    let taken = reports(&summary)["referrals"];
    assert_eq!((&taken["rows"], &taken["day"]), (&json!(0), &json!(TODAY)));
    let days = partner.json(&["snapshot", "list", "--report", "referrals"]);
    assert_eq!(days["rows"].as_array().unwrap().len(), 1);
    let checks = partner.json(&["snapshot", "verify"]);
    let check = &checks["rows"][0];
    assert_eq!(
        (&check["isValid"], &check["rows"]),
        (&json!(true), &json!(0))
    );
    let trend = partner.json(&["snapshot", "trend", "--report", "referrals"]);
    assert_eq!(trend["rows"][0]["rows"], 0);
}

#[test]
fn a_listing_without_rows_does_not_replace_rows() {
    let partner = Partner::start();
    let words = ["subscriptions", "commercial", "deployment"];
    let before = partner.take(&words);
    let body = json!({"Value": [], "@nextLink": null, "TotalCount": 0}).to_string();
    for operation in ["subscriptions", "commercial_licenses_deployment"] {
        let fault = Fault::status(200).body("application/json", &*body);
        let fault = fault.on_operation(operation).unwrap();
        partner.emulator.inject(fault.unlimited());
    }
    let ran = partner.call(&[&["snapshot", "take"][..], &words, &["--allow-incomplete"]].concat());
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let sentence = "the service sent no rows, and the snapshot of 2026-11-25 has ";
    assert!(ran.stderr.contains(sentence), "{}", ran.stderr);
    let list = partner.json(&["snapshot", "list", "--report", "subscriptions"]);
    let rows = &reports(&before)["subscriptions"]["rows"];
    assert_eq!(&list["rows"][0]["rows"], rows);
}

#[test]
fn rows_of_another_day_are_not_stored_under_the_requested_one() {
    let partner = Partner::with(DataSet::documented());
    let words = ["snapshot", "take", "commercial", "deployment"];
    let ran = partner.call(&[&words[..], &["--processed-date", "2026-10-01"]].concat());
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let sentence = "the rows are of 2018-10-14, not of 2026-10-01";
    assert!(ran.stderr.contains(sentence), "{}", ran.stderr);
    let ran = partner.call(&["snapshot", "list", "--report", "commercial deployment"]);
    assert!(!ran.stdout.contains("2026-10-01"), "{}", ran.stdout);
}

#[test]
fn a_requested_day_without_rows_is_not_stored() {
    let partner = Partner::start();
    let day = ["--processed-date", "2001-01-01"];
    let ran = partner.call(&[&["snapshot", "take", "commercial", "deployment"][..], &day].concat());
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the service has no rows of 2001-01-01"),
        "{}",
        ran.stderr
    );
    // Only reports with rows of past days are stored.
    let stored = partner.take(&["--all", "--processed-date", "2026-11-23"]);
    let stored = reports(&stored);
    let days: Vec<_> = stored
        .values()
        .map(|it| it["day"].as_str().unwrap())
        .collect();
    assert_eq!(days, ["2026-11-23", "2026-11-23"]);
    let ran = partner.call(&[&["snapshot", "take", "subscriptions"][..], &day].concat());
    assert_eq!(ran.exit, 2);
    assert!(
        ran.stderr.contains("has subscriptions of the present only"),
        "{}",
        ran.stderr
    );
}

#[test]
fn missing_days_are_named() {
    let mut partner = Partner::start();
    for day in ["2026-11-20", "2026-11-22", "2026-11-25"] {
        partner = partner.on(day);
        partner.take(&["subscriptions"]);
    }
    let summary = partner.take(&["subscriptions"]);
    let missing = json!(["2026-11-21", "2026-11-23", "2026-11-24"]);
    assert_eq!(reports(&summary)["subscriptions"]["missingDays"], missing);
    let list = partner.json(&["snapshot", "list"]);
    assert_eq!(list["rows"][0]["missingDays"], 3);
    let ranges = list["missing"].as_array().unwrap();
    assert_eq!((ranges.len(), &ranges[1]["days"]), (2, &json!(2)));
    let sentence = "subscriptions: 3 days have no snapshot: the latest 2026-11-23 to 2026-11-24.";
    assert_eq!(list["summary"][0], sentence);
    let trend = partner.json(&["snapshot", "trend", "--report", "subscriptions"]);
    assert_eq!(trend["rows"].as_array().unwrap().len(), 3);
    let note = "Days without a snapshot: 2026-11-21, 2026-11-23 to 2026-11-24.";
    assert_eq!(trend["notes"][0], note);
}

#[test]
fn the_default_history_is_in_the_data_directory() {
    let partner = Partner::start();
    let data = tempfile::tempdir().unwrap();
    let url = partner.emulator.url().to_string();
    let words = ["snapshot", "take", "customers", "--emulator-url", &url];
    let ran = pcenter(&words, &[], Some(data.path()), TODAY);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(
        data.path()
            .join("pcenter/history/customers/_delta_log")
            .is_dir()
    );
    let ran = pcenter(&["snapshot", "list"], &[], Some(data.path()), TODAY);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let ran = pcenter(&words, &[], None, TODAY);
    assert_eq!(ran.exit, 2);
    assert!(ran.stderr.contains("set PCENTER_HISTORY"), "{}", ran.stderr);
}
