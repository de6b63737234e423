//! `pcenter snapshot take`

mod summary;

use std::time::{Duration, Instant};

use clap::ArgMatches;
use partner_center::Operation;
use partner_center_lake::{Completeness, History, LakeError, Lock, Origin, SnapshotWriter, Table};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::arguments::Take;
use super::completeness::problems;
use super::days::{Gap, gaps};
use super::lock::lock;
use super::{reports, storage};
use crate::connection::{Connected, check_offered};
use crate::customers;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::listing::{Outcome, Page, Progress, RowSource, Settings};
use crate::operations::{Endpoint, OPERATION_COMMANDS, flag_of};
use crate::printable::printable;
use crate::signals::{Signal, Signals};

use summary::{Summary, Taken};

/// Parameter with the day of the rows.
const PROCESSED_DATE: &str = "processedDateTime";

/// Interval of the attempts to lock.
const LOCK_INTERVAL: Duration = Duration::from_millis(500);

/// Report whose options were checked.
struct Job {
    endpoint: &'static Endpoint,
    matches: ArgMatches,
}

/// What a report needs besides its own options.
struct Context<'a> {
    options: &'a Take,
    connected: &'a Connected,
    history: &'a History,
    is_verbose: bool,
}

/// Reason why a report was not stored completely.
enum Ended {
    Failure(Failure),
    Signal(Signal),
}

impl<E: Into<Failure>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

pub(super) async fn run(
    options: Take,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let selected = selected(&options)?;
    let jobs: Vec<Job> = selected
        .iter()
        .map(|operation| job(operation, &options))
        .collect::<Result<_, _>>()?;
    let Some(first) = selected.first() else {
        return Err(Failure::new(Exit::Usage, "no report is named"));
    };
    let (profile, credential) = (
        options.connection.profile.as_ref(),
        options.storage_credential,
    );
    let place = storage::storage(options.to.as_deref(), credential, profile, environment)?;
    let connection = &options.connection;
    let connected = connection
        .connect(first, "pcenter snapshot take", environment)
        .await?;
    let history = History::new(place.clone(), connected.tenant.clone());
    let mut signals = (environment.signals)();
    let lock = match signals
        .unless(wait_for_lock(&history, &options, environment))
        .await
    {
        Ok(lock) => lock?,
        Err(signal) => return Err(stopped(signal)),
    };
    let mut summary = Summary::new(place.to_string(), connected.tenant.clone());
    let context = Context {
        options: &options,
        connected: &connected,
        history: &history,
        is_verbose,
    };
    let mut signal = None;
    for job in &jobs {
        let (taken, ended) = context.take(job, &mut signals, environment).await;
        print(&taken, environment)?;
        summary.add(taken);
        signal = ended;
        if signal.is_some() {
            break;
        }
    }
    if !lock.is_held() {
        writeln!(
            environment.stderr,
            "warning: another job has taken over the lock: two jobs have read the same reports"
        )?;
    }
    lock.release().await;
    let exit = summary.end(signal.map(Signal::exit));
    let line = summary
        .line()
        .map_err(|error| Failure::new(Exit::Other, error.to_string()))?;
    writeln!(environment.stdout, "{line}")?;
    environment.stdout.flush()?;
    Ok(exit)
}

/// Returns the reports to store.
fn selected(options: &Take) -> Result<Vec<&'static Operation>, Failure> {
    let has_days = |operation: &Operation| operation.parameter(PROCESSED_DATE).is_some();
    if options.all {
        let all = reports::of_the_partner();
        return Ok(match options.processed_date {
            Some(_) => all.filter(|it| has_days(it)).collect(),
            None => all.collect(),
        });
    }
    let named = reports::parse_reports(&options.reports)
        .map_err(|message| Failure::new(Exit::Usage, message))?;
    match named.iter().find(|it| !has_days(it)) {
        // Its rows of today would be stored as those of the other day.
        Some(report) if options.processed_date.is_some() => {
            let message = format!("the service has {} of the present only", report.id);
            Err(Failure::new(Exit::Usage, message)
                .help("name it in a command of its own, without --processed-date"))
        }
        _ => Ok(named),
    }
}

