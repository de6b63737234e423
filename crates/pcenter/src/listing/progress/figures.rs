//! Figures of a running listing, and the texts that are made of them.

use std::time::Duration;

use indicatif::{HumanCount, HumanDuration};

use super::super::Parts;

/// Formats a number of rows, such as `1 row`.
pub(crate) fn rows(number: impl Into<i128>) -> String {
    match number.into() {
        1 => "1 row".to_owned(),
        number => format!("{number} rows"),
    }
}

/// Figures of a running listing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    /// Number of pages read by this run.
    pub(super) pages: u64,
    /// Number of rows read by this run.
    pub(super) rows: u64,
    /// Maximum number of rows of this run.
    pub(super) limit: Option<u64>,
    /// Number of rows that the service states.
    pub(super) stated_total: Option<i64>,
    /// Numbers of calls for many customers.
    pub(super) parts: Option<Parts>,
}

impl Figures {
    /// Returns the number of rows of the whole listing, if it is known.
    pub(super) fn total_rows(&self) -> Option<u64> {
        let stated = self.stated_total.and_then(|rows| u64::try_from(rows).ok());
        // A total that is not above the rows so far is that of a page, or the end is reached.
        let stated = stated.filter(|stated| *stated > self.rows);
        match (stated, self.limit) {
            (Some(stated), Some(limit)) => Some(stated.min(limit)),
            (stated, limit) => stated.or(limit),
        }
    }

    /// Returns the rows per second so far.
    pub(super) fn rate(&self, elapsed: Duration) -> Option<f64> {
        per_second(self.rows, elapsed)
    }

    /// Returns the remaining time, if the number of rows or of customers is known and the rest takes
    /// as long as the rows so far.
    pub(super) fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        let (done, total) = match self.parts {
            Some(parts) => {
                let called = parts.done.saturating_add(parts.failed);
                (
                    u64::try_from(called).ok()?,
                    u64::try_from(parts.total).ok()?,
                )
            }
            None => (self.rows, self.total_rows()?),
        };
        let rate = per_second(done, elapsed)?;
        let left = total.checked_sub(done).filter(|left| *left > 0)?;
        Duration::try_from_secs_f64(as_f64(left) / rate).ok()
    }

    /// Returns the line, the most important figures first: a narrow terminal cuts off its end.
    pub(super) fn line(&self, elapsed: Duration) -> String {
        let mut parts = Vec::new();
        if let Some(customers) = self.parts {
            let failed = match customers.failed {
                0 => String::new(),
                failed => format!(" ({failed} failed)"),
            };
            parts.push(format!(
                "{} of {} customers{failed}",
                HumanCount(u64::try_from(customers.done).unwrap_or(u64::MAX)),
                HumanCount(u64::try_from(customers.total).unwrap_or(u64::MAX)),
            ));
        }
        let total = self.total_rows().filter(|_| self.parts.is_none());
        parts.push(match (self.rows, total) {
            (rows, Some(total)) => {
                let percent = u128::from(rows) * 100 / u128::from(total.max(1));
                let (rows, total) = (HumanCount(rows), HumanCount(total));
                format!("{rows} of {total} rows ({percent} %)")
            }
            (1, None) => "1 row".to_owned(),
            (rows, None) => format!("{} rows", HumanCount(rows)),
        });
        if self.parts.is_none() {
            parts.push(match self.pages {
                1 => "1 page".to_owned(),
                pages => format!("{} pages", HumanCount(pages)),
            });
        }
        if let Some(rate) = self.rate(elapsed) {
            parts.push(format!("{} rows/s", HumanCount(as_u64(rate))));
        }
        parts.push(match self.time_left(elapsed) {
            Some(left) => format!("{} left", clock(left)),
            None => clock(elapsed),
        });
        parts.join(", ")
    }
}

/// Returns a duration as people say it, such as `2 minutes`.
fn clock(duration: Duration) -> String {
    HumanDuration(Duration::from_secs(duration.as_secs().max(1))).to_string()
}

/// Returns a rate; `None` without progress or time, such as after a clock that jumped back.
fn per_second(number: u64, elapsed: Duration) -> Option<f64> {
    let seconds = elapsed.as_secs_f64();
    (number > 0 && seconds > 0.0).then(|| as_f64(number) / seconds)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate needs no more than 53 bits"
)]
fn as_f64(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and a rate is not negative"
)]
fn as_u64(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_line_has_rows_pages_rate_and_time_left() {
        let mut figures = Figures {
            pages: 12,
            rows: 120_000,
            ..Figures::default()
        };
        assert_eq!(
            figures.line(seconds(10)),
            "120,000 rows, 12 pages, 12,000 rows/s, 10 seconds"
        );
        figures.stated_total = Some(1_560_000);
        assert_eq!(
            figures.line(seconds(10)),
            "120,000 of 1,560,000 rows (7 %), 12 pages, 12,000 rows/s, 2 minutes left"
        );
        figures.limit = Some(240_000);
        assert_eq!(
            figures.line(seconds(10)),
            "120,000 of 240,000 rows (50 %), 12 pages, 12,000 rows/s, 10 seconds left"
        );
        // The number of rows of a page.
        (figures.limit, figures.stated_total) = (None, Some(10_000));
        assert_eq!(figures.total_rows(), None);
    }

    #[test]
    fn the_line_of_many_customers_counts_customers() {
        let figures = Figures {
            pages: 9,
            rows: 1,
            parts: Some(Parts {
                before: 0,
                done: 9,
                failed: 1,
                total: 1_020,
            }),
            ..Figures::default()
        };
        assert_eq!(
            figures.line(seconds(1)),
            "9 of 1,020 customers (1 failed), 1 row, 1 rows/s, 2 minutes left"
        );
    }

    #[test]
    fn extreme_times_and_numbers_give_no_rate_or_a_finite_one() {
        for elapsed in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
            for rows in [0, 1, u64::MAX] {
                for stated in [None, Some(i64::MIN), Some(-1), Some(0), Some(i64::MAX)] {
                    let figures = Figures {
                        rows,
                        pages: rows,
                        stated_total: stated,
                        limit: Some(u64::MAX),
                        parts: None,
                    };
                    let line = figures.line(elapsed);
                    assert!(!line.contains('-') && !line.contains("NaN"), "{line}");
                    assert!(figures.rate(elapsed).is_none_or(|rate| rate >= 0.0));
                }
            }
        }
    }
}
