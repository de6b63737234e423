//! `pcenter auth status` and `pcenter auth logout`

use std::time::Duration;

use super::{DAY, Home, Service, signed_in};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn homes(service: &Service) -> Home {
    let profiles: String = ["good", "soon", "over", "none", "other"]
        .map(|name| format!("{}\n", service.profile(name)))
        .concat();
    let home = Home::with(&format!("default_profile = \"good\"\n\n{profiles}"));
    let token = service.emulator.refresh_token();
    home.keep("good", service, token, 3 * DAY + HOUR);
    home.keep("soon", service, token, 80 * DAY + HOUR);
    home.keep("over", service, token, 91 * DAY + HOUR);
    home.keep("other", service, token, DAY);
    let config = home.config();
    let (before, other) = config.split_once("[profiles.other]").unwrap();
    let other = other.replace(
        service.emulator.client_id(),
        "99999999-8888-7777-6666-555555555555",
    );
    std::fs::write(&home.config, format!("{before}[profiles.other]{other}")).unwrap();
    home
}

#[test]
fn status_reports_every_state_of_a_sign_in() {
    let service = Service::start();
    let home = homes(&service);
    let all = home.pcenter(&["auth", "status"]);
    assert_eq!((all.exit, all.stderr.as_str()), (3, ""));
    insta::assert_snapshot!("status", home.plain(&all.stdout));

    for (profile, exit, state) in [
        ("good", 0, "good"),
        ("soon", 0, "expiresSoon"),
        ("over", 3, "expired"),
        ("none", 3, "missing"),
        ("other", 3, "otherOwner"),
    ] {
        let ran = home.pcenter(&["auth", "status", "--profile", profile, "-o", "json"]);
        assert_eq!(ran.exit, exit, "{profile}");
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let [document] = document.as_array().unwrap().as_slice() else {
            panic!("{document}");
        };
        assert_eq!(document["profile"], profile);
        assert_eq!(document["state"], state, "{document}");
        // As in the text output, a URL that differs from the cloud's is shown.
        let url = service.emulator.url();
        assert_eq!(document["baseUrl"], url.as_str(), "{document}");
        assert!(document["authority"].is_string(), "{document}");
        if state == "expiresSoon" {
            assert_eq!(
                (&document["ageDays"], &document["daysLeft"]),
                (&80.into(), &10.into())
            );
        }
    }
    assert_eq!(service.emulator.requests().len(), 0);
}

#[test]
fn status_fails_without_a_sign_in_or_with_an_unreadable_store() {
    let home = Home::new();
    let nobody = home.pcenter(&["auth", "status", "-o", "json"]);
    assert_eq!((nobody.exit, nobody.stdout.as_str()), (3, "[]\n"));
    assert!(
        nobody.stderr.contains("`pcenter auth login` creates one"),
        "{}",
        nobody.stderr
    );

    let home = Home::with(
        "[profiles.a]\ntenant = \"contoso.onmicrosoft.com\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n",
    );
    let no_keyring = home.pcenter_with(&["auth", "status"], &[("PCENTER_ACCESS_TOKEN", "planted")]);
    assert_eq!(no_keyring.exit, 3);
    assert!(
        no_keyring
            .stdout
            .contains("there is no keyring in this test"),
        "{}",
        no_keyring.stdout
    );
    assert!(
        no_keyring.stderr.contains("PCENTER_ACCESS_TOKEN is set"),
        "{}",
        no_keyring.stderr
    );
    assert!(!no_keyring.stderr.contains("planted"));
}

#[cfg(unix)]
#[test]
fn a_token_file_readable_by_others_is_rejected_everywhere() {
    use std::os::unix::fs::PermissionsExt;

    let service = Service::start();
    let home = signed_in(&service, DAY);
    let file = home.path("tokens/default.json");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    for arguments in [
        &["auth", "status"][..],
        &["auth", "doctor"],
        &["licenses", "deployment"],
    ] {
        let ran = home.pcenter(arguments);
        assert_eq!(ran.exit, 3, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(text.contains("is open to other users (mode 644)"), "{text}");
    }
}

#[test]
fn logging_out_removes_the_token_and_keeps_the_profile() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    let config = home.config();
    let out = home.pcenter(&["auth", "logout"]);
    assert_eq!((out.exit, out.stdout.as_str()), (0, ""));
    insta::assert_snapshot!("logout", home.plain(&out.stderr));
    assert!(!home.path("tokens/default.json").exists());
    assert_eq!(home.config(), config);

    // A second logout succeeds, because the token is already removed.
    let again = home.pcenter(&["auth", "logout"]);
    assert_eq!(again.exit, 0);
    assert!(
        again
            .stderr
            .starts_with("There was no sign-in of `default` in the file "),
        "{}",
        again.stderr
    );
    let report = home.pcenter(&["licenses", "deployment"]);
    assert_eq!(report.exit, 3);
    for expected in ["sign in first", "`pcenter auth doctor --profile default`"] {
        assert!(report.stderr.contains(expected), "{}", report.stderr);
    }

    let forgotten = home.pcenter(&["auth", "logout", "--forget"]);
    assert_eq!(forgotten.exit, 0, "{}", forgotten.stderr);
    assert!(!home.config().contains("default"), "{}", home.config());
    let nobody = home.pcenter(&["auth", "logout"]);
    assert_eq!(nobody.exit, 2);
    assert!(
        nobody.stderr.contains("there is no default profile"),
        "{}",
        nobody.stderr
    );
}