/// Checks the options of a report, as those of its own command.
fn job(operation: &'static Operation, options: &Take) -> Result<Job, Failure> {
    let mut commands = OPERATION_COMMANDS.iter();
    let found = commands.find_map(|command| {
        let mut endpoints = command.endpoints.iter();
        let endpoint = endpoints.find(|endpoint| endpoint.operation().id == operation.id)?;
        Some((command, endpoint))
    });
    let Some((command, endpoint)) = found else {
        let message = format!("the report {} has no command", operation.id);
        return Err(Failure::new(Exit::Other, message));
    };
    let mut words = vec![command.words()];
    if endpoint.is_of_one_customer() {
        words.push("--all-customers".to_owned());
    }
    if let Some(day) = &options.processed_date {
        words.push(format!("--{}", flag_of(PROCESSED_DATE)));
        words.push(day.to_string());
    }
    let parsed = command.command().try_get_matches_from(words);
    let matches = parsed.map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    endpoint.prepare(&matches, &[Uuid::nil()])?;
    Ok(Job { endpoint, matches })
}

/// Waits for the lock of the history, so that a second job does not read the same rows.
async fn wait_for_lock(
    history: &History,
    options: &Take,
    environment: &Environment<'_>,
) -> Result<Lock, Failure> {
    let end = Instant::now() + Duration::from_secs(options.wait_for_lock);
    loop {
        match lock(history, environment).await {
            Err(LakeError::Locked { .. }) if Instant::now() < end => {
                tokio::time::sleep(LOCK_INTERVAL).await;
            }
            Err(error @ LakeError::Locked { .. }) => {
                return Err(
                    Failure::from(error).help("--wait-for-lock SECONDS waits for the other job")
                );
            }
            locked => return Ok(locked?),
        }
    }
}

fn stopped(signal: Signal) -> Failure {
    Failure::new(signal.exit(), format!("stopped by {}", signal.name())).help("nothing was stored")
}

/// Prints the result of a report: failures always, success on a terminal.
fn print(taken: &Taken, environment: &mut Environment<'_>) -> Result<(), Failure> {
    let line = printable(&taken.line());
    if taken.is_success() {
        if environment.stderr_is_terminal {
            writeln!(environment.stderr, "{line}")?;
        }
        return Ok(());
    }
    writeln!(environment.stderr, "warning: {line}")?;
    for help in taken.help() {
        writeln!(environment.stderr, "  help: {help}")?;
    }
    Ok(())
}

