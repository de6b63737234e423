//! Execution of operation commands, which print the rows of one operation.

mod ending;

use std::path::Path;

use clap::{ArgMatches, FromArgMatches};
use uuid::Uuid;

use crate::arguments::{ListingOptions, OutputOptions};
use crate::customers;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::listing::{
    Broken, ContinuationFile, Outcome, Page, Position, Progress, Settings, Written, folder_of,
};
use crate::operations::{OperationCommand, Prepared, continuation_file, limit};
use crate::output::{Format, Listing, Output, OutputFile, OutputSettings, PagedStdout, Selection};
use crate::signals::Signal;

/// A running listing.
struct Run {
    output: Output,
    output_file: Option<OutputFile>,
    stdout: PagedStdout,
    continuation: Option<ContinuationFile>,
    /// Whether this run resumes a listing.
    resumed: bool,
    progress: Progress,
}

/// Reason why the loop over pages ended.
enum End {
    Complete,
    Broken(Broken),
    Signal(Signal),
}

pub(crate) async fn run(
    operation_command: &OperationCommand,
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let ListingOptions {
        output: options,
        progress,
        connection,
    } = ListingOptions::from_arg_matches(matches)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let Some(endpoint) = operation_command.endpoint(matches) else {
        return Err(Failure::new(Exit::Other, "the command has no operation"));
    };
    let operation = endpoint.operation();

    // All options are checked before the first request.
    let Prepared { grouped, .. } = endpoint.prepare(matches, &[Uuid::nil()])?;
    let several = endpoint.is_of_one_customer() && endpoint.customers(matches).are_several();
    let (fields, added) = match several {
        true => (
            customers::fields_of_several(operation),
            customers::added_columns(operation),
        ),
        false => (operation.fields, Vec::new()),
    };
    let typed = options.columns.as_deref();
    let profile = connection.profile_output(environment);
    let format = options.checked_format(profile, environment)?;
    if format == Format::Html {
        return Err(
            Failure::new(Exit::Usage, "the format `html` is for reports")
                .help("see `pcenter report --help`, or use another format, such as xlsx"),
        );
    }
    let table = match endpoint.table() {
        table if table.is_empty() => table,
        // The id is in the other formats.
        table => [added.get(1..).unwrap_or_default(), &table].concat(),
    };
    let columns = format.columns(typed, &table, grouped.as_deref(), fields)?;
    let selection = Selection::new(&options, fields, false)?;
    let expression = options.expression()?;
    let (mut continuation, position) = match continuation_file(matches) {
        Some(path) => {
            if !operation.pageable && !several {
                let message = "--continuation-file needs several customers";
                return Err(Failure::new(Exit::Usage, message)
                    .help("remove it, or add --all-customers or more customers"));
            }
            check_together(&options, format, &path)?;
            let mut query = operation_command.query(matches);
            // The format may be that of a variable.
            query.insert("--output".to_owned(), format.name());
            let (file, position) = ContinuationFile::open(path, operation.id, query)?;
            (Some(file), position)
        }
        None => (None, None),
    };
    options.check_destination(format, environment)?;

    let connected = connection
        .connect(operation, &operation_command.words(), environment)
        .await?;
    if let Some(file) = &mut continuation {
        file.check_tenant(connected.tenant.clone())?;
    }
    let resumed = position.is_some();
    let written = continuation.as_ref().filter(|_| resumed);
    let written = written.map(|file| file.record().written.clone());
    let output_file = match &options.output_file {
        Some(path) => {
            let resume = written.as_ref().and_then(|written| written.output_bytes);
            Some(OutputFile::open(path, resume)?)
        }
        None => None,
    };
    if let Some(file) = continuation.as_ref().filter(|_| resumed) {
        writeln!(environment.stderr, "{}", file.resuming())?;
    }
    let look = options.look(environment);
    // The rows of a Parquet file name the id of the requests, so it is known beforehand.
    let correlation_id = match (connection.correlation_id, format) {
        (None, Format::Parquet) => Some(Uuid::new_v4()),
        (given, _) => given,
    };
    let output_settings = OutputSettings {
        format,
        listing: Listing {
            operation,
            correlation_id: correlation_id.unwrap_or_default(),
        },
        expression,
        folder: options.output_file.as_deref().map(folder_of),
        header: !options.no_header,
        excel: options.excel,
        fields,
        grouped: grouped.as_deref(),
        details: endpoint.details() && options.columns.is_none(),
        look,
    };
    let output = Output::new(columns, selection, output_settings)?;
    let is_streamed = output.is_streamed();
    let mut run = Run {
        output: output.resume(&written.unwrap_or_default(), output_file.is_some()),
        output_file,
        stdout: PagedStdout::new(look.terminal, environment),
        continuation,
        resumed,
        progress: progress.start(
            operation.id,
            limit(matches),
            &connected.waits,
            matches.get_count("verbose") == 0 && (!is_streamed || !look.terminal),
            environment,
        ),
    };
    let settings = Settings {
        correlation_id,
        limit: limit(matches),
        position,
    };
    let mut source = customers::open(endpoint, matches, &connected.client, settings)?;
    let mut signals = (environment.signals)();
    let end = loop {
        let page = run.progress.next(&mut *source, environment.stderr);
        match signals.unless(page).await {
            Err(signal) => break End::Signal(signal),
            Ok(Some(Ok(rows))) => {
                if let Err(error) = run.page(rows, environment) {
                    run.progress.end(Outcome::Failed, environment.stderr);
                    return Err(run.unwritten(error));
                }
                if let Err(failure) = run.store(source.position().as_ref()) {
                    let position = None;
                    break End::Broken(Broken { failure, position });
                }
                if run.output.is_full() {
                    break End::Complete;
                }
            }
            Ok(Some(Err(mut broken))) => {
                broken.failure = connected.explained(broken.failure);
                break End::Broken(broken);
            }
            Ok(None) => break End::Complete,
        }
    };
    let outcome = match &end {
        End::Complete => Outcome::Complete,
        End::Broken(_) => Outcome::Failed,
        End::Signal(_) => Outcome::Interrupted,
    };
    run.progress.end(outcome, environment.stderr);
    let unreadable = ending::report_unreadable(&*source, environment)?;
    match end {
        End::Complete => run.complete(&*source, unreadable, environment),
        End::Broken(broken) => Err(run.listing_failed(broken, environment)),
        End::Signal(signal) => Err(run.stopped_by_signal(signal, source.position(), environment)),
    }
}

