//! Every command that prints rows.

mod ending;

use clap::{ArgMatches, FromArgMatches};

use crate::arguments::{Format, ReportOptions};
use crate::failure::{Exit, Failure};
use crate::listing::{Broken, ContinuationFile, Position, Progress, Settings, Written};
use crate::output::{Columns, Output, OutputFile, Shape};
use crate::reports::{Prepared, Report, continuation_file, limit};
use crate::run::Environment;
use crate::signals::Signal;

/// A report under way.
struct Run {
    output: Output,
    output_file: Option<OutputFile>,
    continuation: Option<ContinuationFile>,
    /// Whether it resumes a listing.
    resumed: bool,
    progress: Progress,
}

/// End of the pages.
enum End {
    Complete,
    Broken(Broken),
    Signal(Signal),
}

pub(crate) async fn run(
    report: &Report,
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let options = ReportOptions::from_arg_matches(matches)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let Some(endpoint) = report.endpoint(matches) else {
        return Err(Failure::new(Exit::Other, "the command has no operation"));
    };
    let operation = endpoint.operation();

    // Everything that can be wrong with the command, before anything is sent.
    let Prepared { start, grouped } = endpoint.prepare(matches)?;
    let typed = options.columns.as_deref();
    let columns = match options.output {
        Format::Csv => Columns::of_every_value(typed, grouped.as_deref(), operation.fields)?,
        _ => {
            let table = endpoint.table();
            let usual = grouped.as_deref().unwrap_or(&table);
            Columns::choose(typed, usual, operation.fields)?
        }
    };
    check_format(&options)?;
    let (mut continuation, position) = match continuation_file(matches) {
        Some(path) => {
            check_together(&options)?;
            let query = report.query(matches);
            let (file, position) = ContinuationFile::open(path, operation.id, query)?;
            (Some(file), position)
        }
        None => (None, None),
    };
    match &options.output_file {
        Some(path) => OutputFile::check(path)?,
        None if environment.stdout_is_lost => {
            let message = "stdout is closed, or a null device that is open for reading as well: \
                           the rows would be lost";
            return Err(Failure::new(Exit::Other, message)
                .help("redirect them with `> FILE` or --output-file FILE, or with `> /dev/null`"));
        }
        None => {}
    }

    let connected = options
        .connection
        .connect(operation, &report.words(), environment)
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
    let to_terminal = environment.stdout_is_terminal && output_file.is_none();
    let shape = Shape {
        fields: operation.fields,
        grouped: grouped.as_deref(),
        details: endpoint.details() && options.columns.is_none(),
        terminal: to_terminal,
        colour: to_terminal && environment.colour(),
    };
    let mut run = Run {
        output: Output::new(&options, columns, shape)
            .resume(&written.unwrap_or_default(), output_file.is_some()),
        output_file,
        continuation,
        resumed,
        progress: Progress::new(
            environment.stderr_is_a_screen()
                && matches.get_count("verbose") == 0
                && (options.output == Format::Table || !to_terminal),
        ),
    };
    let settings = Settings {
        correlation_id: options.connection.correlation_id,
        limit: limit(matches),
        position,
    };
    let mut source = start(&connected.client, settings);
    let mut signals = (environment.signals)();
    let end = loop {
        let page = run.progress.next(&mut *source, environment.stderr);
        match signals.unless(page).await {
            Err(signal) => break End::Signal(signal),
            Ok(Some(Ok(rows))) => {
                if let Err(error) = run.page(&rows, environment) {
                    run.progress.clear(environment.stderr);
                    return Err(run.unwritten(error));
                }
                if let Err(failure) = run.store(source.position().as_ref()) {
                    let position = None;
                    break End::Broken(Broken { failure, position });
                }
            }
            Ok(Some(Err(mut broken))) => {
                broken.failure = connected.explained(broken.failure);
                break End::Broken(broken);
            }
            Ok(None) => break End::Complete,
        }
    };
    run.progress.clear(environment.stderr);
    let unreadable = ending::report_unreadable(&*source, environment)?;
    match end {
        End::Complete => run.complete(&*source, unreadable, environment),
        End::Broken(broken) => Err(run.broke_off(broken, environment)),
        End::Signal(signal) => Err(run.stopped(signal, source.position(), environment)),
    }
}

/// Refuses options of CSV that another format would ignore.
fn check_format(options: &ReportOptions) -> Result<(), Failure> {
    let flags = [
        ("--excel", options.excel),
        ("--no-header", options.no_header),
    ];
    match flags.iter().find(|(_, given)| *given) {
        Some((flag, _)) if options.output != Format::Csv => {
            Err(Failure::new(Exit::Usage, format!("{flag} is for CSV"))
                .help("add -o csv, or leave it out"))
        }
        _ => Ok(()),
    }
}

/// Refuses a table that would be appended to: it is laid out once all of its rows are there.
fn check_together(options: &ReportOptions) -> Result<(), Failure> {
    if options.output_file.is_none() || options.output != Format::Table {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        "a table in --output-file cannot be resumed with --continuation-file",
    )
    .help("choose another format, such as -o csv"))
}

impl Run {
    /// Takes the rows of one page.
    fn page(&mut self, rows: &[String], environment: &mut Environment<'_>) -> std::io::Result<()> {
        match &mut self.output_file {
            Some(file) => self.output.page(rows, file),
            None => self.output.page(rows, environment.stdout),
        }
    }

    /// Completes the document.
    fn finish(&mut self, environment: &mut Environment<'_>) -> std::io::Result<()> {
        match &mut self.output_file {
            Some(file) => self.output.finish(file),
            None => self.output.finish(environment.stdout),
        }
    }

    /// Writes the continuation file after a page, so that a process that is killed loses
    /// nothing either. Rows that are not written yet would be lost by it.
    fn store(&mut self, position: Option<&Position>) -> Result<(), Failure> {
        let written = self.written();
        match (&mut self.continuation, position) {
            (Some(file), Some(position)) if self.output.is_streamed() => {
                file.write(position, written)
            }
            _ => Ok(()),
        }
    }

    /// Extent of the output so far, that of earlier runs included.
    fn written(&self) -> Written {
        Written {
            output_bytes: self.output_file.as_ref().map(OutputFile::bytes),
            ..self.output.written()
        }
    }

    /// Whether this run has read anything.
    fn has_begun(&self) -> bool {
        self.progress.has_begun()
    }
}
