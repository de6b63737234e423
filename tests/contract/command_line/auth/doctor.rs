//! `pcenter auth doctor`

use partner_center_emulator::{Fault, TokenOptions};

use super::{DAY, Home, Service, signed_in};
use crate::command_line::pcenter;

const DOCTOR: [&str; 2] = ["auth", "doctor"];

/// Returns the only line that is not `ok` or `skip`, and its fix.
fn complaint(home: &Home, stdout: &str) -> String {
    let lines: Vec<_> = stdout
        .lines()
        .filter(|line| {
            ["fail", "warn", "      fix"]
                .iter()
                .any(|it| line.starts_with(it))
        })
        .collect();
    home.plain(&lines.join("\n"))
}

#[test]
fn all_checks_pass_with_the_emulator_and_with_a_profile() {
    let home = Home::new();
    let ran = pcenter(&[&DOCTOR[..], &["--emulator"]].concat(), &[]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    insta::assert_snapshot!("emulator", home.plain(&ran.stdout));

    let service = Service::start();
    let home = signed_in(&service, 3 * DAY);
    let variables = [
        (
            "HTTPS_PROXY",
            "http://user:planted-password@proxy.contoso.com:8080",
        ),
        ("no_proxy", "127.0.0.1"),
    ];
    let ran = home.pcenter_with(&DOCTOR, &variables);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    insta::assert_snapshot!("profile", home.plain(&ran.stdout));

    let ran = home.pcenter(&[&DOCTOR[..], &["-o", "json"]].concat());
    assert_eq!(ran.exit, 0);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["ok"], true);
    assert_eq!(document["checks"].as_array().unwrap().len(), 9);
    assert_eq!(
        document["checks"][8]["found"],
        "partner_licenses_deployment: 2 rows; the sign-in had a second factor"
    );
}

