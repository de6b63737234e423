//! The end of a sign-in by Ctrl-C.

use std::io::{BufReader, Read};
use std::process::{Command, Stdio};

use super::{Running, Service, until_the_code};

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
