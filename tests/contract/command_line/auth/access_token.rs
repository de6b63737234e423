//! The access token cache between runs.

use super::{DAY, Home, Service, signed_in};

const SKUS: [&str; 3] = ["skus", "--customer", "0c39d6d5-c70d-4c55-bc02-f620844f3fd1"];

/// Returns the numbers of token requests and of API calls.
fn requests(service: &Service) -> (usize, usize) {
    let requests = service.emulator.requests();
    let is_token = |path: &str| path.contains("/oauth2/");
    let tokens = requests.iter().filter(|it| is_token(it.path_and_query()));
    let tokens = tokens.count();
    (tokens, requests.len() - tokens)
}

fn file(home: &Home) -> std::path::PathBuf {
    home.path("tokens/default.json.access")
}

fn report(home: &Home, more: &[&str]) -> super::Ran {
    let ran = home.pcenter(&[&SKUS, more].concat());
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    ran
}

#[test]
fn a_loop_over_many_customers_requests_one_token() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    for _ in 0..20 {
        report(&home, &[]);
    }
    assert_eq!(requests(&service), (1, 20));
    // Another profile has its own token.
    let other = service.profile("other");
    std::fs::write(&home.config, format!("{}\n{other}", home.config())).unwrap();
    home.keep("other", &service, service.emulator.refresh_token(), DAY);
    report(&home, &["--profile", "other"]);
    report(&home, &[]);
    assert_eq!(requests(&service), (2, 22));
}

#[test]
fn without_the_cache_every_run_requests_a_token_and_stores_none() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    for _ in 0..2 {
        report(&home, &["--no-token-cache"]);
    }
    assert_eq!(requests(&service), (2, 2));
    assert!(!file(&home).exists());
}

/// A stored token that the service rejects before its expiry is renewed once.
#[test]
fn a_rejected_stored_token_is_replaced_once() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    report(&home, &[]);
    let stored = std::fs::read(file(&home)).unwrap();
    service.move_clock(2 * 60 * 60);
    report(&home, &["--no-checks"]);
    assert_eq!(requests(&service), (2, 3));
    assert_ne!(std::fs::read(file(&home)).unwrap(), stored);

    // If the renewal fails, the next run does not use the rejected token again.
    service.move_clock(2 * 60 * 60);
    service.emulator.revoke_refresh_tokens();
    let ran = home.pcenter(&[&SKUS[..], &["--no-checks"]].concat());
    assert_eq!(ran.exit, 3, "{}", ran.stderr);
    assert!(!file(&home).exists());
}

/// Reports work with any content of the file.
#[test]
fn a_malformed_token_file_is_replaced() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    for (number, content) in ["", "{", "[]", "\u{0}"].into_iter().enumerate() {
        std::fs::write(file(&home), content).unwrap();
        report(&home, &[]);
        assert_eq!(requests(&service), (number + 1, number + 1), "{content:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_token_file_readable_by_others_is_not_used() {
    use std::os::unix::fs::PermissionsExt;

    let service = Service::start();
    let home = signed_in(&service, DAY);
    report(&home, &[]);
    let mode = std::fs::metadata(file(&home)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(file(&home), std::fs::Permissions::from_mode(0o644)).unwrap();
    report(&home, &[]);
    assert_eq!(requests(&service), (2, 2));
    let mode = std::fs::metadata(file(&home)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn logout_removes_the_token() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    report(&home, &[]);
    assert!(file(&home).exists());
    let ran = home.pcenter(&["auth", "logout"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(!file(&home).exists());
    assert_eq!(home.pcenter(&SKUS).exit, 3);
}
