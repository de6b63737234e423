//! Rows, tables and storages of the tests.

#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod faults;

use std::sync::Arc;

use partner_center::types::CommercialLicensesDeployment;
use partner_center_catalog::Operation;
use partner_center_lake::arrow::array::AsArray as _;
use partner_center_lake::arrow::datatypes::Int64Type;
use partner_center_lake::object_store::ObjectStore;
use partner_center_lake::object_store::memory::InMemory;
use partner_center_lake::{
    Committed, Completeness, History, LakeError, Origin, Report, Storage, Table,
};
use time::macros::datetime;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

pub(crate) const REPORT: &str = "commercial_licenses_deployment";
pub(crate) const PARTNER: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const FETCHED: OffsetDateTime = datetime!(2026-01-31 05:30:00.25 UTC);

pub(crate) fn report() -> Report {
    Operation::find(REPORT).unwrap().into()
}

pub(crate) fn memory() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

pub(crate) fn storage(store: &Arc<dyn ObjectStore>) -> Storage {
    Storage::from_store(Arc::clone(store), "memory:///history/".parse().unwrap()).unwrap()
}

pub(crate) fn history(store: &Arc<dyn ObjectStore>) -> History {
    History::new(storage(store), Some(PARTNER.to_owned()))
}

pub(crate) fn local(folder: &std::path::Path) -> History {
    let storage = Storage::builder(folder.display().to_string())
        .build()
        .unwrap();
    History::new(storage, Some(PARTNER.to_owned()))
}

pub(crate) async fn table(store: &Arc<dyn ObjectStore>) -> Table {
    history(store).create_or_open(report()).await.unwrap()
}

/// Row with additional JSON members.
pub(crate) fn row_with(day: Date, seats: i64, more: &str) -> CommercialLicensesDeployment {
    let json = format!(
        r#"{{"customerName":"Customer {seats}","licensesSold":{seats},
            "processedDateTime":"{day}T04:00:00Z"{more}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

pub(crate) fn row(day: Date, seats: i64) -> CommercialLicensesDeployment {
    row_with(day, seats, "")
}

/// Takes a snapshot of rows with 1, 2, .. seats times `factor`.
pub(crate) async fn take(
    table: &Table,
    day: Date,
    rows: i64,
    factor: i64,
) -> Result<Committed, LakeError> {
    take_rows_of(table, day, day, rows, factor).await
}

/// Takes a snapshot of `day` with rows of another day, whose file is moved at the end.
pub(crate) async fn take_rows_of(
    table: &Table,
    day_of_rows: Date,
    day: Date,
    rows: i64,
    factor: i64,
) -> Result<Committed, LakeError> {
    let origin = Origin::new(FETCHED, Uuid::from_u128(7));
    let mut writer = table.begin(origin).await?;
    for seats in 1..=rows {
        writer.page(&[&row(day_of_rows, seats * factor)]).await?;
    }
    let stated = u64::try_from(rows).ok();
    let completeness = Completeness::complete(stated);
    writer.commit(Some(day), completeness).await
}

/// Number of rows and sum of the seats of a day.
pub(crate) async fn totals(table: &Table, day: Date) -> Result<(usize, i64), LakeError> {
    let mut batches = table.scan(&[day], &["licensesSold"]).await?;
    let (mut rows, mut seats) = (0, 0);
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        rows += batch.num_rows();
        let column = batch.column(0).as_primitive::<Int64Type>();
        seats += column.iter().flatten().sum::<i64>();
    }
    Ok((rows, seats))
}

/// Path of a file of the table in the stores of tests.
pub(crate) fn path(name: &str) -> partner_center_lake::object_store::path::Path {
    format!("history/{REPORT}/{name}").into()
}

/// Path of a commit.
pub(crate) fn commit_path(version: u64) -> partner_center_lake::object_store::path::Path {
    path(&format!("_delta_log/{version:020}.json"))
}

/// Text of a file of the table.
pub(crate) async fn text(store: &Arc<dyn ObjectStore>, name: &str) -> String {
    use partner_center_lake::object_store::ObjectStoreExt as _;
    let bytes = store.get(&path(name)).await.unwrap().bytes().await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Messages and debug output of an error and its sources.
pub(crate) fn all_text(error: &LakeError) -> String {
    let mut text = format!("{error} {error:?} {:?}", error.help());
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(" {error}"));
        source = error.source();
    }
    text
}
