//! What only a process shows of a sign-in: the end by Ctrl-C, and a computer without a
//! keyring.

use std::io::{BufReader, Read};
use std::process::{Command, Stdio};

use super::{Running, Service, pcenter, until_the_code};

#[test]
fn ctrl_c_leaves_nothing_half_done() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let service = Service::start();
    let mut login = service.login(&config);
    login.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut login = Running(login.spawn().unwrap());
    let mut screen = BufReader::new(login.0.stderr.take().unwrap());
    let (mut read, _code) = until_the_code(&mut screen);
    let killed = Command::new("kill")
        .args(["-INT", &login.0.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    screen.read_to_string(&mut read).unwrap();
    assert_eq!(login.0.wait().unwrap().code(), Some(1), "{read}");
    assert!(
        read.ends_with("error: stopped; nothing was changed\n"),
        "{read}"
    );
    // The lock of the store is all there is.
    assert!(!config.exists() && !home.path().join("tokens/default.json").exists());
}

/// As on a server: no session bus, so no keyring.
#[cfg(all(target_os = "linux", feature = "keyring"))]
#[test]
fn a_computer_without_a_keyring_is_told_so_before_anybody_signs_in() {
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
    let tenant = ["--tenant", "contoso.onmicrosoft.com", "--client-id", "x"];
    let ran = run(&[&["auth", "login"][..], &tenant].concat());
    let stderr = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("the sign-in cannot be kept in a keyring here"),
        "{stderr}"
    );
    assert!(
        stderr.contains(
            "`pcenter auth login --tenant contoso.onmicrosoft.com --client-id x --store file`"
        ),
        "{stderr}"
    );
    assert!(!config.exists());

    let profile = "[profiles.a]\ntenant = \"contoso.onmicrosoft.com\"\nclient_id = \"x\"\n";
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