#[test]
fn a_profile_can_be_removed_without_its_store() {
    let home = Home::with(
        "[profiles.a]\ntenant = \"contoso.onmicrosoft.com\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n",
    );
    let kept = home.pcenter(&["auth", "logout", "--profile", "a"]);
    assert_eq!(kept.exit, 3);
    assert!(
        kept.stderr.contains("logout --forget --profile a"),
        "{}",
        kept.stderr
    );
    let forgotten = home.pcenter(&["auth", "logout", "--profile", "a", "--forget"]);
    assert_eq!(forgotten.exit, 0);
    assert!(forgotten.stderr.contains("warning"), "{}", forgotten.stderr);
    assert!(!home.config().contains("contoso"), "{}", home.config());
}

#[test]
fn status_shows_the_credentials_that_a_report_would_use() {
    let service = Service::start();
    let home = homes(&service);
    let status = |variables: &[(&str, &str)]| home.pcenter_with(&["auth", "status"], variables);
    let good = status(&[("PCENTER_PROFILE", "good")]);
    assert_eq!((good.exit, good.stderr.as_str()), (0, ""));
    assert!(good.stdout.starts_with("good (default)\n") && !good.stdout.contains("soon"));
    assert_eq!(status(&[("PCENTER_PROFILE", "over")]).exit, 3);
    let unknown = status(&[("PCENTER_PROFILE", "goood")]);
    assert_eq!((unknown.exit, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("did you mean `good`?"));
    let all = [
        ("PCENTER_TENANT_ID", "contoso.onmicrosoft.com"),
        ("PCENTER_CLIENT_ID", "6492b9d6-5629-429b-934c-040b1946e760"),
        ("PCENTER_REFRESH_TOKEN", "planted-refresh-token"),
    ];
    for (variables, note) in [
        (
            &all[..],
            "are set and take precedence over the default profile",
        ),
        (&all[..2], "PCENTER_REFRESH_TOKEN is not set"),
    ] {
        let ran = status(variables);
        assert!(ran.stderr.contains(note), "{}", ran.stderr);
        assert!(!ran.stderr.contains("planted"), "{}", ran.stderr);
    }
}

/// A read-only store does not stop reports; a store readable by others stops all commands.
#[cfg(unix)]
#[test]
fn status_rejects_an_unusable_store() {
    use std::os::unix::fs::PermissionsExt;

    let service = Service::start();
    for (path, mode, problem, fix) in [
        (
            "tokens/default.json",
            0o400,
            "is read-only",
            "fix:       give this user read and write access",
        ),
        (
            "tokens",
            0o777,
            "is open to other users (mode 777)",
            "fix:       run this `chmod`",
        ),
    ] {
        let home = signed_in(&service, DAY);
        let closed = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(home.path(path), closed).unwrap();
        for arguments in [
            &["auth", "status"][..],
            &["auth", "doctor"],
            &["licenses", "deployment"],
        ] {
            let ran = home.pcenter(arguments);
            let text = format!("{}{}", ran.stdout, ran.stderr);
            if mode == 0o400 && arguments[0] == "licenses" {
                assert_eq!(ran.exit, 0, "{text}");
                continue;
            }
            assert_eq!(ran.exit, 3, "{text}");
            assert!(text.contains(problem), "{text}");
            if arguments[1] == "status" {
                assert!(text.contains(fix), "{text}");
            }
        }
    }
}

/// `auth status` creates no files.
#[test]
fn status_creates_no_files_without_a_sign_in() {
    let service = Service::start();
    let home = Home::with(&service.profile("a"));
    assert_eq!(home.pcenter(&["auth", "status"]).exit, 3);
    assert_eq!(std::fs::read_dir(home.path("")).unwrap().count(), 1);
}
