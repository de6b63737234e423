//! Rows of the operations that a report needs, read at the same time and folded as they arrive.

use std::cell::RefCell;

use partner_center::paging::{Pages, UnreadableRows};
use partner_center::query::{Filter, Guid};
use partner_center::{Client, Envelope, Operation, Timestamp, catalog::operations, fields};
use partner_center_reports::{Holdings, Source};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::listing::{Outcome, Progress, rows};

/// Maximum number of customers that are sent as a filter; of more, all rows are read.
const FILTERED_CUSTOMERS: usize = 20;

/// Rows that a report needs.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) sources: &'static [Source],
    /// Customers of the report; empty for all.
    pub(super) customers: Vec<Guid>,
    pub(super) processed_date_time: Option<Timestamp>,
    pub(super) correlation_id: Option<Uuid>,
}

/// Result of reading one operation.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) source: Source,
    /// Error that ended the listing.
    pub(super) failure: Option<Failure>,
    /// Signs that rows are missing or repeated.
    pub(super) problems: Vec<String>,
    pub(super) rows: u64,
    /// Whether rows are missing.
    is_short: bool,
    /// Whether rows of an earlier page were read again.
    has_repeats: bool,
    /// Snapshot that the rows come from, if not from the service.
    pub(super) snapshot: Option<String>,
}

impl Read {
    pub(super) fn is_complete(&self) -> bool {
        self.failure.is_none() && self.problems.is_empty()
    }
}

impl Read {
    /// Creates the result of reading a snapshot, of which something may be missing.
    #[cfg(feature = "lake")]
    pub(super) fn of_snapshot(
        source: Source,
        rows: u64,
        snapshot: Option<String>,
        problems: Vec<String>,
    ) -> Self {
        Self {
            source,
            failure: None,
            is_short: !problems.is_empty(),
            problems,
            rows,
            has_repeats: false,
            snapshot,
        }
    }

    /// Returns what is missing, to be appended to the line on the age of the data.
    pub(super) fn remarks(&self) -> String {
        let extent = match self.rows {
            0 => "missing",
            _ => "incomplete",
        };
        let failure = self.failure.iter().map(Failure::summary);
        let problems = failure.chain(self.problems.iter().cloned());
        let snapshot = self.snapshot.iter().map(|it| format!("; {it}"));
        let problems = problems.map(|it| format!("; {extent}: {it}"));
        snapshot.chain(problems).collect()
    }
}

/// Returns the words of the command that lists the rows of a source.
pub(super) fn name(source: Source) -> &'static str {
    match source {
        Source::Deployment => "commercial deployment",
        Source::Usage => "commercial usage",
        _ => "subscriptions",
    }
}

/// Returns the operation of a source.
pub(super) fn operation(source: Source) -> &'static Operation {
    match source {
        Source::Deployment => &operations::COMMERCIAL_LICENSES_DEPLOYMENT,
        Source::Usage => &operations::COMMERCIAL_LICENSES_USAGE,
        _ => &operations::SUBSCRIPTIONS,
    }
}

/// Reads all rows. Only the sums stay in memory.
pub(super) async fn read(
    client: &Client,
    query: &Query,
    progress: Progress,
    environment: &mut Environment<'_>,
) -> Result<(Holdings, Vec<Read>), Failure> {
    let holdings = RefCell::new(match query.customers.is_empty() {
        true => Holdings::new(),
        false => Holdings::of_customers(query.customers.iter().copied()),
    });
    let progress = RefCell::new(progress);
    let mut signals = (environment.signals)();
    let reads = {
        let listings = async {
            let one = |source: Source| {
                let is_read = query.sources.contains(&source);
                let (holdings, progress) = (&holdings, &progress);
                async move {
                    match is_read {
                        true => Some(read_source(client, source, query, holdings, progress).await),
                        false => None,
                    }
                }
            };
            tokio::join!(
                one(Source::Deployment),
                one(Source::Usage),
                one(Source::Subscriptions)
            )
        };
        let reads = Progress::during(&progress, listings, environment.stderr);
        signals.unless(reads).await
    };
    let mut progress = progress.into_inner();
    match reads {
        Ok((deployment, usage, subscriptions)) => {
            let reads = [deployment, usage, subscriptions].into_iter().flatten();
            let mut reads: Vec<Read> = reads.collect();
            let mut holdings = holdings.into_inner();
            mark(&mut holdings, query, &mut reads);
            let has_failed = reads.iter().any(|read| read.failure.is_some());
            let outcome = match has_failed {
                true => Outcome::Failed,
                false => Outcome::Complete,
            };
            progress.end(outcome, environment.stderr);
            Ok((holdings, reads))
        }
        Err(signal) => {
            progress.end(Outcome::Interrupted, environment.stderr);
            let read = rows(progress.rows());
            Err(Failure::new(
                signal.exit(),
                format!("stopped by {} after {read}", signal.name()),
            )
            .help("no report was written: its sums would be those of a part of the rows"))
        }
    }
}

/// States in the holdings what is missing or repeated. A day that was requested, of which there are no
/// rows, is missing.
fn mark(holdings: &mut Holdings, query: &Query, reads: &mut [Read]) {
    // The rows of this operation are those that the report is about; a customer with licences need
    // not have usage.
    if let (Some(day), Some(first)) = (&query.processed_date_time, reads.first_mut())
        && first.rows == 0
        && first.is_complete()
    {
        first.is_short = true;
        first.problems.push(format!(
            "the service has no rows of {day}; give another day with --processed-date"
        ));
    }
    for read in reads {
        if read.is_short {
            holdings.mark_incomplete(read.source);
        }
        if read.has_repeats {
            holdings.mark_repeated(read.source);
        }
    }
}

