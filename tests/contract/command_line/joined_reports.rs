//! `pcenter report`: figures compared with the rows of the operations, added up independently, and
//! incomplete or unusual data.

mod failures;

use std::collections::{BTreeMap, BTreeSet};

use partner_center_emulator::{DataSet, Fault, SyntheticData};
use partner_center_reports::{
    AdoptionRow, MonthRow, RenewalRow, UnmatchedRow, UnpricedRow, UnusedCustomerRow, UnusedRow,
    WorkloadRow,
};
use serde_json::{Value, json};
use xtask::workspace_root;

use super::customers::Partner;
use super::{Ran, pcenter};

const TODAY: &str = "2026-11-25";
/// Last day of the period that ends 60 days after it.
const IN_60_DAYS: &str = "2027-01-24";

/// Starts the emulator of a partner with 50 customers, of whom one has a trial.
fn partner() -> Partner {
    let today = TODAY.parse().unwrap();
    let data = SyntheticData::new().days(40).today(today);
    Partner::with(DataSet::synthetic(data))
}

/// Starts an emulator with these customers, and these rows of the three operations.
fn partner_with(
    customers: &Value,
    deployment: &Value,
    usage: &Value,
    subscriptions: &Value,
) -> Partner {
    let folder = tempfile::tempdir().unwrap();
    for (name, rows) in [
        ("customers", customers),
        ("commercial_licenses_deployment", deployment),
        ("commercial_licenses_usage", usage),
        ("subscriptions", subscriptions),
    ] {
        let path = folder.path().join(format!("{name}.json"));
        std::fs::write(path, rows.to_string()).unwrap();
    }
    let settings = SyntheticData::new().customers(1).days(1);
    Partner::with(DataSet::from_path(folder.path(), settings).unwrap())
}

fn report(partner: &Partner, arguments: &[&str]) -> Value {
    let ran = run(partner, arguments);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn run(partner: &Partner, arguments: &[&str]) -> Ran {
    let common = ["--today", TODAY, "-o", "json"];
    partner.run(&[&["report"], arguments, &common].concat())
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_owned()
}

/// Returns the first ten characters of a date.
fn day(row: &Value, field: &str) -> String {
    text(row, field).chars().take(10).collect()
}

fn sum<'r>(rows: impl IntoIterator<Item = &'r Value>, field: &str) -> i64 {
    let rows = rows.into_iter();
    rows.map(|row| row[field].as_i64().unwrap_or(0)).sum()
}

fn rows<'r>(document: &'r Value, section: &str) -> &'r Vec<Value> {
    document[section].as_array().unwrap()
}

/// Groups rows by these fields.
fn grouped<'r, const N: usize>(
    rows: &'r [Value],
    fields: [&str; N],
) -> BTreeMap<[String; N], Vec<&'r Value>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows {
        let key = fields.map(|field| text(row, field));
        groups.entry(key).or_default().push(row);
    }
    groups
}

const CUSTOMER_AND_PRODUCT: [&str; 2] = ["customerTenantId", "productId"];

#[test]
fn unused_licences_are_those_of_the_rows_of_the_operations() {
    let partner = partner();
    let deployment = partner.rows(&["commercial", "deployment"]);
    let usage = partner.rows(&["commercial", "usage"]);
    let subscriptions = partner.rows(&["subscriptions"]);
    let arguments = ["unused", "--min-unused", "0", "--include-free"];
    let document = report(&partner, &arguments);
    let products = rows(&document, "rows");

    let expected = grouped(&deployment, CUSTOMER_AND_PRODUCT);
    let found = grouped(products, CUSTOMER_AND_PRODUCT);
    assert!(expected.keys().eq(found.keys()));
    assert_eq!(found.len(), products.len());
    for (key, licenses) in &expected {
        let [row] = found[key][..] else { panic!() };
        let sold = sum(licenses.iter().copied(), "licensesSold");
        let deployed = sum(licenses.iter().copied(), "licensesDeployed");
        let of_product = usage
            .iter()
            .filter(|row| CUSTOMER_AND_PRODUCT.map(|field| text(row, field)) == *key);
        let mut workloads: BTreeMap<String, i64> = BTreeMap::new();
        for row in of_product {
            let active = row["licensesActive"].as_i64().unwrap();
            *workloads.entry(text(row, "workloadCode")).or_default() += active;
        }
        let active = *workloads.values().max().unwrap();
        let (unassigned, inactive) = ((sold - deployed).max(0), (deployed - active).max(0));
        assert_eq!(row["licensesSold"], sold);
        assert_eq!(row["licensesDeployed"], deployed);
        assert_eq!(row["licensesActive"], active);
        assert_eq!(row["licensesUnassigned"], unassigned);
        assert_eq!(row["licensesInactive"], inactive);
        assert_eq!(row["licensesUnused"], unassigned + inactive);

        let of_product = subscriptions.iter().filter(|subscription| {
            let is_same = |field: &str| subscription[field] == row[field];
            is_same("customerTenantId")
                && is_same("productName")
                && subscription["status"] != "DEPROVISIONED"
        });
        let licenses = sum(of_product.clone(), "licenseCount");
        assert_eq!(row["licensesSubscribed"], licenses, "{row}");
        let ends = of_product.map(|it| day(it, "commitmentEndDate"));
        let next = ends.filter(|end| end.as_str() >= TODAY).min();
        assert_eq!(day(row, "renewalDate"), next.clone().unwrap(), "{row}");
        assert_eq!(row["renewsSoon"], next.unwrap().as_str() <= IN_60_DAYS);
    }
    let [total] = &rows(&document, "totals")[..] else {
        panic!()
    };
    assert_eq!(total["licensesSold"], sum(&deployment, "licensesSold"));
    for field in [
        "licensesUnused",
        "licensesReclaimable",
        "licensesSubscribed",
    ] {
        assert_eq!(total[field], sum(products, field), "{field}");
    }
    for field in ["licensesSold", "licensesUnused"] {
        let customers = rows(&document, "customers");
        assert_eq!(total[field], sum(customers, field), "{field}");
    }
    let unused: Vec<_> = products
        .iter()
        .map(|row| row["licensesUnused"].as_i64())
        .collect();
    assert!(unused.is_sorted_by(|one, two| one >= two), "{unused:?}");
}

