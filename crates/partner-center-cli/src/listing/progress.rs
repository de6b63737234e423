//! A line on stderr that says how far a long listing is.

use std::io::Write;
use std::time::{Duration, Instant};

use super::{Broken, Source};

/// Quicker listings show nothing.
const QUIET_PERIOD: Duration = Duration::from_secs(1);
/// Time between two looks at the clock.
const UPDATE_INTERVAL: Duration = Duration::from_millis(250);

/// A number of rows in words.
pub(crate) fn rows(number: impl Into<i128>) -> String {
    match number.into() {
        1 => "1 row".to_owned(),
        number => format!("{number} rows"),
    }
}

/// How far a listing is.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Whether somebody would see it.
    wanted: bool,
    began: Instant,
    shown: bool,
    pages: u64,
    rows: u64,
}

impl Progress {
    pub(crate) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            began: Instant::now(),
            shown: false,
            pages: 0,
            rows: 0,
        }
    }

    /// Whether a page has come.
    pub(crate) fn has_begun(&self) -> bool {
        self.pages > 0
    }

    /// The rows that have come.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Waits for the next page, and counts it in.
    pub(crate) async fn next(
        &mut self,
        source: &mut dyn Source,
        out: &mut dyn Write,
    ) -> Option<Result<Vec<String>, Broken>> {
        let page = loop {
            if !self.wanted {
                break source.next().await;
            }
            match tokio::time::timeout(UPDATE_INTERVAL, source.next()).await {
                Ok(page) => break page,
                Err(_nothing_yet) => self.show(self.began.elapsed(), out),
            }
        };
        if let Some(Ok(rows)) = &page {
            self.pages += 1;
            self.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
            self.show(self.began.elapsed(), out);
        }
        page
    }

    /// Writes the line over the one before.
    fn show(&mut self, elapsed: Duration, out: &mut dyn Write) {
        if !self.wanted || elapsed < QUIET_PERIOD {
            return;
        }
        self.shown = true;
        let (rows, pages, seconds) = (rows(self.rows), self.pages, elapsed.as_secs());
        let end = if pages == 1 { "" } else { "s" };
        // Nobody is left to see it when this fails.
        let _gone = write!(out, "\r\u{1b}[K{rows} in {pages} page{end}, {seconds} s")
            .and_then(|()| out.flush());
    }

    /// Takes the line away again.
    pub(crate) fn clear(&mut self, out: &mut dyn Write) {
        if std::mem::take(&mut self.shown) {
            let _gone = write!(out, "\r\u{1b}[K").and_then(|()| out.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(wanted: bool, elapsed: Duration) -> String {
        let mut out = Vec::new();
        let mut progress = Progress::new(wanted);
        (progress.pages, progress.rows) = (2, 20_000);
        progress.show(elapsed, &mut out);
        progress.clear(&mut out);
        progress.clear(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn is_shown_after_a_moment_and_taken_away() {
        assert_eq!(
            shown(true, Duration::from_secs(3)),
            "\r\u{1b}[K20000 rows in 2 pages, 3 s\r\u{1b}[K"
        );
        assert_eq!(shown(true, Duration::from_millis(900)), "");
        assert_eq!(shown(false, Duration::from_secs(3)), "");
    }
}
