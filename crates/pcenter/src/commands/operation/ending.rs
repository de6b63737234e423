//! End of a listing: complete, interrupted, or with output that could not be written.

use std::io;

use partner_center::UnknownProperty;
use partner_center::paging::EndReason;

use super::Run;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::listing::{Broken, FailedCustomer, Position, RowSource, Written, rows};
use crate::printable::printable;
use crate::signals::Signal;

/// Prints the rows and the customers that could not be read, and returns their number.
pub(super) fn report_unreadable(
    source: &dyn RowSource,
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
    let failed = source.failed_customers();
    for FailedCustomer { customer, failure } in failed {
        let reason = printable(&failure.summary());
        writeln!(
            environment.stderr,
            "warning: the rows of {customer} could not be read: {reason}"
        )?;
    }
    if !failed.is_empty() {
        let parts = source.parts().map_or(0, |parts| parts.total);
        writeln!(
            environment.stderr,
            "the output is incomplete: the calls for {} of {parts} customers failed",
            failed.len()
        )?;
    }
    Ok(all.saturating_add(u64::try_from(failed.len()).unwrap_or(u64::MAX)))
}

/// Returns whether there is no sign that rows are missing.
fn has_all_rows(source: &dyn RowSource) -> bool {
    let mismatch = source.count_mismatch();
    let is_short = mismatch.is_some_and(|mismatch| mismatch.is_short());
    let mut unknown = source.unknown_properties().iter();
    let has_signs = source.completeness().is_some_and(|read| {
        read.incomplete_signs > 0 || read.repeated_pages > 0 || read.ended == EndReason::RowLimit
    });
    !is_short
        && !has_signs
        && !source.has_unread_rows()
        && !unknown.any(UnknownProperty::says_incomplete)
}

/// Prints warnings about signs of an incomplete result, and returns whether rows may be missing.
fn warn_about_signs(source: &dyn RowSource, environment: &mut Environment<'_>) -> io::Result<bool> {
    let read = source.completeness();
    let unknown = source.unknown_properties();
    let signs = read.map_or(0, |read| read.incomplete_signs);
    let mut is_incomplete = signs > 0 || unknown.iter().any(UnknownProperty::says_incomplete);
    if !unknown.is_empty() {
        let names: Vec<String> = unknown.iter().map(ToString::to_string).collect();
        writeln!(
            environment.stderr,
            "warning: the response contains properties that this client does not read: {}",
            names.join(", ")
        )?;
    } else if signs > 0 {
        writeln!(
            environment.stderr,
            "warning: a response in an earlier run of this listing indicated missing rows"
        )?;
    }
    if let Some(read) = read.filter(|read| read.repeated_pages > 0) {
        let (pages, end) = match read.repeated_pages {
            1 => ("1 page".to_owned(), "s"),
            pages => (format!("{pages} pages"), ""),
        };
        writeln!(
            environment.stderr,
            "warning: {pages} repeat{end} the rows of an earlier page: rows may be duplicated, and \
             others may be missing"
        )?;
        is_incomplete = true;
    }
    if let Some(error) = source.unconfirmed_end() {
        writeln!(
            environment.stderr,
            "warning: all stated rows were read, but the call for further rows failed: {}",
            error.cause()
        )?;
    }
    Ok(is_incomplete)
}

