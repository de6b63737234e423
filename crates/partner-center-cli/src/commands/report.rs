//! Every command that prints rows.

use clap::{ArgMatches, FromArgMatches};

use crate::arguments::{Format, ReportOptions};
use crate::failure::{Exit, Failure};
use crate::listing::{Broken, ContinuationFile, Progress, Settings};
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
    let usual = grouped.as_deref().unwrap_or(endpoint.columns);
    let columns = Columns::choose(options.columns.as_deref(), usual, operation.fields)?;
    let file = continuation_file(matches).map(ContinuationFile::new);
    let continuation = match &file {
        Some(file) => file.read(operation.id)?,
        None => None,
    };

    let connected = options.connection.connect(operation, environment).await?;
    let settings = Settings {
        correlation_id: options.connection.correlation_id,
        limit: limit(matches),
        continuation,
    };
    let mut source = start(&connected.client, settings);
    let mut output = Output::new(options.output, columns, environment.colour());
    let mut progress = Progress::new(
        environment.stderr_is_a_screen()
            && !matches.get_flag("verbose")
            && (options.output == Format::Table || !environment.stdout_is_terminal),
    );
    let broken = loop {
        match progress.next(&mut *source, environment.stderr).await {
            Some(Ok(rows)) => output.page(&rows, environment.stdout)?,
            Some(Err(broken)) => break Some(broken),
            None => break None,
        }
    };
    progress.clear(environment.stderr);
    if let Some(broken) = broken {
        return Err(broke_off(broken, &progress, &mut output, file, environment));
    }
    output.finish(environment.stdout)?;
    for column in output.unseen_columns() {
        writeln!(environment.stderr, "warning: no row has a `{column}`")?;
    }
    if let Some(file) = file {
        file.remove()?;
    }
    match source.count_mismatch() {
        Some(mismatch) => {
            writeln!(environment.stderr, "warning: {mismatch}")?;
            Ok(if mismatch.is_short() {
                Exit::Incomplete
            } else {
                Exit::Fine
            })
        }
        None => Ok(Exit::Fine),
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
        continuation,
    } = broken;
    if progress.has_begun() {
        if let Err(error) = output.finish(environment.stdout) {
            return error.into();
        }
        failure.exit = Exit::Incomplete;
        failure = failure.help(format!(
            "the output is incomplete: it has the {} rows that came before",
            progress.rows()
        ));
    }
    // Nothing read is nothing to go on from: the next run begins anew.
    let continuation = continuation.filter(|continuation| continuation.pages_read() > 0);
    match (file, continuation) {
        (Some(file), Some(continuation)) => match file.write(&continuation) {
            Ok(()) => failure.help(format!(
                "the same command goes on from {}",
                file.path().display()
            )),
            Err(also) => failure.also(also),
        },
        (None, Some(_)) if progress.has_begun() => {
            failure.help("with --continuation-file, the next run could go on from here")
        }
        _ => failure,
    }
}
