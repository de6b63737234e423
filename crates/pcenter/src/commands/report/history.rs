//! Rows of reports from the snapshots of a history, instead of the service.

use std::collections::BTreeMap;

use partner_center::query::Guid;
use partner_center::types::{CommercialLicensesDeployment, CommercialLicensesUsage, Subscription};
use partner_center_lake::{Day, Table, TypedRows};
use partner_center_reports::{Holdings, Source};
use serde::Deserialize;
use time::Date;
use uuid::Uuid;

use super::listing::{Read, operation};
use crate::commands::snapshot::History;
use crate::commands::snapshot::days::{DayRef, nearest};
use crate::customers::{Customer, among};
use crate::failure::Failure;

/// Maximum distance in days of a snapshot of the subscriptions. Their day is that of the call, since
/// the service states none, and that of the licences is usually a day or two earlier.
const NEAR: i64 = 3;

/// Columns of the rows that [`Holdings`] adds up.
const DEPLOYMENT: &[&str] = &[
    "asSent",
    "processedDateTime",
    "serviceCode",
    "serviceName",
    "channel",
    "customerTenantId",
    "customerName",
    "productId",
    "productName",
    "licensesDeployed",
    "licensesSold",
];
const USAGE: &[&str] = &[
    "asSent",
    "processedDateTime",
    "workloadCode",
    "workloadName",
    "serviceCode",
    "serviceName",
    "channel",
    "customerTenantId",
    "customerName",
    "productId",
    "productName",
    "licensesActive",
    "licensesQualified",
];
const SUBSCRIPTIONS: &[&str] = &[
    "asSent",
    "customerTenantId",
    "customerName",
    "id",
    "status",
    "productName",
    "friendlyName",
    "subscriptionType",
    "autoRenewEnabled",
    "commitmentEndDate",
    "trialToPaidConversionDate",
    "trialStartDate",
    "trialEndDate",
    "licenseCount",
    "churnRisk",
    "billingCycleName",
];

/// Snapshots of the operations of the reports.
pub(super) struct Snapshots {
    deployment: Snapshot,
    usage: Option<Snapshot>,
    subscriptions: Option<Snapshot>,
}

struct Snapshot {
    source: Source,
    table: Table,
    days: Vec<Day>,
    /// Columns to read: those of older tables may lack some.
    columns: Vec<&'static str>,
}

impl Snapshots {
    /// Opens the tables. Without one of the licences sold there is no report.
    pub(super) async fn open(history: &History) -> Result<Self, Failure> {
        let Some(deployment) = Snapshot::open(history, Source::Deployment).await? else {
            return Err(history.without(operation(Source::Deployment)));
        };
        Ok(Self {
            deployment,
            usage: Snapshot::open(history, Source::Usage).await?,
            subscriptions: Snapshot::open(history, Source::Subscriptions).await?,
        })
    }

    /// Returns the days of the licences sold, in order.
    pub(super) fn dates(&self) -> Vec<Date> {
        self.deployment.dates()
    }

    /// Returns the day of a report.
    pub(super) fn day(&self, day: DayRef) -> Result<Date, Failure> {
        let operation = operation(Source::Deployment);
        day.among(&self.dates())
            .map_err(|missing| crate::commands::snapshot::no_day(operation, day, missing))
    }

    /// Finds the customers that were named, among those of a day.
    pub(super) async fn find(&self, names: &[String], day: Date) -> Result<Vec<Customer>, Failure> {
        let mut found: Vec<Customer> = Vec::new();
        let mut all = None;
        for name in names.iter().map(|name| name.trim()) {
            let customer = match Uuid::parse_str(name) {
                Ok(id) => Customer::of_id(id),
                Err(_) => {
                    if all.is_none() {
                        all = Some(self.deployment.customers(day).await?);
                    }
                    among(all.as_deref().unwrap_or_default(), name).map_err(|failure| {
                        failure.help("snapshots have no domains: give the name or the id")
                    })?
                }
            };
            if found.iter().all(|known| known.id != customer.id) {
                found.push(customer);
            }
        }
        Ok(found)
    }

