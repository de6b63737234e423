//! Hints about the required setting after a failed sign-in.

use partner_center_emulator::Fault;

use super::super::Surroundings;
use super::{DAY, Home, Service, signed_in};

#[test]
fn a_missing_or_wrong_secret_names_its_variable() {
    for (code, help) in [
        (
            7_000_218,
            "help: set PCENTER_CLIENT_SECRET to the secret of the application",
        ),
        (
            7_000_215,
            "help: the secret comes from PCENTER_CLIENT_SECRET",
        ),
        (
            7_000_222,
            "help: the secret comes from PCENTER_CLIENT_SECRET",
        ),
    ] {
        let service = Service::start();
        let home = signed_in(&service, DAY);
        let text = format!("AADSTS{code}: The request ..");
        let fault = Fault::sign_in_error("invalid_client", code, text);
        service.emulator.inject(fault.times(2));
        for command in [&["skus", "--customer", ID][..], &["auth", "doctor"]] {
            let ran = home.pcenter(command);
            let text = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(ran.exit, 3, "{text}");
            assert!(text.contains(help.trim_start_matches("help: ")), "{text}");
        }
    }
}

const ID: &str = "6492b9d6-5629-429b-934c-040b1946e760";

#[test]
fn a_client_id_must_be_a_guid() {
    let home = Home::new();
    let ran = home.run(
        &[
            "auth",
            "login",
            "--tenant",
            "contoso.onmicrosoft.com",
            "--store",
            "file",
        ],
        Surroundings {
            variables: &[("PCENTER_CONFIG", &home.config)],
            terminal: true,
            typed: "nope\n\nmy application\n",
            ..Surroundings::default()
        },
    );
    assert_eq!(ran.exit, 2);
    assert_eq!(
        ran.stderr.matches("not a GUID such as").count(),
        2,
        "{}",
        ran.stderr
    );
}

/// A byte-order mark, which editors on Windows write, has no effect.
#[test]
fn a_byte_order_mark_in_the_configuration_is_ignored() {
    let service = Service::start();
    let home = signed_in(&service, DAY);
    std::fs::write(&home.config, format!("\u{feff}{}", home.config())).unwrap();
    let ran = home.pcenter(&["skus", "--customer", ID]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    // Also when the file is changed.
    let ran = home.pcenter(&["auth", "logout", "--forget"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
}
