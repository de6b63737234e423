//! Reports with pages, called through the client by name of the operation.

use std::pin::Pin;

use partner_center::paging::{Completeness, Continuation};
use partner_center::query::{AggregationLevel, GroupBy};
use partner_center::{Client, Operation, fields};
use serde::Serialize;
use serde_json::Value;

use crate::outcome::{Outcome, Stop, ensure, note, skip};
use crate::target::Target;

/// Most rows that a case reads from a live tenant in one listing.
const LIVE_ROWS: i64 = 20_000;

/// Parameters of a report.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) filter: Option<String>,
    pub(crate) groupby: Option<String>,
    pub(crate) aggregation: Option<AggregationLevel>,
    pub(crate) orderby: Option<String>,
    pub(crate) processed: Option<String>,
    pub(crate) top: Option<i64>,
}

impl Query {
    pub(crate) fn filter(filter: impl Into<String>) -> Self {
        Self {
            filter: Some(filter.into()),
            ..Self::default()
        }
    }

    pub(crate) fn group(fields: impl Into<String>) -> Self {
        Self {
            groupby: Some(fields.into()),
            ..Self::default()
        }
    }
}

/// Rows of a listing that was read to its end.
pub(crate) struct Listing {
    pub(crate) rows: Vec<Value>,
    pub(crate) completeness: Completeness,
    /// Rows that cannot be decoded, and properties around the rows that are not documented.
    pub(crate) problems: Vec<String>,
}

/// Report with pages.
pub(crate) struct Report {
    pub(crate) id: &'static str,
    all: for<'a> fn(&'a Client, &'a Query) -> Rows<'a>,
    resumed: for<'a> fn(&'a Client, &'a Query) -> Rows<'a>,
}

type Rows<'a> = Pin<Box<dyn Future<Output = Outcome<Listing>> + 'a>>;

impl Report {
    /// Returns the operation in the catalog.
    pub(crate) fn operation(&self) -> &'static Operation {
        Operation::find(self.id).expect("the table has ids of operations")
    }

    /// Reads all rows. Skips the case if a live tenant has too many of them.
    pub(crate) async fn rows(&self, target: &Target, query: Query) -> Outcome<Listing> {
        self.check_size(target).await?;
        let listing = (self.all)(&target.client, &query).await?;
        ensure!(
            listing.completeness.is_complete(),
            "{} with {query:?}: incomplete: {:?}",
            self.id,
            listing.completeness
        );
        Ok(listing)
    }

    /// Skips the case if a live tenant has more rows than a test should read.
    async fn check_size(&self, target: &Target) -> Outcome {
        if !target.is_live() {
            return Ok(());
        }
        let rows = match target.known_size(self.id) {
            Some(rows) => rows,
            None => self.stated_total(target).await?.unwrap_or_default(),
        };
        target.set_size(self.id, rows);
        match rows > LIVE_ROWS {
            true => skip(format!(
                "{} has {rows} rows, and the suite reads at most {LIVE_ROWS}",
                self.id
            )),
            false => Ok(()),
        }
    }

    /// Reads one page, then the rest with another listing that resumes after it.
    pub(crate) async fn interrupted(&self, target: &Target, query: Query) -> Outcome<Listing> {
        (self.resumed)(&target.client, &query).await
    }

    /// Returns the total that a page with one row states.
    pub(crate) async fn stated_total(&self, target: &Target) -> Outcome<Option<i64>> {
        let reply = target.get(&format!("{}?top=1", self.path())).await?;
        Ok(reply.success(self.id)?["TotalCount"].as_i64())
    }

    /// Returns the path.
    pub(crate) fn path(&self) -> &'static str {
        self.operation().path
    }

    /// Returns a page size that divides this number of rows into several pages.
    pub(crate) fn page_size(rows: usize) -> Option<i64> {
        i64::try_from(rows.div_ceil(4).max(1)).ok()
    }
}

/// Returns rows as JSON.
pub(crate) fn values<T: Serialize>(rows: &[T]) -> Outcome<Vec<Value>> {
    rows.iter()
        .map(|row| serde_json::to_value(row).map_err(Stop::from))
        .collect()
}

