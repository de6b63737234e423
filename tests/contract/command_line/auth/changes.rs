//! `pcenter profile` and `pcenter auth token`.

use super::super::Surroundings;
use super::{DAY, Home, Service, signed_in};

#[test]
fn profiles_are_listed_and_shown_with_all_settings() {
    let home = Home::with(
        "default_profile = \"contoso\"\n[profiles.contoso]\ntenant = \"contoso.onmicrosoft.com\"\n\
         client_id = \"11111111-2222-3333-4444-555555555555\"\n[profiles.test]\ntenant = \
         \"test.example\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\nstore = \"file\"\n\
         base_url = \"http://127.0.0.1:8080/\"\noutput = \"csv\"\n",
    );
    let mut shown = String::new();
    for arguments in [
        &["list"][..],
        &["list", "-o", "json"],
        &["show"],
        &["show", "test"],
        &["show", "tset"],
        &["use", "test"],
        &["list"],
        &["use", "none"],
    ] {
        let ran = home.pcenter(&[&["profile"], arguments].concat());
        shown.push_str(&format!(
            "$ pcenter profile {}\n{}{}{}\n\n",
            arguments.join(" "),
            home.plain(&ran.stdout),
            home.plain(&ran.stderr),
            ran.exit
        ));
    }
    insta::assert_snapshot!(shown);
    let none = Home::new().pcenter(&["profile", "list"]);
    assert_eq!((none.exit, none.stdout.as_str()), (0, ""));
    assert!(
        none.stderr.contains("pcenter auth login"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_renamed_profile_keeps_its_sign_in() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    let report = ["licenses", "deployment", "-o", "csv"];
    // Stores an access token beside the refresh token.
    let before = home.pcenter(&report);
    assert_eq!(before.exit, 0, "{}", before.stderr);
    let ran = home.pcenter(&["profile", "rename", "default", "contoso"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let tokens = std::fs::read_dir(home.path("tokens")).unwrap();
    let names: Vec<_> = tokens
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    assert_eq!(names, ["contoso.json"]);
    let config = home.config();
    assert!(
        config.contains("default_profile = \"contoso\"") && config.contains("[profiles.contoso]")
    );
    let after = home.pcenter(&report);
    assert_eq!(
        (after.exit, after.stdout),
        (0, before.stdout),
        "{}",
        after.stderr
    );

    for (old, new, expected) in [
        ("default", "x", "there is no profile `default`"),
        ("contoso", "contoso", "is already the name"),
        ("contoso", "a/b", "invalid value"),
    ] {
        let ran = home.pcenter(&["profile", "rename", old, new]);
        assert_eq!(ran.exit, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
    // A profile that never signed in has nothing to move.
    let other = service.profile("other");
    std::fs::write(&home.config, format!("{config}\n{other}")).unwrap();
    let taken = home.pcenter(&["profile", "rename", "other", "Contoso"]);
    assert_eq!(taken.exit, 2);
    assert!(
        taken
            .stderr
            .contains("there is already a profile `contoso`")
    );
    let moved = home.pcenter(&["profile", "rename", "other", "third"]);
    assert_eq!(moved.exit, 0, "{}", moved.stderr);
    assert_eq!(home.pcenter(&report).exit, 0);
    // Only the case changes.
    let case = home.pcenter(&["profile", "rename", "contoso", "Contoso"]);
    assert_eq!(case.exit, 0, "{}", case.stderr);
    assert_eq!(home.pcenter(&report).exit, 0);
}

/// The flag overrides the variable, and the variable the profile.
#[test]
fn the_output_format_of_a_profile_is_the_default() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    let config = home.config();
    std::fs::write(&home.config, format!("{config}output = \"csv\"\n")).unwrap();
    let first = |arguments: &[&str], variables: &[(&str, &str)]| {
        let report = [&["licenses", "deployment"], arguments].concat();
        let ran = home.pcenter_with(&report, variables);
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
        ran.stdout.lines().next().unwrap().to_owned()
    };
    let csv = first(&["-o", "csv"], &[]);
    assert!(csv.contains("serviceName,channel,"), "{csv}");
    assert_eq!(first(&[], &[]), csv);
    assert_eq!(first(&["-o", "json"], &[]), "[");
    assert_eq!(first(&[], &[("PCENTER_OUTPUT", "json")]), "[");
    // The rows of an emulator have nothing to do with the profile.
    assert_ne!(first(&["--emulator"], &[]), csv);

    std::fs::write(&home.config, format!("{config}output = \"docx\"\n")).unwrap();
    let ran = home.pcenter(&["licenses", "deployment"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
    let expected = "`output` of the profile `default`: unknown format `docx`";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

#[test]
fn a_token_is_printed_to_stdout_only() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    let ran = home.pcenter(&["auth", "token", "-vv"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let token = ran.stdout.trim_end();
    assert_eq!(token.split('.').count(), 3, "a JSON Web Token");
    assert!(!ran.stderr.contains(token));
    // The same token until it expires, and one that the API accepts.
    assert_eq!(home.pcenter(&["auth", "token"]).stdout, ran.stdout);
    let url = service.emulator.url().to_string();
    let report = ["licenses", "deployment", "--base-url", &url];
    let used = home.pcenter_with(&report, &[("PCENTER_ACCESS_TOKEN", token)]);
    assert_eq!(used.exit, 0, "{}", used.stderr);

    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let shown = home.run(
        &["auth", "token"],
        Surroundings {
            variables: &variables,
            terminal: true,
            ..Surroundings::default()
        },
    );
    assert!(shown.stderr.starts_with("warning: "), "{}", shown.stderr);
    let none = Home::new().pcenter(&["auth", "token"]);
    assert_eq!((none.exit, none.stdout.as_str()), (3, ""));
    assert!(
        none.stderr.contains("pcenter auth login"),
        "{}",
        none.stderr
    );
}
