//! The binary as a process: what only a process can show.

#![allow(
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is told"
)]

#[cfg(all(target_os = "linux", feature = "keyring"))]
mod keyring;
#[cfg(unix)]
mod report_interrupted;
mod secrets;
#[cfg(unix)]
mod sign_in_interrupted;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

fn pcenter(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pcenter"));
    command.args(arguments).stdin(Stdio::null());
    for name in [
        "TENANT_ID",
        "CLIENT_ID",
        "CLIENT_SECRET",
        "REFRESH_TOKEN",
        "ACCESS_TOKEN",
        "AUTHORITY",
        "PROFILE",
        "NO_INPUT",
    ] {
        command.env_remove(format!("PCENTER_{name}"));
    }
    // Profiles of whoever runs the tests are none of their business.
    command.env("PCENTER_CONFIG", "/nonexistent/config.toml");
    command
}

/// Stops what it started, whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is fine.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// The service as a process, and its ready line.
struct Service {
    _running: Running,
    ready: serde_json::Value,
}

impl Service {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(flags: &[&str]) -> Self {
        let mut command = pcenter(&["emulator", "start", "--device-code-interval", "1"]);
        command.args(flags);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = Running(command.spawn().unwrap());
        let mut ready = String::new();
        BufReader::new(running.0.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        Self {
            _running: running,
            ready: serde_json::from_str(&ready).unwrap(),
        }
    }

    fn text(&self, name: &str) -> String {
        assert_eq!(self.ready["ready"], true);
        self.ready[name].as_str().unwrap().to_owned()
    }

    /// `pcenter auth login` there, by device code, into a file.
    fn login(&self, config: &std::path::Path) -> Command {
        let mut command = pcenter(&["-vv", "auth", "login", "--device-code", "--store", "file"]);
        command.env("PCENTER_CONFIG", config);
        for (flag, name) in [
            ("--tenant", "tenantId"),
            ("--client-id", "clientId"),
            ("--authority", "authority"),
            ("--base-url", "url"),
        ] {
            command.args([flag, &self.text(name)]);
        }
        command
    }
}

/// Reads until the screen has its code; gives all that was read, and the code.
fn until_the_code(screen: &mut impl BufRead) -> (String, String) {
    let mut read = String::new();
    let mut code = None;
    while !read.contains("4. Click") {
        let before = read.len();
        assert_ne!(screen.read_line(&mut read).unwrap(), 0, "{read}");
        let line = read[before..].trim();
        if line.len() == 9 && line.chars().all(|c| c.is_ascii_uppercase()) {
            code = Some(line.to_owned());
        }
    }
    (read, code.unwrap())
}

/// One process is the service, another one signs in there with what the ready line
/// says: the way of a real tenant, without one.
#[test]
fn the_ready_line_is_all_that_another_process_needs() {
    let service = Service::start();
    let text = |name: &str| service.text(name);

    let ran = pcenter(&[
        "-v",
        "licenses",
        "deployment",
        "-o",
        "csv",
        "--base-url",
        &text("url"),
    ])
    .env("PCENTER_AUTHORITY", text("authority"))
    .env("PCENTER_TENANT_ID", text("tenantId"))
    .env("PCENTER_CLIENT_ID", text("clientId"))
    .env("PCENTER_CLIENT_SECRET", text("clientSecret"))
    .env("PCENTER_REFRESH_TOKEN", text("refreshToken"))
    .output()
    .unwrap();
    let [stdout, stderr] = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(ran.status.code(), Some(0), "{stderr}");
    assert_eq!(stdout.lines().count(), 3, "{stdout}");
    // --verbose says what happened, and no secret.
    assert!(
        stderr.contains("partner_licenses_deployment") && stderr.contains("status=200"),
        "{stderr}"
    );
    for secret in ["clientSecret", "refreshToken"] {
        assert!(!stderr.contains(&text(secret)), "{stderr}");
    }
    assert!(!stderr.contains("Bearer"), "{stderr}");
}

/// Over https the certificate that the emulator writes is all the trust it needs, where
/// the operating system takes it from a variable.
#[cfg(target_os = "linux")]
#[test]
fn a_secure_service_is_trusted_by_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("emulator.pem");
    let service = Service::start_with(&["--https", file.to_str().unwrap()]);
    assert_eq!(service.text("certificateFile"), file.to_str().unwrap());
    let report = |trusted: bool| {
        let url = service.text("url");
        let mut command = pcenter(&["licenses", "deployment", "-o", "csv", "--base-url", &url]);
        command.args(["--max-attempts", "1"]);
        for (variable, name) in [
            ("AUTHORITY", "authority"),
            ("TENANT_ID", "tenantId"),
            ("CLIENT_ID", "clientId"),
            ("CLIENT_SECRET", "clientSecret"),
            ("REFRESH_TOKEN", "refreshToken"),
        ] {
            command.env(format!("PCENTER_{variable}"), service.text(name));
        }
        if trusted {
            command.env("SSL_CERT_FILE", &file);
        }
        command.output().unwrap()
    };
    let trusted = report(true);
    assert_eq!(trusted.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(trusted.stdout).unwrap().lines().count(),
        3
    );
    let stranger = report(false);
    assert_eq!(stranger.status.code(), Some(7));
    let login = service.login(&folder.path().join("config.toml")).output();
    let login = login.unwrap();
    assert_eq!(login.status.code(), Some(7));
    for stderr in [stranger.stderr, login.stderr] {
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(stderr.contains("SSL_CERT_FILE"), "{stderr}");
    }
}

#[test]
fn a_reader_that_closes_early_is_no_failure() {
    let mut command = pcenter(&["licenses", "deployment", "--emulator"]);
    let mut running = Running(
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    drop(running.0.stdout.take());
    let mut stderr = String::new();
    running
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(
        (running.0.wait().unwrap().code(), stderr.as_str()),
        (Some(0), "")
    );
}

#[test]
fn the_process_ends_with_the_exit_code() {
    for (arguments, code) in [
        (&["--version"][..], 0),
        (&["--help"], 0),
        (&[], 2),
        (&["licenses", "deployment"], 3),
    ] {
        let ran = pcenter(arguments).output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}");
    }
}

/// Another profile than the one that is meant must not be used in silence.
#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt;

    for name in ["PCENTER_PROFILE", "PCENTER_CONFIG", "PCENTER_CLIENT_SECRET"] {
        let mut command = pcenter(&["licenses", "deployment"]);
        let ran = command.env(name, std::ffi::OsStr::from_bytes(b"\xff"));
        let ran = ran.output().unwrap();
        let stderr = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains(&format!("{name} is set to no UTF-8 text")),
            "{stderr}"
        );
    }
}
