//! Line of a terminal that shows the progress.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::UPDATE_INTERVAL;
use super::figures::Figures;
use super::waits::Wait;

/// Duration before the line appears.
const QUIET_PERIOD: Duration = Duration::from_secs(1);
/// Width of a terminal that does not report its width.
const USUAL_WIDTH: u16 = 80;

/// Line that is overwritten. It is drawn into memory and then written, because the stream of a
/// command is borrowed and a bar of indicatif needs one of its own.
#[derive(Debug)]
pub(super) struct Line {
    bar: ProgressBar,
    drawn: Drawn,
    /// Time of the last update. `None` without a line.
    shown: Option<Duration>,
}

impl Line {
    pub(super) fn new(width: fn() -> Option<u16>) -> Self {
        let drawn = Drawn {
            width,
            bytes: Arc::default(),
        };
        let target = ProgressDrawTarget::term_like(Box::new(drawn.clone()));
        let bar = ProgressBar::with_draw_target(None, target);
        // Cuts off what does not fit the width.
        let style = ProgressStyle::with_template("{wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self {
            bar,
            drawn,
            shown: None,
        }
    }

    /// Overwrites the line.
    pub(super) fn show(
        &mut self,
        figures: &Figures,
        wait: Option<(Wait, Duration)>,
        elapsed: Duration,
        out: &mut dyn Write,
    ) {
        let since = self.shown.map(|shown| elapsed.saturating_sub(shown));
        if elapsed < QUIET_PERIOD || since.is_some_and(|since| since < UPDATE_INTERVAL) {
            return;
        }
        self.shown = Some(elapsed);
        // Draws the line.
        self.bar.set_message(match (wait, figures.pages) {
            (Some((wait, left)), 0) => wait.text(left),
            (Some((wait, left)), _) => {
                format!("{}; {}", wait.text(left), figures.line(elapsed))
            }
            (None, _) => figures.line(elapsed),
        });
        self.write(out);
    }

    /// Clears the line.
    pub(super) fn clear(&mut self, out: &mut dyn Write) {
        if self.shown.take().is_some() {
            self.drawn.lock().extend_from_slice(b"\r\x1b[K");
            self.write(out);
        }
    }

    fn write(&self, out: &mut dyn Write) {
        let bytes = std::mem::take(&mut *self.drawn.lock());
        // Only progress: a failed write must not end the listing.
        let _gone = out.write_all(&bytes).and_then(|()| out.flush());
    }
}

/// Terminal that keeps what is drawn.
#[derive(Clone, Debug)]
struct Drawn {
    width: fn() -> Option<u16>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Drawn {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, text: &str) -> io::Result<()> {
        self.lock().extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Moves the cursor; a number of 0 would count as 1.
    fn go(&self, number: usize, direction: char) -> io::Result<()> {
        match number {
            0 => Ok(()),
            number => self.put(&format!("\x1b[{number}{direction}")),
        }
    }
}

impl TermLike for Drawn {
    fn width(&self) -> u16 {
        // One column less: some terminals wrap a line that has their full width.
        let width = (self.width)().unwrap_or(USUAL_WIDTH);
        width.saturating_sub(1).max(1)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.go(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.go(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.go(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.go(n, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.put(text)?;
        self.put("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.put(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.put("\r\x1b[K")
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURES: Figures = Figures {
        pages: 2,
        rows: 20_000,
        limit: None,
        stated_total: None,
        parts: None,
    };

    fn shown(width: fn() -> Option<u16>, elapsed: Duration) -> String {
        let mut out = Vec::new();
        let mut line = Line::new(width);
        line.show(&FIGURES, None, elapsed, &mut out);
        // Too early, and a clock that jumped back.
        line.show(&FIGURES, None, elapsed + UPDATE_INTERVAL / 2, &mut out);
        line.show(&FIGURES, None, Duration::ZERO, &mut out);
        line.show(&FIGURES, None, elapsed + UPDATE_INTERVAL, &mut out);
        line.clear(&mut out);
        line.clear(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_line_of_a_long_listing_is_overwritten_and_cleared() {
        let text = |rate| format!("20,000 rows, 2 pages, {rate} rows/s, 4 seconds");
        let seconds = Duration::from_secs(4);
        let shown = shown(|| None, seconds);
        let lines: Vec<_> = shown.split("\r\u{1b}[K").map(str::trim_end).collect();
        assert_eq!(lines, [&*text("5,000"), &*text("4,706"), ""]);
        assert!(!shown.contains('\n'));
    }

    #[test]
    fn nothing_is_shown_of_a_short_listing() {
        assert_eq!(shown(|| None, Duration::from_millis(700)), "");
    }

    #[test]
    fn the_line_fits_any_width() {
        for width in [|| Some(20), || Some(5), || Some(1), || Some(0)] {
            let shown = shown(width, Duration::from_secs(4));
            let most = usize::from(width().unwrap().saturating_sub(1).max(1));
            for line in shown.split("\r\u{1b}[K") {
                assert!(line.chars().count() <= most, "{most}: {line:?}");
            }
        }
    }

    #[test]
    fn a_stream_that_fails_is_ignored() {
        struct Closed;

        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }

        let mut line = Line::new(|| None);
        line.show(&FIGURES, None, Duration::MAX, &mut Closed);
        line.clear(&mut Closed);
    }
}
