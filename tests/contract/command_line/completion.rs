//! Completion of command lines, as shells request it.

use super::auth::Home;
use super::{Ran, Surroundings};

const PROFILES: &str = "\
default_profile = \"contoso\"

[profiles.contoso]
tenant = \"contoso.onmicrosoft.com\"
client_id = \"11111111-2222-3333-4444-555555555555\"

[profiles.test]
tenant = \"test.example\"
client_id = \"11111111-2222-3333-4444-555555555555\"
";

/// Runs `pcenter` with the cache directory `cache` of this user.
fn run(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mine = [("PCENTER_CONFIG", home.config.as_str())];
    let cache = home.path("cache");
    home.run(
        arguments,
        Surroundings {
            variables: &[variables, &mine].concat(),
            cache: Some(&cache),
            ..Surroundings::default()
        },
    )
}

/// Returns the candidates for the last word of a line, sorted. Of all shells, fish passes nothing but
/// the words.
fn completed(home: &Home, words: &[&str]) -> Vec<String> {
    let arguments = [&["--", "pcenter"], words].concat();
    let ran = run(home, &arguments, &[("PCENTER_COMPLETE", "fish")]);
    assert_eq!(ran.stderr, "", "{words:?}");
    let lines = ran.stdout.lines();
    let values = lines.map(|line| line.split('\t').next().unwrap().to_owned());
    let mut values: Vec<_> = values.collect();
    values.sort();
    values
}

#[test]
fn names_of_columns_and_fields_are_completed() {
    let home = Home::new();
    for (option, typed, expected) in [
        ("--columns", "prod", &["productId", "productName"][..]),
        (
            "--columns",
            "productName,PRODUCT",
            &["productName,productId"],
        ),
        ("--columns", "productN,x", &[]),
        ("--group-by", "customerN", &["customerName"]),
        ("--filter", "serv", &["serviceCode", "serviceName"]),
        (
            "--filter",
            "customerN",
            &["customerName eq", "customerName ne"],
        ),
        (
            "--filter",
            "customerName ",
            &["customerName eq", "customerName ne"],
        ),
        ("--filter", "customerName eq 'a", &[]),
        (
            "--filter",
            "customerName eq 'a b' a",
            &["customerName eq 'a b' and"],
        ),
        (
            "--filter",
            "(customerName eq 'a' or service",
            &[
                "(customerName eq 'a' or serviceCode",
                "(customerName eq 'a' or serviceName",
            ],
        ),
        ("--filter", "nothing eq 'a' ", &[]),
        ("--sort", "-licensesS", &["-licensesSold"]),
        (
            "--where",
            "licensesSold g",
            &["licensesSold ge", "licensesSold gt"],
        ),
    ] {
        let found = completed(&home, &["commercial", "deployment", option, typed]);
        assert_eq!(found, expected, "{option} {typed}");
    }
    let parts = completed(
        &home,
        &["customers", "list", "--columns", "companyProfile.do"],
    );
    assert_eq!(parts, ["companyProfile.domain"]);
    let report = completed(&home, &["report", "unused", "--columns", "customerN"]);
    assert_eq!(report, ["customerName"]);
    let order = completed(&home, &["azure-usage", "--order-by", "customer"]);
    assert!(!order.is_empty() && order.iter().all(|name| name.starts_with("customer")));
    let inside = completed(
        &home,
        &["-o", "json", "azure-usage", "--order-by", "customer"],
    );
    assert_eq!(inside, order, "options before the command");
}

