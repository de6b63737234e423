//! Results of cases.

use std::io::Write as _;

use contract_tests::chain;

/// Result of a case, and of its steps.
pub(crate) type Outcome<T = ()> = Result<T, Stop>;

/// Reason for the early end of a case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stop {
    /// The target cannot show the behaviour.
    Skipped(String),
    /// The target behaves differently.
    Failed(String),
}

/// Any error in a step fails the case. `Stop` itself implements no `Error`, so that `?` accepts
/// both.
impl<E: std::error::Error> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(chain(&error))
    }
}

/// Fails the case unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        let holds: bool = $condition;
        if !holds {
            return Err($crate::outcome::Stop::Failed(format!($($text)+)));
        }
    };
}

/// Fails the case unless both values are equal.
macro_rules! ensure_eq {
    ($found:expr, $expected:expr, $($text:tt)+) => {{
        let (found, expected) = (&$found, &$expected);
        if found != expected {
            let what = format!($($text)+);
            return Err($crate::outcome::Stop::Failed(format!(
                "{what}: {found:?} instead of {expected:?}"
            )));
        }
    }};
}

pub(crate) use {ensure, ensure_eq};

/// Ends the case because the target cannot show the behaviour.
pub(crate) fn skip<T>(reason: impl Into<String>) -> Outcome<T> {
    Err(Stop::Skipped(reason.into()))
}

/// Writes a line past the capture of the test harness, which hides the output of passed tests.
pub(crate) fn note(line: &str) {
    let _written = writeln!(std::io::stderr(), "{line}");
}