/// Snapshot of the problems of a profile or its sign-in, one at a time.
#[test]
fn each_problem_is_found_with_its_fix() {
    type Trouble<'a> = (&'a str, u8, &'a dyn Fn(&Service) -> Home, &'a [&'a str]);
    let replaced = |service: &Service, what: &str, with: &str| {
        let home = signed_in(service, DAY);
        let config = home.config();
        assert!(config.contains(what), "{config}");
        std::fs::write(&home.config, config.replace(what, with)).unwrap();
        home
    };
    let fine = |service: &Service| signed_in(service, DAY);
    let base = |service: &Service| format!("base_url = \"{}", service.emulator.url());
    let authority = |service: &Service| format!("authority = \"{}", service.emulator.authority());
    let troubles: &[Trouble<'_>] = &[
        ("no profile", 3, &|_| Home::new(), &[]),
        ("unknown profile", 2, &fine, &["--profile", "deflaut"]),
        ("broken file", 2, &|_| Home::with("x = 1\n"), &[]),
        (
            "impossible tenant",
            2,
            &|it| replaced(it, it.emulator.tenant_id(), "a/b"),
            &[],
        ),
        (
            "base URL with a version",
            2,
            &|it| replaced(it, &base(it), &format!("{}v1", base(it))),
            &[],
        ),
        (
            "base URL with another path",
            2,
            &|it| replaced(it, &base(it), &format!("{}gateway", base(it))),
            &[],
        ),
        // No process listens on port 1 of this machine.
        ("no API", 7, &fine, &["--base-url", "http://127.0.0.1:1"]),
        (
            "no sign-in service",
            7,
            &|it| replaced(it, &authority(it), "authority = \"http://127.0.0.1:1"),
            &[],
        ),
        (
            "unknown tenant",
            3,
            &|it| {
                let home = replaced(it, it.emulator.tenant_id(), "fabrikam.onmicrosoft.com");
                std::fs::remove_dir_all(home.path("tokens")).unwrap();
                home
            },
            &[],
        ),
        (
            "wrong scope",
            3,
            &|it| {
                let scope = "scope = \"https://graph.microsoft.com/.default\"\nstore =";
                replaced(it, "store =", scope)
            },
            &[],
        ),
        (
            "sign-in service in trouble",
            6,
            &|it| {
                let outage = Fault::status(503).html().on_token_requests();
                it.emulator.inject(outage.times(9));
                signed_in(it, DAY)
            },
            &[],
        ),
        ("sign-in ends soon", 0, &|it| signed_in(it, 80 * DAY), &[]),
        ("sign-in is over", 3, &|it| signed_in(it, 91 * DAY), &[]),
        (
            "sign-in was revoked",
            3,
            &|it| {
                it.emulator.revoke_refresh_tokens();
                signed_in(it, DAY)
            },
            &[],
        ),
        (
            "this clock is behind",
            3,
            &|it| {
                it.move_clock(1_000);
                // The token is not yet valid either.
                signed_in(it, DAY)
            },
            &[],
        ),
        (
            "this clock is a little ahead",
            0,
            &|it| {
                it.move_clock(-120);
                signed_in(it, DAY)
            },
            &[],
        ),
        (
            "no second factor",
            3,
            &|it| {
                let refusal = Fault::status(401).documented(900_421, "Not allowed.");
                // The first request is rejected because it has no token.
                it.emulator.inject(refusal.after(1).times(9));
                signed_in(it, DAY)
            },
            &[],
        ),
        (
            "refused audience",
            3,
            &|it| {
                let refusal = Fault::status(401).documented(900_420, "Not allowed.");
                it.emulator.inject(refusal.after(1).times(9));
                signed_in(it, DAY)
            },
            &[],
        ),
        (
            "scope of Azure AD Graph",
            3,
            &|it| {
                let scope = "scope = \"https://graph.windows.net/.default\"\nstore =";
                replaced(it, "store =", scope)
            },
            &[],
        ),
    ];
    let mut shown = String::new();
    for (name, exit, home, arguments) in troubles {
        let service = Service::start();
        let home = home(&service);
        let ran = home.pcenter(&[&DOCTOR, *arguments].concat());
        let complaint = complaint(&home, &ran.stdout);
        assert_eq!(ran.exit, *exit, "{name}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.stderr, "", "{name}");
        assert!(complaint.contains("fix: "), "{name}: {}", ran.stdout);
        shown.push_str(&format!("--- {name}\n{complaint}\n"));
    }
    let seconds = regex::Regex::new("is (9|1)[0-9]{2} s").unwrap();
    insta::assert_snapshot!(seconds.replace_all(&shown, "is <n> s"));
}

/// A given access token needs no sign-in service, and has its own problems.
#[test]
fn a_given_token_is_checked() {
    let service = Service::start();
    let home = Home::new();
    let url = service.emulator.url().to_string();
    let authority = service.emulator.authority().to_string();
    let mint = |options| service.emulator.mint_token(options);
    let opaque = "planted-opaque-token".to_owned();
    let mut shown = String::new();
    for (name, exit, token) in [
        ("app-only", 3, mint(TokenOptions::new().app_only())),
        ("expired", 3, mint(TokenOptions::new().expired())),
        (
            "for Graph",
            3,
            mint(TokenOptions::new().audience("https://graph.microsoft.com")),
        ),
        (
            "for Azure AD Graph",
            3,
            mint(TokenOptions::new().audience("https://graph.windows.net")),
        ),
        ("opaque", 3, opaque),
    ] {
        let variables = [
            ("PCENTER_ACCESS_TOKEN", token.as_str()),
            ("PCENTER_AUTHORITY", authority.as_str()),
        ];
        let arguments = [&DOCTOR[..], &["--base-url", &url]].concat();
        let ran = home.pcenter_with(&arguments, &variables);
        assert_eq!(ran.exit, exit, "{name}: {}", ran.stdout);
        assert!(!ran.stdout.contains(&token) && !ran.stderr.contains(&token));
        let token_line = ran
            .stdout
            .lines()
            .skip_while(|line| !line.contains("access token   "));
        let lines: Vec<_> = token_line.take(4).collect();
        shown.push_str(&format!("--- {name}\n{}\n", home.plain(&lines.join("\n"))));
    }
    insta::assert_snapshot!(shown);
}

/// Reports still work without a second factor, but it may become required.
#[test]
fn a_sign_in_without_a_second_factor_is_warned_of() {
    let service = Service::with(|builder| {
        let builder = builder.public_client(true).sign_in_with_mfa(false);
        builder.require_mfa(false)
    });
    let ran = signed_in(&service, DAY).pcenter(&DOCTOR);
    assert_eq!(ran.exit, 0, "{}", ran.stdout);
    let found = "warn  call             partner_licenses_deployment: 2 rows; the sign-in had no \
                 second factor\n      fix: sign in again with multi-factor authentication";
    assert!(ran.stdout.contains(found), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("Reports work, with 1 warning.\n"));
}

/// If a second factor is required, a report names the command for a new sign-in.
#[test]
fn a_required_second_factor_suggests_a_new_sign_in() {
    let service = Service::with(|builder| builder.public_client(true).sign_in_with_mfa(false));
    let home = signed_in(&service, DAY);
    let ran = home.pcenter(&["licenses", "deployment"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
    for expected in [
        "401 Unauthorized, code 900421",
        "interactively and with multi-factor authentication",
        "to sign in again: `pcenter auth login --profile default`",
    ] {
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
    let ran = home.pcenter(&DOCTOR);
    assert_eq!(ran.exit, 3);
    assert!(ran.stdout.contains("fail  call "), "{}", ran.stdout);
}

/// The JSON document has every check, including skipped ones.
#[test]
fn every_check_is_in_the_document() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    let json = [&DOCTOR[..], &["-o", "json"]].concat();
    let no_service = home
        .config()
        .replace(service.emulator.authority().as_str(), "http://127.0.0.1:1/");
    let unreachable = Home::with(&no_service);
    for (home, variables) in [
        (&home, &[("PCENTER_ACCESS_TOKEN", "planted-token")][..]),
        // Without a store.
        (
            &Home::with(&service.profile("a").replace("store = \"file\"\n", "")),
            &[("PCENTER_PROFILE", "a")],
        ),
        (&unreachable, &[]),
        (&Home::new(), &[]),
    ] {
        // No request may leave this machine.
        let url = service.emulator.url().to_string();
        let authority = service.emulator.authority().to_string();
        let variables = [variables, &[("PCENTER_AUTHORITY", authority.as_str())]].concat();
        let ran = home.pcenter_with(&[&json[..], &["--base-url", &url]].concat(), &variables);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let names: Vec<_> = document["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check["check"].as_str().unwrap())
            .collect();
        let expected = [
            "settings",
            "token store",
            "refresh token",
            "proxy",
            "sign-in service",
            "clock",
            "access token",
            "API",
            "call",
        ];
        assert_eq!(names, expected, "{}", ran.stdout);
    }
}