#[test]
fn words_of_commands_and_profiles_are_completed() {
    let home = Home::with(PROFILES);
    for (words, expected) in [
        (
            &["subscriptions", "--profile", ""][..],
            &["contoso", "test"][..],
        ),
        (&["profile", "use", "t"], &["test"]),
        (&["profile", "rename", "c"], &["contoso"]),
        (&["auth", "logout", "--profile", "c"], &["contoso"]),
        (&["docs", "azure"], &["azure_usage"]),
        (&["help", "exit"], &["exit-codes"]),
        (&["commerc"], &["commercial"]),
        (&["subscriptions", "-o", "nd"], &["ndjson"]),
        (&["subscriptions", "--cloud", "us"], &["us-government"]),
        (&["skus", "--customer", ""], &[]),
    ] {
        assert_eq!(completed(&home, words), expected, "{words:?}");
    }
}

/// A shell would print messages into the line that the user is typing.
#[test]
fn problems_of_completion_are_silent() {
    let home = Home::with("[profiles.contoso\n");
    assert_eq!(completed(&home, &["skus", "--profile", ""]), [""; 0]);
    assert_eq!(completed(&home, &["docs", "azure"]), ["azure_usage"]);
    for arguments in [&["--"][..], &[], &["--", "pcenter", "no such command", ""]] {
        for shell in ["fish", "bash", "no such shell"] {
            let ran = run(&home, arguments, &[("PCENTER_COMPLETE", shell)]);
            assert_eq!(ran.stderr, "", "{arguments:?} {shell}");
        }
    }
}

/// Names of customers are on the disk only if the user requests it.
#[test]
fn customers_are_completed_once_they_are_stored() {
    let home = Home::new();
    let list = run(
        &home,
        &["customers", "list", "--emulator", "-o", "json"],
        &[],
    );
    assert!(!home.path("cache").exists());
    let customers: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    let customer = &customers[0];
    let id = customer["id"].as_str().unwrap();
    let profile = &customer["companyProfile"];
    let (name, domain) = (&profile["companyName"], &profile["domain"]);

    let ran = run(
        &home,
        &["completions", "--store-customers", "--emulator"],
        &[],
    );
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with("50 customers are stored in"),
        "{}",
        ran.stderr
    );
    let file = home.path("cache").join("pcenter/customers/@emulator.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    }
    for typed in [id, name.as_str().unwrap(), domain.as_str().unwrap()] {
        let found = completed(&home, &["skus", "--emulator", "--customer", typed]);
        // Several customers have names that begin with the same word.
        assert!(
            found.iter().any(|it| it == id || it == domain),
            "{typed}: {found:?}"
        );
    }
    // The customers of an emulator are not those of a profile.
    assert_eq!(completed(&home, &["skus", "--customer", id]), [""; 0]);

    std::fs::write(&file, "[{").unwrap();
    assert_eq!(
        completed(&home, &["skus", "--emulator", "--customer", id]),
        [""; 0]
    );
    let ran = run(&home, &["completions", "--forget-customers"], &[]);
    assert_eq!(ran.exit, 0);
    assert!(!file.exists());
    let again = run(&home, &["completions", "--forget-customers"], &[]);
    assert!(
        again.stderr.contains("no stored customers"),
        "{}",
        again.stderr
    );
}

#[test]
fn customers_of_a_service_need_a_profile() {
    let home = Home::new();
    let ran = run(&home, &["completions", "--store-customers"], &[]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--profile"), "{}", ran.stderr);
}

#[test]
fn the_script_is_that_of_the_shell() {
    let home = Home::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = run(&home, &["completions", shell], &[]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
        assert!(
            ran.stdout.contains("PCENTER_COMPLETE"),
            "{shell}: {}",
            ran.stdout
        );
        let path = format!("/usr/bin/{shell}");
        let detected = run(&home, &["completions"], &[("SHELL", path.as_str())]);
        // PowerShell is `pwsh` in SHELL.
        if shell != "powershell" {
            assert_eq!(detected.stdout, ran.stdout, "{shell}");
        }
    }
    for variables in [&[][..], &[("SHELL", "/bin/ksh")]] {
        let ran = run(&home, &["completions"], variables);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
        assert!(
            ran.stderr.contains("bash, elvish, fish, powershell, zsh"),
            "{}",
            ran.stderr
        );
    }
}
