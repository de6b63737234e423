//! Snapshots stopped by a signal.

use std::path::Path;
use std::process::{Command, Stdio};

use super::pcenter;
use super::report_interrupted::Listing;

fn take(listing: &Listing, history: &Path) -> Command {
    let mut command = pcenter(&[
        "snapshot",
        "take",
        "commercial",
        "deployment",
        "--no-checks",
    ]);
    command
        .args(["--base-url", &listing.url, "--to"])
        .arg(history);
    command.env("PCENTER_ACCESS_TOKEN", "a-token");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn days(history: &Path) -> Vec<serde_json::Value> {
    let mut command = pcenter(&["snapshot", "list", "--report", "commercial deployment"]);
    let output = command
        .args(["-o", "ndjson", "--from"])
        .arg(history)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_signal_stores_nothing_and_the_next_job_stores_all() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let folder = tempfile::tempdir().unwrap();
        let history = folder.path().join("history");
        let listing = Listing::start();
        let (ended, stdout, stderr) = listing.stopped(take(&listing, &history), signal);
        assert_eq!(ended, code, "{stderr}");
        let summary: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(summary["exitCode"], code);
        let report = &summary["reports"][0];
        assert_eq!(report["error"], format!("stopped by SIG{signal}"));
        assert_eq!(report["version"], serde_json::Value::Null);
        assert!(stderr.contains("not stored"), "{stderr}");
        assert!(days(&history).is_empty());

        // The lock has ended with the process.
        let output = take(&listing, &history).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let days = days(&history);
        assert_eq!((days.len(), &days[0]["rows"]), (1, &4_000.into()));
    }
}
