//! Tests of the binary as a process: signals, pipes, exit codes and environment.

#![allow(
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is reported"
)]

mod completion;
#[cfg(unix)]
mod customers_interrupted;
#[cfg(unix)]
mod emulator;
#[cfg(all(target_os = "linux", feature = "keyring"))]
mod keyring;
#[cfg(feature = "mcp")]
mod mcp;
#[cfg(unix)]
mod report_interrupted;
mod secrets;
#[cfg(unix)]
mod sign_in_interrupted;
#[cfg(all(unix, feature = "lake"))]
mod snapshot_interrupted;

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
        "BASE_URL",
        "EMULATOR_SECRET",
        "PROFILE",
        "NO_INPUT",
    ] {
        command.env_remove(format!("PCENTER_{name}"));
    }
    // The tests must not read the profiles of the user who runs them.
    command.env("PCENTER_CONFIG", "/nonexistent/config.toml");
    command
}

/// Child process that is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // The process may already have exited.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Emulator process with its ready line.
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

    /// Returns the command `pcenter auth login` for this service, by device code and with a file
    /// store.
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

/// Reads the instructions of a sign-in up to the code. Returns the text read and the code.
fn until_the_code(stderr: &mut impl BufRead) -> (String, String) {
    let mut read = String::new();
    let mut code = None;
    while !read.contains("4. Click") {
        let before = read.len();
        assert_ne!(stderr.read_line(&mut read).unwrap(), 0, "{read}");
        let line = read[before..].trim();
        if line.len() == 9 && line.chars().all(|c| c.is_ascii_uppercase()) {
            code = Some(line.to_owned());
        }
    }
    (read, code.unwrap())
}

/// One process is the service, and another one signs in with the values of its ready line.
#[test]
fn another_process_signs_in_with_the_ready_line() {
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
    assert_eq!(stdout.lines().count(), 5, "{stdout}");
    // --verbose logs requests without secrets.
    assert!(
        stderr.contains("partner_licenses_deployment") && stderr.contains("status=200"),
        "{stderr}"
    );
    for secret in ["clientSecret", "refreshToken"] {
        assert!(!stderr.contains(&text(secret)), "{stderr}");
    }
    assert!(!stderr.contains("Bearer"), "{stderr}");
}

/// `SSL_CERT_FILE` with the certificate of the emulator is sufficient to trust it, on operating
/// systems that support the variable.
#[cfg(target_os = "linux")]
#[test]
fn trusts_the_emulator_by_its_certificate() {
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
        5
    );
    let untrusted = report(false);
    assert_eq!(untrusted.status.code(), Some(7));
    let login = service.login(&folder.path().join("config.toml")).output();
    let login = login.unwrap();
    assert_eq!(login.status.code(), Some(7));
    for stderr in [untrusted.stderr, login.stderr] {
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(stderr.contains("SSL_CERT_FILE"), "{stderr}");
    }
}

#[test]
fn a_pipe_closed_at_once_is_not_an_error() {
    let mut command = pcenter(&["licenses", "deployment", "--emulator=documented"]);
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
fn the_process_exits_with_the_exit_code() {
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

/// Ignoring such a variable would silently use another profile.
#[cfg(unix)]
#[test]
fn names_a_variable_that_is_not_utf_8() {
    use std::os::unix::ffi::OsStrExt;

    for name in ["PCENTER_PROFILE", "PCENTER_CONFIG", "PCENTER_CLIENT_SECRET"] {
        let mut command = pcenter(&["licenses", "deployment"]);
        let ran = command.env(name, std::ffi::OsStr::from_bytes(b"\xff"));
        let ran = ran.output().unwrap();
        let stderr = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains(&format!("the value of {name} is not UTF-8 text")),
            "{stderr}"
        );
    }
}