/// Refuses an output file that cannot be resumed, or that is the continuation file itself.
fn check_together(
    options: &OutputOptions,
    format: Format,
    continuation: &Path,
) -> Result<(), Failure> {
    if options.limit.is_some() && (options.condition.is_some() || options.sort.is_some()) {
        let message = "--limit with --where or --sort cannot be resumed with --continuation-file";
        return Err(Failure::new(Exit::Usage, message)
            .help("the file stores how many rows were read: remove one of the options"));
    }
    let Some(output) = &options.output_file else {
        return Ok(());
    };
    if OutputFile::uses(output, continuation) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "--continuation-file {} is a file that --output-file writes",
                continuation.display()
            ),
        )
        .help("name another file for one of them"));
    }
    let what = match (&options.sort, format) {
        (Some(_), _) => "sorted rows",
        (None, Format::Json) if options.jq.is_some() => "the results of --jq",
        (None, Format::Xlsx) => "a workbook",
        (None, Format::Parquet) => "a Parquet file",
        (None, format) if format.is_streamed() => return Ok(()),
        (None, _) => "a table",
    };
    let message = format!("{what} in --output-file cannot be resumed with --continuation-file");
    Err(Failure::new(Exit::Usage, message).help("choose another format, such as -o csv"))
}

impl Run {
    /// Writes the rows of one page.
    fn page(&mut self, rows: Page, environment: &mut Environment<'_>) -> std::io::Result<()> {
        match &mut self.output_file {
            Some(file) => self.output.page(rows, file),
            None => {
                let writer = &mut self.stdout.writer(environment.stdout, environment.pager);
                self.output.page(rows, writer)
            }
        }
    }

    /// Completes the output document.
    fn finish(&mut self, environment: &mut Environment<'_>) -> std::io::Result<()> {
        match &mut self.output_file {
            Some(file) => self.output.finish(file),
            None => {
                let writer = &mut self.stdout.writer(environment.stdout, environment.pager);
                self.output.finish(writer)?;
                self.stdout.close(environment.stderr)
            }
        }
    }

    /// Writes the continuation file after a page, so that a killed process can be resumed. Not for
    /// formats that buffer rows: a resumed run would skip the buffered rows.
    fn store(&mut self, position: Option<&Position>) -> Result<(), Failure> {
        let written = self.written();
        match (&mut self.continuation, position) {
            (Some(file), Some(position)) if self.output.is_streamed() => {
                file.write(position, written)
            }
            _ => Ok(()),
        }
    }

    /// Returns the extent of the output so far, including earlier runs.
    fn written(&self) -> Written {
        Written {
            output_bytes: self.output_file.as_ref().map(OutputFile::bytes),
            ..self.output.written()
        }
    }

    /// Returns whether this run has read a page.
    fn has_begun(&self) -> bool {
        self.progress.has_begun()
    }
}
