//! `pcenter emulator start` as a process, and commands that call it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Running, pcenter};

/// Emulator process of a test.
struct Emulator {
    running: Running,
    url: String,
}

impl Emulator {
    fn start(flags: &[&str], config: &Path) -> Self {
        let mut command = pcenter(&["emulator", "start"]);
        command.args(flags).env("PCENTER_CONFIG", config);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Running(command.spawn().unwrap());
        let mut ready = String::new();
        BufReader::new(running.0.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        if ready.is_empty() {
            let mut stderr = String::new();
            let pipe = running.0.stderr.as_mut().unwrap();
            pipe.read_to_string(&mut stderr).unwrap();
            panic!("{stderr}");
        }
        let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
        Self {
            running,
            url: ready["url"].as_str().unwrap().to_owned(),
        }
    }

    /// Stops the emulator, and returns its exit code and what it wrote to stderr.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.running.0.id().to_string();
        let killed = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(killed.success());
        let mut stderr = String::new();
        let mut pipe = self.running.0.stderr.take().unwrap();
        pipe.read_to_string(&mut stderr).unwrap();
        (self.running.0.wait().unwrap().code(), stderr)
    }

    fn port(&self) -> &str {
        let address = self.url.trim_end_matches('/');
        address.rsplit(':').next().unwrap()
    }

    fn report(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = pcenter(arguments);
        command.args(["--emulator-url", &self.url]);
        ran(command)
    }
}

fn ran(mut command: Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

#[test]
fn each_request_is_one_line_without_secrets_and_a_signal_stops_with_a_summary() {
    for signal in ["-TERM", "-INT"] {
        let home = tempfile::tempdir().unwrap();
        let fault = ["--fault", "kind=burst,status=503,times=1"];
        let emulator = Emulator::start(&fault, &home.path().join("config.toml"));
        let (code, rows, stderr) = emulator.report(&["licenses", "deployment", "-o", "csv"]);
        assert_eq!(code, 0, "{stderr}");
        assert!(rows.lines().count() > 1, "{rows}");

        let (code, log) = emulator.stop(signal);
        assert_eq!(code, Some(0), "{log}");
        let lines: Vec<_> = log.lines().collect();
        let [listening, token, failed, succeeded, summary] = lines[..] else {
            panic!("{log}");
        };
        assert!(listening.starts_with("listening on http://127.0.0.1:"));
        assert!(token.contains(" POST /") && token.contains("/token 200 "));
        let call = " GET /v1/analytics/licenses/deployment";
        assert!(failed.contains(&format!("{call} 503 ")), "{failed}");
        assert!(failed.ends_with(" ms fault=1"), "{failed}");
        assert!(succeeded.contains(&format!("{call} 200 ")), "{succeeded}");
        let name = signal.trim_start_matches('-');
        assert!(summary.starts_with(&format!("stopped by SIG{name} after ")));
        assert!(
            summary.ends_with(": 3 requests, 1 with faults"),
            "{summary}"
        );
        for secret in ["contoso-refresh-token", "contoso-client-secret", "Bearer"] {
            assert!(!log.contains(secret), "{log}");
        }
    }
}

#[test]
fn a_profile_works_while_the_emulator_runs_and_is_removed_after_it() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let emulator = Emulator::start(&["--profile", "dev"], &config);
    for _ in 0..2 {
        let mut report = pcenter(&["customers", "list", "--profile", "dev", "-o", "csv"]);
        report.env("PCENTER_CONFIG", &config);
        let (code, rows, stderr) = ran(report);
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert_eq!(rows.lines().count(), 51);
    }
    let (_, log) = emulator.stop("-TERM");
    // The access token is stored for the second run.
    assert!(log.ends_with(": 3 requests\n"), "{log}");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(!text.contains("dev"), "{text}");
    assert!(!home.path().join("tokens/dev.json").exists());
    assert!(!home.path().join("tokens/dev.json.access").exists());
}

#[test]
fn the_profile_of_a_killed_emulator_is_explained_and_replaced() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let emulator = Emulator::start(&["--profile", "dev"], &config);
    let port = emulator.port().to_owned();
    emulator.stop("-KILL");
    let report = || {
        let mut report = pcenter(&["customers", "list", "--profile", "dev", "-o", "csv"]);
        report
            .args(["--max-attempts", "1"])
            .env("PCENTER_CONFIG", &config);
        ran(report)
    };
    let (code, _, stderr) = report();
    assert_eq!(code, 7, "{stderr}");
    let start = format!("`pcenter emulator start --port {port} --profile dev`");
    assert!(stderr.contains(&start), "{stderr}");

    let _again = Emulator::start(&["--profile", "dev"], &config);
    assert_eq!(report().0, 0);
}

#[test]
fn a_profile_of_a_service_is_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let profile = "[profiles.contoso]\ntenant = \"contoso.example\"\n\
                   client_id = \"11111111-2222-3333-4444-555555555555\"\n";
    std::fs::write(&config, profile).unwrap();
    let mut start = pcenter(&["emulator", "start", "--profile", "contoso"]);
    start.env("PCENTER_CONFIG", &config);
    let (code, _, stderr) = ran(start);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("signs in to a service"), "{stderr}");
    assert_eq!(std::fs::read_to_string(&config).unwrap(), profile);
}

#[test]
fn a_listing_that_fails_on_its_second_page_resumes() {
    let home = tempfile::tempdir().unwrap();
    let fault = "kind=status,status=500,operation=subscriptions,page=2,times=1";
    let emulator = Emulator::start(&["--fault", fault], &home.path().join("config.toml"));
    let all = [
        "subscriptions",
        "-o",
        "csv",
        "--top",
        "40",
        "--max-attempts",
        "1",
    ];
    let state = home.path().join("state");
    let resumable = [&all[..], &["--continuation-file", state.to_str().unwrap()]].concat();

    let (code, first, stderr) = emulator.report(&resumable);
    assert_eq!(code, 5, "{stderr}");
    assert_eq!(first.lines().count(), 41, "{stderr}");
    let (code, second, stderr) = emulator.report(&resumable);
    assert_eq!(code, 0, "{stderr}");
    let (code, complete, stderr) = emulator.report(&all);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(first + &second, complete);
}

#[test]
fn the_printed_variables_connect_programs() {
    let home = tempfile::tempdir().unwrap();
    let emulator = Emulator::start(&[], &home.path().join("config.toml"));
    let binary = env!("CARGO_BIN_EXE_pcenter");
    let script = format!(
        "eval \"$('{binary}' emulator env --shell bash --url {})\" && \
         '{binary}' licenses deployment -o csv",
        emulator.url
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).stdin(Stdio::null());
    // These would take precedence.
    shell
        .env("PCENTER_PROFILE", "other")
        .env("PCENTER_ACCESS_TOKEN", "other");
    shell.env("PCENTER_CONFIG", home.path().join("none.toml"));
    let (code, rows, stderr) = ran(shell);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(rows.lines().count() > 1, "{rows}");
}

#[test]
fn a_port_in_use_is_reported() {
    let home = tempfile::tempdir().unwrap();
    let emulator = Emulator::start(&[], &home.path().join("config.toml"));
    let start = ["emulator", "start", "--port", emulator.port()];
    let (code, stdout, stderr) = ran(pcenter(&start));
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("choose another port"), "{stderr}");
}
