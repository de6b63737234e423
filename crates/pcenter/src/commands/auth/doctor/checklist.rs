//! Checks of `auth doctor` and their output.

use serde_json::{Value, json};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::StatusFormat;
use crate::printable::printable;

/// Result of a check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Ok,
    Warn,
    Fail,
    /// Not run, because an earlier check failed.
    Skip,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// A check with its result and fix.
#[derive(Debug)]
pub(super) struct Check {
    name: &'static str,
    verdict: Verdict,
    found: String,
    fix: String,
    /// Exit code of the process if this is the first failed check.
    exit: Exit,
}

impl Check {
    pub(super) fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Ok,
            found: found.into(),
            fix: String::new(),
            exit: Exit::Success,
        }
    }

    pub(super) fn warn(
        name: &'static str,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Warn,
            fix: fix.into(),
            ..Self::ok(name, found)
        }
    }

    pub(super) fn fail(
        name: &'static str,
        exit: Exit,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Fail,
            exit,
            ..Self::warn(name, found, fix)
        }
    }

    pub(super) fn failed(name: &'static str, failure: &Failure) -> Self {
        Self::fail(name, failure.exit, failure.summary(), failure.fix())
    }
}

/// List of the checks so far. In text format, each is printed as it is added.
#[derive(Debug)]
pub(super) struct Checklist {
    format: StatusFormat,
    checks: Vec<Check>,
}

impl Checklist {
    pub(super) fn new(format: StatusFormat) -> Self {
        Self {
            format,
            checks: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        check: Check,
        environment: &mut Environment<'_>,
    ) -> Result<(), Failure> {
        if self.format == StatusFormat::Text {
            let (word, found) = (check.verdict.word(), printable(&check.found));
            writeln!(environment.stdout, "{word:<5} {:<16} {found}", check.name)?;
            if !check.fix.is_empty() {
                writeln!(environment.stdout, "      fix: {}", printable(&check.fix))?;
            }
            environment.stdout.flush()?;
        }
        self.checks.push(check);
        Ok(())
    }

    /// Says that this check is not made, unless it was.
    pub(super) fn skip(
        &mut self,
        name: &'static str,
        why: &str,
        environment: &mut Environment<'_>,
    ) -> Result<(), Failure> {
        if self.checks.iter().any(|check| check.name == name) {
            return Ok(());
        }
        let check = Check {
            verdict: Verdict::Skip,
            ..Check::ok(name, why)
        };
        self.add(check, environment)
    }

    pub(super) fn failed(&self, name: &str) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| check.name == name && check.verdict == Verdict::Fail)
    }

    pub(super) fn finish(self, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
        let count = |verdict| {
            let checks = self.checks.iter();
            checks.filter(|check| check.verdict == verdict).count()
        };
        let (failed, warned) = (count(Verdict::Fail), count(Verdict::Warn));
        let first = self.checks.iter().find(|it| it.verdict == Verdict::Fail);
        match self.format {
            StatusFormat::Json => {
                let checks: Vec<_> = self.checks.iter().map(document).collect();
                let document = json!({"ok": failed == 0, "checks": checks});
                writeln!(environment.stdout, "{document:#}")?;
            }
            StatusFormat::Text => {
                let summary = match (first, warned) {
                    (Some(first), _) => format!(
                        "{failed} failed. Fix `{}` first, then run this command again.",
                        first.name
                    ),
                    (None, 0) => "All checks passed.".to_owned(),
                    (None, 1) => "Reports work, with 1 warning.".to_owned(),
                    (None, warned) => format!("Reports work, with {warned} warnings."),
                };
                writeln!(environment.stdout, "\n{summary}")?;
            }
        }
        environment.stdout.flush()?;
        Ok(first.map_or(Exit::Success, |first| first.exit))
    }
}

fn document(check: &Check) -> Value {
    json!({
        "check": check.name,
        "verdict": check.verdict.word(),
        "found": check.found,
        "fix": Some(&check.fix).filter(|fix| !fix.is_empty()),
    })
}
