//! Log of the emulator's requests on stderr, one line each.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use partner_center_emulator::{EmulatorBuilder, RecordedRequest};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc;

use crate::printable::printable;

/// Lines that wait while stderr does not accept them; further ones are counted only, so that a
/// reader that has stopped does not fill the memory.
const WAITING: usize = 10_000;

/// Receiver of the lines, and the numbers for the summary.
#[derive(Debug)]
pub(super) struct RequestLog {
    lines: mpsc::Receiver<String>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    with_faults: AtomicU64,
    omitted: AtomicU64,
}

impl RequestLog {
    /// Makes the emulator send a line after each response.
    pub(super) fn of(builder: EmulatorBuilder) -> (EmulatorBuilder, Self) {
        let (sender, lines) = mpsc::channel(WAITING);
        let counts = Arc::new(Counts::default());
        let shared = Arc::clone(&counts);
        let builder = builder.on_response(move |request| {
            shared.requests.fetch_add(1, Ordering::Relaxed);
            if !request.faults().is_empty() {
                shared.with_faults.fetch_add(1, Ordering::Relaxed);
            }
            if sender.try_send(line(request)).is_err() {
                shared.omitted.fetch_add(1, Ordering::Relaxed);
            }
        });
        (builder, Self { lines, counts })
    }

    /// Waits for the next line.
    pub(super) async fn next(&mut self) -> Option<String> {
        let line = self.lines.recv().await?;
        Some(match self.counts.omitted.swap(0, Ordering::Relaxed) {
            0 => line,
            omitted => format!("{omitted} requests are not listed: stderr was too slow\n{line}"),
        })
    }

    /// Returns the lines that wait.
    pub(super) fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.lines.try_recv().ok()).collect()
    }

    /// Returns the numbers of requests: `34 requests, 2 with faults`.
    pub(super) fn summary(&self) -> String {
        let requests = self.counts.requests.load(Ordering::Relaxed);
        let noun = if requests == 1 { "request" } else { "requests" };
        match self.counts.with_faults.load(Ordering::Relaxed) {
            0 => format!("{requests} {noun}"),
            faults => format!("{requests} {noun}, {faults} with faults"),
        }
    }
}

/// Returns the line of a request. Secrets in URLs are redacted already.
fn line(request: &RecordedRequest) -> String {
    let time = OffsetDateTime::from(request.time()).truncate_to_second();
    // The time has no offset and at most four digits in its year.
    let time = time.format(&Rfc3339).unwrap_or_default();
    let mut line = format!(
        "{time} {} {}",
        request.method(),
        printable(request.path_and_query())
    );
    // Writing to a `String` cannot fail.
    let _infallible = match request.status() {
        Some(status) => write!(line, " {status}"),
        None => write!(line, " no response"),
    };
    if let Some(duration) = request.duration() {
        let _infallible = write!(line, " {:.1} ms", duration.as_secs_f64() * 1e3);
    }
    for fault in request.faults() {
        let _infallible = write!(line, " fault={fault}");
    }
    line
}