#[test]
fn options_select_products_and_the_notes_state_what_was_left_out() {
    let partner = partner();
    let all = report(&partner, &["unused", "--min-unused", "0"]);
    let all = rows(&all, "rows");
    let document = report(
        &partner,
        &[
            "unused",
            "--min-unused",
            "20",
            "--spare",
            "10%",
            "--renewing-within",
            "60",
        ],
    );
    let expected: BTreeSet<_> = all
        .iter()
        .filter(|row| {
            let number = |field: &str| row[field].as_i64().unwrap();
            let spare = (number("licensesSold") + 9) / 10;
            let is_soon = (0..=60).contains(&number("daysToRenewal"));
            number("licensesUnused") - spare >= 20 && is_soon
        })
        .map(|row| CUSTOMER_AND_PRODUCT.map(|field| text(row, field)))
        .collect();
    let found = rows(&document, "rows").iter();
    let found: BTreeSet<_> = found
        .map(|row| CUSTOMER_AND_PRODUCT.map(|field| text(row, field)))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(found, expected);

    let file = partner.path("exclude.csv");
    std::fs::write(
        &file,
        "product;pattern;customer\n# not ours\n;OFFICE 365 *;\nPower BI Pro;;\n;;Adatum\n",
    )
    .unwrap();
    let excluding = ["unused", "--min-unused", "0", "--exclude-file"];
    let ran = run(
        &partner,
        &[&excluding[..], &[file.to_str().unwrap()]].concat(),
    );
    let warning = "warning: Nothing was left out by line 5 of the exclusion file.\n";
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, warning));
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let kept = all.iter().filter(|row| {
        let product = text(row, "productName");
        !product.starts_with("OFFICE 365 ") && product != "POWER BI PRO"
    });
    assert_eq!(rows(&document, "rows").len(), kept.count());
    let notes: Vec<_> = rows(&document, "notes")
        .iter()
        .map(|note| note.as_str())
        .collect();
    for start in [
        "Left out by free and trial products (default list): MICROSOFT TEAMS EXPLORATORY (1 \
         customer, 1,000,000 licences).",
        "Left out by line 3 of the exclusion file: OFFICE 365 ENTERPRISE E3 (",
        "Left out by line 4 of the exclusion file: POWER BI PRO (",
        "Nothing was left out by line 5 of the exclusion file.",
    ] {
        let is_it = |note: &Option<&str>| note.is_some_and(|note| note.starts_with(start));
        assert!(notes.iter().any(is_it), "{start}: {notes:#?}");
    }
}

#[test]
fn renewals_are_the_subscriptions_of_the_next_days() {
    let partner = partner();
    let subscriptions = partner.rows(&["subscriptions"]);
    let document = report(&partner, &["renewals", "--within", "60", "--include-free"]);
    let expected: BTreeMap<_, _> = subscriptions
        .iter()
        .filter(|row| {
            let end = day(row, "commitmentEndDate");
            row["status"] != "DEPROVISIONED" && end.as_str() >= TODAY && end.as_str() <= IN_60_DAYS
        })
        .map(|row| {
            (
                text(row, "id"),
                (row["licenseCount"].clone(), day(row, "commitmentEndDate")),
            )
        })
        .collect();
    let found = rows(&document, "rows");
    let by_id: BTreeMap<_, _> = found
        .iter()
        .map(|row| {
            let renewal = (row["licenseCount"].clone(), day(row, "renewalDate"));
            (text(row, "subscriptionId"), renewal)
        })
        .collect();
    assert_eq!(by_id, expected);
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().map(|row| day(row, "renewalDate")).is_sorted());
    assert_eq!(
        document["totals"][0]["licenseCount"],
        sum(found, "licenseCount")
    );
    let months = rows(&document, "months");
    assert_eq!(sum(months, "licenseCount"), sum(found, "licenseCount"));
    assert_eq!(
        sum(months, "subscriptionCount"),
        i64::try_from(found.len()).unwrap()
    );
}

