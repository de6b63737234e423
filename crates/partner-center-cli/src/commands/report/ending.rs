//! How a report ends: complete, interrupted, or without its output.

use std::io;

use partner_center::UnknownProperty;
use partner_center::paging::EndedBy;

use super::Run;
use crate::failure::{Exit, Failure};
use crate::listing::{Broken, Position, Source, Written, rows};
use crate::output::printable;
use crate::run::Environment;
use crate::signals::Signal;

/// Names the rows that cannot be read, and returns how many there are.
pub(super) fn report_unreadable(
    source: &dyn Source,
    environment: &mut Environment<'_>,
) -> io::Result<u64> {
    let (listed, all) = source.unreadable_rows();
    for row in listed {
        writeln!(environment.stderr, "warning: {row}")?;
    }
    if all > 0 {
        writeln!(
            environment.stderr,
            "the output is incomplete: {} could not be read",
            rows(all)
        )?;
    }
    Ok(all)
}

/// Names what speaks against a complete result, and returns whether rows may be missing.
fn warn_about_doubts(source: &dyn Source, environment: &mut Environment<'_>) -> io::Result<bool> {
    let read = source.completeness();
    let unknown = source.unknown_properties();
    let signs = read.map_or(0, |read| read.incomplete_signs);
    let mut is_incomplete = signs > 0 || unknown.iter().any(UnknownProperty::says_incomplete);
    if !unknown.is_empty() {
        let names: Vec<String> = unknown.iter().map(ToString::to_string).collect();
        writeln!(
            environment.stderr,
            "warning: the service sends what this client does not read: {}",
            names.join(", ")
        )?;
    } else if signs > 0 {
        writeln!(
            environment.stderr,
            "warning: an earlier run of this listing had a response that says that rows are missing"
        )?;
    }
    if let Some(read) = read.filter(|read| read.repeated_pages > 0) {
        let (pages, end) = match read.repeated_pages {
            1 => ("1 page".to_owned(), "s"),
            pages => (format!("{pages} pages"), ""),
        };
        writeln!(
            environment.stderr,
            "warning: {pages} repeat{end} the rows of an earlier page: rows may be there twice, \
             and others may be missing"
        )?;
        is_incomplete = true;
    }
    if let Some(error) = source.unconfirmed_end() {
        writeln!(
            environment.stderr,
            "warning: all stated rows came, but the call for more of them failed: {}",
            error.cause()
        )?;
    }
    Ok(is_incomplete)
}

impl Run {
    /// All pages came, or as many as `--limit` asks for; `unreadable` rows are left out.
    pub(super) fn complete(
        mut self,
        source: &dyn Source,
        unreadable: u64,
        environment: &mut Environment<'_>,
    ) -> Result<Exit, Failure> {
        let written = match self.finish_and_measure(environment) {
            Ok(written) => written,
            Err(error) => return Err(self.unwritten(error)),
        };
        let mut exit = match unreadable {
            0 => Exit::Fine,
            _ => Exit::Incomplete,
        };
        for (column, near) in self.output.unseen_columns() {
            let column = printable(column);
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            writeln!(environment.stderr, "warning: no row has a `{column}`{near}")?;
            exit = Exit::Incomplete;
        }
        if self.report_lost_values(environment)? {
            exit = Exit::Incomplete;
        }
        if let Some(mismatch) = source.count_mismatch() {
            let received = i128::try_from(mismatch.received).unwrap_or(i128::MAX);
            writeln!(
                environment.stderr,
                "warning: the service states {} and sent {received}",
                rows(mismatch.stated)
            )?;
            if mismatch.is_short() {
                exit = Exit::Incomplete;
            }
        }
        if warn_about_doubts(source, environment)? {
            exit = Exit::Incomplete;
        }
        if source.has_unread_rows() {
            writeln!(
                environment.stderr,
                "warning: the service has more rows than this operation reads"
            )?;
            exit = Exit::Incomplete;
        }
        let limited = source
            .completeness()
            .is_some_and(|read| read.ended == EndedBy::RowLimit);
        let mut resumable = false;
        if let Some(file) = &mut self.continuation {
            match source.position() {
                Some(position) => {
                    file.write(&position, written)?;
                    resumable = true;
                    writeln!(
                        environment.stderr,
                        "there may be more rows: the same command resumes from {}",
                        file.path().display()
                    )?;
                }
                None if !limited => {
                    file.remove()?;
                }
                None => {}
            }
        }
        if let Some(file) = &self.output_file {
            match exit {
                Exit::Fine if !resumable => file.publish()?,
                _ => {
                    let (unchanged, partial) = (file.unchanged(), file.partial().display());
                    writeln!(
                        environment.stderr,
                        "{unchanged}; the rows so far are in {partial}"
                    )?;
                }
            }
        }
        Ok(exit)
    }

    /// The listing failed: the rows that came stay, in a document that is valid.
    pub(super) fn broke_off(self, broken: Broken, environment: &mut Environment<'_>) -> Failure {
        let Broken {
            mut failure,
            position,
        } = broken;
        let changes_nothing = matches!(failure.exit, Exit::Usage | Exit::Authentication);
        // The listing as a whole was interrupted, also where this run read nothing of it.
        if self.has_begun() || (self.resumed && !changes_nothing) {
            failure.exit = Exit::Incomplete;
        }
        self.interrupted(failure, position.map(|position| *position), environment)
    }

