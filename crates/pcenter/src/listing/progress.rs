//! Progress line of a long listing, on stderr.

use std::io::Write;
use std::time::{Duration, Instant};

use super::{Broken, Page, RowSource};

/// Duration before the progress line appears.
const QUIET_PERIOD: Duration = Duration::from_secs(1);
/// Update interval of the progress line.
const UPDATE_INTERVAL: Duration = Duration::from_millis(250);

/// Formats a number of rows, such as `1 row`.
pub(crate) fn rows(number: impl Into<i128>) -> String {
    match number.into() {
        1 => "1 row".to_owned(),
        number => format!("{number} rows"),
    }
}

/// Progress of a listing.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Whether the progress line is shown.
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

    /// Returns whether a page has been read.
    pub(crate) fn has_begun(&self) -> bool {
        self.pages > 0
    }

    /// Returns the number of rows read.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Waits for the next page and counts its rows.
    pub(crate) async fn next(
        &mut self,
        source: &mut dyn RowSource,
        out: &mut dyn Write,
    ) -> Option<Result<Page, Broken>> {
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

    /// Overwrites the progress line.
    fn show(&mut self, elapsed: Duration, out: &mut dyn Write) {
        if !self.wanted || elapsed < QUIET_PERIOD {
            return;
        }
        self.shown = true;
        let (rows, pages, seconds) = (rows(self.rows), self.pages, elapsed.as_secs());
        let end = if pages == 1 { "" } else { "s" };
        // Only progress: a failed write must not end the listing.
        let _gone = write!(out, "\r\u{1b}[K{rows} in {pages} page{end}, {seconds} s")
            .and_then(|()| out.flush());
    }

    /// Clears the progress line.
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
    fn shows_and_clears_the_line_of_a_long_listing() {
        assert_eq!(
            shown(true, Duration::from_secs(3)),
            "\r\u{1b}[K20000 rows in 2 pages, 3 s\r\u{1b}[K"
        );
        assert_eq!(shown(true, Duration::from_millis(900)), "");
        assert_eq!(shown(false, Duration::from_secs(3)), "");
    }
}