macro_rules! request {
    ($client:ident, $query:ident, $method:ident, $fields:ident, $($parameter:ident)?) => {{
        let mut request = $client.$method();
        if let Some(filter) = &$query.filter {
            request = request.filter(filter.as_str());
        }
        if let Some(fields) = &$query.groupby {
            let mut grouping: GroupBy<fields::$fields> = fields.parse()?;
            if let Some(level) = $query.aggregation {
                grouping = grouping.aggregated_by(level)?;
            }
            request = request.groupby(grouping);
        }
        if let Some(top) = $query.top {
            request = request.top(top);
        }
        $(request = request!(@$parameter request, $query);)?
        request
    }};
    (@orderby $request:ident, $query:ident) => {
        match &$query.orderby {
            Some(order) => $request.orderby(order.as_str()),
            None => $request,
        }
    };
    (@processed $request:ident, $query:ident) => {
        match &$query.processed {
            Some(day) => $request.processed_date_time(day.as_str()),
            None => $request,
        }
    };
}

macro_rules! report {
    ($method:ident, $fields:ident $(, $parameter:ident)?) => {
        Report {
            id: stringify!($method),
            all: |client, query| {
                Box::pin(async move {
                    let request = request!(client, query, $method, $fields, $($parameter)?);
                    let all = request.collect_all().await?;
                    let unreadable = all.unreadable_rows.iter().map(|row| format!("{row:?}"));
                    let unknown = all.unknown_properties.iter().map(|one| format!("{one:?}"));
                    Ok(Listing {
                        rows: values(&all.rows)?,
                        completeness: all.completeness,
                        problems: unreadable.chain(unknown).collect(),
                    })
                })
            },
            resumed: |client, query| {
                Box::pin(async move {
                    let request = request!(client, query, $method, $fields, $($parameter)?);
                    let mut first = request.pages().prefetch(false);
                    let page = match first.next().await {
                        Some(page) => page?,
                        None => return Err(Stop::Failed("no page".to_owned())),
                    };
                    let Some(position) = first.continuation() else {
                        return Err(Stop::Failed("no continuation after a page".to_owned()));
                    };
                    // As a program would store it.
                    let stored = serde_json::to_string(&position)?;
                    let position: Continuation = serde_json::from_str(&stored)?;
                    let rest = client.$method().pages().resume(position);
                    let rest = rest.collect_all().await?;
                    let mut rows = values(&page.value)?;
                    rows.extend(values(&rest.rows)?);
                    Ok(Listing {
                        rows,
                        completeness: rest.completeness,
                        problems: Vec::new(),
                    })
                })
            },
        }
    };
}

/// All reports with pages below `/partner/v1`.
pub(crate) static REPORTS: [Report; 7] = [
    report!(
        commercial_licenses_deployment,
        CommercialLicensesDeployment,
        processed
    ),
    report!(
        commercial_licenses_usage,
        CommercialLicensesUsage,
        processed
    ),
    report!(azure_usage, AzureUsage, orderby),
    report!(indirect_resellers, IndirectResellers, orderby),
    report!(subscriptions, Subscriptions),
    report!(searches, Searches),
    report!(referrals, Referrals),
];

/// Returns the reports whose rows a case may read. Those of a live tenant with too many rows are
/// left out, with a line that says so; without any report left, the case is skipped.
pub(crate) async fn readable(target: &Target) -> Outcome<Vec<&'static Report>> {
    let mut readable = Vec::new();
    for report in &REPORTS {
        match report.check_size(target).await {
            Ok(()) => readable.push(report),
            Err(Stop::Skipped(reason)) => note(&format!("left out: {reason}")),
            Err(failed) => return Err(failed),
        }
    }
    match readable.is_empty() {
        true => skip("every report has too many rows"),
        false => Ok(readable),
    }
}

/// Returns the report of this operation.
pub(crate) fn report(id: &str) -> &'static Report {
    let found = REPORTS.iter().find(|report| report.id == id);
    found.expect("the table has every report with pages")
}

/// Returns a property of a row as text; `None` if the row has no value.
pub(crate) fn text(row: &Value, field: &str) -> Option<String> {
    match &row[field] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Returns the sum of a measure. Rows without a number count as 0.
pub(crate) fn sum(rows: &[Value], measure: &str) -> f64 {
    let numbers = rows.iter().map(|row| row[measure].as_f64().unwrap_or(0.0));
    numbers.fold(0.0, |sum, number| sum + number)
}

/// Returns whether two sums of decimal numbers are equal, up to the rounding of the addition.
pub(crate) fn same_sum(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-6_f64.max(one.abs() * 1e-9)
}