    /// A signal came between two pages.
    pub(super) fn stopped(
        self,
        signal: Signal,
        position: Option<Position>,
        environment: &mut Environment<'_>,
    ) -> Failure {
        let failure = Failure::new(signal.exit(), format!("stopped by {}", signal.name()));
        self.interrupted(failure, position, environment)
    }

    fn interrupted(
        mut self,
        mut failure: Failure,
        position: Option<Position>,
        environment: &mut Environment<'_>,
    ) -> Failure {
        let mut written = self.written();
        if self.has_begun() {
            match self.finish_and_measure(environment) {
                Ok(measured) => written = measured,
                Err(error) => {
                    let unwritten = self.unwritten(error);
                    return match failure.exit {
                        // Also where the reader of stdout was stopped by the same signal, which
                        // by itself would be no failure.
                        Exit::Interrupted | Exit::Terminated => failure.also(unwritten),
                        _ => unwritten,
                    };
                }
            }
            // The failure has an exit code already; a note that cannot be written is dropped.
            let _dropped = self.report_lost_values(environment);
            // An output file holds the rows of earlier runs as well.
            let count = match &self.output_file {
                Some(_) => written.rows,
                None => self.progress.rows(),
            };
            let came = match count {
                0 => "it has no rows".to_owned(),
                count => format!("it has the {} that came before", rows(count)),
            };
            failure = failure.help(match &self.output_file {
                Some(file) => format!(
                    "{}; {} is incomplete: {came}",
                    file.unchanged(),
                    file.partial().display()
                ),
                None => format!("the output is incomplete: {came}"),
            });
        } else if let Some(file) = &self.output_file {
            file.discard_empty();
            failure = failure.help(file.unchanged());
        }
        // Nothing read is nothing to resume: the next run starts again.
        let position = position.filter(|position| !position.is_start());
        let has_begun = self.has_begun();
        match (&mut self.continuation, position) {
            (Some(file), Some(position)) => match file.write(&position, written) {
                Ok(()) => failure.help(format!(
                    "the same command resumes from {}",
                    file.path().display()
                )),
                Err(also) => failure.also(also),
            },
            (None, Some(_)) if has_begun => failure
                .help("with --continuation-file PATH, the same command would resume from here"),
            (_, None) if has_begun => self.outdated(failure),
            _ => failure,
        }
    }

    /// Rows that did not reach the output as a whole. The continuation file is from before
    /// them: the next run writes them again.
    pub(super) fn unwritten(&self, error: io::Error) -> Failure {
        let mut failure = Failure::from(error);
        if let Some(file) = &self.output_file {
            failure = failure.help(file.unchanged());
        }
        match self
            .continuation
            .as_ref()
            .filter(|file| file.path().exists())
        {
            Some(file) if self.output_file.is_none() => {
                let before = file.record().written.rows;
                failure.help(format!(
                    "{} is as it was when {} had been written: remove all later rows from the \
                     output, and the same command writes them again",
                    file.path().display(),
                    rows(before)
                ))
            }
            Some(file) => failure.help(format!(
                "{} stays as it was: the same command writes the rows that are missing",
                file.path().display()
            )),
            None => failure,
        }
    }

    /// Completes the document, and returns the extent of the output for a run that resumes.
    fn finish_and_measure(&mut self, environment: &mut Environment<'_>) -> io::Result<Written> {
        let before = self.written();
        self.finish(environment)?;
        Ok(match self.output_file {
            // The run that resumes appends in front of the end of the document.
            Some(_) => before,
            None => self.written(),
        })
    }

    /// Names the values that the output does not have, and returns whether there are any.
    fn report_lost_values(&self, environment: &mut Environment<'_>) -> io::Result<bool> {
        let (missed, ambiguous) = (
            self.output.missed_columns(),
            self.output.ambiguous_columns(),
        );
        for (column, row) in missed {
            let column = printable(column);
            writeln!(
                environment.stderr,
                "warning: row {row} is the first with a `{column}`, which the output does not \
                 have: its columns are the documented ones and those of the first page; `-o \
                 ndjson` has it, and so has CSV with `--columns` that names it"
            )?;
        }
        for (column, row) in ambiguous {
            let column = printable(column);
            writeln!(
                environment.stderr,
                "warning: row {row} has two values for the column `{column}`, of which the output \
                 has one; `-o ndjson` without --columns has both"
            )?;
        }
        Ok(!missed.is_empty() || !ambiguous.is_empty())
    }

    /// A failure after rows were written, with nothing to resume: the file would give these
    /// rows once more.
    fn outdated(&self, failure: Failure) -> Failure {
        let Some(file) = &self.continuation else {
            return failure;
        };
        match file.remove() {
            Ok(true) => failure.help(format!(
                "the listing cannot be resumed, so {} is removed: the next run starts again",
                file.path().display()
            )),
            Ok(false) => failure,
            Err(also) => failure.also(also),
        }
    }
}