#[test]
fn adoption_is_the_usage_of_each_workload() {
    const KEY: [&str; 3] = ["customerTenantId", "serviceCode", "workloadCode"];

    let partner = partner();
    let usage = partner.rows(&["commercial", "usage"]);
    let document = report(&partner, &["adoption", "--include-free"]);
    let expected = grouped(&usage, KEY);
    let found = grouped(rows(&document, "rows"), KEY);
    assert!(expected.keys().eq(found.keys()));
    for (key, group) in &expected {
        let [row] = found[key][..] else { panic!() };
        for field in ["licensesActive", "licensesQualified"] {
            assert_eq!(row[field], sum(group.iter().copied(), field));
        }
        let (active, qualified) = (
            row["licensesActive"].as_f64(),
            row["licensesQualified"].as_f64(),
        );
        let share = active.unwrap() * 100.0 / qualified.unwrap();
        // One decimal, rounded.
        assert!(
            (row["usagePercent"].as_f64().unwrap() - share).abs() <= 0.0501,
            "{row}"
        );
    }
    let workloads = rows(&document, "workloads");
    assert_eq!(
        sum(workloads, "licensesQualified"),
        sum(&usage, "licensesQualified")
    );
}

#[test]
fn one_customer_is_read_with_a_filter_whatever_it_is_called_by() {
    let partner = partner();
    let listed = partner.rows(&["customers", "list"]);
    let is_it = |row: &&Value| row["companyProfile"]["companyName"] == "Contoso A/S";
    let [customer] = &listed.iter().filter(is_it).collect::<Vec<_>>()[..] else {
        panic!()
    };
    let id = customer["id"].as_str().unwrap();
    let domain = customer["companyProfile"]["domain"].as_str().unwrap();
    let all = report(&partner, &["unused", "--min-unused", "0"]);
    let expected: Vec<_> = rows(&all, "rows")
        .iter()
        .filter(|row| row["customerTenantId"] == id)
        .collect();
    let mut documents = Vec::new();
    for customer in [id, &id.to_uppercase(), "contoso a/", domain] {
        let mut seen = partner.emulator.requests().len();
        let document = report(&partner, &["customer", customer]);
        let calls = partner.calls(&mut seen);
        let filtered = calls.iter().filter(|call| call.contains("analytics"));
        assert!(filtered.clone().count() == 3, "{calls:?}");
        let mut filtered = filtered.map(|call| call.contains(&id.to_uppercase()));
        assert!(filtered.all(|it| it), "{calls:?}");
        assert_eq!(document["title"], "Contoso A/S");
        assert_eq!(rows(&document, "rows").len(), 3);
        assert!(rows(&document, "rows").iter().eq(expected.iter().copied()));
        documents.push(document);
    }
    assert!(documents.windows(2).all(|two| two[0] == two[1]));

    let ran = run(&partner, &["customer", "Adatum GmbH"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
}

#[test]
fn amounts_of_different_currencies_are_not_added_up() {
    let partner = partner();
    let file = partner.path("prices.csv");
    std::fs::write(
        &file,
        "sku,unit price,currency,term\nOffice 365 Enterprise E3,20.10,eur,month\n\
         f8a1db68-be16-40ed-86d5-cb42ce701560,120.00,USD,year\n",
    )
    .unwrap();
    let document = report(&partner, &["unused", "--prices", file.to_str().unwrap()]);
    let products = rows(&document, "rows");
    let totals = rows(&document, "totals");
    let currencies: Vec<_> = totals.iter().map(|row| row["currency"].as_str()).collect();
    assert_eq!(currencies, [Some("EUR"), Some("USD"), None]);
    for (total, (product, cents_a_year)) in totals.iter().zip([
        ("OFFICE 365 ENTERPRISE E3", 24_120),
        ("POWER BI PRO", 12_000),
    ]) {
        let of_product = products.iter().filter(|row| row["productName"] == product);
        let licenses = sum(of_product, "licensesReclaimable");
        assert_eq!(total["licensesReclaimable"], licenses);
        let cents = licenses * cents_a_year;
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        assert_eq!(
            total["amountPerYear"].to_string().parse::<f64>(),
            amount.parse::<f64>()
        );
    }
    assert_eq!(totals[2]["amountPerYear"], Value::Null);
    assert_eq!(
        sum(totals, "licensesReclaimable"),
        sum(products, "licensesReclaimable")
    );
    let unpriced = rows(&document, "unpriced");
    assert_eq!(
        sum(unpriced, "licensesReclaimable"),
        totals[2]["licensesReclaimable"]
    );
}

/// Returns the words of a command line, of which some are in double quotes.
fn words(line: &str) -> Vec<&str> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        })
        .collect()
}

