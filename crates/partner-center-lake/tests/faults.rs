//! Failures of the storage at each operation of a snapshot.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests panic, which is how they fail"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use partner_center_lake::object_store::memory::InMemory;
use partner_center_lake::object_store::{ObjectStore, ObjectStoreExt as _};
use partner_center_lake::{Completeness, LakeError, Origin, StorageFailure, Table};
use support::faults::{Fault, Faults, Place};
use support::{FETCHED, all_text, history, memory, report, row, table, take, take_rows_of, totals};
use time::macros::date;
use uuid::Uuid;

const DAY: time::Date = date!(2026 - 01 - 30);
const OLD: (usize, i64) = (2, 3);
const NEW: (usize, i64) = (3, 60);
const ALWAYS: usize = 1_000_000;

/// Whether an operation takes effect before it fails, and the number of operations that fail.
const PLACES: [(bool, usize); 3] = [(false, 1), (true, ALWAYS), (true, 1)];

/// Opens the table and takes the new snapshot.
async fn job(store: &Arc<dyn ObjectStore>) -> Result<(), LakeError> {
    let table = history(store).create_or_open(report()).await?;
    let day_of_rows = date!(2026 - 01 - 29);
    take_rows_of(&table, day_of_rows, DAY, 3, 10)
        .await
        .map(drop)
}

/// Totals of the day that a new reader sees, or `None` if there is no such day.
async fn seen(store: &Arc<dyn ObjectStore>) -> Option<(usize, i64)> {
    let table = history(store).table(report()).await.unwrap()?;
    match totals(&table, DAY).await {
        Ok(totals) => Some(totals),
        Err(LakeError::UnknownDay { .. }) => None,
        Err(error) => panic!("{error:?}"),
    }
}

/// Store with nine commits, so that the next one writes a checkpoint.
async fn nine_commits() -> InMemory {
    let memory = InMemory::new();
    let store: Arc<dyn ObjectStore> = Arc::new(memory.fork());
    let table = table(&store).await;
    for number in 1..=8 {
        take(&table, date!(2026 - 01 - 01), 1, number)
            .await
            .unwrap();
    }
    take(&table, DAY, 2, 1).await.unwrap();
    memory_of(&store).await
}

/// Copy of a store.
async fn memory_of(store: &Arc<dyn ObjectStore>) -> InMemory {
    use futures_util::TryStreamExt as _;
    let copy = InMemory::new();
    let all: Vec<_> = store.list(None).try_collect().await.unwrap();
    for meta in all {
        let bytes = store
            .get(&meta.location)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        copy.put(&meta.location, bytes.into()).await.unwrap();
    }
    copy
}

