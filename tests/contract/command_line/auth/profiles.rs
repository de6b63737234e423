//! The profiles file, and the order of credentials.

use super::{DAY, Home, Service, signed_in};

const REPORT: [&str; 4] = ["licenses", "deployment", "-o", "csv"];

/// Every error has file and line, and no request is sent.
#[test]
fn errors_in_the_file_are_reported_with_their_line() {
    let contoso = "[profiles.contoso]\ntenant = \"contoso.onmicrosoft.com\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n";
    let mut shown = String::new();
    for config in [
        "default_profile = \"contoso\n",
        "[profiles.contoso\n",
        "[profiles.contoso]\ntenant = \"a\"\ntenant = \"b\"\n",
        "defaultprofile = \"contoso\"\n",
        &format!("{contoso}tennant = \"x\"\n"),
        &format!("{contoso}frequency = \"daily\"\n"),
        &format!("{contoso}client_secret = \"planted-secret\"\n"),
        &format!("{contoso}cloud = \"mars\"\n"),
        &format!("{contoso}cloud = \"germany\"\n"),
        &format!("{contoso}store = \"fiel\"\n"),
        &format!("{contoso}store = \"vault\"\n"),
        &format!("{contoso}store_file = \"x\"\n"),
        &format!("{contoso}scope = 7\n"),
        &format!("{contoso}base_url = \"http://example.com\"\n"),
        &format!("{contoso}authority = \"login\"\n"),
        &format!("{contoso}authority = \"https://admin:planted@login.contoso.com\"\n"),
        &format!("{contoso}base_url = \"https://api.contoso.com/?key=planted\"\n"),
        &format!("{contoso}[profiles.Contoso]\n"),
        "[profiles.con]\n",
        "\"\\u001b[31m\" = 1\n",
        "[profiles.contoso]\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n",
        "[profiles.contoso]\nclient_id = \"11111111-2222-3333-4444-555555555555\"\ntenant = \" \"\n",
        "[profiles.contoso]\ntenant = \"a\"\nclient_id = \"my application\"\n",
        "[profiles]\ncontoso = \"x\"\n",
        "profiles = 7\n",
        "[profiles.\"a b\"]\n",
        &format!("default_profile = \"contso\"\n{contoso}"),
    ] {
        let home = Home::with(config);
        let ran = home.pcenter(&[&REPORT[..], &["--profile", "contoso"]].concat());
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (2, ""),
            "{config}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("planted"), "{}", ran.stderr);
        shown.push_str(&format!("--- {config}{}", home.plain(&ran.stderr)));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn an_unknown_profile_is_reported_with_similar_names() {
    let contoso = "[profiles.contoso]\ntenant = \"contoso.onmicrosoft.com\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n";
    let home = Home::with(contoso);
    let mut shown = String::new();
    for (arguments, variables) in [
        (&["--profile", "contso"][..], &[][..]),
        (&["--profile", "fabrikam"], &[]),
        (&[], &[("PCENTER_PROFILE", "fabrikam")]),
        (&[], &[("PCENTER_PROFILE", "a/b")]),
        (&["--profile", "contoso", "--cloud", "us-government"], &[]),
        (&["--profile", "contoso", "--emulator"], &[]),
        // Without a default profile, no profile is selected.
        (&[], &[]),
    ] {
        let arguments = [&["customers", "list"], arguments].concat();
        let ran = home.pcenter_with(&arguments, variables);
        assert_eq!(ran.stdout, "");
        shown.push_str(&format!(
            "$ {variables:?} pcenter {}\n{}{}\n",
            arguments.join(" "),
            home.plain(&ran.stderr),
            ran.exit
        ));
    }
    insta::assert_snapshot!(shown);
    let none = Home::new().pcenter(&["auth", "status", "--profile", "contoso"]);
    assert!(
        none.stderr.contains("there are no profiles yet"),
        "{}",
        none.stderr
    );
}

/// Each source of credentials has its own token, and the emulator records which one was sent.
#[test]
fn credentials_are_chosen_in_the_documented_order() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    let profile = service.profile("other");
    std::fs::write(&home.config, format!("{}\n{profile}", home.config())).unwrap();
    let token = service
        .emulator
        .mint_token(partner_center_emulator::TokenOptions::new());
    let url = service.emulator.url().to_string();
    let (tenant, authority) = (service.emulator.tenant_id(), service.emulator.authority());
    let (client_id, authority) = (service.emulator.client_id(), authority.to_string());
    let all = [
        ("PCENTER_ACCESS_TOKEN", token.as_str()),
        ("PCENTER_PROFILE", "other"),
        ("PCENTER_TENANT_ID", tenant),
        ("PCENTER_CLIENT_ID", client_id),
        ("PCENTER_REFRESH_TOKEN", "planted-refresh-token"),
        ("PCENTER_AUTHORITY", &authority),
    ];
    let report = |arguments: &[&str], variables: &[(&str, &str)]| {
        let ran = home.pcenter_with(&[&REPORT, arguments].concat(), variables);
        assert!(!ran.stderr.contains("planted"), "{}", ran.stderr);
        (ran.exit, ran.stderr)
    };
    // Emulator commands need no credentials.
    assert_eq!(report(&["--emulator"], &all).0, 0);
    // The access token overrides PCENTER_PROFILE.
    assert_eq!(report(&["--base-url", &url], &all), (0, String::new()));
    // It does not override the --profile flag.
    let (exit, missing) = report(&["--profile", "other"], &all);
    assert_eq!(exit, 3);
    assert!(
        missing.contains("no refresh token in the store"),
        "{missing}"
    );
    assert_eq!(report(&["--profile", "default"], &all), (0, String::new()));
    // A selected profile overrides the variables; the flag overrides PCENTER_PROFILE.
    let (exit, missing) = report(&[], &all[1..]);
    assert_eq!(exit, 3);
    assert!(
        missing.contains("no refresh token in the store"),
        "{missing}"
    );
    assert_eq!(
        report(&["--profile", "default"], &all[1..]),
        (0, String::new())
    );
    // The variables override the default profile, and must be complete.
    let (exit, refused) = report(&["--base-url", &url], &all[2..]);
    assert_eq!(exit, 3);
    assert!(
        refused.contains("the token endpoint rejected the request"),
        "{refused}"
    );
    let (exit, incomplete) = report(&[], &all[2..3]);
    assert_eq!(exit, 3);
    assert!(
        incomplete.contains("PCENTER_CLIENT_ID and PCENTER_REFRESH_TOKEN are not set"),
        "{incomplete}"
    );
    // The default profile has the lowest priority.
    assert_eq!(report(&[], &[]), (0, String::new()));
    assert_eq!(report(&["--cloud", "global"], &[]).0, 0);
}

#[test]
fn a_base_url_flag_overrides_the_profile() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    // No process listens on port 1 of this machine.
    let ran = home.pcenter(
        &[
            &REPORT[..],
            &["--base-url", "http://127.0.0.1:1", "--max-attempts", "1"],
        ]
        .concat(),
    );
    assert_eq!(ran.exit, 7, "{}", ran.stderr);
}

