//! Commands on a computer without a keyring.

use super::pcenter;

const ID: &str = "6492b9d6-5629-429b-934c-040b1946e760";

/// As on a server: without a session bus there is no keyring.
#[test]
fn reports_a_missing_keyring_before_the_sign_in() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let run = |arguments: &[&str]| {
        pcenter(arguments)
            .env("PCENTER_CONFIG", &config)
            .env("XDG_STATE_HOME", home.path())
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .output()
            .unwrap()
    };
    let tenant = ["--tenant", "contoso.onmicrosoft.com", "--client-id", ID];
    let ran = run(&[&["auth", "login"][..], &tenant].concat());
    let stderr = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("the sign-in cannot be stored in a keyring here"),
        "{stderr}"
    );
    assert!(
        stderr.contains(
            "`pcenter auth login --tenant contoso.onmicrosoft.com --client-id \
             6492b9d6-5629-429b-934c-040b1946e760 --store file`"
        ),
        "{stderr}"
    );
    assert!(!config.exists());

    let profile = "[profiles.a]\ntenant = \"contoso.onmicrosoft.com\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n";
    std::fs::write(&config, profile).unwrap();
    for arguments in [
        &["licenses", "deployment", "--profile", "a"][..],
        &["auth", "status"],
        &["auth", "logout", "--profile", "a"],
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status.code(), Some(3), "{arguments:?}");
        let text = [ran.stdout, ran.stderr].map(|it| String::from_utf8(it).unwrap());
        let text = text.concat();
        assert!(text.contains("keyring"), "{text}");
    }
}