impl Run {
    /// Ends a listing whose pages were all read, up to `--limit`. `unreadable` rows were omitted.
    pub(super) fn complete(
        mut self,
        source: &dyn RowSource,
        unreadable: u64,
        environment: &mut Environment<'_>,
    ) -> Result<Exit, Failure> {
        let is_complete = unreadable == 0 && has_all_rows(source);
        self.output.set_extent(source.stated_total(), is_complete);
        let written = match self.finish_and_measure(environment) {
            Ok(written) => written,
            Err(error) => return Err(self.unwritten(error)),
        };
        if let Some(error) = self.output.expression_error() {
            let failure = Failure::new(Exit::Other, format!("--jq: {error}"));
            return Err(match &self.output_file {
                Some(file) => failure.help(file.unchanged()),
                None => failure,
            });
        }
        let mut exit = match unreadable {
            0 => Exit::Success,
            _ => Exit::Incomplete,
        };
        for (column, near) in self.output.unseen_columns() {
            let column = printable(column);
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            writeln!(
                environment.stderr,
                "warning: no row has the property `{column}`{near}"
            )?;
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
        if warn_about_signs(source, environment)? {
            exit = Exit::Incomplete;
        }
        if source.has_unread_rows() {
            writeln!(
                environment.stderr,
                "warning: the service has more rows than this operation can read"
            )?;
            exit = Exit::Incomplete;
        }
        let limited = source
            .completeness()
            .is_some_and(|read| read.ended == EndReason::RowLimit);
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
                Exit::Success if !resumable => file.publish()?,
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

    /// Ends an interrupted listing: the rows received so far stay, in a valid document.
    pub(super) fn listing_failed(
        self,
        broken: Broken,
        environment: &mut Environment<'_>,
    ) -> Failure {
        let Broken {
            mut failure,
            position,
        } = broken;
        let changes_nothing = matches!(failure.exit, Exit::Usage | Exit::Authentication);
        // A resumed listing is incomplete even if this run read no page. Wrong usage and a failed
        // sign-in keep their exit codes, since repeating the command would not help.
        if self.has_begun() || (self.resumed && !changes_nothing) {
            failure.exit = Exit::Incomplete;
        }
        self.interrupted(failure, position, environment)
    }

    /// Ends a listing that was stopped by a signal.
    pub(super) fn stopped_by_signal(
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
        self.output.set_extent(None, false);
        if self.has_begun() {
            match self.finish_and_measure(environment) {
                Ok(measured) => written = measured,
                Err(error) => {
                    let unwritten = self.unwritten(error);
                    return match failure.exit {
                        // The signal decides the exit code: the reader of stdout may have received
                        // it too, and a closed pipe alone would count as success.
                        Exit::Interrupted | Exit::Terminated => failure.also(unwritten),
                        _ => unwritten,
                    };
                }
            }
            // The exit code is decided already.
            let _dropped = self.report_lost_values(environment);
            // An output file also contains the rows of earlier runs.
            let count = match &self.output_file {
                Some(_) => written.rows,
                None => self.progress.rows(),
            };
            let received = match count {
                0 => "it has no rows".to_owned(),
                count => format!("it has {}", rows(count)),
            };
            failure = failure.help(match &self.output_file {
                Some(file) => format!(
                    "{}; {} is incomplete: {received}",
                    file.unchanged(),
                    file.partial().display()
                ),
                None => format!("the output is incomplete: {received}"),
            });
        } else if let Some(file) = &self.output_file {
            file.discard_empty();
            failure = failure.help(file.unchanged());
        }
        // Without a page read there is no position to store: the next run starts again.
        let position = position.filter(|position| !position.is_start());
        let has_begun = self.has_begun();
        match (&mut self.continuation, position) {
            (Some(file), Some(position)) => match file.write(&position, written) {
                Ok(()) => failure.help(format!(
                    "the same command resumes from {}",
                    file.path().display()
                )),
                Err(error) => failure.also(error),
            },
            (None, Some(_)) if has_begun => failure.help(
                "with --continuation-file PATH, the same command can resume an interrupted listing",
            ),
            (_, None) if has_begun => self.discard_continuation(failure),
            _ => failure,
        }
    }

    /// Returns the failure for rows that could not be written completely. The continuation file
    /// still has the position before them, so the next run writes them again.
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
                "{} is unchanged: the same command writes the missing rows",
                file.path().display()
            )),
            None => failure,
        }
    }

    /// Completes the document and returns the extent of the output, from which a run resumes.
    fn finish_and_measure(&mut self, environment: &mut Environment<'_>) -> io::Result<Written> {
        let before = self.written();
        self.finish(environment)?;
        Ok(match self.output_file {
            // A resumed run appends to the open document, before its end.
            Some(_) => before,
            None => self.written(),
        })
    }

    /// Reports values that the output lacks, and returns whether there are any.
    fn report_lost_values(&self, environment: &mut Environment<'_>) -> io::Result<bool> {
        let (missed, ambiguous) = (
            self.output.missed_columns(),
            self.output.ambiguous_columns(),
        );
        for (column, row) in missed {
            let column = printable(column);
            writeln!(
                environment.stderr,
                "warning: row {row} is the first one with the property `{column}`, which has no \
                 column: the columns are the documented ones and those of the first page; use `-o \
                 ndjson`, or name it in `--columns`"
            )?;
        }
        let limits = self.output.workbook_limits();
        for limit in &limits {
            writeln!(environment.stderr, "warning: {limit}")?;
        }
        for (column, row) in ambiguous {
            let column = printable(column);
            writeln!(
                environment.stderr,
                "warning: row {row} has two values for the column `{column}`, and the output \
                 contains one of them; use `-o ndjson` without --columns for both"
            )?;
        }
        Ok(!missed.is_empty() || !ambiguous.is_empty() || !limits.is_empty())
    }

    /// Removes the continuation file after a failure without a position to resume from: resuming
    /// from the stored position would repeat rows.
    fn discard_continuation(&self, failure: Failure) -> Failure {
        let Some(file) = &self.continuation else {
            return failure;
        };
        match file.remove() {
            Ok(true) => failure.help(format!(
                "the listing cannot be resumed, so {} was removed: the next run starts again",
                file.path().display()
            )),
            Ok(false) => failure,
            Err(error) => failure.also(error),
        }
    }
}