    /// Reads the rows of a day.
    pub(super) async fn read(
        &self,
        day: Date,
        customers: &[Customer],
    ) -> Result<(Holdings, Vec<Read>), Failure> {
        let ids = customers
            .iter()
            .filter_map(|it| it.id.to_string().parse().ok());
        let mut holdings = match customers.is_empty() {
            true => Holdings::new(),
            false => Holdings::of_customers(ids.collect::<Vec<Guid>>()),
        };
        let mut reads = Vec::new();
        for (source, snapshot) in [
            (Source::Deployment, Some(&self.deployment)),
            (Source::Usage, self.usage.as_ref()),
            (Source::Subscriptions, self.subscriptions.as_ref()),
        ] {
            let read = match snapshot {
                Some(snapshot) => snapshot.read(day, &mut holdings).await?,
                None => {
                    let problem = "the history has no snapshots of it".to_owned();
                    Read::of_snapshot(source, 0, None, vec![problem])
                }
            };
            if !read.is_complete() {
                holdings.mark_incomplete(source);
            }
            reads.push(read);
        }
        Ok((holdings, reads))
    }
}

impl Snapshot {
    async fn open(history: &History, source: Source) -> Result<Option<Self>, Failure> {
        let Some(table) = history.table(operation(source)).await? else {
            return Ok(None);
        };
        let schema = table.schema().await?;
        let columns = match source {
            Source::Deployment => DEPLOYMENT,
            Source::Usage => USAGE,
            _ => SUBSCRIPTIONS,
        };
        let is_there = |column: &&&str| schema.column_with_name(column).is_some();
        Ok(Some(Self {
            source,
            columns: columns.iter().filter(is_there).copied().collect(),
            days: table.days().await?,
            table,
        }))
    }

    fn dates(&self) -> Vec<Date> {
        self.days.iter().map(|day| day.date).collect()
    }

    /// Returns the day to read for a report, or the reason why there is none.
    fn day(&self, wanted: Date) -> Result<Date, String> {
        let dates = self.dates();
        match nearest(&dates, Some(wanted)) {
            Some(near) if near == wanted => Ok(near),
            Some(near)
                if self.source == Source::Subscriptions
                    && (near - wanted).whole_days().abs() <= NEAR =>
            {
                Ok(near)
            }
            Some(near) => Err(format!(
                "the history has no snapshot of {wanted}; the nearest day is {near}"
            )),
            None => Err("the history has no snapshots of it".to_owned()),
        }
    }

    /// Adds the rows of a day.
    async fn read(&self, wanted: Date, holdings: &mut Holdings) -> Result<Read, Failure> {
        let date = match self.day(wanted) {
            Ok(date) => date,
            Err(problem) => {
                return Ok(Read::of_snapshot(self.source, 0, None, vec![problem]));
            }
        };
        let before = holdings.rows(self.source);
        let source = self.source;
        let mut batches = self.table.scan(&[date], &self.columns).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let rows = TypedRows::new(&batch)?;
            match source {
                Source::Deployment => each(&rows, |row: &CommercialLicensesDeployment| {
                    holdings.add_deployment(row);
                }),
                Source::Usage => each(&rows, |row: &CommercialLicensesUsage| {
                    holdings.add_usage(row)
                }),
                _ => each(&rows, |row: &Subscription| holdings.add_subscription(row)),
            }?;
        }
        let read = holdings.rows(source) - before;
        let near = match date == wanted {
            true => String::new(),
            false => format!(", the nearest to {wanted}"),
        };
        let day = self.days.iter().find(|day| day.date == date);
        let problems = match day {
            Some(day) if !day.is_complete => vec!["the snapshot is incomplete".to_owned()],
            _ => Vec::new(),
        };
        let snapshot = format!("from the snapshot of {date}{near}");
        Ok(Read::of_snapshot(source, read, Some(snapshot), problems))
    }

    /// Returns the customers of a day, by id.
    async fn customers(&self, day: Date) -> Result<Vec<Customer>, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Row {
            customer_tenant_id: Option<String>,
            customer_name: Option<String>,
        }
        let mut customers = BTreeMap::new();
        let columns = ["customerTenantId", "customerName"];
        let mut batches = self.table.scan(&[day], &columns).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let rows = TypedRows::new(&batch)?;
            for row in rows.iter::<Row>() {
                let row = row?;
                let id = row.customer_tenant_id.as_deref();
                if let Some(id) = id.and_then(|id| Uuid::parse_str(id).ok()) {
                    customers.insert(id, row.customer_name);
                }
            }
        }
        let customers = customers.into_iter().map(|(id, name)| Customer {
            id,
            name,
            domain: None,
        });
        Ok(customers.collect())
    }
}

/// Hands over the rows of a batch, which are dropped afterwards.
fn each<T: for<'de> Deserialize<'de>>(
    rows: &TypedRows<'_>,
    mut add: impl FnMut(&T),
) -> Result<(), Failure> {
    for row in rows.iter::<T>() {
        add(&row?);
    }
    Ok(())
}
