//! Differences of days, and trends.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const DEPLOYMENT: [&str; 2] = ["commercial", "deployment"];
const REPORT: [&str; 2] = ["--report", "commercial deployment"];
/// Processing day of the licences on [`TODAY`].
const LATEST: &str = "2026-11-24";

/// Returns a history of two days, with the rows of the service on both.
fn two_days() -> (Partner, Vec<Value>, Vec<Value>) {
    let partner = Partner::start().on("2026-11-18");
    partner.take(&["commercial", "deployment", "customers"]);
    let before = partner.rows(&DEPLOYMENT);
    let partner = partner.on(TODAY);
    partner.take(&["commercial", "deployment", "customers"]);
    let after = partner.rows(&DEPLOYMENT);
    (partner, before, after)
}

/// Returns the keys of rows.
fn keys(rows: &[Value]) -> BTreeSet<[String; 4]> {
    let fields = ["customerTenantId", "productId", "serviceCode", "channel"];
    let key =
        |row: &Value| fields.map(|field| row[field].as_str().unwrap_or_default().to_lowercase());
    rows.iter().map(key).collect()
}

#[test]
fn differences_are_those_of_the_rows_of_the_service() {
    let (partner, before, after) = two_days();
    let diff = partner.json(&[&["snapshot", "diff"][..], &REPORT].concat());
    let changes = diff["rows"].as_array().unwrap();
    let of = |kind: &str| -> Vec<Value> {
        changes
            .iter()
            .filter(|it| it["change"] == kind)
            .cloned()
            .collect()
    };
    let (old, new) = (keys(&before), keys(&after));
    let difference = |one: &BTreeSet<_>, other: &BTreeSet<_>| {
        one.difference(other).cloned().collect::<BTreeSet<_>>()
    };
    let lower = |rows: &[Value]| keys(rows);
    assert_eq!(lower(&of("added")), difference(&new, &old));
    assert_eq!(lower(&of("removed")), difference(&old, &new));
    assert!(!of("changed").is_empty());
    for field in ["licensesSold", "licensesDeployed"] {
        let [earlier, later] = [sum(&before, field), sum(&after, field)];
        let sums = diff["sums"].as_array().unwrap();
        let total = sums.iter().find(|it| it["column"] == field).unwrap();
        assert_eq!(
            (&total["before"], &total["after"]),
            (&json!(earlier), &json!(later))
        );
        assert_eq!(total["difference"], later - earlier);
        let change = sum(changes, &format!("{field}Difference"));
        assert_eq!(change, later - earlier);
    }
    // The overview has all reports.
    let all = partner.json(&["snapshot", "diff", "-7d", "latest"]);
    let overview = all["rows"].as_array().unwrap();
    let row = overview
        .iter()
        .find(|it| it["report"] == "commercial_licenses_deployment")
        .unwrap();
    assert_eq!(row["rowsChanged"], of("changed").len());
    assert_eq!(
        (&row["rowsBefore"], &row["rowsAfter"]),
        (&json!(before.len()), &json!(after.len()))
    );
    assert_eq!(overview.len(), 2);
    // A day does not differ from itself.
    let same = partner.json(&[&["snapshot", "diff", LATEST, LATEST][..], &REPORT].concat());
    assert!(same["rows"].as_array().unwrap().is_empty());
}

#[test]
fn trends_are_the_sums_of_each_day_in_every_format() {
    let (partner, before, after) = two_days();
    let trend = partner.json(&["snapshot", "trend"]);
    let days = trend["rows"].as_array().unwrap();
    assert_eq!(days.len(), 2);
    for (day, rows) in days.iter().zip([&before, &after]) {
        assert_eq!(day["rows"], rows.len());
        for field in ["licensesSold", "licensesDeployed"] {
            assert_eq!(day[field], sum(rows, field));
        }
    }
    let by = partner.json(&[
        "snapshot",
        "trend",
        "--by",
        "productName",
        "--since",
        LATEST,
    ]);
    let groups = by["rows"].as_array().unwrap();
    assert_eq!(sum(groups, "licensesSold"), sum(&after, "licensesSold"));
    let names: BTreeSet<_> = after
        .iter()
        .map(|row| row["productName"].as_str().unwrap())
        .collect();
    assert_eq!(groups.len(), names.len());
    let csv = partner.run(&["snapshot", "trend", "-o", "csv"]);
    assert_eq!(csv.exit, 0, "{}", csv.stderr);
    assert!(
        csv.stdout
            .starts_with("processedDate,isComplete,rows,licensesDeployed,licensesSold\n"),
        "{}",
        csv.stdout
    );
    let html = partner.run(&["snapshot", "trend", "-o", "html"]);
    assert_eq!(html.exit, 0, "{}", html.stderr);
    assert!(html.stdout.contains("licensesDeployed per day") && html.stdout.contains("<svg"));
}

#[test]
fn days_that_are_not_there_are_named_with_the_nearest() {
    let (partner, ..) = two_days();
    let one = Partner::start();
    one.take(&["subscriptions"]);
    for (partner, words, problem, help) in [
        (
            &partner,
            &["diff", "2026-11-19", "latest"][..],
            "no report has both days",
            "snapshot list",
        ),
        (
            &partner,
            &["diff", "2026-11-19", "latest", REPORT[0], REPORT[1]],
            "has no snapshot of 2026-11-19",
            "the nearest day is 2026-11-17",
        ),
        (
            &partner,
            &["diff", "-3d", "latest", REPORT[0], REPORT[1]],
            "has no snapshot of 2026-11-21",
            "the nearest day is 2026-11-24",
        ),
        (
            &partner,
            &["trend", "--until", "2026-01-01"],
            "has no snapshots of these days",
            "snapshot list",
        ),
        (
            &partner,
            &["trend", "--by", "shoeSize"],
            "no column `shoeSize`",
            "",
        ),
        (
            &partner,
            &["verify", "--day", "2026-11-19", REPORT[0], REPORT[1]],
            "has no snapshot of 2026-11-19",
            "the nearest day is 2026-11-17",
        ),
        (
            &partner,
            &["list", "--report", "subscriptions"],
            "there are no snapshots of subscriptions",
            "snapshot take subscriptions",
        ),
        (
            &partner,
            &["diff", "--report", "searches"],
            "they have no id from one day to the next",
            "snapshot trend --report searches",
        ),
        (
            &one,
            &["diff", "--report", "subscriptions"],
            "has only one snapshot",
            "the nearest day",
        ),
    ] {
        let ran = partner.run(&[&["snapshot"], words].concat());
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (2, ""),
            "{words:?}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains(problem) && ran.stderr.contains(help),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_damaged_file_fails_the_verification() {
    let partner = Partner::start();
    partner.take(&["subscriptions", "customers"]);
    let mut folders = vec![partner.history().join("subscriptions")];
    let mut file = None;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() && !path.ends_with("_delta_log") => folders.push(path),
                Some(extension) if extension == "parquet" => file = Some(path),
                _ => {}
            }
        }
    }
    let file = file.unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let ran = partner.run(&["snapshot", "verify", "-o", "json"]);
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let checks = ran.json();
    let checks = checks["rows"].as_array().unwrap();
    let failed: Vec<_> = checks.iter().filter(|it| it["isValid"] == false).collect();
    assert!(!failed.is_empty() && failed.iter().all(|it| it["report"] == "subscriptions"));
    assert!(failed[0]["problem"].is_string());
}
