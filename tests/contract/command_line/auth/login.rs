//! `pcenter auth login`

use std::pin::Pin;
use std::sync::Arc;

use partner_center::credential::{
    MemoryStore, RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken,
};
use pcenter::OpenBrowser;

use super::user::{Reader, approving, browser, clicking, clicking_browser};
use super::{DAY, Home, Service, signed_in};
use crate::command_line::Surroundings;

const LOGIN: [&str; 2] = ["auth", "login"];

/// Snapshot of a device code sign-in with a file as the store, and of the report after it.
#[test]
fn a_user_signs_in_by_device_code_and_a_job_continues_unattended() {
    let service = Service::start();
    let home = Home::new();
    let flags = service.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let arguments = [&LOGIN[..], &["--device-code", "--store", "file"], &flags].concat();
    let mut screen = approving(&service.emulator);
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        ..Surroundings::default()
    };
    let exit = surroundings.run(&arguments, &mut Vec::new(), &mut screen);
    let shown = screen.text();
    assert_eq!(exit, 0, "{shown}");
    let code = regex::Regex::new("\n       [A-Z]{9}\n").unwrap();
    let shown = code.replace(&shown, "\n       <code>\n");
    insta::assert_snapshot!(home.plain(&format!("{shown}\n--- config.toml\n{}", home.config())));

    for more in [&[][..], &["--profile", "default"], &["--no-input", "-v"]] {
        let ran = home.pcenter(&[&["licenses", "deployment", "-o", "csv"], more].concat());
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{more:?}");
        assert_eq!(ran.stdout.lines().count(), 3);
    }
    #[cfg(unix)]
    for file in [
        &home.config,
        home.path("tokens/default.json").to_str().unwrap(),
    ] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

