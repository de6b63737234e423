//! `pcenter emulator` and `--emulator-url`, as far as they need no process of their own.

use std::net::TcpListener;

use super::pcenter;

#[test]
fn the_variables_are_printed_in_the_syntax_of_each_shell() {
    let mut shown = String::new();
    for shell in ["bash", "powershell", "cmd", "fish"] {
        let arguments = ["emulator", "env", "--shell", shell];
        let ran = pcenter(&arguments, &[]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
        shown += &format!("--- {shell}\n{}", ran.stdout);
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn an_address_in_the_variables_must_be_a_root_without_a_password() {
    let variables = [
        ("PCENTER_ACCESS_TOKEN", "a-token"),
        ("PCENTER_BASE_URL", "http://user:password@127.0.0.1:1/"),
    ];
    let ran = pcenter(&["licenses", "deployment"], &variables);
    assert_eq!(ran.exit, 2, "{}", ran.stderr);
    let problem = "PCENTER_BASE_URL: the URL has a user name or password";
    assert!(ran.stderr.contains(problem), "{}", ran.stderr);
}

#[test]
fn the_shell_of_the_user_is_the_default() {
    let fish = pcenter(&["emulator", "env"], &[("SHELL", "/usr/bin/fish")]);
    assert!(fish.stdout.starts_with("set -e "), "{}", fish.stdout);
    let other = pcenter(&["emulator", "env"], &[("SHELL", "/bin/zsh")]);
    let expected = if cfg!(windows) {
        "Remove-Item"
    } else {
        "unset"
    };
    assert!(other.stdout.starts_with(expected), "{}", other.stdout);
}

#[test]
fn a_missing_emulator_is_reported_with_the_command_that_starts_it() {
    // The port is free again when the listener is dropped.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/");
    let arguments = [
        "licenses",
        "deployment",
        "--max-attempts",
        "1",
        "--emulator-url",
        &url,
    ];
    let ran = pcenter(&arguments, &[]);
    assert_eq!(ran.exit, 7, "{}", ran.stderr);
    let command = format!("`pcenter emulator start --port {}`", address.port());
    assert!(ran.stderr.contains(&command), "{}", ran.stderr);
}

/// Snapshot of the messages for invalid input; nothing is started.
#[test]
fn invalid_input_starts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let backwards = file(
        "backwards.toml",
        "name = \"backwards\"\n[[step]]\nat = \"5m\"\nclear_faults = true\n\
         [[step]]\nat = \"1m\"\nclear_faults = true\n",
    );
    let unknown = file(
        "unknown.toml",
        "name = \"unknown\"\n[[step]]\nat = \"5m\"\nfault = { kind = \"throtle\" }\n",
    );
    let rows = file(
        "azure_usage.csv",
        "usageDate,quantity\n2026-01-01T00:00:00,1\n2026-01-01T00:00:00,many\n",
    );
    let mut shown = String::new();
    for flags in [
        &["--fault", "kind=throtle"][..],
        &["--fault", "throttle,tims=3"],
        &["--rate-limit", "10"],
        &["--rate-limit", "0/60"],
        &["--scenario", &backwards],
        &["--scenario", &unknown],
        &["--data", &rows],
        &["--data", "documented", "--customers", "7"],
        &["--customers", "0"],
        &["--today", "yesterday"],
        &["--no-control", "--control-secret", "x"],
    ] {
        let ran = pcenter(&[&["emulator", "start"][..], flags].concat(), &[]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{flags:?}");
        shown += &format!(
            "$ pcenter emulator start {}\n{}\n",
            flags.join(" "),
            ran.stderr
        );
    }
    for flags in [
        &["--emulator-url", "localhost"][..],
        &["--emulator-url", "http://fabrikam.example/"],
        &["--emulator-url", "https://api.partnercenter.microsoft.com/"],
        &["--emulator-url", "http://127.0.0.1:1/", "--emulator"],
        &["--emulator-url", "http://127.0.0.1:1/", "--profile", "x"],
    ] {
        let ran = pcenter(&[&["licenses", "deployment"][..], flags].concat(), &[]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{flags:?}");
        shown += &format!(
            "$ pcenter licenses deployment {}\n{}\n",
            flags.join(" "),
            ran.stderr
        );
    }
    let folder = folder.path().to_str().unwrap();
    insta::assert_snapshot!(shown.replace(folder, "<folder>").replace('\\', "/"));

    let missing = pcenter(&["emulator", "start", "--data", "no-such-folder"], &[]);
    assert_eq!(missing.exit, 2);
    let help = "give synthetic, documented, or the path";
    assert!(missing.stderr.contains(help), "{}", missing.stderr);
}