/// Manual edits of the file are kept.
#[test]
fn changes_of_the_file_keep_comments_and_order() {
    let service = Service::start();
    let home = Home::with(&format!(
        "# ours\ndefault_profile = \"b\" # the usual one\n\n[profiles.b]\n# of the test\n\
         client_id = \"{0}\" # portal\ntenant = \"{1}\"\n\n\
         [profiles.a] # old\ntenant = \"fabrikam.onmicrosoft.com\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n",
        service.emulator.client_id(),
        service.emulator.tenant_id(),
    ));
    let (authority, url) = (
        service.emulator.authority().to_string(),
        service.emulator.url().to_string(),
    );
    let mut screen = super::user::approving(&service.emulator);
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = super::Surroundings {
        variables: &variables,
        ..super::Surroundings::default()
    };
    let arguments = [
        "auth",
        "login",
        "--store-file",
        "kept.json",
        "--authority",
        &authority,
        "--base-url",
        &url,
    ];
    // Relative paths resolve against the current folder.
    let kept = std::path::absolute("kept.json").unwrap();
    let store_file = home.path("kept.json");
    let mut arguments = arguments.map(str::to_owned);
    arguments[3] = store_file.to_str().unwrap().to_owned();
    assert_ne!(kept, store_file);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let exit = surroundings.run(&arguments, &mut Vec::new(), &mut screen);
    assert_eq!(exit, 0, "{}", screen.text());
    let written = home.config();
    let forgotten = home.pcenter(&["auth", "logout", "--forget", "--profile", "b"]);
    assert_eq!(forgotten.exit, 0, "{}", forgotten.stderr);
    assert!(!store_file.exists());
    insta::assert_snapshot!(home.plain(&format!(
        "--- after login\n{written}--- after logout --forget\n{}",
        home.config()
    )));
}

/// The commands and settings in docs/sign-in.md are valid.
#[test]
fn the_commands_and_settings_of_the_guide_are_valid() {
    let guide = xtask::workspace_root().join("docs/sign-in.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let example = guide.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let home = Home::with(example);
    let ran = home.pcenter(&["auth", "status", "-o", "json"]);
    let status: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let names: Vec<_> = status
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["profile"])
        .collect();
    assert_eq!(names, ["contoso", "nightly"]);

    // Every command line of the guide has valid flags.
    let line = regex::Regex::new("pcenter ((?:--no-input )?[a-z]+ [a-z][^`>\n<]*)").unwrap();
    let mut commands = 0;
    for found in line.captures_iter(&guide) {
        let words = found[1]
            .trim_end_matches(" --client-id ")
            .split_whitespace();
        let words = std::iter::once("pcenter").chain(words);
        let parsed = pcenter::command().try_get_matches_from(words);
        assert!(parsed.is_ok(), "{}: {}", &found[1], parsed.unwrap_err());
        commands += 1;
    }
    assert!(commands > 8, "{commands}");
}

