//! Tables: creation, snapshots, replacement, evolution, reading.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests panic, which is how they fail"
)]

mod support;

use partner_center_lake::arrow::array::AsArray as _;
use partner_center_lake::arrow::datatypes::Int64Type;
use partner_center_lake::object_store::{ObjectStore, ObjectStoreExt as _};
use partner_center_lake::{Completeness, Day, LakeError, Origin, RecordBatches};
use support::{FETCHED, memory, report, row, row_with, table, take, totals};
use time::macros::{date, datetime};
use uuid::Uuid;

const DAY: time::Date = date!(2026 - 01 - 30);

#[tokio::test]
async fn replaces_a_day_and_keeps_others() {
    let store = memory();
    let table = table(&store).await;
    let other = date!(2026 - 01 - 29);
    assert_eq!(take(&table, other, 2, 100).await.unwrap().version, 1);
    let first = take(&table, DAY, 3, 1).await.unwrap();
    assert_eq!((first.version, first.replaced, first.attempts), (2, 0, 1));
    let second = take(&table, DAY, 4, 10).await.unwrap();
    assert_eq!((second.version, second.replaced, second.rows), (3, 1, 4));

    assert_eq!(totals(&table, DAY).await.unwrap(), (4, 100));
    assert_eq!(totals(&table, other).await.unwrap(), (2, 300));
    let days = table.days().await.unwrap();
    let short = |day: &Day| {
        (
            day.date,
            day.rows,
            day.is_complete,
            day.files,
            day.fetched_at,
        )
    };
    assert_eq!(
        days.iter().map(short).collect::<Vec<_>>(),
        [
            (other, Some(2), true, 1, Some(FETCHED)),
            (DAY, Some(4), true, 1, Some(FETCHED)),
        ]
    );
    assert_eq!(days[1].bytes, second.bytes);
}

#[tokio::test]
async fn each_batch_has_rows_of_one_day() {
    let store = memory();
    let table = table(&store).await;
    let days = [date!(2026 - 01 - 28), date!(2026 - 01 - 29), DAY];
    for (day, rows) in days.into_iter().zip([3, 0, 2]) {
        take(&table, day, rows, 1).await.unwrap();
    }
    let mut batches = table
        .scan(&days, &["licensesSold", "processedDate"])
        .await
        .unwrap();
    let mut rows = std::collections::BTreeMap::new();
    while let Some(batch) = batches.next().await {
        let batch = batch.unwrap();
        if let Some(day) = RecordBatches::day(&batch) {
            *rows.entry(day).or_insert(0) += batch.num_rows();
        }
    }
    assert_eq!(
        rows.into_iter().collect::<Vec<_>>(),
        [(days[0], 3), (days[2], 2)]
    );
    let mut batches = table.scan(&days, &["licensesSold"]).await.unwrap();
    assert_eq!(
        RecordBatches::day(&batches.next().await.unwrap().unwrap()),
        None
    );
}

#[tokio::test]
async fn works_on_one_thread_with_checkpoints() {
    let store = memory();
    let table = table(&store).await;
    for number in 1..=21 {
        let committed = take(&table, DAY, 1, number).await.unwrap();
        assert_eq!(committed.checkpointed, number % 10 == 0, "{number}");
    }
    assert_eq!(
        totals(&support::table(&store).await, DAY).await.unwrap(),
        (1, 21)
    );
    let checkpoint = storage_path("_last_checkpoint");
    let text = store.get(&checkpoint).await.unwrap().bytes().await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains("\"version\":20"));
}

fn storage_path(name: &str) -> partner_center_lake::object_store::path::Path {
    format!("history/{}/_delta_log/{name}", support::REPORT).into()
}