/// Lets each operation of a job fail, before and after it takes effect, once and for ever. The
/// table must read as before or as after the job, and the next job must succeed.
async fn fails_at_each_operation(
    start: InMemory,
    old: Option<(usize, i64)>,
    fault: Fault,
    places: &[(bool, usize)],
) {
    let faults = Faults::new(Arc::new(start.fork()));
    faults.set(None);
    job(&faults.store()).await.unwrap();
    let operations = faults.names();
    assert!(operations.len() > 8, "{operations:?}");
    for first in 1..=operations.len() {
        for &(is_after, count) in places {
            let place = format!("{fault:?} {first} {is_after} {count} of {operations:?}");
            let inner: Arc<dyn ObjectStore> = Arc::new(start.fork());
            let faults = Faults::new(Arc::clone(&inner));
            faults.set(Some(Place {
                name: "",
                fault,
                first,
                count,
                is_after,
            }));
            let result = job(&faults.store()).await;
            // What a client of the next night sees.
            let now = seen(&inner).await;
            match &result {
                Ok(()) => assert_eq!(now, Some(NEW), "{place}"),
                Err(LakeError::UnknownOutcome { .. }) => {
                    assert!(now == old || now == Some(NEW), "{place}: {now:?}");
                }
                Err(error) => assert_eq!(now, old, "{place}: {error:?}"),
            }
            if let Err(error) = &result {
                let text = all_text(error);
                assert!(!text.contains("s3cret"), "{text}");
                assert!(error.help().is_some(), "{text}");
            }
            job(&inner).await.unwrap();
            let table = history(&inner).table(report()).await.unwrap().unwrap();
            assert_eq!(totals(&table, DAY).await.unwrap(), NEW, "{place}");
            assert!(table.verify(DAY).await.unwrap().is_sound(), "{place}");
            table.clean(Duration::ZERO, false).await.unwrap();
            assert_eq!(totals(&table, DAY).await.unwrap(), NEW, "{place}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn survives_throttling_with_a_checkpoint() {
    fails_at_each_operation(
        nine_commits().await,
        Some(OLD),
        Fault::Throttled,
        &PLACES[..2],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn survives_refused_access() {
    fails_at_each_operation(one_commit().await, Some(OLD), Fault::Refused, &PLACES).await;
}

#[tokio::test(start_paused = true)]
async fn survives_failed_preconditions() {
    fails_at_each_operation(one_commit().await, Some(OLD), Fault::Precondition, &PLACES).await;
}

#[tokio::test(start_paused = true)]
async fn survives_a_full_storage() {
    fails_at_each_operation(one_commit().await, Some(OLD), Fault::Full, &PLACES).await;
}

#[tokio::test(start_paused = true)]
async fn survives_lost_connections_while_the_table_is_created() {
    fails_at_each_operation(InMemory::new(), None, Fault::Unavailable, &PLACES).await;
}

async fn one_commit() -> InMemory {
    let store = memory();
    take(&table(&store).await, DAY, 2, 1).await.unwrap();
    memory_of(&store).await
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_takes_effect_late_is_not_repeated() {
    let store: Arc<dyn ObjectStore> = Arc::new(one_commit().await);
    let faults = Faults::new(Arc::clone(&store));
    let table = table(&faults.store()).await;
    faults.set(Some(Place {
        name: "put 0000",
        fault: Fault::Late,
        first: 1,
        count: 1,
        is_after: false,
    }));
    let committed = take(&table, DAY, 3, 10).await.unwrap();
    assert_eq!((committed.version, committed.replaced), (2, 1));
    assert_eq!(committed.days, [DAY]);
    assert_eq!(seen(&store).await, Some(NEW));
    assert!(table.verify(DAY).await.unwrap().is_sound());
    assert_eq!(table.version().await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn rows_that_another_program_has_removed_are_not_committed() {
    let store: Arc<dyn ObjectStore> = Arc::new(one_commit().await);
    let table = table(&store).await;
    let origin = Origin::new(FETCHED, Uuid::nil());
    let mut writer = table.begin(origin).await.unwrap();
    // The new column needs a second file, so the first one is complete.
    let rows = [row(DAY, 1), support::row_with(DAY, 2, r#","new":1"#)];
    for row in [&rows[0], &rows[1], &rows[1]] {
        let page = vec![row as &dyn partner_center_core::Row; 10_000];
        writer.page(&page).await.unwrap();
    }
    let removed = table.clean(Duration::ZERO, false).await.unwrap();
    assert_eq!(removed.files.len(), 1);
    let complete = Completeness::complete(None);
    let error = writer.commit(Some(DAY), complete).await.unwrap_err();
    let kind = StorageFailure::NotFound;
    assert!(
        matches!(error, LakeError::Storage { kind: found, .. } if found == kind),
        "{error:?}"
    );
    assert_eq!(seen(&store).await, Some(OLD));
}

#[tokio::test(start_paused = true)]
async fn repeats_a_commit_unless_it_is_in_the_log() {
    let start = one_commit().await;
    for fault in [
        Fault::Throttled,
        Fault::TooManyRequests,
        Fault::Unavailable,
        Fault::Precondition,
        Fault::Refused,
        Fault::Full,
    ] {
        let is_transient = !matches!(fault, Fault::Refused | Fault::Full);
        for is_after in [false, true] {
            if !is_after && !is_transient {
                continue;
            }
            let inner: Arc<dyn ObjectStore> = Arc::new(start.fork());
            let faults = Faults::new(Arc::clone(&inner));
            let table = history(&faults.store())
                .create_or_open(report())
                .await
                .unwrap();
            faults.set(Some(Place {
                name: "put 00000000000000000002.json",
                fault,
                first: 1,
                count: 1,
                is_after,
            }));
            let committed = take(&table, DAY, 3, 10).await.unwrap();
            // A lost response is found in the log, without another commit.
            let attempts = if is_after { 1 } else { 2 };
            assert_eq!(
                (committed.version, committed.attempts),
                (2, attempts),
                "{fault:?}"
            );
            assert_eq!(committed.replaced, 1);
            assert_eq!(seen(&inner).await, Some(NEW));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn names_the_kind_of_a_failure() {
    let start = one_commit().await;
    for (fault, kind) in [
        (Fault::Throttled, StorageFailure::Throttled),
        (Fault::TooManyRequests, StorageFailure::Throttled),
        (Fault::Unavailable, StorageFailure::Unavailable),
        (Fault::Refused, StorageFailure::AccessRefused),
        (Fault::Full, StorageFailure::Full),
        (Fault::Precondition, StorageFailure::Changed),
    ] {
        let faults = Faults::new(Arc::new(start.fork()));
        for name in ["", "put part-"] {
            faults.set(Some(Place {
                name,
                fault,
                first: 1,
                count: ALWAYS,
                is_after: false,
            }));
            let error = job(&faults.store()).await.unwrap_err();
            assert_eq!(error.storage_failure(), Some(kind), "{error:?}");
        }
    }
}

/// Writer with enough rows for an upload in parts: one row group, and the begin of another.
async fn large(table: &Table) -> Result<partner_center_lake::SnapshotWriter, LakeError> {
    let mut writer = table.begin(Origin::new(FETCHED, Uuid::nil())).await?;
    for _ in 0..14 {
        let rows: Vec<_> = (0..8192_i64)
            .map(|seats| {
                // Text that cannot be compressed much.
                let noise: String = (0..6)
                    .map(|_| Uuid::new_v4().simple().to_string())
                    .collect();
                support::row_with(DAY, seats, &format!(r#","note":"{noise}""#))
            })
            .collect();
        let page: Vec<_> = rows
            .iter()
            .map(|row| row as &dyn partner_center_core::Row)
            .collect();
        writer.page(&page).await?;
    }
    Ok(writer)
}

#[tokio::test]
async fn uploads_large_files_in_parts_and_aborts_them() {
    let faults = Faults::new(memory());
    let table = table(&faults.store()).await;
    large(&table).await.unwrap().abort().await;
    let names = faults.names();
    assert!(
        names.iter().any(|name| name.starts_with("begin")),
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name.starts_with("abort")),
        "{names:?}"
    );

    faults.set(Some(Place {
        name: "part",
        fault: Fault::Full,
        first: 1,
        count: 1,
        is_after: false,
    }));
    let result = match large(&table).await {
        Ok(writer) => writer
            .commit(None, Completeness::complete(None))
            .await
            .map(drop),
        // The writer was dropped, which aborts the upload in the background.
        Err(error) => Err(error),
    };
    assert_eq!(
        result.unwrap_err().storage_failure(),
        Some(StorageFailure::Full)
    );
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let names = faults.names();
    assert!(
        names.iter().any(|name| name.starts_with("abort")),
        "{names:?}"
    );
    assert!(table.days().await.unwrap().is_empty());

    faults.set(None);
    let writer = large(&table).await.unwrap();
    let committed = writer
        .commit(None, Completeness::complete(None))
        .await
        .unwrap();
    assert_eq!((committed.rows, committed.files), (14 * 8192, 1));
    assert!(committed.bytes > 8 << 20, "{}", committed.bytes);
    assert!(table.verify(DAY).await.unwrap().is_sound());
}

#[tokio::test]
async fn a_failed_writer_is_refused() {
    let store = memory();
    let table = table(&store).await;
    let mut writer = table
        .begin(Origin::new(FETCHED, Uuid::nil()))
        .await
        .unwrap();
    let wrong = support::row_with(DAY, 1, r#","tier":{"a":1}"#);
    let text = support::row_with(DAY, 1, r#","tier":7"#);
    let mut result = writer.page(&[&text, &wrong]).await;
    if result.is_ok() {
        result = writer
            .page(&[&support::row_with(DAY, 1, r#","tier":"x""#)])
            .await;
    }
    assert!(
        matches!(result, Err(LakeError::ChangedType { .. })),
        "{result:?}"
    );
    let error = writer.page(&[&row(DAY, 1)]).await.unwrap_err();
    assert!(matches!(error, LakeError::FailedWriter { .. }), "{error:?}");
    let error = writer
        .commit(None, Completeness::complete(None))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::FailedWriter { .. }), "{error:?}");
    assert!(table.days().await.unwrap().is_empty());
}
