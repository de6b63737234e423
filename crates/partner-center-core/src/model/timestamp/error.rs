//! Errors of invalid timestamps.

use std::fmt;

use crate::model::sanitize::excerpt;

/// Error of a text that is not a [`Timestamp`](crate::Timestamp), or of a moment that cannot be
/// written as one.
///
/// The message states the invalid part and the expected format, and contains at most 40 characters
/// of the text, escaped to ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampError {
    pub(super) problem: Problem,
    /// Excerpt of the parsed text; `None` for the conversion of a moment.
    excerpt: Option<Box<str>>,
}

impl TimestampError {
    #[cold]
    #[inline(never)]
    pub(super) fn refused(text: &str, problem: Problem) -> Self {
        Self {
            problem,
            excerpt: Some(excerpt(text)),
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn unwritable(problem: Problem) -> Self {
        Self {
            problem,
            excerpt: None,
        }
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.excerpt {
            Some(excerpt) => write!(f, "`{excerpt}` is not a timestamp: ")?,
            None => f.write_str("the moment cannot be written as a timestamp: ")?,
        }
        f.write_str(self.problem.describe())?;
        f.write_str(
            "; expected `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`, \
             the latter with an optional `.` and 1 to 7 digits and an optional `Z` or `±HH:MM`",
        )
    }
}

impl std::error::Error for TimestampError {}

/// Invalid part of a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Date,
    Year,
    Month,
    Day,
    Separator,
    Time,
    Hour,
    Minute,
    Second,
    Fraction,
    Offset,
    OffsetRange,
}

impl Problem {
    fn describe(self) -> &'static str {
        match self {
            Self::Date => "it does not begin with a date `YYYY-MM-DD`",
            Self::Year => "the year must be 0001 to 9999",
            Self::Month => "the month must be 01 to 12",
            Self::Day => "the month has no such day",
            Self::Separator => "only `T` and a time may follow the date",
            Self::Time => "the time after `T` is not `HH:MM:SS`",
            Self::Hour => "the hour must be 00 to 23",
            Self::Minute => "the minute must be 00 to 59",
            Self::Second => "the second must be 00 to 59",
            Self::Fraction => "the fraction of a second must have 1 to 7 digits",
            Self::Offset => "only an offset, `Z` or `±HH:MM`, may follow the time",
            Self::OffsetRange => "the offset must be whole minutes from -14:59 to +14:59",
        }
    }
}
