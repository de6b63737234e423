//! `pcenter help`, `man`, `docs` and `version`; options before the command; the first run.

use partner_center::OPERATIONS;
use serde_json::Value;

use super::auth::Home;
use super::pcenter;

#[test]
fn topics_are_printed() {
    let mut shown = String::new();
    for topic in [
        "credentials",
        "environment",
        "exit-codes",
        "configuration",
        "filters",
        "columns",
    ] {
        let ran = pcenter(&["help", topic], &[]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{topic}");
        shown.push_str(&format!("--- {topic}\n{}", ran.stdout));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn help_of_a_command_is_its_long_help() {
    for words in [&[][..], &["auth"], &["commercial", "deployment"]] {
        let help = pcenter(&[&["help"], words].concat(), &[]);
        let long = pcenter(&[words, &["--help"]].concat(), &[]);
        assert_eq!((help.exit, help.stdout), (0, long.stdout), "{words:?}");
    }
    for (words, expected) in [
        (&["credential"][..], "did you mean `credentials`?"),
        (&["comercial"], "did you mean `commercial`?"),
        (&["commercial", "usge"], "did you mean `usage`?"),
        (&["xyzzy"], "there are: licenses, "),
        (
            &["subscriptions", "x"],
            "`pcenter subscriptions` has no command `x`",
        ),
    ] {
        let ran = pcenter(&[&["help"], words].concat(), &[]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{words:?}");
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

/// The block of credentials is a topic; help pages refer to it.
#[test]
fn the_table_of_credentials_is_in_one_page_only() {
    let ran = pcenter(&["commercial", "deployment", "--help"], &[]);
    assert!(ran.stdout.contains("`pcenter help credentials`"));
    assert!(
        !ran.stdout.contains("PCENTER_REFRESH_TOKEN"),
        "{}",
        ran.stdout
    );
}

#[test]
fn options_may_precede_the_command() {
    let after = pcenter(
        &["subscriptions", "--emulator=documented", "-o", "csv"],
        &[],
    );
    assert_eq!(after.exit, 0, "{}", after.stderr);
    for arguments in [
        &["-o", "csv", "--emulator=documented", "subscriptions"][..],
        &["--emulator=documented", "subscriptions", "-o", "csv"],
        &[
            "--output=csv",
            "-v",
            "--emulator=documented",
            "subscriptions",
        ],
    ] {
        let ran = pcenter(arguments, &[]);
        assert_eq!(
            (ran.exit, ran.stdout),
            (0, after.stdout.clone()),
            "{arguments:?}"
        );
    }
    for (arguments, expected) in [
        (
            &["--emulator", "auth", "status"][..],
            "`pcenter auth status` has no option `--emulator`",
        ),
        (&["--emulator"], "add a command"),
        (
            &["--emulatr", "subscriptions"],
            "unexpected argument '--emulatr'",
        ),
    ] {
        let ran = pcenter(arguments, &[]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn the_first_run_says_what_to_do() {
    let ran = pcenter(&[], &[]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr);
    // With credentials, the help is printed.
    let ran = pcenter(&[], &[("PCENTER_ACCESS_TOKEN", "a-token")]);
    assert!(ran.stderr.contains("Usage: pcenter"), "{}", ran.stderr);
}

#[test]
fn docs_describe_every_operation() {
    let ran = pcenter(&["docs", "-o", "json"], &[]);
    let documents: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(documents.len(), OPERATIONS.len());
    for (document, operation) in documents.iter().zip(OPERATIONS) {
        assert_eq!(document["id"], operation.id);
        assert_eq!(document["authModes"][0], operation.auth_modes[0].name());
        let fields = document["fields"].as_array().unwrap();
        assert_eq!(fields.len(), operation.fields.len());
        let command = document["command"].as_str().unwrap();
        assert!(command.starts_with("pcenter "), "{command}");
    }
    let list = pcenter(&["docs"], &[]).stdout;
    assert!(OPERATIONS.iter().all(|it| list.contains(it.id)), "{list}");
    let by_id = pcenter(&["docs", "commercial_licenses_deployment"], &[]);
    let by_words = pcenter(&["docs", "commercial", "deployment"], &[]);
    assert_eq!(by_id.stdout, by_words.stdout);
    insta::assert_snapshot!(by_words.stdout);
    // Two operations share a command.
    let both = pcenter(&["docs", "licenses", "usage"], &[]).stdout;
    assert!(both.contains("partner_licenses_usage:") && both.contains("customer_licenses_usage:"));
    let unknown = pcenter(&["docs", "azure_usge"], &[]);
    assert_eq!(unknown.exit, 2);
    assert!(
        unknown.stderr.contains("did you mean `azure_usage`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn every_command_has_a_manual_page() {
    let home = Home::new();
    let folder = home.path("man");
    let ran = home.pcenter(&["man", "--dir", folder.to_str().unwrap()]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        ran.stderr.starts_with(&format!("{} pages", names.len())),
        "{}",
        ran.stderr
    );
    for name in [
        "pcenter.1",
        "pcenter-auth-login.1",
        "pcenter-commercial-deployment.1",
    ] {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
    let page = std::fs::read_to_string(folder.join("pcenter-commercial-deployment.1")).unwrap();
    assert!(
        page.contains("\n  pcenter commercial deployment \\-\\-filter \""),
        "{page}"
    );
    assert_eq!(
        home.pcenter(&["man", "commercial", "deployment"]).stdout,
        page
    );
    // Lines that begin with a control character are requests of roff.
    let requests = "TH SH TP nf fi ie el RS RE PP br IP";
    for line in page.lines().filter_map(|line| line.strip_prefix('.')) {
        let request = line.split(' ').next().unwrap();
        assert!(requests.contains(request), "{line}");
    }
    assert_eq!(home.pcenter(&["man", "comercial"]).exit, 2);
}

#[test]
fn the_version_names_spec_features_and_target() {
    let version = env!("CARGO_PKG_VERSION");
    let short = pcenter(&["version"], &[]).stdout;
    assert!(
        short.starts_with("pcenter ") && short.lines().count() == 1,
        "{short}"
    );
    let long = pcenter(&["version", "--verbose"], &[]).stdout;
    for part in [
        partner_center::catalog::SPEC_SHA256,
        "features:",
        std::env::consts::ARCH,
    ] {
        assert!(long.contains(part), "{version}: {long}");
    }
    let json: Value =
        serde_json::from_str(&pcenter(&["version", "-o", "json"], &[]).stdout).unwrap();
    assert_eq!(json["spec"]["operations"], OPERATIONS.len());
    assert!(json["features"].is_array());
}