async fn read_source(
    client: &Client,
    source: Source,
    query: &Query,
    holdings: &RefCell<Holdings>,
    progress: &RefCell<Progress>,
) -> Read {
    macro_rules! pages {
        ($operation:ident, $field:path $(, $day:ident)?) => {{
            let mut request = client.$operation();
            if let Some(id) = query.correlation_id {
                request = request.ms_correlation_id(id);
            }
            $(if let Some(day) = &query.$day {
                request = request.$day(day.clone());
            })?
            // The customers of a filter are those of the rows, so that any spelling of the ids
            // would do; rows have them in upper case.
            if (1..=FILTERED_CUSTOMERS).contains(&query.customers.len())
                && let Ok(filter) = $field.any_of(query.customers.iter().copied().map(upper))
            {
                request = request.filter(Filter::from(filter));
            }
            request.pages()
        }};
    }
    match source {
        Source::Deployment => {
            let pages = pages!(
                commercial_licenses_deployment,
                fields::commercial_licenses_deployment::CUSTOMER_TENANT_ID,
                processed_date_time
            );
            fold(source, pages, progress, |rows| {
                let holdings = &mut holdings.borrow_mut();
                rows.iter().for_each(|row| holdings.add_deployment(row));
            })
            .await
        }
        Source::Usage => {
            let pages = pages!(
                commercial_licenses_usage,
                fields::commercial_licenses_usage::CUSTOMER_TENANT_ID,
                processed_date_time
            );
            fold(source, pages, progress, |rows| {
                let holdings = &mut holdings.borrow_mut();
                rows.iter().for_each(|row| holdings.add_usage(row));
            })
            .await
        }
        _ => {
            let pages = pages!(subscriptions, fields::subscriptions::CUSTOMER_TENANT_ID);
            fold(source, pages, progress, |rows| {
                let holdings = &mut holdings.borrow_mut();
                rows.iter().for_each(|row| holdings.add_subscription(row));
            })
            .await
        }
    }
}

fn upper(id: Guid) -> Guid {
    id.as_str().to_ascii_uppercase().parse().unwrap_or(id)
}

/// Reads pages and hands over their rows, which are dropped afterwards.
async fn fold<E>(
    source: Source,
    pages: Pages<E>,
    progress: &RefCell<Progress>,
    mut add: impl FnMut(&[E::Item]),
) -> Read
where
    E: Envelope + DeserializeOwned + Send + 'static,
{
    let mut pages = pages.on_unreadable_row(UnreadableRows::SkipAndReport);
    let mut read = Read {
        source,
        failure: None,
        problems: Vec::new(),
        rows: 0,
        is_short: false,
        has_repeats: false,
        snapshot: None,
    };
    let mut is_first = true;
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => {
                let rows = page.into_inner().into_items();
                let number = u64::try_from(rows.len()).unwrap_or(u64::MAX);
                read.rows = read.rows.saturating_add(number);
                let mut progress = progress.borrow_mut();
                progress.count(number);
                // The first page states the number of rows.
                let stated = pages.stated_total().filter(|_| is_first);
                progress.add_stated(stated.unwrap_or_default());
                is_first = false;
                add(&rows);
            }
            Err(error) => {
                read.failure = Some(error.into());
                break;
            }
        }
    }
    let (missing, repeats) = problems(&pages);
    read.is_short = read.failure.is_some() || !missing.is_empty();
    read.has_repeats = repeats.is_some();
    read.problems = missing;
    read.problems.extend(repeats);
    read
}

/// Returns the signs that rows are missing, and the one that rows are repeated.
fn problems<E: Envelope>(pages: &Pages<E>) -> (Vec<String>, Option<String>) {
    let mut problems = Vec::new();
    let listed = u64::try_from(pages.unreadable_rows().len()).unwrap_or(u64::MAX);
    let completeness = pages.completeness();
    let unreadable = completeness
        .map_or(0, |read| read.unreadable_rows)
        .max(listed);
    if unreadable > 0 {
        problems.push(format!("{} could not be read", rows(unreadable)));
    }
    let Some(read) = completeness else {
        return (problems, None);
    };
    if let Some(mismatch) = read.count_mismatch.filter(|it| it.is_short()) {
        let received = i128::try_from(mismatch.received).unwrap_or(i128::MAX);
        problems.push(format!(
            "the service states {} and sent {received}",
            rows(mismatch.stated)
        ));
    }
    if read.incomplete_signs > 0 {
        problems.push("a response indicated missing rows".to_owned());
    }
    let repeats =
        (read.repeated_pages > 0).then(|| "pages repeat rows of an earlier page".to_owned());
    (problems, repeats)
}

/// Returns the failure of a report without any rows: that of the first operation.
pub(super) fn first_failure(reads: &mut [Read]) -> Option<Failure> {
    let nothing = |read: &Read| read.failure.is_some() && read.rows == 0;
    match reads.iter().all(nothing) {
        true => reads.first_mut()?.failure.take(),
        false => None,
    }
}

/// Prints what is missing, and returns the exit code.
pub(super) fn report_missing(
    reads: &[Read],
    environment: &mut Environment<'_>,
) -> std::io::Result<Exit> {
    for read in reads {
        let name = name(read.source);
        if let Some(failure) = &read.failure {
            writeln!(
                environment.stderr,
                "warning: the rows of `{name}` could not all be read ({} were): {}",
                rows(read.rows),
                failure.summary()
            )?;
            let fix = failure.fix();
            if !fix.is_empty() {
                writeln!(environment.stderr, "  help: {fix}")?;
            }
        }
        for problem in &read.problems {
            writeln!(environment.stderr, "warning: `{name}`: {problem}")?;
        }
    }
    Ok(match reads.iter().all(Read::is_complete) {
        true => Exit::Success,
        false => Exit::Incomplete,
    })
}
