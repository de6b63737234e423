//! Customers by id, domain and name, calls for many customers, and their progress.

use std::path::{Path, PathBuf};

use partner_center_emulator::{DataSet, Emulator, Fault, SyntheticData};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Ran, against, pcenter};
use crate::server::answer;

/// Emulator of a partner, and a folder for the files of its commands.
pub(super) struct Partner {
    pub(super) emulator: Emulator,
    folder: TempDir,
    _runtime: Runtime,
}

impl Partner {
    /// Starts the emulator of a partner with 12 customers that are always the same.
    pub(super) fn start() -> Self {
        Self::with(DataSet::synthetic(settings()))
    }

    /// Starts the emulator of a partner with these customers: id, domain and name.
    fn with_customers(customers: &[(&str, &str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<_> = customers
            .iter()
            .map(|(id, domain, name)| {
                serde_json::json!({
                    "id": id,
                    "companyProfile": {"tenantId": id, "domain": domain, "companyName": name},
                })
            })
            .collect();
        let file = folder.path().join("customers.json");
        std::fs::write(file, serde_json::to_string(&rows).unwrap()).unwrap();
        Self::with(DataSet::from_path(folder.path(), settings()).unwrap())
    }

    pub(super) fn with(data: DataSet) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        Self {
            emulator: runtime
                .block_on(Emulator::builder().data(data).start())
                .unwrap(),
            folder: tempfile::tempdir().unwrap(),
            _runtime: runtime,
        }
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        let url = self.emulator.url();
        pcenter(
            &[arguments, &["--emulator-url", url.as_str()]].concat(),
            &[],
        )
    }

    /// Runs a command that succeeds, and returns its rows.
    pub(super) fn rows(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let ran = self.run(&[arguments, &["-o", "json"]].concat());
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// Returns the targets of the API calls since the last time.
    pub(super) fn calls(&self, seen: &mut usize) -> Vec<String> {
        let requests = self.emulator.requests();
        let new = requests.iter().skip(*seen);
        let targets: Vec<String> = new
            .filter(|request| request.method() == "GET")
            .map(|request| request.path_and_query().to_owned())
            .collect();
        *seen = requests.len();
        targets
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn settings() -> SyntheticData {
    let today = "2026-11-25".parse().unwrap();
    SyntheticData::new().customers(12).days(3).today(today)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const CONTOSO: &str = "0c7ba33b-3057-4ab0-8ebd-2a89d1b31603";
const FABRIKAM: &str = "e220a839-7b1d-4daf-ae78-9e6aa1b965f4";
const ZURICH: &str = "af14cfa2-29e9-44ac-ab46-41235e359f50";

#[test]
fn a_customer_is_found_by_id_domain_name_and_beginning_of_a_name() {
    let partner = Partner::start();
    let mut seen = 0;
    for (text, id, calls) in [
        (ZURICH, ZURICH, 1),
        (&*ZURICH.to_uppercase(), ZURICH, 1),
        ("CONTOSO2.onmicrosoft.com", ZURICH, 2),
        // Exact, although other names begin with it.
        ("contoso", CONTOSO, 2),
        (" Contoso Zürich AG ", ZURICH, 2),
        ("contoso z", ZURICH, 2),
        (
            r#"fabrikam "the orig"#,
            "3f401d22-6ce6-4a9d-b412-44e471991497",
            2,
        ),
        // The service does not find two characters for "ü", so the whole list is read.
        ("Contoso Zu\u{308}rich AG", ZURICH, 3),
    ] {
        let rows = partner.rows(&["customers", "show", text]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["id"], id, "{text}");
        let made = partner.calls(&mut seen);
        assert_eq!(made.len(), calls, "{text}: {made:#?}");
    }
}

#[test]
fn an_unclear_customer_is_refused_with_the_candidates() {
    let partner = Partner::with_customers(&[
        (
            "11111111-1111-4111-8111-111111111111",
            "twin1.example",
            "Twin",
        ),
        ("22222222-2222-4222-8222-222222222222", "t2.example", "TWIN"),
        (
            "33333333-3333-4333-8333-333333333333",
            "o.example",
            "O'Brien \u{202e}\"קונטוסו\"\u{1b}[31m",
        ),
    ]);
    let shown = |customer: &str| {
        let ran = partner.run(&["subscriptions", "--customer", customer]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{customer}");
        ran.stderr
    };
    insta::assert_snapshot!(
        [
            shown("twin"),
            shown("t"),
            shown("O'Brein"),
            shown("zzz\u{7}")
        ]
        .join("\n")
    );
    let rows = partner.rows(&["customers", "show", "o'brien"]);
    assert_eq!(rows[0]["companyProfile"]["domain"], "o.example");
    let ran = partner.run(&["customers", "show", "  "]);
    assert_eq!(ran.exit, 2);
    assert!(ran.stderr.contains("expected an id, a domain or a name"));
}

#[test]
fn rows_of_several_customers_name_their_customer() {
    let partner = Partner::start();
    let one = partner.rows(&["skus", "--customer", "contoso"]);
    assert!(one[0].get("customerId").is_none());
    // An id in any case, and a customer that is given twice.
    let id = FABRIKAM.to_uppercase();
    let customers = [
        "--customer",
        "contoso",
        "--customer",
        &id,
        "--customer",
        CONTOSO,
    ];
    let several = partner.rows(&[&["skus"], &customers[..]].concat());
    let named = |id: &str, name: &str| {
        let is_named =
            |row: &&serde_json::Value| row["customerId"] == id && row["customerName"] == name;
        several.iter().filter(is_named).count()
    };
    assert_eq!(named(CONTOSO, "Contoso"), one.len());
    let fabrikam = partner.rows(&["skus", "--customer", FABRIKAM]);
    assert_eq!(several.len(), one.len() + fabrikam.len());
    assert_eq!(named(FABRIKAM, "Fabrikam"), fabrikam.len());

    // These rows have columns for their customer, which have a value in any case.
    let rows = partner.rows(&[&["licenses", "deployment"], &customers[..]].concat());
    assert!(!rows.is_empty());
    assert!(
        rows.iter()
            .all(|row| row["customerId"].is_string() && row["customerName"].is_string())
    );
    // A customer names itself.
    let rows = partner.rows(&["customers", "show", CONTOSO, FABRIKAM]);
    assert!(rows.len() == 2 && rows[0].get("customerId").is_none());
    let csv = partner.run(&[&["skus", "-o", "csv"], &customers[..]].concat());
    assert!(
        csv.stdout
            .starts_with("customerId,customerName,availableUnits,"),
        "{}",
        csv.stdout
    );
}

#[test]
fn reports_on_all_customers_are_filtered_by_the_service() {
    let partner = Partner::start();
    let mut seen = 0;
    let all = partner.rows(&["subscriptions"]);
    for customers in [&[CONTOSO][..], &[CONTOSO, FABRIKAM]] {
        let flags: Vec<_> = customers
            .iter()
            .flat_map(|id| ["--customer", *id])
            .collect();
        let rows = partner.rows(&[&["subscriptions"], &flags[..]].concat());
        let of_customers =
            |row: &&serde_json::Value| customers.iter().any(|id| row["customerTenantId"] == **id);
        let expected: Vec<_> = all.iter().filter(of_customers).cloned().collect();
        assert!(!expected.is_empty());
        assert_eq!(rows, expected);
    }
    partner.calls(&mut seen);
    let filter = "status eq 'ACTIVE'";
    partner.rows(&["subscriptions", "--customer", CONTOSO, "--filter", filter]);
    let [call] = &partner.calls(&mut seen)[..] else {
        panic!("one call is enough for an id");
    };
    let query = url::form_urlencoded::parse(call.split('?').nth(1).unwrap().as_bytes());
    let sent = query
        .into_owned()
        .find(|(name, _)| name == "filter")
        .unwrap()
        .1;
    let upper = CONTOSO.to_uppercase();
    assert_eq!(sent, format!("customerTenantId eq '{upper}' and {filter}"));

    let ran = partner.run(&["referrals", "--customer", CONTOSO]);
    assert_eq!(ran.exit, 2, "{}", ran.stderr);
}

#[test]
fn ids_are_in_lower_case_in_every_report_and_format() {
    let partner = Partner::start();
    let guid = regex::Regex::new("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").unwrap();
    for command in [
        "commercial deployment",
        "commercial usage",
        "azure-usage --limit 50",
        "subscriptions",
        "resellers",
        "customers list",
        "licenses deployment --all-customers",
        "skus --all-customers",
    ] {
        for format in ["json", "ndjson", "csv", "table"] {
            let arguments: Vec<_> = command.split(' ').chain(["-o", format]).collect();
            let ran = partner.run(&arguments);
            assert_eq!(ran.exit, 0, "{}", ran.stderr);
            let ids: Vec<_> = guid.find_iter(&ran.stdout).map(|id| id.as_str()).collect();
            assert!(format == "table" || !ids.is_empty(), "{command}");
            for id in ids {
                assert_eq!(id, id.to_lowercase(), "{command} -o {format}");
            }
        }
    }
}

/// Customers whose call fails are listed, and a later run calls only them.
#[test]
fn failed_customers_do_not_stop_the_others_and_are_called_again() {
    let partner = Partner::start();
    let state = partner.path("state.json");
    let command = [
        "skus",
        "--all-customers",
        "-o",
        "csv",
        "--max-attempts",
        "1",
    ];
    let complete = partner.run(&command);
    assert_eq!((complete.exit, complete.stderr.as_str()), (0, ""));

    let resumable = [&command[..], &["--continuation-file", text(&state)]].concat();
    let fault = Fault::status(500).on_operation("subscribed_skus").unwrap();
    partner.emulator.inject(fault.after(2).times(3));
    let first = partner.run(&resumable);
    assert_eq!(first.exit, 5, "{}", first.stderr);
    assert_eq!(first.stderr.matches("warning: the rows of ").count(), 3);
    for expected in [
        " could not be read: ",
        "500",
        "the calls for 3 of 12 customers failed",
        "the same command resumes from",
    ] {
        assert!(
            first.stderr.contains(expected),
            "{expected}: {}",
            first.stderr
        );
    }
    assert!(state.exists());

    let mut seen = 0;
    partner.calls(&mut seen);
    let second = partner.run(&resumable);
    assert_eq!(second.exit, 0, "{}", second.stderr);
    assert!(
        second.stderr.starts_with("resuming from "),
        "{}",
        second.stderr
    );
    let calls = partner.calls(&mut seen);
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.contains("subscribedskus"))
            .count(),
        3
    );
    assert!(!state.exists());
    // The header is written once, and each row once.
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let both = first.stdout + &second.stdout;
    assert_eq!(sorted(&both), sorted(&complete.stdout));
}

#[test]
fn rows_of_all_customers_are_in_the_order_of_the_customers() {
    let partner = Partner::start();
    let ids = |rows: Vec<serde_json::Value>, key: &str| -> Vec<String> {
        let ids = rows.iter().map(|row| row[key].as_str().unwrap().to_owned());
        let mut ids: Vec<_> = ids.collect();
        ids.dedup();
        ids
    };
    let listed = ids(partner.rows(&["customers", "list"]), "id");
    let of_rows = ids(partner.rows(&["skus", "--all-customers"]), "customerId");
    let expected = listed.into_iter().filter(|id| of_rows.contains(id));
    assert_eq!(expected.collect::<Vec<_>>(), of_rows);
}

#[test]
fn the_exit_code_is_that_of_the_calls_if_all_fail() {
    let partner = Partner::start();
    let command = ["skus", "--all-customers", "--max-attempts", "1"];
    let fault = Fault::status(500).on_operation("subscribed_skus").unwrap();
    partner.emulator.inject(fault.unlimited());
    let ran = partner.run(&command);
    assert_eq!((ran.exit, ran.stdout.as_str()), (6, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the calls for all 12 customers failed"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("warning:"), "{}", ran.stderr);

    // A rejected sign-in would be rejected for every customer.
    partner.emulator.clear_faults();
    let fault = Fault::status(401).on_operation("subscribed_skus").unwrap();
    partner.emulator.inject(fault.unlimited());
    let ran = partner.run(&command);
    assert_eq!(ran.exit, 3, "{}", ran.stderr);
}

#[test]
fn flags_for_customers_are_checked_before_the_first_request() {
    let partner = Partner::start();
    let state = partner.path("state.json");
    for (arguments, expected) in [
        (&["skus"][..], "--customer"),
        (
            &["skus", "--all-customers", "--customer", "contoso"],
            "cannot be used with",
        ),
        (&["customers", "show"], "CUSTOMER"),
        (
            &[
                "skus",
                "--customer",
                "contoso",
                "--continuation-file",
                text(&state),
            ],
            "--continuation-file needs several customers",
        ),
        (
            &[
                "subscriptions",
                "--customer",
                "contoso",
                "--filter",
                "nothing eq 'x'",
            ],
            "nothing",
        ),
    ] {
        let ran = partner.run(arguments);
        assert_eq!(ran.exit, 2, "{arguments:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains(expected),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
    assert!(partner.emulator.requests().is_empty());
}

/// Returns the events of a command, without those of its times.
fn events(stderr: &str) -> Vec<serde_json::Value> {
    let events = stderr.lines().map(|line| {
        let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
        for time in ["seconds", "rowsPerSecond", "secondsLeft"] {
            if let Some(time) = event.get_mut(time) {
                assert!(time.is_null() || time.as_f64().unwrap() >= 0.0, "{line}");
                time.take();
            }
        }
        event
    });
    events.collect()
}

#[test]
fn progress_is_reported_as_json_without_a_terminal() {
    let partner = Partner::start();
    let total = partner.rows(&["subscriptions"]).len();
    let command = ["subscriptions", "--top", "20", "-o", "ndjson"];
    let quiet = partner.run(&command);
    assert_eq!(quiet.stderr, "");
    let ran = partner.run(&[&command[..], &["--progress", "json"]].concat());
    assert_eq!(ran.stdout, quiet.stdout);
    let events = events(&ran.stderr);
    assert_eq!(
        events[0],
        serde_json::json!({"event": "started", "operation": "subscriptions"})
    );
    let page = &events[1];
    assert_eq!(
        (&page["event"], &page["rows"]),
        (&"page".into(), &20.into())
    );
    assert_eq!(page["totalRows"], total);
    let last = events.last().unwrap();
    assert_eq!(
        (&last["event"], &last["outcome"], &last["rows"]),
        (&"finished".into(), &"complete".into(), &total.into())
    );
    let none = partner.run(&[&command[..], &["--progress", "none"]].concat());
    assert_eq!(none.stderr, "");
}

#[test]
fn progress_counts_customers_and_reports_waits() {
    let partner = Partner::start();
    let fault = Fault::throttled(0).on_operation("subscribed_skus").unwrap();
    partner.emulator.inject(fault.times(1));
    let ran = partner.run(&["skus", "--all-customers", "-o", "csv", "--progress", "json"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let events = events(&ran.stderr);
    let waits: Vec<_> = events
        .iter()
        .filter(|it| it["event"] == "waiting")
        .collect();
    assert_eq!(waits.len(), 1, "{}", ran.stderr);
    assert_eq!(waits[0]["requested"], true);
    let customers = &events.last().unwrap()["customers"];
    assert_eq!(
        *customers,
        serde_json::json!({"done": 12, "failed": 0, "total": 12})
    );
}

/// A customer that cannot be called must not be missing without a message.
#[test]
fn customers_without_an_id_are_reported() {
    let json = ("Content-Type", "application/json");
    let list = format!(
        r#"{{"totalCount":2,"items":[{{"companyProfile":{{"companyName":"No\u001bId"}}}},{{"id":"{CONTOSO}"}}]}}"#
    );
    let rows = r#"{"totalCount":0,"items":[]}"#;
    let answers = vec![
        answer("200 OK", &[json], list),
        answer("200 OK", &[json], rows),
    ];
    let (ran, heard) = against(answers, &["skus", "--all-customers", "-o", "json"]);
    assert_eq!((ran.exit, heard.len()), (5, 2), "{}", ran.stderr);
    let expected =
        "the rows of No\\u{1b}Id could not be read: the list of customers has no id for it";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}
