//! Reports of incomplete data, and wrong options and files.

use super::*;

#[test]
fn a_refused_operation_is_named_and_the_report_made_of_the_rest() {
    for (operation, command, consequence) in [
        (
            "commercial_licenses_usage",
            "commercial usage",
            "No rows of the usage report: unused licences are those that are not assigned.",
        ),
        (
            "subscriptions",
            "subscriptions",
            "No rows of the subscriptions: renewals, terms and churn risks are not known.",
        ),
        (
            "commercial_licenses_deployment",
            "commercial deployment",
            "No rows of the deployment report: licences sold and deployed are not known.",
        ),
    ] {
        let partner = partner();
        let fault = Fault::status(403).on_operation(operation).unwrap();
        partner.emulator.inject(fault.unlimited());
        let ran = run(&partner, &["unused"]);
        assert_eq!(ran.exit, 5, "{}", ran.stderr);
        let warning =
            format!("warning: the rows of `{command}` could not all be read (0 rows were)");
        assert!(ran.stderr.starts_with(&warning), "{}", ran.stderr);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let start = format!("{command}: no rows; missing: ");
        let is_missing = |line: &Value| line.as_str().unwrap().starts_with(&start);
        assert!(
            rows(&document, "sources").iter().any(is_missing),
            "{document:#}"
        );
        assert!(rows(&document, "notes").contains(&json!(consequence)));
        let has_rows = !rows(&document, "rows").is_empty();
        assert_eq!(has_rows, operation != "commercial_licenses_deployment");
        if !has_rows {
            assert!(!rows(&document, "unmatched").is_empty());
        }
    }
}

#[test]
fn without_any_rows_the_first_error_ends_the_command() {
    let partner = partner();
    partner
        .emulator
        .inject(Fault::status(403).on_api_calls().unlimited());
    let ran = run(&partner, &["unused"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
}

#[test]
fn an_incomplete_listing_is_reported_and_leaves_the_output_file_unchanged() {
    let partner = partner();
    // A page whose rows the service states, and does not send.
    let body = json!({"Value": [], "@nextLink": null, "TotalCount": 5}).to_string();
    let fault = Fault::status(200).body("application/json", body);
    let fault = fault.on_operation("subscriptions").unwrap();
    partner.emulator.inject(fault.unlimited());
    let file = partner.path("unused.json");
    std::fs::write(&file, "yesterday").unwrap();
    let ran = run(
        &partner,
        &["unused", "--output-file", file.to_str().unwrap()],
    );
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let warning = "warning: `subscriptions`: the service states 5 rows and sent 0\n";
    assert!(ran.stderr.starts_with(warning), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "yesterday");
}

#[test]
fn a_wrong_file_is_refused_before_the_first_request() {
    let partner = partner();
    let file = partner.path("wrong.csv");
    for (flag, content, message) in [
        (
            "--prices",
            "product,unitPrice,currency,term\nE3,1,EUR,month\nE5,1,EURO,month\n",
            "line 3: `EURO` is not a currency",
        ),
        (
            "--prices",
            "product,unitPrice\n",
            "line 1: the column `currency` is missing",
        ),
        (
            "--exclude-file",
            "product\nE3\n\"\"\n",
            "line 3: the row is empty",
        ),
        ("--exclude-file", "", "line 1: the file is empty"),
    ] {
        std::fs::write(&file, content).unwrap();
        let seen = partner.emulator.requests().len();
        let ran = run(&partner, &["unused", flag, file.to_str().unwrap()]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert_eq!(partner.emulator.requests().len(), seen);
    }
    for flag in ["--prices", "--exclude-file"] {
        for path in ["/does/not/exist.csv", "/"] {
            let ran = run(&partner, &["unused", flag, path]);
            assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
            let start = format!("error: {flag} {path}: ");
            assert!(ran.stderr.starts_with(&start), "{}", ran.stderr);
            let help = "help: check the path, and that the file can be read";
            assert!(ran.stderr.contains(help), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_day_without_rows_is_incomplete() {
    let partner = partner();
    let ran = run(&partner, &["unused", "--processed-date", "2020-01-01"]);
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(rows(&document, "rows").len(), 0, "{document:#}");
    let consequence = "No rows of the deployment report: licences sold and deployed are not known.";
    assert!(rows(&document, "notes").contains(&json!(consequence)));
}

#[test]
fn a_listing_that_fails_after_its_first_page_is_incomplete() {
    let data = SyntheticData::new().customers(2_500).days(2);
    let partner = Partner::with(DataSet::synthetic(data.today(TODAY.parse().unwrap())));
    let all = partner.rows(&["commercial", "usage"]).len();
    assert!(all > 10_000, "{all} rows fit in one page");
    let fault = Fault::status(500).on_operation("commercial_licenses_usage");
    partner.emulator.inject(fault.unwrap().after(1).unlimited());
    let ran = run(&partner, &["unused", "--max-attempts", "1"]);
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let warning = "warning: the rows of `commercial usage` could not all be read (10000 rows were)";
    assert!(ran.stderr.starts_with(warning), "{}", ran.stderr);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let is_incomplete = |line: &Value| {
        let line = line.as_str().unwrap();
        line.starts_with("commercial usage: ") && line.contains("; incomplete: ")
    };
    assert!(rows(&document, "sources").iter().any(is_incomplete));
}

#[test]
fn prices_that_match_no_product_are_a_warning() {
    let partner = partner();
    let file = partner.path("prices.csv");
    std::fs::write(
        &file,
        "product,unitPrice,currency,term\nNothing,1,EUR,month\n",
    )
    .unwrap();
    let ran = run(&partner, &["unused", "--prices", file.to_str().unwrap()]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let warning = "warning: The data have no product of the price file";
    assert!(ran.stderr.starts_with(warning), "{}", ran.stderr);
}

#[test]
fn wrong_options_are_explained() {
    for (arguments, message) in [
        (
            &["unused", "--spare", "many"][..],
            "expected a number of licences such as 5",
        ),
        (
            &["unused", "--spare", "101%"],
            "expected a number of licences such as 5",
        ),
        (&["unused", "--today", "2026-02-30"], "2026-02-30"),
        (
            &["unused", "--today", "2026-02-03T00:00:00"],
            "expected a day such as 2026-11-25",
        ),
        (&["unused", "--min-unused", "-1"], "-1"),
        (&["renewals", "--within", "soon"], "soon"),
        (&["customer"], "<CUSTOMER>"),
        (&["unsued"], "unused"),
    ] {
        let ran = pcenter(&[&["report"], arguments, &["--emulator"]].concat(), &[]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(
            ran.stderr.contains(message),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
    let ran = pcenter(&["report", "unused"], &[]);
    assert_eq!(ran.exit, 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("pcenter report unused --emulator"),
        "{}",
        ran.stderr
    );
}
