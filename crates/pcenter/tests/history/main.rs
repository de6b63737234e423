//! `pcenter snapshot` and reports over history, in this process and against the emulator.

#![allow(
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is reported"
)]

mod changes;
mod refusals;
mod take;
mod unused;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use partner_center_emulator::{DataSet, Emulator, SyntheticData};
use pcenter::{Environment, Signals};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Day of the data of the first emulator of a test, and of the clock.
const TODAY: &str = "2026-11-25";

/// Result of a command.
#[derive(Debug)]
struct Ran {
    exit: u8,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{self:#?}"))
    }
}

/// Emulator of a partner whose rows are those of a day, and the folder of a history.
struct Partner {
    emulator: Emulator,
    folder: TempDir,
    runtime: Runtime,
    today: String,
}

impl Partner {
    fn start() -> Self {
        Self::with(DataSet::synthetic(settings(TODAY)))
    }

    fn with(data: DataSet) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        Self {
            emulator: runtime
                .block_on(Emulator::builder().data(data).start())
                .unwrap(),
            folder: tempfile::tempdir().unwrap(),
            runtime,
            today: TODAY.to_owned(),
        }
    }

    /// Replaces the emulator by one whose rows are those of another day; the history stays.
    fn on(mut self, today: &str) -> Self {
        let data = DataSet::synthetic(settings(today));
        let builder = Emulator::builder().data(data);
        self.emulator = self.runtime.block_on(builder.start()).unwrap();
        self.today = today.to_owned();
        self
    }

    fn history(&self) -> PathBuf {
        self.folder.path().join("history")
    }

    /// Runs a command against the emulator.
    fn call(&self, arguments: &[&str]) -> Ran {
        let url = self.emulator.url().to_string();
        self.run(&[arguments, &["--emulator-url", &url]].concat())
    }

    /// Runs a command whose default history is that of this partner.
    fn run(&self, arguments: &[&str]) -> Ran {
        let history = self.history();
        let variables = [("PCENTER_HISTORY", history.to_str().unwrap())];
        pcenter(arguments, &variables, None, &self.today)
    }

    /// Takes snapshots that succeed, and returns the summary.
    fn take(&self, arguments: &[&str]) -> Value {
        let ran = self.call(&[&["snapshot", "take"], arguments].concat());
        assert_eq!(
            (ran.exit, ran.stderr.as_str()),
            (0, ""),
            "{arguments:?}: {}",
            ran.stdout
        );
        ran.json()
    }

    /// Runs a command that succeeds, and returns its JSON.
    fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["-o", "json"]].concat());
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        ran.json()
    }

    /// Returns the rows that the service has.
    fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let ran = self.call(&[arguments, &["-o", "json"]].concat());
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        ran.json().as_array().unwrap().clone()
    }
}

fn settings(today: &str) -> SyntheticData {
    let today = today.parse().unwrap();
    SyntheticData::new().customers(12).days(3).today(today)
}

/// Runs a command line; `variables` is its complete environment, `today` the day of its clock.
fn pcenter(
    arguments: &[&str],
    variables: &[(&str, &str)],
    data_directory: Option<&Path>,
    today: &str,
) -> Ran {
    let words = ["pcenter"].iter().chain(arguments).map(Into::into);
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let day: partner_center::Timestamp = today.parse().unwrap();
    let now = SystemTime::from(day.to_utc().unwrap()) + Duration::from_secs(7_200);
    let exit = pcenter::run(
        words,
        &mut Environment {
            stdin: &mut io::empty(),
            stdin_of_thread: &|| Box::new(io::empty()),
            stdout: &mut stdout,
            stderr: &mut stderr,
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            terminal_width: None,
            stdout_is_lost: false,
            stderr_is_terminal: false,
            stderr_width: || None,
            variable: &|name| {
                let mut known = variables.iter();
                known
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).into())
            },
            all_variables: &|| {
                let all = variables.iter();
                all.map(|(name, value)| (name.into(), value.into()))
                    .collect()
            },
            config_directory: None,
            cache_directory: None,
            data_directory: data_directory.map(Path::to_owned),
            browser: &|| None,
            keyring: &pcenter::keyring,
            signals: &Signals::none,
            pager: &pcenter::start_pager,
            now: &|| now,
            start_tracing: &|_| {},
        },
    );
    Ran {
        exit,
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Returns the results of the reports in a summary.
fn reports(summary: &Value) -> BTreeMap<String, &Value> {
    let reports = summary["reports"].as_array().unwrap().iter();
    reports
        .map(|it| (it["report"].as_str().unwrap().to_owned(), it))
        .collect()
}

fn sum(rows: &[Value], field: &str) -> i64 {
    rows.iter().filter_map(|row| row[field].as_i64()).sum()
}