/// A token that would be rejected is not sent, unless the checks are disabled.
#[test]
fn a_token_that_would_be_rejected_is_sent_only_on_request() {
    let service = Service::start();
    let home = Home::new();
    let url = service.emulator.url().to_string();
    let token = service
        .emulator
        .mint_token(partner_center_emulator::TokenOptions::new().app_only());
    let variables = [("PCENTER_ACCESS_TOKEN", token.as_str())];
    let report = ["licenses", "deployment", "--base-url", &url];
    let refused = home.pcenter_with(&report, &variables);
    assert_eq!(refused.exit, 3);
    assert!(
        refused.stderr.contains("the token is app-only")
            && refused.stderr.contains("sign in as a user"),
        "{}",
        refused.stderr
    );
    assert!(service.emulator.requests().is_empty());
    let sent = home.pcenter_with(&[&report[..], &["--no-checks"]].concat(), &variables);
    assert_eq!(sent.exit, 3);
    assert!(
        sent.stderr.contains("403 Forbidden, code 2032"),
        "{}",
        sent.stderr
    );
    assert_eq!(service.emulator.requests().len(), 1);
}

#[test]
fn profiles_without_a_default_one_are_named() {
    let profile = "tenant = \"contoso.onmicrosoft.com\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n";
    let home = Home::with(&format!("[profiles.a]\n{profile}[profiles.b]\n{profile}"));
    let ran = home.pcenter(&REPORT);
    assert_eq!((ran.exit, ran.stdout.as_str()), (3, ""));
    for expected in [
        "no profile is named, there is no default profile",
        "name a profile with `--profile NAME`; profiles: a, b",
        "or make one the default: `pcenter profile use NAME`",
    ] {
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

/// URLs are printed and stored, so they must not contain a password.
#[test]
fn urls_with_a_password_are_rejected() {
    let home = Home::new();
    let with_password = "https://admin:planted-password@login.contoso.com";
    let login = [
        "auth",
        "login",
        "--store",
        "file",
        "--tenant",
        "t.com",
        "--client-id",
        "6492b9d6-5629-429b-934c-040b1946e760",
    ];
    for arguments in [
        [&login[..], &["--authority", with_password]].concat(),
        [&login[..], &["--base-url", with_password]].concat(),
        [&REPORT[..], &["--base-url", with_password]].concat(),
    ] {
        let ran = home.pcenter(&arguments);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        let told = "the URL has a user name or password: leave them out";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        assert!(!ran.stderr.contains("planted"), "{}", ran.stderr);
    }
    let variables = [
        ("PCENTER_ACCESS_TOKEN", "x"),
        ("PCENTER_AUTHORITY", with_password),
    ];
    let ran = home.pcenter_with(&REPORT, &variables);
    assert_eq!(ran.exit, 2);
    assert!(
        ran.stderr
            .contains("PCENTER_AUTHORITY: the URL has a user name or password"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("planted"), "{}", ran.stderr);
    assert!(!home.path("config.toml").exists());
}

#[test]
fn a_base_url_with_a_version_is_rejected_everywhere() {
    let home = Home::new();
    let wrong = ["--base-url", "https://api.contoso.com/v1"];
    let login = [
        "auth",
        "login",
        "--store",
        "file",
        "--tenant",
        "t.com",
        "--client-id",
        "6492b9d6-5629-429b-934c-040b1946e760",
    ];
    for arguments in [&REPORT[..], &login] {
        let ran = home.pcenter(&[arguments, &wrong].concat());
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        for expected in ["ends in /v1", "use the root only: https://api.contoso.com/"] {
            assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        }
    }
}

#[test]
fn profile_names_must_differ_in_more_than_case() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    let ran = home.pcenter(&["auth", "login", "--profile", "Default"]);
    assert_eq!(ran.exit, 2);
    assert!(
        ran.stderr
            .contains("the name of the existing profile `default` differs"),
        "{}",
        ran.stderr
    );
}

/// Reading a device never ends, and reading a pipe may block.
#[cfg(unix)]
#[test]
fn the_profile_path_must_be_a_regular_file() {
    let home = Home::new();
    for path in ["/dev/zero", home.path("").to_str().unwrap()] {
        let ran = home.pcenter_with(&["auth", "status"], &[("PCENTER_CONFIG", path)]);
        assert_eq!(ran.exit, 2, "{path}");
        assert!(
            ran.stderr.contains("it is not a file"),
            "{path}: {}",
            ran.stderr
        );
    }
    let large = home.path("large.toml");
    std::fs::write(&large, vec![b'#'; 1024 * 1024 + 1]).unwrap();
    let large = large.to_str().unwrap();
    let ran = home.pcenter_with(&["auth", "status"], &[("PCENTER_CONFIG", large)]);
    assert_eq!(ran.exit, 2);
    assert!(ran.stderr.contains("larger than 1 MiB"), "{}", ran.stderr);
}
