//! Progress as JSON, one event per line. `docs/customers.md` describes the events.

use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use super::Outcome;
use super::figures::Figures;
use super::waits::Wait;

/// Events of a listing.
#[derive(Debug)]
pub(super) struct Events {
    /// Name of the operation or of the report.
    name: String,
    started: bool,
    /// Number of pages at the last event.
    pages: u64,
}

#[derive(Serialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum Event<'e> {
    Started {
        operation: &'e str,
    },
    Page {
        #[serde(flatten)]
        counts: Counts,
        total_rows: Option<u64>,
        rows_per_second: Option<f64>,
        seconds_left: Option<f64>,
    },
    Waiting {
        seconds: f64,
        /// Whether the service asked for the wait.
        requested: bool,
    },
    Finished {
        outcome: Outcome,
        #[serde(flatten)]
        counts: Counts,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    pages: u64,
    rows: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    customers: Option<Customers>,
    seconds: f64,
}

#[derive(Serialize)]
struct Customers {
    done: usize,
    failed: usize,
    total: usize,
}

impl Events {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            started: false,
            pages: 0,
        }
    }

    /// Reports the start, once.
    pub(super) fn started(&mut self, out: &mut dyn Write) {
        if !std::mem::replace(&mut self.started, true) {
            let operation = &self.name;
            write(&Event::Started { operation }, out);
        }
    }

    /// Reports the figures, if a page was read since the last time.
    pub(super) fn page(&mut self, figures: &Figures, elapsed: Duration, out: &mut dyn Write) {
        if std::mem::replace(&mut self.pages, figures.pages) == figures.pages {
            return;
        }
        let event = Event::Page {
            counts: Counts::new(figures, elapsed),
            total_rows: figures.total_rows(),
            rows_per_second: figures.rate(elapsed).map(rounded),
            seconds_left: figures.time_left(elapsed).map(seconds),
        };
        write(&event, out);
    }

    pub(super) fn waiting(&self, wait: Wait, out: &mut dyn Write) {
        let event = Event::Waiting {
            seconds: seconds(wait.duration),
            requested: wait.is_requested,
        };
        write(&event, out);
    }

    pub(super) fn finished(
        &self,
        outcome: Outcome,
        figures: &Figures,
        elapsed: Duration,
        out: &mut dyn Write,
    ) {
        let counts = Counts::new(figures, elapsed);
        write(&Event::Finished { outcome, counts }, out);
    }
}

impl Counts {
    fn new(figures: &Figures, elapsed: Duration) -> Self {
        Self {
            pages: figures.pages,
            rows: figures.rows,
            customers: figures.parts.map(|parts| Customers {
                done: parts.done,
                failed: parts.failed,
                total: parts.total,
            }),
            seconds: seconds(elapsed),
        }
    }
}

fn seconds(duration: Duration) -> f64 {
    rounded(duration.as_secs_f64())
}

/// Rounds to thousandths.
fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

fn write(event: &Event<'_>, out: &mut dyn Write) {
    // Only progress: a failed write must not end the listing.
    if let Ok(json) = serde_json::to_string(event) {
        let _gone = writeln!(out, "{json}").and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Parts;
    use super::super::Waits;
    use super::*;

    #[test]
    fn events_are_lines_of_json() {
        let mut out = Vec::new();
        let mut events = Events::new("subscriptions");
        events.started(&mut out);
        events.started(&mut out);
        let mut figures = Figures {
            pages: 1,
            rows: 1_000,
            stated_total: Some(3_000),
            ..Figures::default()
        };
        let elapsed = Duration::from_millis(1_500);
        events.page(&figures, elapsed, &mut out);
        events.page(&figures, elapsed, &mut out);
        let waits = Waits::default();
        waits.begin_now(Duration::from_secs(30), true);
        for wait in waits.take_begun() {
            events.waiting(wait, &mut out);
        }
        figures.parts = Some(Parts {
            before: 0,
            done: 2,
            failed: 1,
            total: 4,
        });
        events.finished(Outcome::Interrupted, &figures, Duration::ZERO, &mut out);
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"event":"started","operation":"subscriptions"}"#,
                r#"{"event":"page","pages":1,"rows":1000,"seconds":1.5,"totalRows":3000,"rowsPerSecond":666.667,"secondsLeft":3.0}"#,
                r#"{"event":"waiting","seconds":30.0,"requested":true}"#,
                r#"{"event":"finished","outcome":"interrupted","pages":1,"rows":1000,"customers":{"done":2,"failed":1,"total":4},"seconds":0.0}"#,
            ]
        );
    }
}
