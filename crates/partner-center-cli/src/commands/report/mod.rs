//! Every command that prints rows.

use std::io;

use clap::{ArgMatches, FromArgMatches};
use partner_center::paging::EndedBy;

use crate::arguments::{Format, ReportOptions};
use crate::failure::{Exit, Failure};
use crate::listing::{Broken, ContinuationFile, Progress, Settings, rows};
use crate::output::{Columns, Output};
use crate::reports::{Prepared, Report, continuation_file, limit};
use crate::run::Environment;

pub(crate) async fn run(
    report: &Report,
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let options = ReportOptions::from_arg_matches(matches)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let Some((endpoint, operation)) = report
        .endpoint(matches)
        .and_then(|endpoint| Some((endpoint, endpoint.operation()?)))
    else {
        return Err(Failure::new(Exit::Other, "the command has no operation"));
    };

    // Everything that can be wrong with the command, before anything is sent.
    let Prepared { start, grouped } = (endpoint.prepare)(matches)?;
    let usual = grouped
        .as_deref()
        .unwrap_or(endpoint.columns_of(options.output));
    let columns = Columns::choose(options.columns.as_deref(), usual, operation.fields)?;
    let details = endpoint.details && options.columns.is_none();
    let file = continuation_file(matches).map(ContinuationFile::new);
    let position = match &file {
        Some(file) => {
            file.check()?;
            file.read(operation.id)?
        }
        None => None,
    };

    let connected = options
        .connection
        .connect(operation, &report.words(), environment)
        .await?;
    let settings = Settings {
        correlation_id: options.connection.correlation_id,
        limit: limit(matches),
        position,
    };
    let mut source = start(&connected.client, settings);
    let mut output = Output::new(options.output, columns, details, environment.colour());
    let mut progress = Progress::new(
        environment.stderr_is_a_screen()
            && matches.get_count("verbose") == 0
            && (options.output == Format::Table || !environment.stdout_is_terminal),
    );
    let broken = loop {
        match progress.next(&mut *source, environment.stderr).await {
            Some(Ok(rows)) => {
                if let Err(error) = output.page(&rows, environment.stdout) {
                    progress.clear(environment.stderr);
                    return Err(unwritten(file, error));
                }
            }
            Some(Err(mut broken)) => {
                broken.failure = connected.explained(broken.failure);
                break Some(broken);
            }
            None => break None,
        }
    };
    progress.clear(environment.stderr);
    if let Some(broken) = broken {
        return Err(broke_off(broken, &progress, &mut output, file, environment));
    }
    if let Err(error) = output.finish(environment.stdout) {
        return Err(unwritten(file, error));
    }
    for column in output.unseen_columns() {
        writeln!(environment.stderr, "warning: no row has a `{column}`")?;
    }
    if let Some(file) = file {
        let ended = source
            .completeness()
            .is_none_or(|read| read.ended != EndedBy::RowLimit);
        match source.position() {
            Some(position) => {
                file.write(&position)?;
                writeln!(
                    environment.stderr,
                    "there may be more rows: the same command goes on from {}",
                    file.path().display()
                )?;
            }
            None if ended => {
                file.remove()?;
            }
            None => {}
        }
    }
    let mut exit = Exit::Fine;
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
    if source.has_unread_rows() {
        writeln!(
            environment.stderr,
            "warning: the service has more rows than this operation reads"
        )?;
        exit = Exit::Incomplete;
    }
    Ok(exit)
}

/// Rows that did not reach the output as a whole. The file stays as it was: the next run
/// gives them once more.
fn unwritten(file: Option<ContinuationFile>, error: io::Error) -> Failure {
    let failure = Failure::from(error);
    match file.filter(|file| file.path().exists()) {
        Some(file) => failure.help(format!(
            "{} stays as it was: the next run gives the rows of this one again",
            file.path().display()
        )),
        None => failure,
    }
}

/// A failure after rows were written, with nothing to go on from: what is left in the
/// file would give rows once more.
fn outdated(file: Option<ContinuationFile>, failure: Failure) -> Failure {
    let Some(file) = file else {
        return failure;
    };
    match file.remove() {
        Ok(true) => failure.help(format!(
            "{} was from before these rows and is removed: the next run begins anew",
            file.path().display()
        )),
        Ok(false) => failure,
        Err(also) => failure.also(also),
    }
}

/// A listing that broke off: the rows that came stay, in a document that is valid.
fn broke_off(
    broken: Broken,
    progress: &Progress,
    output: &mut Output,
    file: Option<ContinuationFile>,
    environment: &mut Environment<'_>,
) -> Failure {
    let Broken {
        mut failure,
        position,
    } = broken;
    if progress.has_begun() {
        if let Err(error) = output.finish(environment.stdout) {
            return unwritten(file, error);
        }
        failure.exit = Exit::Incomplete;
        failure = failure.help(format!(
            "the output is incomplete: it has the {} that came before",
            rows(progress.rows())
        ));
    }
    // Nothing read is nothing to go on from: the next run begins anew.
    let position = position.filter(|position| !position.is_start());
    match (file, position) {
        (Some(file), Some(position)) => match file.write(&position) {
            Ok(()) => failure.help(format!(
                "the same command goes on from {}",
                file.path().display()
            )),
            Err(also) => failure.also(also),
        },
        (None, Some(_)) if progress.has_begun() => {
            failure.help("with --continuation-file, the next run could go on from here")
        }
        (file, None) if progress.has_begun() => outdated(file, failure),
        _ => failure,
    }
}