#[test]
fn the_document_has_all_columns_and_the_output_of_the_samples() {
    let document = std::fs::read_to_string(workspace_root().join("docs/reports.md")).unwrap();
    for fields in [
        UnusedRow::FIELDS,
        UnusedCustomerRow::FIELDS,
        UnmatchedRow::FIELDS,
        UnpricedRow::FIELDS,
        RenewalRow::FIELDS,
        MonthRow::FIELDS,
        AdoptionRow::FIELDS,
        WorkloadRow::FIELDS,
    ] {
        let rows = fields.iter();
        let rows = rows.map(|field| format!("| `{}` | {} |\n", field.name, field.meaning));
        let table: String = rows.collect();
        assert!(document.contains(&table), "docs/reports.md lacks:\n{table}");
    }
    let data = SyntheticData::new().today(TODAY.parse().unwrap());
    let partner = Partner::with(DataSet::synthetic(data));
    let samples = document.split("```text\n$ pcenter ").skip(1);
    assert_eq!(samples.clone().count(), 3);
    for sample in samples {
        let (command, rest) = sample.split_once('\n').unwrap();
        let (output, _) = rest.split_once("```").unwrap();
        let ran = partner.run(&[&words(command)[..], &["--today", TODAY]].concat());
        assert_eq!(ran.stdout.trim_end(), output.trim_end(), "{command}");
    }
}

/// Licences of two customers of one name, a product that was renamed, counts beyond all limits, and
/// subscriptions that fit nothing.
#[test]
fn unusual_rows_are_all_accounted_for() {
    let (one, two) = (
        "0112A436-B14E-4888-967B-CA4BB2CF1234",
        "0112a436-b14e-4888-967b-ca4bb2cf5678",
    );
    let licenses = |tenant: &str, product: &str, sold: Value, deployed: Value| {
        json!({
            "processedDateTime": "2026-11-24T00:00:00", "serviceCode": "o365", "channel": "reseller",
            "customerTenantId": tenant, "customerName": "Contoso \u{1b}[31m\u{202e}",
            "productId": "6fd2c87f-b296-42f0-b197-1e91e994b900", "productName": product,
            "licensesSold": sold, "licensesDeployed": deployed,
        })
    };
    let subscription = |tenant: &str, product: &str, licenses: i64| {
        json!({
            "customerTenantId": tenant, "customerName": "Contoso", "productName": product,
            "status": "ACTIVE", "subscriptionType": "Office", "licenseCount": licenses,
            "id": format!("00000000-0000-0000-0000-{licenses:012}"),
            "commitmentEndDate": "2026-12-01T00:00:00",
        })
    };
    let partner = partner_with(
        &json!([{"id": one.to_lowercase()}, {"id": two}]),
        &json!([
            licenses(one, "OFFICE 365 PROPLUS", json!(10), json!(4)),
            licenses(
                two,
                "MICROSOFT 365 APPS FOR ENTERPRISE",
                json!(i64::MAX),
                json!(0)
            ),
        ]),
        &json!([]),
        &json!([
            subscription(&one.to_lowercase(), "Microsoft 365 Apps for Enterprise", 10),
            subscription(one, "CALLING PLAN", 7),
        ]),
    );
    let document = report(&partner, &["unused"]);
    let products = rows(&document, "rows");
    assert_eq!(products.len(), 2);
    assert_eq!(products[0]["licensesUnused"], i64::MAX);
    assert_eq!(products[1]["licensesSubscribed"], 10);
    assert_eq!(products[1]["customerTenantId"], one.to_lowercase());
    let unmatched = rows(&document, "unmatched");
    assert_eq!(unmatched.len(), 1);
    assert_eq!(unmatched[0]["licensesSubscribed"], 7);
    let notes = document["notes"].to_string();
    assert!(
        notes.contains("Names that several customers have"),
        "{notes}"
    );

    // Names cannot control a terminal.
    let table = partner.run(&["report", "unused", "--today", TODAY]);
    assert_eq!(table.exit, 0, "{}", table.stderr);
    assert!(
        !table.stdout.contains(['\u{1b}', '\u{202e}']),
        "{}",
        table.stdout
    );
}

#[test]
fn the_table_of_one_customer() {
    let partner = partner();
    let ran = partner.run(&["report", "customer", "Contoso A/S", "--today", TODAY]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout);
}
