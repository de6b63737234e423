//! Progress of a listing, on stderr: a line that is overwritten, or events in JSON.

mod events;
mod figures;
mod line;
mod waits;

use std::cell::RefCell;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Broken, Page, RowSource};

pub(crate) use figures::rows;
pub(crate) use waits::Waits;

use events::Events;
use figures::Figures;
use line::Line;

/// Update interval of the line.
const UPDATE_INTERVAL: Duration = Duration::from_millis(250);

/// Value of `--progress`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum ProgressMode {
    /// A line on a terminal, after one second; nothing without a terminal
    #[default]
    Auto,
    /// One JSON object per event, also without a terminal
    Json,
    /// Nothing
    None,
}

/// Result of a listing, for the last event.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    /// All pages were read, up to `--limit`.
    Complete,
    Failed,
    /// Stopped by a signal.
    Interrupted,
}

/// Progress of a listing.
#[derive(Debug)]
pub(crate) struct Progress {
    display: Display,
    waits: Arc<Waits>,
    began: Instant,
    figures: Figures,
}

#[derive(Debug)]
enum Display {
    Hidden,
    Line(Box<Line>),
    Events(Events),
}

impl Progress {
    /// Creates the progress of a listing that begins now. `limit` is the maximum number of rows of
    /// this run.
    pub(crate) fn new(limit: Option<u64>, waits: Arc<Waits>) -> Self {
        Self {
            display: Display::Hidden,
            waits,
            began: Instant::now(),
            figures: Figures {
                limit,
                ..Figures::default()
            },
        }
    }

    /// Shows the progress as a line on a terminal with this width.
    pub(crate) fn with_line(self, width: fn() -> Option<u16>) -> Self {
        let display = Display::Line(Box::new(Line::new(width)));
        Self { display, ..self }
    }

    /// Reports the progress as events. `name` is that of the operation or of the report.
    pub(crate) fn with_events(self, name: &str) -> Self {
        let display = Display::Events(Events::new(name));
        Self { display, ..self }
    }

    /// Returns whether a page has been read.
    pub(crate) fn has_begun(&self) -> bool {
        self.figures.pages > 0
    }

    /// Returns the number of rows read.
    pub(crate) fn rows(&self) -> u64 {
        self.figures.rows
    }

    /// Waits for the next page and counts its rows.
    pub(crate) async fn next(
        &mut self,
        source: &mut dyn RowSource,
        out: &mut dyn Write,
    ) -> Option<Result<Page, Broken>> {
        if let Display::Events(events) = &mut self.display {
            events.started(out);
        }
        let page = loop {
            if let Display::Hidden = self.display {
                break source.next().await;
            }
            // The future may be dropped: the next call continues at the same page.
            match tokio::time::timeout(UPDATE_INTERVAL, source.next()).await {
                Ok(page) => break page,
                Err(_nothing_yet) => {
                    self.figures.parts = source.parts();
                    self.update(out);
                }
            }
        };
        self.figures.parts = source.parts();
        self.figures.stated_total = source.stated_total();
        if let Some(Ok(rows)) = &page {
            self.count(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            self.update(out);
        }
        page
    }

    /// Waits for work that counts its pages itself, with [`count`](Self::count).
    pub(crate) async fn during<T>(
        progress: &RefCell<Self>,
        work: impl Future<Output = T>,
        out: &mut dyn Write,
    ) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            progress.borrow_mut().update(out);
            if let Ok(done) = tokio::time::timeout(UPDATE_INTERVAL, &mut work).await {
                progress.borrow_mut().update(out);
                return done;
            }
        }
    }

    /// Counts a page with these rows.
    pub(crate) fn count(&mut self, rows: u64) {
        self.figures.pages += 1;
        self.figures.rows = self.figures.rows.saturating_add(rows);
    }

    /// Adds to the number of rows that the service states, for several listings in one.
    pub(crate) fn add_stated(&mut self, rows: i64) {
        let stated = self.figures.stated_total.unwrap_or_default();
        self.figures.stated_total = Some(stated.saturating_add(rows));
    }

    /// Shows the current figures, or reports pages and waits since the last time.
    fn update(&mut self, out: &mut dyn Write) {
        let elapsed = self.began.elapsed();
        match &mut self.display {
            Display::Hidden => {}
            Display::Line(line) => {
                let wait = self.waits.current(Instant::now());
                line.show(&self.figures, wait, elapsed, out);
            }
            Display::Events(events) => {
                events.started(out);
                for wait in self.waits.take_begun() {
                    events.waiting(wait, out);
                }
                events.page(&self.figures, elapsed, out);
            }
        }
    }

    /// Clears the line before other text.
    pub(crate) fn clear(&mut self, out: &mut dyn Write) {
        if let Display::Line(line) = &mut self.display {
            line.clear(out);
        }
    }

    /// Ends the progress: clears the line, or reports the last event.
    pub(crate) fn end(&mut self, outcome: Outcome, out: &mut dyn Write) {
        self.clear(out);
        if matches!(self.display, Display::Events(_)) {
            self.update(out);
        }
        if let Display::Events(events) = &self.display {
            events.finished(outcome, &self.figures, self.began.elapsed(), out);
        }
    }
}
