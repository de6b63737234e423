//! Sign-ins interrupted by Ctrl-C.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use super::secrets::approve;
use super::{Running, Service, until_the_code};

/// Sends SIGINT, as Ctrl-C does.
fn interrupt(child: &Child) {
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
}

#[test]
fn ctrl_c_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let service = Service::start();
    let mut login = service.login(&config);
    login.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut login = Running(login.spawn().unwrap());
    let mut stderr = BufReader::new(login.0.stderr.take().unwrap());
    let (mut read, _code) = until_the_code(&mut stderr);
    interrupt(&login.0);
    stderr.read_to_string(&mut read).unwrap();
    assert_eq!(login.0.wait().unwrap().code(), Some(130), "{read}");
    assert!(
        read.ends_with("error: stopped; nothing was changed\n"),
        "{read}"
    );
    // Only the lock file of the store exists.
    assert!(!config.exists() && !home.path().join("tokens/default.json").exists());
}

/// Another process holds the lock of the store when the user returns from the browser.
#[test]
fn ctrl_c_during_the_wait_for_the_lock_stores_nothing() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let service = Service::start();
    let mut login = service.login(&config);
    login.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut login = Running(login.spawn().unwrap());
    let mut stderr = BufReader::new(login.0.stderr.take().unwrap());
    let (mut read, code) = until_the_code(&mut stderr);
    let lock = File::open(home.path().join("tokens/default.json.lock")).unwrap();
    lock.lock().unwrap();
    approve(&service, &code);
    while !read.contains("waiting for another process that uses the sign-in") {
        assert_ne!(stderr.read_line(&mut read).unwrap(), 0, "{read}");
    }
    interrupt(&login.0);
    stderr.read_to_string(&mut read).unwrap();
    assert_eq!(login.0.wait().unwrap().code(), Some(130), "{read}");
    assert!(
        read.ends_with(
            "error: stopped; the sign-in worked but is not stored, and nothing was changed\n"
        ),
        "{read}"
    );
    assert!(!config.exists() && !home.path().join("tokens/default.json").exists());
}
