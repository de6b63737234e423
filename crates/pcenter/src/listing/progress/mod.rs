//! Progress of a listing, on stderr: a line that is overwritten, or events in JSON.

mod events;
mod figures;
mod line;
mod waits;

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
    /// A line on a terminal, from the second second; otherwise nothing
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

    /// Reports the progress as events.
    pub(crate) fn with_events(self, operation_id: &'static str) -> Self {
        let display = Display::Events(Events::new(operation_id));
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
            self.figures.pages += 1;
            self.figures.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
            self.update(out);
            if let Display::Events(events) = &self.display {
                events.page(&self.figures, self.began.elapsed(), out);
            }
        }
        page
    }

    /// Shows the current figures, or reports the waits that have begun.
    fn update(&mut self, out: &mut dyn Write) {
        match &mut self.display {
            Display::Hidden => {}
            Display::Line(line) => {
                let wait = self.waits.current(Instant::now());
                line.show(&self.figures, wait, self.began.elapsed(), out);
            }
            Display::Events(events) => {
                for wait in self.waits.take_begun() {
                    events.waiting(wait, out);
                }
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
        self.update_events(out);
        if let Display::Events(events) = &self.display {
            events.finished(outcome, &self.figures, self.began.elapsed(), out);
        }
    }

    fn update_events(&mut self, out: &mut dyn Write) {
        if let Display::Events(_) = self.display {
            self.update(out);
        }
    }
}