/// The tenant's domain is accepted instead of its id.
#[test]
fn the_tenant_may_be_named_by_its_domain() {
    let service = Service::start();
    let home = Home::new();
    let (id, domain) = (
        service.emulator.tenant_id(),
        service.emulator.tenant_domain(),
    );
    let flags = service.flags();
    let flags = flags.iter().map(|flag| match flag == id {
        true => domain,
        false => flag,
    });
    let flags: Vec<_> = flags.collect();
    let arguments = [&LOGIN[..], &["--device-code", "--store", "file"], &flags].concat();
    let mut screen = approving(&service.emulator);
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        ..Surroundings::default()
    };
    let exit = surroundings.run(&arguments, &mut Vec::new(), &mut screen);
    let shown = screen.text();
    assert_eq!(exit, 0, "{shown}");
    assert!(
        shown.contains(&format!("tenant:    {domain} ({id})")),
        "{shown}"
    );
    assert!(home.config().contains(&format!("tenant = \"{domain}\"")));

    let ran = home.pcenter(&["licenses", "deployment", "-o", "csv"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    let ran = home.pcenter(&["auth", "doctor"]);
    assert_eq!(ran.exit, 0, "{}", ran.stdout);
    let found = format!("knows the tenant {domain}\n");
    assert!(ran.stdout.contains(&found), "{}", ran.stdout);
}

#[test]
fn a_browser_sign_in_completes() {
    let service = Service::with(|it| it.automatic_consent(true));
    let home = Home::new();
    let flags = service.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let (open, opened) = browser();
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    // If a browser can be opened, no flag is needed.
    let ran = home.run(
        &[
            &LOGIN[..],
            &["--store", "file", "--profile", "contoso"],
            &flags,
        ]
        .concat(),
        Surroundings {
            variables: &variables,
            browser: Some(&open),
            terminal: true,
            ..Surroundings::default()
        },
    );
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let opened = opened.lock().unwrap();
    assert_eq!(opened.len(), 1);
    for expected in [
        // The URL is alone on its line, for users whose browser does not open.
        &format!("\n{}\n", opened[0]),
        "waiting for you to sign in, 15 min left",
        "user:      admin-agent@contoso.onmicrosoft.com",
        "Next: pcenter report unused\n",
    ] {
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
    assert!(home.path("tokens/contoso.json").exists());
    assert!(home.config().contains("default_profile = \"contoso\""));
}

#[test]
fn a_browser_that_cannot_be_opened_is_reported_and_the_sign_in_waits() {
    let service = Service::with(|it| it.automatic_consent(true));
    let home = Home::new();
    let flags = service.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    // The user opens the page manually after the message.
    let (by_hand, _) = browser();
    let open: OpenBrowser = Arc::new(move |url| {
        let (url, by_hand) = (url.clone(), by_hand.clone());
        std::thread::spawn(move || by_hand(&url).unwrap());
        Err(std::io::Error::other("no browser here"))
    });
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let ran = home.run(
        &[&LOGIN[..], &["--browser", "--store", "file"], &flags].concat(),
        Surroundings {
            variables: &variables,
            browser: Some(&open),
            ..Surroundings::default()
        },
    );
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("The browser could not be opened"),
        "{}",
        ran.stderr
    );
    // Without a terminal no line is overwritten.
    assert!(!ran.stderr.contains("waiting for you"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_has_the_same_steps_and_stores_nothing() {
    let home = Home::new();
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        ..Surroundings::default()
    };
    let mut screen = clicking();
    let arguments = [&LOGIN[..], &["--emulator", "--device-code"]].concat();
    let exit = surroundings.run(&arguments, &mut Vec::new(), &mut screen);
    let shown = screen.text();
    assert_eq!(exit, 0, "{shown}");
    let code = regex::Regex::new("\n       [A-Z]{9}\n").unwrap();
    insta::assert_snapshot!(home.plain(&code.replace(&shown, "\n       <code>\n")));

    let (open, _) = clicking_browser();
    let ran = home.run(
        &[&LOGIN[..], &["--emulator", "--browser"]].concat(),
        Surroundings {
            browser: Some(&open),
            ..surroundings
        },
    );
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("stored in: nowhere"), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(home.path("")).unwrap().count(), 0);
}

#[test]
fn missing_values_are_prompted_for_on_terminals_only() {
    let service = Service::start();
    let home = Home::new();
    let (authority, base_url) = (
        service.emulator.authority().to_string(),
        service.emulator.url().to_string(),
    );
    let arguments = [
        "auth",
        "login",
        "--device-code",
        "--store",
        "file",
        "--authority",
        &authority,
        "--base-url",
        &base_url,
    ];
    let ran = home.pcenter(&arguments);
    assert_eq!(ran.exit, 2);
    insta::assert_snapshot!("missing_without_a_terminal", ran.stderr);

    let typed = format!(
        "\na/b\n  {} \n{}\n",
        service.emulator.tenant_id(),
        service.emulator.client_id()
    );
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let terminal = |typed| Surroundings {
        variables: &variables,
        terminal: true,
        typed,
        ..Surroundings::default()
    };
    let mut screen = approving(&service.emulator);
    let exit = terminal(&typed).run(&arguments, &mut Vec::new(), &mut screen);
    let shown = screen.text();
    assert_eq!(exit, 0, "{shown}");
    let questions = shown.split("You sign in once").next().unwrap();
    insta::assert_snapshot!("questions", questions);

    // The second sign-in uses the values of the profile; empty input keeps them.
    let mut screen = approving(&service.emulator);
    let exit = terminal("").run(
        &["auth", "login", "--device-code"],
        &mut Vec::new(),
        &mut screen,
    );
    assert_eq!(exit, 0, "{}", screen.text());
    let nobody = home.run(
        &["auth", "login", "--profile", "other", "--store", "file"],
        terminal(""),
    );
    assert_eq!(nobody.exit, 2);
    assert!(
        nobody.stderr.contains("no value for tenant"),
        "{}",
        nobody.stderr
    );
}

/// All invalid input is reported before the sign-in.
#[test]
fn invalid_input_is_rejected_before_the_sign_in() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    std::fs::write(home.path("a-file"), "").unwrap();
    let blocked = home.path("a-file").join("tokens.json");
    let (blocked, before) = (blocked.to_str().unwrap(), home.config());
    let mut shown = String::new();
    for (exit, arguments) in [
        (2, &["--no-input"][..]),
        (2, &["--no-input", "--emulator"]),
        (2, &["--emulator", "--tenant", "contoso.onmicrosoft.com"]),
        (2, &["--device-code", "--browser"]),
        (2, &["--store", "vault"]),
        (2, &["--store", "keyring", "--store-file", "x"]),
        (2, &["--profile", "a b"]),
        (2, &["--profile", "new", "--client-id", "nope"]),
        (2, &["--tenant", "fabrikam.onmicrosoft.com"]),
        (
            2,
            &[
                "--profile",
                "new",
                "--store",
                "file",
                "--tenant",
                "a/b",
                "--client-id",
                "6492b9d6-5629-429b-934c-040b1946e760",
            ],
        ),
        (
            2,
            &[
                "--profile",
                "new",
                "--store",
                "file",
                "--authority",
                "http://example.com",
                "--tenant",
                "t",
                "--client-id",
                "6492b9d6-5629-429b-934c-040b1946e760",
            ],
        ),
        (
            3,
            &[
                "--profile",
                "new",
                "--tenant",
                "contoso.onmicrosoft.com",
                "--scope",
                "a b",
                "--device-code",
            ],
        ),
        (
            3,
            &[
                "--profile",
                "new",
                "--store-file",
                blocked,
                "--tenant",
                "t.com",
                "--client-id",
                "6492b9d6-5629-429b-934c-040b1946e760",
            ],
        ),
    ] {
        let ran = home.pcenter(&[&LOGIN, arguments].concat());
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (exit, ""),
            "{arguments:?}: {}",
            ran.stderr
        );
        shown.push_str(&format!(
            "$ pcenter auth login {}\n{}\n",
            arguments.join(" "),
            ran.stderr
        ));
    }
    let quiet = home.pcenter_with(&LOGIN, &[("PCENTER_NO_INPUT", "1")]);
    assert_eq!(quiet.exit, 2);
    insta::assert_snapshot!(home.plain(&shown));
    assert_eq!(service.emulator.requests().len(), 0);
    assert_eq!(home.config(), before);
}

