//! Summary of a job, one JSON object.

use std::time::{Duration, Instant};

use partner_center::Operation;
use partner_center_lake::Committed;
use serde::Serialize;
use time::Date;

use crate::failure::{Exit, Failure};

/// Maximum number of missing days of a report, the latest ones. The listing of the history has all.
const MISSING_DAYS: usize = 366;

/// Summary of a job.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    /// Place of the history.
    history: String,
    /// Tenant of the partner, if known.
    partner: Option<String>,
    exit_code: u8,
    seconds: f64,
    reports: Vec<Taken>,
    #[serde(skip)]
    began: Instant,
}

/// Result of a report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Taken {
    report: &'static str,
    /// Day of the snapshot; null if nothing was stored.
    day: Option<String>,
    rows: u64,
    bytes: u64,
    files: usize,
    /// Version of the table; null if nothing was stored.
    version: Option<u64>,
    /// Whether an earlier snapshot of the day was replaced.
    replaced: bool,
    /// Whether the listing is incomplete.
    incomplete: bool,
    /// Reasons why the snapshot is incomplete or was not stored.
    error: Option<String>,
    seconds: f64,
    /// Days without a snapshot since the first one, the latest ones.
    missing_days: Vec<String>,
    #[serde(skip)]
    began: Instant,
    #[serde(skip)]
    exit: Exit,
    #[serde(skip)]
    help: Vec<String>,
}

impl Summary {
    pub(super) fn new(history: String, partner: Option<String>) -> Self {
        Self {
            history,
            partner,
            exit_code: 0,
            seconds: 0.0,
            reports: Vec::new(),
            began: Instant::now(),
        }
    }

    pub(super) fn add(&mut self, taken: Taken) {
        self.reports.push(taken);
    }

    /// Sets the exit code: that of the first failure if nothing was stored, and otherwise whether
    /// something is missing.
    pub(super) fn end(&mut self, stopped: Option<Exit>) -> Exit {
        let mut failures = self.reports.iter().filter(|it| it.exit != Exit::Success);
        let stored = self.reports.iter().any(|it| it.version.is_some());
        let exit = match (stopped, failures.next()) {
            (Some(exit), _) => exit,
            (None, None) => Exit::Success,
            (None, Some(_)) if stored => Exit::Incomplete,
            (None, Some(first)) => first.exit,
        };
        (self.exit_code, self.seconds) = (exit as u8, seconds(self.began.elapsed()));
        exit
    }

    /// Returns the object on one line.
    pub(super) fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

impl Taken {
    pub(super) fn new(operation: &Operation) -> Self {
        Self {
            report: operation.id,
            day: None,
            rows: 0,
            bytes: 0,
            files: 0,
            version: None,
            replaced: false,
            incomplete: false,
            error: None,
            seconds: 0.0,
            missing_days: Vec::new(),
            began: Instant::now(),
            exit: Exit::Success,
            help: Vec::new(),
        }
    }

    pub(super) fn report(&self) -> &'static str {
        self.report
    }

    /// Notes why rows are missing. They need not be stored.
    pub(super) fn incomplete(&mut self, problems: &[String]) {
        self.incomplete = true;
        self.error = Some(problems.join("; "));
        self.exit = Exit::Incomplete;
    }

    /// Notes the rows that were read and not stored.
    pub(super) fn read(&mut self, rows: u64) {
        self.rows = rows;
    }

    /// Notes a failure.
    pub(super) fn failed(&mut self, failure: Failure) {
        let known = self.error.take().into_iter();
        let all: Vec<_> = known.chain([failure.summary()]).collect();
        self.error = Some(all.join("; "));
        self.exit = failure.exit;
        self.help
            .extend(Some(failure.fix()).filter(|fix| !fix.is_empty()));
    }

    pub(super) fn is_success(&self) -> bool {
        self.exit == Exit::Success
    }

    /// Returns what the user can do.
    pub(super) fn help(&self) -> &[String] {
        &self.help
    }

    pub(super) fn stored(&mut self, committed: &Committed) {
        self.day = Some(committed.day.to_string());
        self.version = Some(committed.version);
        self.replaced = committed.replaced > 0;
        (self.rows, self.bytes, self.files) = (committed.rows, committed.bytes, committed.files);
    }

    /// Sets the days that the history lacks.
    pub(super) fn missing(&mut self, days: Vec<Date>) {
        let older = days.len().saturating_sub(MISSING_DAYS);
        let latest = days.iter().skip(older);
        self.missing_days = latest.map(Date::to_string).collect();
    }

    pub(super) fn end(mut self) -> Self {
        self.seconds = seconds(self.began.elapsed());
        self
    }

    /// Returns the result in a line for people.
    pub(super) fn line(&self) -> String {
        let rows = crate::listing::rows(self.rows);
        let missing = match self.missing_days.len() {
            0 => String::new(),
            1 => "; 1 day is missing in the history".to_owned(),
            days => format!("; {days} days are missing in the history"),
        };
        match (&self.day, &self.error) {
            (Some(day), None) if self.replaced => {
                format!("{}: {rows} of {day}, replaced{missing}", self.report)
            }
            (Some(day), None) => format!("{}: {rows} of {day}{missing}", self.report),
            (Some(day), Some(error)) => {
                format!(
                    "{}: {rows} of {day}, stored as incomplete: {error}",
                    self.report
                )
            }
            (None, error) => {
                let error = error.as_deref().unwrap_or("unknown reason");
                format!("{}: not stored: {error}", self.report)
            }
        }
    }
}

fn seconds(elapsed: Duration) -> f64 {
    // Milliseconds are enough for a job.
    elapsed.as_secs_f64().mul_add(1_000.0, 0.5).floor() / 1_000.0
}