impl Context<'_> {
    /// Reads a report and stores its rows.
    async fn take(
        &self,
        job: &Job,
        signals: &mut Signals,
        environment: &mut Environment<'_>,
    ) -> (Taken, Option<Signal>) {
        let mut taken = Taken::new(job.endpoint.operation());
        let ended = self.store(job, &mut taken, signals, environment).await;
        let signal = match ended {
            Ok(()) => None,
            Err(Ended::Failure(failure)) => {
                taken.failed(failure);
                None
            }
            Err(Ended::Signal(signal)) => {
                taken.failed(stopped(signal));
                Some(signal)
            }
        };
        (taken.end(), signal)
    }

    async fn store(
        &self,
        job: &Job,
        taken: &mut Taken,
        signals: &mut Signals,
        environment: &mut Environment<'_>,
    ) -> Result<(), Ended> {
        let operation = job.endpoint.operation();
        check_offered(operation, &self.connected.cloud)?;
        // Also checks the partner of the table, before any request for rows.
        let opening = self.history.create_or_open(storage::report(operation));
        let table = signals.unless(opening).await.map_err(Ended::Signal)??;
        let id = self.options.connection.correlation_id;
        let id = id.unwrap_or_else(Uuid::new_v4);
        let now = OffsetDateTime::from((environment.now)());
        let beginning = table.begin(Origin::new(now, id));
        let mut writer = signals.unless(beginning).await.map_err(Ended::Signal)??;
        let settings = Settings {
            correlation_id: Some(id),
            ..Settings::default()
        };
        let client = &self.connected.client;
        let source = customers::open(job.endpoint, &job.matches, client, settings);
        let read = match source {
            Ok(mut source) => {
                let source = &mut *source;
                let report = (job, &table);
                self.read(report, source, &mut writer, taken, signals, environment)
                    .await
            }
            Err(failure) => Err(Ended::Failure(failure)),
        };
        let complete = match read {
            Ok(complete) => complete,
            Err(ended) => {
                // The failure that ended the listing is reported, not a further one.
                let _aborted = writer.abort().await;
                return Err(ended);
            }
        };
        let requested = self.options.processed_date.as_ref().map(|day| day.date());
        // A commit that has begun is not stopped: its outcome would be unknown.
        let committed = writer.commit(requested, complete).await?;
        taken.stored(&committed);
        taken.missing(
            gaps(&committed.days)
                .into_iter()
                .flat_map(Gap::each)
                .collect(),
        );
        Ok(())
    }

    /// Reads all pages. A page is stored while the next one is read.
    async fn read(
        &self,
        (job, table): (&Job, &Table),
        source: &mut dyn RowSource,
        writer: &mut SnapshotWriter,
        taken: &mut Taken,
        signals: &mut Signals,
        environment: &mut Environment<'_>,
    ) -> Result<Completeness, Ended> {
        let name = format!("snapshot {}", taken.report());
        let waits = &self.connected.waits;
        let progress = &self.options.progress;
        let mut progress = progress.start(&name, None, waits, !self.is_verbose, environment);
        let ended = pages(source, writer, &mut progress, signals, environment).await;
        let outcome = match &ended {
            Ok(None) => Outcome::Complete,
            Ok(Some(_)) | Err(Ended::Failure(_)) => Outcome::Failed,
            Err(Ended::Signal(_)) => Outcome::Interrupted,
        };
        progress.end(outcome, environment.stderr);
        taken.read(progress.rows());
        let failure = ended?;
        let mut problems = problems(source);
        let stated = source.stated_total();
        let stated = stated.and_then(|rows| u64::try_from(rows).ok());
        if let Some(failure) = failure {
            // Without any row, the failure has its own exit code.
            let failure = self.connected.explained(failure);
            if !progress.has_begun() {
                return Err(Ended::Failure(failure));
            }
            problems.insert(0, failure.summary());
        } else if problems.is_empty() {
            problems.extend(match progress.rows() {
                0 => self.missing_rows(job, table, writer.day()).await?,
                _ => self.other_day(writer),
            });
        }
        if problems.is_empty() {
            return Ok(Completeness::complete(stated));
        }
        taken.incomplete(&problems);
        match self.options.allow_incomplete {
            true => Ok(Completeness::incomplete(stated, true)),
            false => Err(Ended::Failure(
                Failure::new(Exit::Incomplete, "an incomplete listing is not stored")
                    .help("take the snapshot again, or add --allow-incomplete"),
            )),
        }
    }

    /// Returns the problem of a listing without rows, unless the report never had any: it would
    /// replace rows of the day, or become a day without licences.
    async fn missing_rows(
        &self,
        job: &Job,
        table: &Table,
        today: Date,
    ) -> Result<Option<String>, LakeError> {
        if let Some(day) = &self.options.processed_date {
            return Ok(Some(format!("the service has no rows of {day}")));
        }
        let days = table.days().await?;
        let mut full = days.iter().rev().filter(|day| day.rows != Some(0));
        // The day of such a report comes from its rows.
        let has_day = job.endpoint.operation().field(PROCESSED_DATE).is_none();
        let before = match has_day {
            true => full.find(|day| day.date == today),
            false => full.next(),
        };
        let Some(before) = before else {
            return Ok(None);
        };
        let rows = crate::listing::rows(before.rows.unwrap_or_default());
        let day = before.date;
        Ok(Some(format!(
            "the service sent no rows, and the snapshot of {day} has {rows}"
        )))
    }

    /// Returns the problem of rows that are not of the requested day.
    fn other_day(&self, writer: &SnapshotWriter) -> Option<String> {
        let requested = self.options.processed_date.as_ref()?.date();
        let day = writer.day();
        (day != requested).then(|| format!("the rows are of {day}, not of {requested}"))
    }
}

/// Reads and stores all pages; returns the failure that ended the listing.
async fn pages(
    source: &mut dyn RowSource,
    writer: &mut SnapshotWriter,
    progress: &mut Progress,
    signals: &mut Signals,
    environment: &mut Environment<'_>,
) -> Result<Option<Failure>, Ended> {
    let mut page: Option<Page> = None;
    loop {
        let work = async {
            let next = progress.next(source, environment.stderr);
            tokio::join!(next, write(writer, page.as_ref()))
        };
        let (next, written) = signals.unless(work).await.map_err(Ended::Signal)?;
        written?;
        page = match next {
            Some(Ok(rows)) => Some(rows),
            Some(Err(broken)) => return Ok(Some(broken.failure)),
            None => return Ok(None),
        };
    }
}

async fn write(writer: &mut SnapshotWriter, page: Option<&Page>) -> Result<(), LakeError> {
    match page {
        Some(rows) => writer.page(&rows.iter().collect::<Vec<_>>()).await,
        None => Ok(()),
    }
}