/// A keyring is used if there is one, and changing the store removes the old token.
#[test]
fn the_keyring_is_the_default_store() {
    let service = Service::start();
    let home = Home::new();
    let ring = Arc::new(MemoryStore::new());
    let keyring = {
        let ring = ring.clone();
        move |account: &str| -> Result<Arc<dyn RefreshTokenStore>, StoreError> {
            assert_eq!(account, "default");
            Ok(ring.clone())
        }
    };
    let kept = || service.runtime.block_on(ring.load()).unwrap().is_some();
    let flags = service.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        keyring: &keyring,
        ..Surroundings::default()
    };
    let login = |arguments: &[&str]| {
        let mut screen = approving(&service.emulator);
        let exit = surroundings.run(&[&LOGIN, arguments].concat(), &mut Vec::new(), &mut screen);
        assert_eq!(exit, 0, "{}", screen.text());
        screen.text()
    };
    let shown = login(&flags);
    assert!(shown.contains("the keyring of this computer"), "{shown}");
    assert!(kept() && home.config().contains("store = \"keyring\""));
    let report = home.run(&["licenses", "deployment"], surroundings);
    assert_eq!(report.exit, 0, "{}", report.stderr);

    login(&["--store", "file"]);
    assert!(!kept() && home.path("tokens/default.json").exists());
    login(&["--store", "keyring"]);
    assert!(kept() && !home.path("tokens/default.json").exists());
}

#[test]
fn a_sign_in_that_is_declined_changes_nothing() {
    let service = Service::start();
    let home = Home::new();
    let flags = service.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let emulator = service.emulator.clone();
    let mut screen = Reader::new(move |_, code| assert!(emulator.deny_device(code)));
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        ..Surroundings::default()
    };
    let arguments = [&LOGIN[..], &["--store", "file"], &flags].concat();
    let exit = surroundings.run(&arguments, &mut Vec::new(), &mut screen);
    assert_eq!(exit, 3);
    assert!(
        screen.text().contains("the user declined"),
        "{}",
        screen.text()
    );
    assert!(!home.path("config.toml").exists() && !home.path("tokens/default.json").exists());
}

/// A sign-in with the wrong permission is stored and reported.
#[test]
fn a_sign_in_for_another_service_is_detected() {
    let service = Service::start();
    let home = Home::new();
    let flags = service.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let scope = [
        "--store",
        "file",
        "--scope",
        "https://graph.microsoft.com/.default",
    ];
    let mut screen = approving(&service.emulator);
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        ..Surroundings::default()
    };
    let arguments = [&LOGIN[..], &scope, &flags].concat();
    let exit = surroundings.run(&arguments, &mut Vec::new(), &mut screen);
    assert_eq!(exit, 3, "{}", screen.text());
    let shown = screen.text();
    assert!(
        shown.contains("the token is for `https://graph.microsoft.com`"),
        "{shown}"
    );
}

