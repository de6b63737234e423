//! Facts about a listing that hold over all of its runs, and streams that fail.

use std::io;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Ran, Surroundings};
use crate::server::{RawServer, answer};

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A page with these rows, of three rows in all.
fn page(rows: &str, next: Option<u32>) -> Vec<u8> {
    let next = next.map_or("null".to_owned(), |next| {
        format!("\"referrals?page={next}\"")
    });
    let body = format!(r#"{{"Value":[{rows}],"@nextLink":{next},"TotalCount":3}}"#);
    answer("200 OK", &[JSON], body)
}

fn unavailable() -> Vec<u8> {
    answer("503 Service Unavailable", &[], "")
}

/// A service that gives these answers over all runs, and a folder for their files.
struct Runs {
    server: RawServer,
    folder: TempDir,
    _runtime: Runtime,
}

impl Runs {
    fn new(answers: Vec<Vec<u8>>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        Self {
            server: runtime.block_on(RawServer::scripted(answers)),
            folder: tempfile::tempdir().unwrap(),
            _runtime: runtime,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a CSV report that continues from `state`.
    fn csv(&self, more: &[&str]) -> Ran {
        let state = self.path("state");
        let state = ["-o", "csv", "--continuation-file", state.to_str().unwrap()];
        self.run(&[&state, more].concat())
    }

    fn run(&self, more: &[&str]) -> Ran {
        let mut stderr = Vec::new();
        let (exit, stdout) = self.run_with(more, &mut stderr);
        Ran {
            exit,
            stdout,
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    fn run_with(&self, more: &[&str], stderr: &mut dyn io::Write) -> (u8, String) {
        let service = [
            "referrals",
            "--base-url",
            self.server.url.as_str(),
            "--max-attempts",
            "1",
        ];
        let mut stdout = Vec::new();
        let surroundings = Surroundings {
            variables: &[("PCENTER_ACCESS_TOKEN", "a-token-for-tests\r\n")],
            ..Surroundings::default()
        };
        let exit = surroundings.run(&[&service, more].concat(), &mut stdout, stderr);
        (exit, String::from_utf8(stdout).unwrap())
    }
}

/// The run that completes the file knows what an earlier run left out.
#[test]
fn a_property_without_a_column_is_reported_by_every_later_run() {
    let runs = Runs::new(vec![
        page(r#"{"id":"R1"}"#, Some(2)),
        page(r#"{"id":"R2","region":"EU"}"#, Some(3)),
        unavailable(),
        page(r#"{"id":"R3"}"#, None),
    ]);
    let output = runs.path("rows.csv");
    let to_file = ["--output-file", output.to_str().unwrap()];
    for _run in ["interrupted", "complete"] {
        let ran = runs.csv(&to_file);
        assert_eq!(ran.exit, 5, "{}", ran.stderr);
        let missed = "warning: row 2 is the first one with the property `region`";
        assert!(ran.stderr.contains(missed), "{}", ran.stderr);
        assert!(!output.exists());
    }
}

#[test]
fn a_typed_column_is_found_in_any_run() {
    let runs = Runs::new(vec![
        page(r#"{"id":"R1","region":"EU"}"#, Some(2)),
        page(r#"{"id":"R2"},{"id":"R3"}"#, None),
    ]);
    let columns = ["--columns", "id,region"];
    let first = runs.csv(&[&columns[..], &["--limit", "1"]].concat());
    assert_eq!(
        (first.exit, first.stdout.as_str()),
        (0, "id,region\nR1,EU\n")
    );
    let rest = runs.csv(&columns);
    assert_eq!(
        (rest.exit, rest.stdout.as_str()),
        (0, "R2,\nR3,\n"),
        "{}",
        rest.stderr
    );
}

#[test]
fn the_header_comes_once_also_where_the_first_run_had_no_rows() {
    let runs = Runs::new(vec![
        page("", Some(2)),
        unavailable(),
        page(r#"{"id":"R1"},{"id":"R2"},{"id":"R3"}"#, None),
    ]);
    let columns = ["--columns", "id", "--excel"];
    let (first, second) = (runs.csv(&columns), runs.csv(&columns));
    assert_eq!(
        (first.exit, first.stdout.as_str()),
        (5, "\u{feff}id\n"),
        "{}",
        first.stderr
    );
    assert_eq!(
        (second.exit, second.stdout.as_str()),
        (0, "R1\nR2\nR3\n"),
        "{}",
        second.stderr
    );
}

/// In a file, the header of a run without rows is written again over itself.
#[test]
fn a_file_that_began_without_rows_has_one_header() {
    let runs = Runs::new(vec![
        page("", Some(2)),
        unavailable(),
        page(r#"{"id":"R1"},{"id":"R2"},{"id":"R3"}"#, None),
    ]);
    let output = runs.path("rows.csv");
    let options = ["--columns", "id", "--output-file", output.to_str().unwrap()];
    assert_eq!(runs.csv(&options).exit, 5);
    let ran = runs.csv(&options);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert_eq!(
        std::fs::read_to_string(&output).unwrap(),
        "id\nR1\nR2\nR3\n"
    );
}

/// A service that is called only where that is no mistake.
fn unused() -> Runs {
    Runs::new(Vec::new())
}

#[test]
fn files_that_would_overwrite_each_other_are_refused() {
    let runs = unused();
    let output = runs.path("rows.csv");
    for name in ["rows.csv", "rows.csv.partial", "./rows.csv"] {
        let state = runs.path(name);
        let ran = runs.run(&[
            "-o",
            "csv",
            "--output-file",
            output.to_str().unwrap(),
            "--continuation-file",
            state.to_str().unwrap(),
        ]);
        assert_eq!(ran.exit, 2, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("is a file that --output-file writes"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(runs.server.heard().len(), 0);
}

#[test]
fn a_continuation_file_in_use_is_refused() {
    let runs = Runs::new(vec![page(r#"{"id":"R1"}"#, Some(2))]);
    assert_eq!(runs.csv(&["--limit", "1"]).exit, 0);
    let other = std::fs::File::open(runs.path("state")).unwrap();
    other.lock().unwrap();
    let ran = runs.csv(&[]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("is used by another process"),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_partial_output_is_refused() {
    let runs = unused();
    let (output, target) = (runs.path("rows.csv"), runs.path("target"));
    std::fs::write(&target, "precious").unwrap();
    std::os::unix::fs::symlink(&target, runs.path("rows.csv.partial")).unwrap();
    let ran = runs.csv(&["--output-file", output.to_str().unwrap()]);
    assert_eq!(ran.exit, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("symbolic link"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "precious");
}

/// A stream whose reader has gone, or whose disk is full.
struct Failing(io::ErrorKind);

impl io::Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

/// Warnings that cannot be written change neither the rows nor the exit code.
#[test]
fn a_broken_stderr_does_not_decide_the_exit_code() {
    for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
        let short = Runs::new(vec![page(r#"{"id":"R1"}"#, None)]);
        let (exit, stdout) = short.run_with(&["-o", "csv"], &mut Failing(kind));
        assert_eq!((exit, stdout.lines().count()), (5, 2), "{kind}");

        let resumed = Runs::new(vec![
            page(r#"{"id":"R1"}"#, Some(2)),
            page(r#"{"id":"R2"},{"id":"R3"}"#, None),
        ]);
        assert_eq!(resumed.csv(&["--limit", "1"]).exit, 0);
        let state = resumed.path("state");
        let options = ["-o", "csv", "--continuation-file", state.to_str().unwrap()];
        let (exit, stdout) = resumed.run_with(&options, &mut Failing(kind));
        assert_eq!((exit, stdout.lines().count()), (0, 2), "{kind}");
    }
}

#[test]
fn values_that_share_a_column_are_reported() {
    for (row, column) in [
        (r#"{"id":"R1","a":{"b":1},"a.b":2}"#, "a.b"),
        (r#"{"id":"R1","a.b":2,"a":{"b":1}}"#, "a.b"),
    ] {
        let runs = Runs::new(vec![page(row, None)]);
        let ran = runs.run(&["-o", "csv"]);
        assert_eq!(ran.exit, 5, "{row}");
        let reported = format!("row 1 has two values for the column `{column}`");
        assert!(ran.stderr.contains(&reported), "{row}: {}", ran.stderr);
    }
    // Two names that differ in case are two columns.
    let runs = Runs::new(vec![page(
        r#"{"id":"R1","region":"EU","Region":"US"},{"id":"R2"},{"id":"R3"}"#,
        None,
    )]);
    let ran = runs.run(&["-o", "csv"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let header = ran.stdout.lines().next().unwrap();
    assert!(header.ends_with(",Region,region"), "{header}");
    assert!(ran.stdout.contains(",US,EU\n"), "{}", ran.stdout);
}

/// Columns are made for a few levels, so that the work does not grow with the square of
/// the depth.
#[test]
fn deeply_nested_values_stay_json() {
    let depth = 4_000;
    let nested = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let row = format!(r#"{{"id":"R1","new":{nested}}},{{"id":"R2"}},{{"id":"R3"}}"#);
    let runs = Runs::new(vec![page(&row, None)]);
    let ran = runs.run(&["-o", "csv"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let header = ran.stdout.lines().next().unwrap();
    assert!(header.ends_with(",new.a.a.a.a.a.a.a.a"), "{header}");
}

#[test]
fn a_token_with_other_characters_names_its_variable() {
    for token in ["Bearer abc", "\"abc\"", "abc def", "\u{feff}abc"] {
        let ran = super::pcenter(
            &["referrals", "--base-url", "http://127.0.0.1:9"],
            &[("PCENTER_ACCESS_TOKEN", token)],
        );
        assert_eq!(ran.exit, 2, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("PCENTER_ACCESS_TOKEN has characters"),
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("abc"), "{}", ran.stderr);
    }
}