#[tokio::test]
async fn new_properties_become_columns() {
    let store = memory();
    let table = table(&store).await;
    take(&table, date!(2026 - 01 - 29), 1, 5).await.unwrap();
    let mut writer = table
        .begin(Origin::new(FETCHED, Uuid::nil()))
        .await
        .unwrap();
    // The property appears after the first file has begun.
    let plain = row(DAY, 1);
    for _ in 0..8192 {
        writer.page(&[&plain]).await.unwrap();
    }
    writer
        .page(&[&row_with(DAY, 2, r#","tier":"gold""#)])
        .await
        .unwrap();
    let committed = writer
        .commit(None, Completeness::complete(None))
        .await
        .unwrap();
    assert_eq!(
        (committed.day, committed.files, committed.rows),
        (DAY, 2, 8193)
    );

    let mut batches = table
        .scan(&[], &["tier", "licensesSold", "processedDate"])
        .await
        .unwrap();
    assert_eq!(batches.schema().field(0).name(), "tier");
    let mut tiers = Vec::new();
    let mut seats = Vec::new();
    while let Some(batch) = batches.next().await {
        let batch = batch.unwrap();
        let column = batch.column(0).as_string::<i32>();
        tiers.extend(column.iter().map(|tier| tier.map(str::to_owned)));
        seats.extend(batch.column(1).as_primitive::<Int64Type>().iter().flatten());
    }
    assert_eq!(tiers.len(), 8194);
    assert_eq!(tiers.iter().flatten().collect::<Vec<_>>(), ["gold"]);
    // In the order of the days and of the listing.
    assert_eq!((seats[0], tiers[8193].as_deref()), (5, Some("gold")));
}

#[tokio::test]
async fn a_day_without_rows_exists() {
    let store = memory();
    let table = table(&store).await;
    let origin = Origin::new(datetime!(2026-02-01 01:00 +03:00), Uuid::nil());
    let writer = table.begin(origin).await.unwrap();
    let committed = writer
        .commit(None, Completeness::complete(Some(0)))
        .await
        .unwrap();
    // The UTC date of the listing.
    assert_eq!((committed.day, committed.rows), (date!(2026 - 01 - 31), 0));
    assert_eq!(totals(&table, committed.day).await.unwrap(), (0, 0));
    let days = table.days().await.unwrap();
    assert_eq!((days[0].rows, days[0].files), (Some(0), 1));
    let error = totals(&table, DAY).await.unwrap_err();
    assert!(
        matches!(error, LakeError::UnknownDay { day: DAY, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn reads_partition_columns_without_other_columns() {
    let store = memory();
    let table = table(&store).await;
    take(&table, DAY, 3, 1).await.unwrap();
    let mut batches = table.scan(&[DAY], &["isComplete"]).await.unwrap();
    let batch = batches.next().await.unwrap().unwrap();
    assert_eq!(batch.num_rows(), 3);
    assert!(batch.column(0).as_boolean().value(2));
    assert!(batches.next().await.is_none());
    assert!(batches.next().await.is_none());
    let error = table.scan(&[DAY], &["noSuch"]).await.unwrap_err();
    assert!(matches!(error, LakeError::UnknownColumn { column } if column == "noSuch"));
}

#[tokio::test]
async fn incomplete_listings_are_marked_and_never_replace_complete_ones() {
    let store = memory();
    let table = table(&store).await;
    let listing = async |seats, completeness| {
        let mut writer = table
            .begin(Origin::new(FETCHED, Uuid::nil()))
            .await
            .unwrap();
        writer.page(&[&row(DAY, seats)]).await.unwrap();
        writer.commit(None, completeness).await
    };
    let error = listing(1, Completeness::incomplete(Some(9), false))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Incomplete { .. }), "{error:?}");
    listing(2, Completeness::incomplete(Some(9), true))
        .await
        .unwrap();
    assert!(!table.days().await.unwrap()[0].is_complete);
    listing(3, Completeness::incomplete(Some(9), true))
        .await
        .unwrap();
    listing(4, Completeness::complete(Some(1))).await.unwrap();
    let error = listing(5, Completeness::incomplete(Some(9), true))
        .await
        .unwrap_err();
    assert!(
        matches!(error, LakeError::CompleteDayExists { day: DAY, .. }),
        "{error:?}"
    );
    assert_eq!(totals(&table, DAY).await.unwrap(), (1, 4));
    assert!(table.days().await.unwrap()[0].is_complete);
}

#[tokio::test]
async fn old_readers_can_read_the_table() {
    let store = memory();
    table(&store).await;
    let path = storage_path("00000000000000000000.json");
    let text = store.get(&path).await.unwrap().bytes().await.unwrap();
    let text = String::from_utf8_lossy(&text);
    assert!(
        text.contains(r#"{"minReaderVersion":1,"minWriterVersion":2}"#),
        "{text}"
    );
    let metadata: serde_json::Value = serde_json::from_str(text.lines().nth(2).unwrap()).unwrap();
    let metadata = &metadata["metaData"];
    assert_eq!(metadata["partitionColumns"][0], "processedDate");
    assert_eq!(
        metadata["configuration"]["partnerCenter.operation"],
        support::REPORT
    );
    assert_eq!(
        metadata["configuration"]["partnerCenter.partner"],
        support::PARTNER
    );
    let schema: serde_json::Value =
        serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
    for field in schema["fields"].as_array().unwrap() {
        let kind = field["type"].as_str().unwrap();
        assert!(
            [
                "string",
                "long",
                "decimal(38,18)",
                "boolean",
                "timestamp",
                "date"
            ]
            .contains(&kind),
            "{field}"
        );
        assert!(field["metadata"]["comment"].is_string(), "{field}");
    }
    let _ = report();
}

/// Replaces the files of the table by one that another engine has merged from them: no facts in its
/// footer, partition folders, another compression, other physical types.
async fn compact(store: &std::sync::Arc<dyn ObjectStore>, table: &partner_center_lake::Table) {
    use partner_center_lake::arrow::array::{Array as _, RecordBatch};
    use partner_center_lake::arrow::compute::concat_batches;

    let version = table.version().await.unwrap();
    let mut batches = table.scan(&[DAY], &[]).await.unwrap();
    let mut all: Vec<RecordBatch> = Vec::new();
    while let Some(batch) = batches.next().await {
        all.push(batch.unwrap());
    }
    let merged = concat_batches(&all[0].schema(), &all).unwrap();
    let columns: Vec<_> = merged
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .filter(|name| !["processedDate", "isComplete"].contains(&name.as_str()))
        .map(|name| (name.clone(), merged.column_by_name(&name).unwrap().clone()))
        // Engines leave columns out that have no values.
        .filter(|(_, column)| column.null_count() < column.len())
        .collect();
    let file = RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, column)| (name, column, true)),
    )
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, file.schema(), None).unwrap();
    writer.write(&file).unwrap();
    writer.close().unwrap();

    let name = "processedDate=2026-01-30/isComplete=true/part a.parquet";
    let size = bytes.len();
    store.put(&support::path(name), bytes.into()).await.unwrap();
    let earlier = support::text(store, "_delta_log/00000000000000000001.json").await;
    let (_, path) = earlier.split_once("\"path\":\"").unwrap();
    let (path, _) = path.split_once('"').unwrap();
    let partitions = serde_json::json!({"processedDate": "2026-01-30", "isComplete": "true"});
    let actions = [
        serde_json::json!({"commitInfo": {"timestamp": 1, "operation": "OPTIMIZE"}}),
        serde_json::json!({"remove": {"path": path, "deletionTimestamp": 1, "dataChange": false,
            "extendedFileMetadata": true, "partitionValues": partitions, "size": 1}}),
        serde_json::json!({"add": {"path": name.replace(' ', "%20"), "partitionValues": partitions,
            "size": size, "modificationTime": 1, "dataChange": false}}),
    ];
    let commit = actions.map(|action| action.to_string()).join("\n");
    store
        .put(&support::commit_path(version + 1), commit.into())
        .await
        .unwrap();
}

#[tokio::test]
async fn reads_verifies_and_replaces_files_of_other_engines() {
    let store = memory();
    let table = table(&store).await;
    take(&table, DAY, 4, 10).await.unwrap();
    compact(&store, &table).await;

    assert_eq!(totals(&table, DAY).await.unwrap(), (4, 100));
    let days = table.days().await.unwrap();
    // The file has no statistics.
    assert_eq!(
        (days[0].rows, days[0].files, days[0].fetched_at),
        (None, 1, None)
    );
    let found = table.verify(DAY).await.unwrap();
    assert!(found.is_sound(), "{:?}", found.problems);
    assert_eq!(
        (found.rows, found.foreign_files, found.stated_total),
        (4, 1, None)
    );

    let before = table.clean(std::time::Duration::ZERO, true).await.unwrap();
    assert_eq!(
        before.files.len(),
        1,
        "only the file that was merged: {before:?}"
    );
    let committed = take(&table, DAY, 2, 1).await.unwrap();
    assert_eq!((committed.version, committed.replaced), (3, 1));
    assert_eq!(totals(&table, DAY).await.unwrap(), (2, 3));
    table.clean(std::time::Duration::ZERO, false).await.unwrap();
    assert_eq!(totals(&table, DAY).await.unwrap(), (2, 3));
}

#[tokio::test]
async fn a_day_without_rows_is_still_known_after_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let history = support::local(folder.path());
    let table = history.create_or_open(report()).await.unwrap();
    let empty = date!(2026 - 01 - 15);
    take(&table, empty, 0, 1).await.unwrap();
    assert_eq!(table.days().await.unwrap()[0].rows, Some(0));
    for _ in 0..10 {
        take(&table, DAY, 1, 1).await.unwrap();
    }
    let fresh = history.table(report()).await.unwrap().unwrap();
    let days = fresh.days().await.unwrap();
    assert_eq!((days[0].date, days[0].rows), (empty, Some(0)));
    assert_eq!(days[1].fetched_at, Some(FETCHED));
}

#[tokio::test]
async fn days_without_rows_are_counted_in_all_reports() {
    let store = memory();
    for &operation in partner_center_catalog::OPERATIONS {
        let table = support::history(&store)
            .create_or_open(operation)
            .await
            .unwrap();
        let writer = table
            .begin(Origin::new(FETCHED, Uuid::nil()))
            .await
            .unwrap();
        writer
            .commit(None, Completeness::complete(None))
            .await
            .unwrap();
        let rows = table.days().await.unwrap()[0].rows;
        assert_eq!(rows, Some(0), "{}", operation.id);
    }
}