/// Reports describe sign-in errors like `auth login`.
#[test]
fn a_report_names_the_command_that_signs_in() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    let report = || home.pcenter(&["licenses", "deployment"]);
    service.emulator.revoke_refresh_tokens();
    let revoked = report();
    std::fs::remove_file(home.path("tokens/default.json")).unwrap();
    let missing = report();
    for (ran, expected) in [
        (
            revoked,
            "help: to sign in again: `pcenter auth login --profile default`",
        ),
        (
            missing,
            "help: sign in: `pcenter auth login --profile default`",
        ),
    ] {
        assert_eq!(ran.exit, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Makes writes to the store fail from now on.
#[derive(Debug)]
struct Full(MemoryStore);

impl RefreshTokenStore for Full {
    fn lock<'a: 'b, 'b>(&'a self) -> Pending<'b, StoreGuard>
    where
        Self: 'b,
    {
        self.0.lock()
    }

    fn load<'a: 'b, 'b>(&'a self) -> Pending<'b, Option<StoredRefreshToken>>
    where
        Self: 'b,
    {
        self.0.load()
    }

    fn save<'a: 'c, 'b: 'c, 'c>(&'a self, _token: &'b StoredRefreshToken) -> Pending<'c, ()>
    where
        Self: 'c,
    {
        Box::pin(async { Err(StoreError::other("there is no room left")) })
    }

    fn clear<'a: 'b, 'b>(&'a self) -> Pending<'b, ()>
    where
        Self: 'b,
    {
        self.0.clear()
    }
}

/// The old token stays valid, so later runs still work.
#[test]
fn a_new_token_that_cannot_be_stored_does_not_stop_a_report() {
    let service = Service::start();
    let profile = service
        .profile("default")
        .replace("\"file\"", "\"keyring\"");
    let home = Home::with(&format!("default_profile = \"default\"\n{profile}"));
    let ring = Full(MemoryStore::new());
    let token = StoredRefreshToken {
        refresh_token: service.emulator.refresh_token().to_owned().into(),
        obtained_at: std::time::SystemTime::now().into(),
        tenant: service.emulator.tenant_id().to_owned(),
        client_id: service.emulator.client_id().to_owned(),
    };
    service.runtime.block_on(ring.0.save(&token)).unwrap();
    let ring: Arc<dyn RefreshTokenStore> = Arc::new(ring);
    let keyring =
        move |_: &str| -> Result<Arc<dyn RefreshTokenStore>, StoreError> { Ok(ring.clone()) };
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        keyring: &keyring,
        ..Surroundings::default()
    };
    let report = home.run(
        &["licenses", "deployment", "--max-attempts", "1"],
        surroundings,
    );
    assert_eq!(report.exit, 0, "{}", report.stderr);
    assert_eq!(report.stdout.lines().count(), 3);
    let again = home.run(&["licenses", "deployment"], surroundings);
    assert_eq!(again.exit, 0, "{}", again.stderr);
}

#[test]
fn an_expired_code_is_reported_with_the_command_to_restart() {
    let service = Arc::new(Service::start());
    let home = Home::new();
    let flags = service.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let moved = service.clone();
    let mut screen = Reader::new(move |_, _| moved.move_clock(60 * 60));
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        ..Surroundings::default()
    };
    let arguments = [&LOGIN[..], &["--store", "file"], &flags].concat();
    let exit = surroundings.run(&arguments, &mut Vec::new(), &mut screen);
    assert_eq!(exit, 3, "{}", screen.text());
    for expected in ["the code expired before you signed in", "--store file"] {
        assert!(screen.text().contains(expected), "{}", screen.text());
    }
}

/// Messages wrap at words within 80 columns.
#[test]
fn messages_fit_a_terminal() {
    let texts = include_str!(
        "snapshots/contract__command_line__auth__login__a_dry_run_has_the_same_steps_and_stores_nothing.snap"
    );
    let questions = include_str!("snapshots/contract__command_line__auth__login__questions.snap");
    let login = include_str!(
        "snapshots/contract__command_line__auth__login__a_user_signs_in_by_device_code_and_a_job_continues_unattended.snap"
    );
    for text in [texts, questions, login] {
        let lines = text.splitn(3, "---\n").nth(2).unwrap().lines();
        // Text of the service cannot be wrapped.
        for line in lines.filter(|line| !line.contains("<home>")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
